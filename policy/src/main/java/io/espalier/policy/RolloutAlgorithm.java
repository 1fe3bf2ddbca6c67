package io.espalier.policy;

import io.espalier.core.Cores;
import io.espalier.core.Seeds;

/** An algorithm that learns from blocks of steps which its newest policy takes in several environments at once. */
public non-sealed interface RolloutAlgorithm extends Algorithm {
    /** How many copies of the environment are stepped together. */
    int environments();

    /** How many steps each copy takes between two calls of {@link RolloutLearner#update}. */
    int rolloutSteps();

    @Override
    RolloutLearner learner(TaskSpec task, Policy initial, Seeds seeds, Cores cores);
}
