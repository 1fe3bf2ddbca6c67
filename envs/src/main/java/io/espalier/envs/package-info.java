/**
 * The built-in environments, one file each: the semantics of Gymnasium 1.4.0, to the bit where its arithmetic is
 * elementary and to the last place of sine and cosine elsewhere. Only the random numbers differ, not what they are
 * distributed as.
 */
@NullMarked
package io.espalier.envs;

import org.jspecify.annotations.NullMarked;
