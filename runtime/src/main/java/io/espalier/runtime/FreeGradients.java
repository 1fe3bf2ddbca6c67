package io.espalier.runtime;

import io.espalier.core.MetricSink;
import io.espalier.core.State;
import io.espalier.policy.Policy;
import io.espalier.policy.RolloutAlgorithm;
import io.espalier.runtime.workers.Command;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The server of {@link ParameterServer} where each gradient is a step: a round is one worker's answer. Asynchronous: it goes
 * on at once, and a gradient of too old parameters is dropped and counted. Stale-synchronous: none is dropped, but a worker
 * waits that is more updates ahead of the slowest than the bound.
 */
final class FreeGradients extends GradientGathering {
    private final boolean clocked;
    /** By worker: how many answers have been taken from it. */
    private final long[] clocks;
    /** By worker: whether it waits for parameters. */
    private final boolean[] held;

    private final PulledParameters[] pulled;

    private GradientMessages.@Nullable Gradient taken;
    private boolean resumed;
    private int from;

    FreeGradients(RolloutAlgorithm algorithm, GatheringParts parts, ParameterServer.Settings settings) {
        super(algorithm, parts, settings);
        clocked = settings.consistency().equals(ParameterServer.STALE_SYNCHRONOUS);
        clocks = new long[workers];
        held = new boolean[workers];
        pulled = new PulledParameters[workers];
        Arrays.setAll(pulled, w -> pulled());
    }

    /** Environments that begin anew must not begin as they did before. */
    @Override
    long played(int life) {
        return Crew.begun(restarts, life);
    }

    @Override
    int tellers() {
        return 1;
    }

    @Override
    public void begin(Policy policy, long steps) {
        super.begin(policy, steps);
        if (crew.size() == 0) {
            while (crew.size() < workers) {
                start(crew.add());
            }
        } else if (taken != null) {
            held[from] = true;
            taken = null;
            release();
        }
    }

    /** Lets those go on who wait and need not. */
    private void release() {
        long slowest = Long.MAX_VALUE;
        for (long clock : clocks) {
            slowest = Math.min(slowest, clock);
        }
        for (int w = 0; w < workers; w++) {
            if (held[w] && (!clocked || clocks[w] - slowest <= settings.bound())) {
                held[w] = false;
                crew.send(w, step(clocks[w], false, pulled[w]));
            }
        }
    }

    private void start(int worker) {
        if (learner.version() > 0 || resumed) {
            crew.send(worker, new Command(GradientMessages.LOAD, learner.learnerState()));
        }
        held[worker] = false;
        pulled[worker].beginAnew();
        crew.send(worker, step(clocks[worker], false, pulled[worker]));
    }

    @Override
    public void run(int index, int thread) {
        while (taken == null) {
            Crew.Arrival arrival = take();
            if (arrival.message() == null) {
                start(arrival.worker());
            } else if (arrival.message() instanceof Command command
                    && command.name().equals(GradientMessages.GRADIENT)) {
                from = arrival.worker();
                taken = new GradientMessages.Gradient(command.body());
                clocks[from]++;
                note(from, taken);
            }
        }
    }

    @Override
    public long learn(MetricSink metrics) {
        GradientMessages.Gradient gradient = taken;
        if (gradient == null) {
            throw new IllegalStateException("no gradient has been taken.");
        }
        gradient.figures(metrics);
        if (gradient.present) {
            long staleness = learner.version() - gradient.version;
            float[] decoded = decode(gradient);
            if (!clocked && staleness > settings.bound()) {
                figures.dropped(gradient.rows);
            } else {
                learner.step(decoded, gradient.learningRate, head(gradient));
                figures.stale(staleness);
            }
        }
        report(metrics);
        return gradient.rows;
    }

    /** Where environments stand is known to the workers alone: they begin new episodes. */
    @Override
    public void save(State into, boolean settled) {
        into.putLong("restarts", restarts + 1);
    }

    @Override
    public void load(State from) {
        resumed = true;
    }
}
