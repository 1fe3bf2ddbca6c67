package io.espalier.runtime;

import io.espalier.core.Setting;
import io.espalier.policy.RolloutAlgorithm;
import io.espalier.runtime.compression.Compression;
import java.util.List;
import java.util.Map;

/**
 * Workers compute gradients, the server steps along them: each worker has environments and a replica of the learner, pushes
 * the gradient of each update, compressed if wanted, and pulls parameters before it goes on. The optimiser, the limit of the
 * gradient's norm and the versions are the server's, in blocks of parameters.
 *
 * <p>Li et al., "Scaling distributed machine learning with the parameter server" (OSDI 2014); Ho et al., "More effective
 * distributed ML via a stale synchronous parallel parameter server" (NIPS 2013), for the clocks; Mnih et al.,
 * arXiv:1602.01783, and Nair et al., arXiv:1507.04296, for actor-critic and Q-learning by this means.
 */
final class ParameterServer extends ExecutionMode {
    static final String SYNCHRONOUS = "synchronous";
    static final String STALE_SYNCHRONOUS = "stale-synchronous";
    static final String ASYNCHRONOUS = "asynchronous";

    private final Settings settings;

    ParameterServer(Settings settings) {
        this.settings = settings;
    }

    /**
     * The settings of {@link ParameterServer}.
     *
     * @param workers how many workers
     * @param shards into how many blocks parameters are cut
     * @param consistency who waits for whom
     * @param bound how far workers may be apart (stale-synchronous), or how old a gradient may be (asynchronous)
     * @param compression how gradients are written
     * @param pull how parameters are written for workers
     */
    record Settings(
            @Setting(
                    "Workers, each with all the environments that the algorithm says; 0 for one per thread or processor.")
            int workers,

            @Setting(
                    "Blocks into which parameters are cut, each with a version and a slice of the optimiser of its own.")
            int shards,

            @Setting("Who waits: synchronous (one update of all), stale-synchronous or asynchronous.")
            String consistency,

            @Setting(
                    "Updates that a worker may be ahead of the slowest (stale-synchronous), or versions that a gradient"
                            + " may be old (asynchronous; older ones are dropped).")
            long bound,

            @Setting("How gradients are written: none, int8, 1-bit or top-k(FRACTION); what is lost is sent later.")
            String compression,

            @Setting(
                    "How parameters are written for workers: none, or their changes as int8, 1-bit or top-k(FRACTION).")
            String pull) {
        static final Settings DEFAULT = new Settings(0, 1, ASYNCHRONOUS, 16, "none", "none");

        Settings {
            if (workers < 0 || workers > 10_000) {
                throw new IllegalArgumentException("workers (" + workers
                        + ") must be from 0 to 10000. Maybe use 0, for one per thread or processor.");
            }
            if (shards < 1 || shards > 1024) {
                throw new IllegalArgumentException("shards (" + shards + ") must be from 1 to 1024. Maybe use 1.");
            }
            if (!List.of(SYNCHRONOUS, STALE_SYNCHRONOUS, ASYNCHRONOUS).contains(consistency)) {
                throw new IllegalArgumentException("consistency (" + consistency
                        + ") must be synchronous, stale-synchronous or asynchronous. Maybe use asynchronous.");
            }
            if (bound < 0) {
                throw new IllegalArgumentException("bound (" + bound + ") must not be negative. Maybe use 16.");
            }
            compression = Compression.parse(compression).toString();
            pull = Compression.parse(pull).toString();
        }
    }

    @Override
    public String name() {
        return "parameter-server";
    }

    @Override
    public String summary() {
        return "Workers push gradients, compressed if wanted, and pull parameters; the server steps along them.";
    }

    @Override
    public Settings settings() {
        return settings;
    }

    @Override
    ExecutionMode with(Map<String, ?> changes) {
        return new ParameterServer(SettingsBinder.bind(settings, changes));
    }

    @Override
    Gathering gathering(GatheringParts parts) {
        if (!(parts.plan().algorithm() instanceof RolloutAlgorithm algorithm)) {
            throw new IllegalArgumentException("mode (" + text()
                    + ") needs an algorithm that learns from rollouts, which "
                    + parts.plan().algorithm().name() + " does not. Maybe use synchronous: its plays run in parallel.");
        }
        return settings.consistency().equals(SYNCHRONOUS)
                ? new LockstepGradients(algorithm, parts, settings)
                : new FreeGradients(algorithm, parts, settings);
    }
}
