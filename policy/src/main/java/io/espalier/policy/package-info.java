/**
 * The policy as data: spaces, observation normaliser, network, weights and action head in one value and one file; and the
 * contracts of what makes policies, {@link io.espalier.policy.Algorithm} and {@link io.espalier.policy.Learner}, which
 * stand here because they speak of policies.
 */
@NullMarked
package io.espalier.policy;

import org.jspecify.annotations.NullMarked;
