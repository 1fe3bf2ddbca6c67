/** Search: choosing actions by trying them out in copies of the environment, and learning from what was found. */
@NullMarked
package io.espalier.algorithms.search;

import org.jspecify.annotations.NullMarked;
