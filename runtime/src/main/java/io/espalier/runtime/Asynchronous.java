package io.espalier.runtime;

import io.espalier.core.Setting;
import java.util.Map;

/**
 * Nobody waits for anybody: workers collect block after block, each with environments of its own and with the newest
 * weights that have reached it; the learner takes blocks as they come. Each block carries the version of the weights that
 * acted; one that is too old is dropped and counted. How many are under way is bounded by what workers were asked for.
 *
 * <p>With {@code log} the run writes down which block came when; with {@code replay} one process, on one thread, comes to the
 * same weights, bit for bit.
 *
 * <p>Espeholt et al., "IMPALA", arXiv:1802.01561; Horgan et al., "Distributed prioritized experience replay",
 * arXiv:1803.00933. Learners that correct for the lag, as V-trace does, suit it best.
 */
final class Asynchronous extends ExecutionMode {
    private final Settings settings;

    Asynchronous(Settings settings) {
        this.settings = settings;
    }

    /**
     * The settings of {@link Asynchronous}.
     *
     * @param workers how many workers, each with as many environments as the algorithm says
     * @param maxStaleness how many versions old the weights that acted may be
     * @param ahead blocks that each worker is asked for before the learner has taken the first of them; 0 for as many as
     *     the learner has use for
     * @param log whether the order in which blocks come is written down, so that the run can be replayed
     * @param replay a run that was so written down, to live through again; empty for none
     * @param ladder α of an {@link ExplorationLadder}
     * @param shards parts of the replay, each a worker of its own; 0 to keep it beside the learner
     * @param prefetch samples that are asked of the shards before the learner needs them
     */
    record Settings(
            @Setting(
                    "Workers, each with all the environments that the algorithm says; 0 for one per thread or processor.")
            int workers,

            @Setting("How many versions behind the newest the weights that acted may be; older blocks are dropped.")
            long maxStaleness,

            @Setting("Blocks that each worker is asked for in advance; 0 for as many as the learner has use for.")
            int ahead,

            @Setting("Whether to write arrivals.csv, by which the run can be replayed.")
            boolean log,

            @Setting(
                    "The directory of a run with arrivals.csv, to be lived through again, bit for bit; empty for none.")
            String replay,

            @Setting("How much less workers explore the higher their number, as in Ape-X with 7; 0 for all the same.")
            double ladder,

            @Setting("Parts of the replay, each kept by a worker of its own; 0 to keep it whole, beside the learner.")
            int shards,

            @Setting("Samples asked of the shards before they are needed; 0 to wait for each.")
            int prefetch) {
        static final Settings DEFAULT = new Settings(0, 16, 0, false, "", 0, 0, 2);

        Settings {
            if (workers < 0 || workers > 10_000) {
                throw new IllegalArgumentException("workers (" + workers
                        + ") must be from 0 to 10000. Maybe use 0, for one per thread or processor.");
            }
            if (maxStaleness < 0) {
                throw new IllegalArgumentException(
                        "maxStaleness (" + maxStaleness + ") must not be negative. Maybe use 16.");
            }
            if (ahead < 0 || ahead > 64) {
                throw new IllegalArgumentException("ahead (" + ahead
                        + ") must be from 0 to 64. Maybe use 0, for as many as the learner has use for.");
            }
            if (!(ladder >= 0 && ladder <= 1000)) {
                throw new IllegalArgumentException("ladder (" + ladder + ") must be from 0 to 1000. Maybe use 7.");
            }
            if (shards < 0 || shards > 1000) {
                throw new IllegalArgumentException("shards (" + shards
                        + ") must be from 0 to 1000. Maybe use 0, to keep the replay beside the learner.");
            }
            if (prefetch < 0 || prefetch > 64) {
                throw new IllegalArgumentException("prefetch (" + prefetch + ") must be from 0 to 64. Maybe use 2.");
            }
            if (workers > 0) {
                shardsFor(shards, workers);
            }
            if (log && !replay.isEmpty()) {
                throw new IllegalArgumentException(
                        "log (true) and replay (" + replay + ") exclude each other. Maybe leave out log.");
            }
        }

        /** Checks that no shard would stay empty. */
        static void shardsFor(int shards, int workers) {
            if (shards > workers) {
                throw new IllegalArgumentException("shards (" + shards + ") must be at most the number of workers ("
                        + workers + "), whose blocks go to one each. Maybe use shards=" + workers + ".");
            }
        }
    }

    @Override
    public String name() {
        return "asynchronous";
    }

    @Override
    public String summary() {
        return "Workers and learner do not wait for each other; blocks from too old weights are dropped.";
    }

    @Override
    public Settings settings() {
        return settings;
    }

    @Override
    ExecutionMode with(Map<String, ?> changes) {
        return new Asynchronous(SettingsBinder.bind(settings, changes));
    }

    @Override
    Gathering gathering(GatheringParts parts) {
        return settings.replay().isEmpty()
                ? new AsynchronousGathering(rollouts(parts), parts, settings)
                : new ReplayedGathering(rollouts(parts), parts, settings);
    }
}
