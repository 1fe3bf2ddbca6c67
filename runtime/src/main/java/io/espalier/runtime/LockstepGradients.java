package io.espalier.runtime;

import io.espalier.core.MetricSink;
import io.espalier.core.State;
import io.espalier.nn.Gradients;
import io.espalier.policy.Policy;
import io.espalier.policy.RolloutAlgorithm;
import io.espalier.runtime.workers.Command;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * The server of {@link ParameterServer} where everybody waits for everybody: a round is one answer of each worker, and one
 * step along the mean of their gradients, summed in the order of their numbers.
 *
 * <p>From time to time each worker says where it stands, and since then the server keeps the parameters of each step. One
 * that takes a lost worker's place begins where that one stood, and does those steps again: so it comes to the same
 * gradients, the same random numbers and the same remainders of compression. A run is resumed by the same means.
 */
final class LockstepGradients extends GradientGathering {
    /** Parameters kept between two stands, in all steps together. */
    private static final int MOST_KEPT = 1 << 20;

    private final int standEvery;
    private final Deque<Command> steps = new ArrayDeque<>();
    /** By worker: where it stood last; null if that is the beginning. */
    private final @Nullable State[] stands;
    /** By worker: the step after which it stood there. */
    private final long[] stoodAt;

    private final GradientMessages.@Nullable Gradient[] came;
    private final float[] mean;
    private final PulledParameters pulled = pulled();
    /** The state of learners that do not begin at the beginning, and have not stood anywhere since. */
    private @Nullable State first;

    private long number;

    LockstepGradients(RolloutAlgorithm algorithm, GatheringParts parts, ParameterServer.Settings settings) {
        super(algorithm, parts, settings);
        int parameters = learner.parameters().length;
        standEvery = Math.max(16, Math.min(256, MOST_KEPT / parameters));
        stands = new State[workers];
        stoodAt = new long[workers];
        came = new GradientMessages.Gradient[workers];
        mean = new float[parameters];
    }

    @Override
    long played(int life) {
        return restarts;
    }

    @Override
    int tellers() {
        return workers;
    }

    @Override
    public void begin(Policy policy, long environmentSteps) {
        super.begin(policy, environmentSteps);
        Arrays.fill(came, null);
        Command step = step(number, number % standEvery == standEvery - 1, pulled);
        steps.add(step);
        if (crew.size() == 0) {
            while (crew.size() < workers) {
                begin(crew.add());
            }
        } else {
            crew.broadcast(step);
        }
    }

    /** Lets a worker that knows nothing come to where the others are. */
    private void begin(int worker) {
        State stand = stands[worker];
        if (stand != null) {
            crew.send(worker, new Command(GradientMessages.RESTORE, stand));
        } else if (first != null) {
            crew.send(worker, new Command(GradientMessages.LOAD, first));
        }
        for (Command step : steps) {
            long at = GradientMessages.number(step);
            if (at >= stoodAt[worker]) {
                boolean again = at < number || came[worker] != null;
                crew.send(worker, again ? new Command(GradientMessages.REPLAY, step.body()) : step);
            }
        }
    }

    @Override
    public void run(int index, int thread) {
        int missing = 0;
        for (GradientMessages.Gradient each : came) {
            missing += each == null ? 1 : 0;
        }
        while (missing > 0) {
            Crew.Arrival arrival = take();
            int worker = arrival.worker();
            if (arrival.message() == null) {
                begin(worker);
            } else if (arrival.message() instanceof Command command) {
                if (command.name().equals(GradientMessages.STAND)) {
                    stood(worker, command.body());
                } else if (came[worker] == null) {
                    came[worker] = new GradientMessages.Gradient(command.body());
                    missing--;
                }
            }
        }
    }

    private void stood(int worker, State stand) {
        stands[worker] = stand;
        stoodAt[worker] = stand.getLong("stand");
        long needed = Arrays.stream(stoodAt).min().orElse(0);
        while (!steps.isEmpty() && GradientMessages.number(steps.getFirst()) < needed) {
            steps.removeFirst();
        }
    }

    @Override
    public void tell(EpisodeRecorder recorder) {
        for (int w = 0; w < workers; w++) {
            note(w, answer(w));
        }
        super.tell(recorder);
    }

    private GradientMessages.Gradient answer(int worker) {
        GradientMessages.Gradient gradient = came[worker];
        if (gradient == null) {
            throw new IllegalStateException("worker " + worker + " has not answered.");
        }
        return gradient;
    }

    @Override
    public long learn(MetricSink metrics) {
        long rows = 0;
        int present = 0;
        double rate = 0;
        String head = learner.policy().head().text();
        for (int w = 0; w < workers; w++) {
            GradientMessages.Gradient gradient = answer(w);
            rows += gradient.rows;
            if (w == 0) {
                head = head(gradient);
                gradient.figures(metrics);
            }
            if (gradient.present) {
                float[] decoded = decode(gradient);
                if (present++ == 0) {
                    System.arraycopy(decoded, 0, mean, 0, mean.length);
                    rate = gradient.learningRate;
                } else {
                    Gradients.add(mean, decoded, 0, mean.length);
                }
            }
        }
        if (present > 1) {
            Gradients.scale(mean, 1f / present, 0, mean.length);
        }
        if (present > 0) {
            learner.step(mean, rate, head);
        }
        number++;
        report(metrics);
        return rows;
    }

    @Override
    public void save(State into, boolean settled) {
        into.putLong("restarts", settled ? restarts : restarts + 1);
        if (settled && crew.size() > 0) {
            State state = into.child("parameter-server");
            state.put("numbers", new long[] {number, workers, steps.size()});
            state.put("stood-at", stoodAt);
            pulled.save(state);
            int i = 0;
            for (Command step : steps) {
                copy(step.body(), state.child("step", i++));
            }
            for (int w = 0; w < workers; w++) {
                State stand = stands[w];
                if (stand != null) {
                    copy(stand, state.child("stand", w));
                }
            }
            if (first != null) {
                copy(first, state.child("first"));
            }
        }
    }

    private static void copy(State from, State into) {
        from.entries().forEach(into::put);
    }

    @Override
    public void load(State from) {
        State state = from.child("parameter-server");
        if (!state.has("numbers")) {
            first = learner.learnerState();
            return;
        }
        long[] numbers = state.longs("numbers");
        if (numbers.length != 3 || numbers[1] != workers) {
            throw new IllegalArgumentException("a run of mode parameter-server with "
                    + (numbers.length > 1 ? numbers[1] : 0) + " workers cannot go on with " + workers
                    + ". Maybe set workers as it was.");
        }
        number = numbers[0];
        System.arraycopy(state.longs("stood-at"), 0, stoodAt, 0, workers);
        pulled.load(state);
        steps.clear();
        for (int i = 0; i < numbers[2]; i++) {
            steps.add(new Command(GradientMessages.STEP, part(state, "step/" + i + "/")));
        }
        for (int w = 0; w < workers; w++) {
            State stand = part(state, "stand/" + w + "/");
            stands[w] = stand.entries().isEmpty() ? null : stand;
        }
        State begun = part(state, "first/");
        first = begun.entries().isEmpty() ? null : begun;
    }

    /** The entries below a name, as a state of their own. */
    private static State part(State all, String name) {
        State part = new State();
        String prefix = "parameter-server/" + name;
        all.entries().forEach((key, value) -> {
            if (key.startsWith(prefix)) {
                part.put(key.substring(prefix.length()), value);
            }
        });
        return part;
    }
}
