package io.espalier.runtime;

import io.espalier.core.Setting;
import io.espalier.policy.RolloutAlgorithm;
import java.util.Map;

/**
 * Workers collect the next block while the learner learns from this one, and while the policy is evaluated: two blocks are
 * in hand at any time. What acts is always exactly one update old, never more and never less, so a run has the same bits
 * for any number of threads and workers, also when some are lost, and when it is resumed.
 *
 * <p>The double-buffered sampling of Petrenko et al., "Sample Factory", arXiv:2006.11751, made deterministic. Learners that
 * compare with the policy that acted, as PPO and V-trace do, account for the lag; A2C takes it for none.
 */
final class Pipelined extends ExecutionMode {
    private final Settings settings;

    Pipelined(Settings settings) {
        this.settings = settings;
    }

    /**
     * The settings of {@link Pipelined}.
     *
     * @param workers among how many workers environments are divided
     */
    record Settings(
            @Setting("Workers among whom the environments are divided; 0 for one per thread or processor.")
            int workers) {
        static final Settings DEFAULT = new Settings(0);

        Settings {
            if (workers < 0 || workers > 10_000) {
                throw new IllegalArgumentException("workers (" + workers
                        + ") must be from 0 to 10000. Maybe use 0, for one per thread or processor.");
            }
        }
    }

    @Override
    public String name() {
        return "pipelined";
    }

    @Override
    public String summary() {
        return "Workers collect the next block while the learner learns: one update late, and still the same bits.";
    }

    @Override
    public Settings settings() {
        return settings;
    }

    @Override
    ExecutionMode with(Map<String, ?> changes) {
        return new Pipelined(SettingsBinder.bind(settings, changes));
    }

    @Override
    Gathering gathering(GatheringParts parts) {
        RolloutAlgorithm algorithm = rollouts(parts);
        Workplace place = Workplace.of(parts);
        int chosen = place.chosen(settings.workers(), parts.plan().threads());
        return new DividedGathering(algorithm, parts, place, settings.workers() == 0, chosen, true);
    }
}
