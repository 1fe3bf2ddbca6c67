/** What several algorithms are made of: data-parallel gradient updates, minibatches, advantages, reward scaling. */
@NullMarked
package io.espalier.algorithms.parts;

import org.jspecify.annotations.NullMarked;
