package io.espalier.runtime;

import io.espalier.core.Setting;
import java.util.Map;

/**
 * Nobody waits for anybody: workers collect block after block, each with environments of its own and with the newest
 * weights that have reached it; the learner takes blocks as they come. Each block carries the version of the weights that
 * acted; one that is too old is dropped and counted. How many are under way is bounded by what workers were asked for.
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
     * @param ahead blocks that a worker is asked for before the learner has taken the first of them
     */
    record Settings(
            @Setting(
                    "Workers, each with all the environments that the algorithm says; 0 for one per thread or processor.")
            int workers,

            @Setting("How many versions behind the newest the weights that acted may be; older blocks are dropped.")
            long maxStaleness,

            @Setting("Blocks that each worker is asked for in advance; with 1 it waits for the learner.")
            int ahead) {
        static final Settings DEFAULT = new Settings(0, 16, 2);

        Settings {
            if (workers < 0 || workers > 10_000) {
                throw new IllegalArgumentException("workers (" + workers
                        + ") must be from 0 to 10000. Maybe use 0, for one per thread or processor.");
            }
            if (maxStaleness < 0) {
                throw new IllegalArgumentException(
                        "maxStaleness (" + maxStaleness + ") must not be negative. Maybe use 16.");
            }
            if (ahead < 1 || ahead > 64) {
                throw new IllegalArgumentException("ahead (" + ahead + ") must be from 1 to 64. Maybe use 2.");
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
        return new AsynchronousGathering(rollouts(parts), parts, settings);
    }
}
