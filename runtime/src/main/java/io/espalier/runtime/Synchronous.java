package io.espalier.runtime;

import io.espalier.core.Setting;
import io.espalier.policy.EpisodeAlgorithm;
import io.espalier.policy.RolloutAlgorithm;
import io.espalier.runtime.workers.WorkerPool;
import java.util.Map;

/**
 * Everybody waits for everybody: all environments act with the newest weights, then the learner learns. On the run's own
 * threads, or with the environments divided among workers, or the gradients among replicas of the learner; the same bits in
 * each case, for any number of them, also when some are lost on the way.
 */
final class Synchronous extends ExecutionMode {
    private final Settings settings;

    Synchronous(Settings settings) {
        this.settings = settings;
    }

    /**
     * The settings of {@link Synchronous}.
     *
     * @param workers among how many workers environments are divided, where there is a pool of them
     * @param learners how many learners compute the shards of each minibatch; the run's own is one of them
     */
    record Settings(
            @Setting("Workers among whom the environments are divided; 0 for one per processor of their nodes.")
            int workers,

            @Setting("Learners that share the shards of each minibatch; the run's own is one of them.")
            int learners) {
        static final Settings DEFAULT = new Settings(0, 1);

        Settings {
            if (workers < 0 || workers > 10_000) {
                throw new IllegalArgumentException(
                        "workers (" + workers + ") must be from 0 to 10000. Maybe use 0, for one per processor.");
            }
            if (learners < 1 || learners > 64) {
                throw new IllegalArgumentException("learners (" + learners + ") must be from 1 to 64. Maybe use 1.");
            }
        }
    }

    @Override
    public String name() {
        return "synchronous";
    }

    @Override
    public String summary() {
        return "Collect, learn, collect, learn: the same bits for any number of threads and workers.";
    }

    @Override
    public Settings settings() {
        return settings;
    }

    @Override
    ExecutionMode with(Map<String, ?> changes) {
        return new Synchronous(SettingsBinder.bind(settings, changes));
    }

    @Override
    Gathering gathering(GatheringParts parts) {
        WorkerPool pool = parts.workers();
        if (parts.plan().algorithm() instanceof RolloutAlgorithm algorithm) {
            return pool == null
                    ? new RolloutGathering(algorithm, parts)
                    : new DividedGathering(
                            algorithm, parts, Workplace.of(parts), settings.workers() == 0, settings.workers(), false);
        }
        if (settings.learners() > 1) {
            throw new IllegalArgumentException(
                    "mode (" + text() + ") needs an algorithm that learns from rollouts, which "
                            + parts.plan().algorithm().name() + " does not. Maybe use learners=1.");
        }
        EpisodeAlgorithm algorithm = (EpisodeAlgorithm) parts.plan().algorithm();
        return pool == null
                ? new EpisodeGathering(algorithm, parts)
                : new DividedPlays(algorithm, parts, pool, settings.workers());
    }
}
