package io.espalier.runtime;

import io.espalier.core.Setting;
import java.util.Locale;
import java.util.Map;

/**
 * Each worker has a whole learner and environments of its own. It learns from some blocks by itself; then the parameters of
 * all are averaged, and everybody goes on from the average. What crosses between machines is a copy of the parameters once
 * a round, however many updates that is.
 *
 * <p>Stich, "Local SGD converges fast and communicates little", arXiv:1805.09767; McMahan et al., "Communication-efficient
 * learning of deep networks from decentralized data", arXiv:1602.05629, for the weights by samples and for leaving
 * stragglers out.
 */
final class LocalSgd extends ExecutionMode {
    private final Settings settings;

    LocalSgd(Settings settings) {
        this.settings = settings;
    }

    /** What becomes of the optimisers' moments when parameters are averaged. */
    enum Optimizers {
        /** Each worker keeps its own. */
        LOCAL,
        /** They are averaged too. */
        AVERAGED,
        /** They begin anew. */
        RESET;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** How much each worker counts in the average. */
    enum Weighting {
        /** As much as the samples that it has learned from. */
        SAMPLES,
        /** As much as any other. */
        EQUAL;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * The settings of {@link LocalSgd}.
     *
     * @param workers how many learners there are
     * @param blocks from how many blocks each learns between two averages
     * @param weighting how much each counts
     * @param optimizer what becomes of the optimisers' moments
     * @param waitFor the share of workers without which there is no average
     * @param patience when these have come: how long the others are waited for, in all, as a multiple of the time that
     *     these took
     */
    record Settings(
            @Setting(
                    "Learners, each with all the environments that the algorithm says; 0 for one per thread or processor.")
            int workers,

            @Setting("From how many blocks each worker learns by itself before parameters are averaged.")
            int blocks,

            @Setting("How much each worker counts in the average: samples, as much as it learned from, or equal.")
            Weighting weighting,

            @Setting("The optimisers' moments at an average: local, averaged or reset.")
            Optimizers optimizer,

            @Setting(
                    "The share of workers that an average waits for; with 1 for all, and the bits are the same in every run.")
            double waitFor,

            @Setting("When those have come: how long the others have, as a multiple of the time that those took.")
            double patience) {
        static final Settings DEFAULT = new Settings(0, 4, Weighting.SAMPLES, Optimizers.LOCAL, 1, 1.5);

        Settings {
            if (workers < 0 || workers > 10_000) {
                throw new IllegalArgumentException("workers (" + workers
                        + ") must be from 0 to 10000. Maybe use 0, for one per thread or processor.");
            }
            if (blocks < 1 || blocks > 1_000_000) {
                throw new IllegalArgumentException("blocks (" + blocks + ") must be from 1 to 1000000. Maybe use 4.");
            }
            if (!(waitFor > 0 && waitFor <= 1)) {
                throw new IllegalArgumentException(
                        "waitFor (" + waitFor + ") must be above 0 and at most 1. Maybe use 1, for all workers.");
            }
            if (!(patience >= 1 && patience <= 1e6)) {
                throw new IllegalArgumentException(
                        "patience (" + patience + ") must be from 1 to 1000000. Maybe use 1.5.");
            }
        }
    }

    @Override
    public String name() {
        return "local-sgd";
    }

    @Override
    public String summary() {
        return "Each worker learns by itself from its own blocks; every few blocks the parameters are averaged.";
    }

    @Override
    public Settings settings() {
        return settings;
    }

    @Override
    ExecutionMode with(Map<String, ?> changes) {
        return new LocalSgd(SettingsBinder.bind(settings, changes));
    }

    @Override
    Gathering gathering(GatheringParts parts) {
        return new LocalSgdGathering(rollouts(parts), parts, settings);
    }
}
