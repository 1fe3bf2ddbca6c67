/** Networks that are trained in parts on several workers: pipelines of stages, and dense layers cut across. */
@NullMarked
package io.espalier.runtime.model;

import org.jspecify.annotations.NullMarked;
