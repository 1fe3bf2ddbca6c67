package io.espalier.algorithms.offpolicy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.espalier.algorithms.parts.SequenceReplay;
import io.espalier.algorithms.parts.ShardedUpdate;
import io.espalier.core.Box;
import io.espalier.core.Cores;
import io.espalier.core.Discrete;
import io.espalier.core.RandomStream;
import io.espalier.core.Rollout;
import io.espalier.core.Space;
import io.espalier.core.State;
import io.espalier.nn.Network;
import io.espalier.nn.NetworkSpec;
import io.espalier.nn.OptimizerSpec;
import io.espalier.nn.Schedule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sequences out of a replay, and their loss against following each sequence step by step. */
class SequenceDifferenceTest {
    private static final int STEPS = 4;
    private static final int ENVIRONMENTS = 2;
    private static final double GAMMA = 0.5;
    private static final int N_STEP = 2;
    private static final Space SPACE = Box.uniform(-9, 9, 1);
    private static final NetworkSpec SPEC = NetworkSpec.parse("gru(3) > dense(2)");

    private static Rollout rollout() {
        return new Rollout(STEPS, ENVIRONMENTS, SPACE, new Discrete(2), true, 3);
    }

    /** Five rollouts of which a replay of four keeps the last: steps 4 to 19 of each environment. */
    private static SequenceReplay replay(List<Rollout> kept) {
        SequenceReplay replay = new SequenceReplay(4 * STEPS * ENVIRONMENTS + 3, rollout());
        SplittableRandom random = new SplittableRandom(1);
        boolean[] begins = {true, true};
        for (int block = 0; block < 5; block++) {
            Rollout rollout = rollout();
            System.arraycopy(begins, 0, rollout.begun, 0, 2);
            for (int row = 0; row < rollout.rows(); row++) {
                int step = block * STEPS + row / ENVIRONMENTS;
                rollout.observations[row] = (float) random.nextGaussian();
                rollout.actions[row] = random.nextInt(2);
                rollout.rewards[row] = random.nextGaussian();
                Arrays.fill(rollout.masks, 2 * row, 2 * row + 2, true);
                if (row % ENVIRONMENTS == 0) {
                    rollout.terminated[row] = step == 6 || step == 13;
                    rollout.truncated[row] = step == 9;
                } else {
                    rollout.discarded[row] = step == 7;
                    rollout.masks[2 * row + step % 2] = step % 3 != 0;
                }
            }
            if (block == 3) {
                rollout.rewards[2 * ENVIRONMENTS + 1] = Double.NaN; // step 14 of environment 1
            }
            for (int i = 0; i < rollout.states.length; i++) {
                rollout.states[i] = begins[i / 3] ? 0 : (float) (0.5 * random.nextGaussian());
            }
            for (int i = 0; i < 2; i++) {
                int last = (STEPS - 1) * ENVIRONMENTS + i;
                begins[i] = rollout.last(last) || rollout.discarded[last];
            }
            replay.add(rollout);
            kept.add(rollout);
        }
        return replay;
    }

    private static R2d2.Settings settings(int burnIn, int length, int batch) {
        return new R2d2.Settings(
                ENVIRONMENTS,
                STEPS,
                1,
                batch,
                length,
                burnIn,
                1000,
                0,
                GAMMA,
                Schedule.constant(1),
                1,
                Schedule.constant(0.1),
                N_STEP,
                0,
                0,
                "gru(3)");
    }

    private static Network network(int seed) {
        Network network = new Network(SPEC, new int[] {1}, 1);
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < network.parameterCount(); i++) {
            network.parameters()[i] = (float) random.nextGaussian();
        }
        network.parametersChanged();
        return network;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3})
    void lossAndGradientAreThoseOfFollowingEachSequence(int burnIn) {
        List<Rollout> kept = new ArrayList<>();
        SequenceReplay replay = replay(kept);
        int length = 6;
        // Environment 0 from steps 4 and 8, environment 1 from steps 4 and 8.
        long[] sequences = {1 * 2, 2 * 2, 1 * 2 + 1, 2 * 2 + 1};
        R2d2.Settings settings = settings(burnIn, length, sequences.length);
        Network online = network(2);
        Network target = network(3);
        SequenceDifference loss = new SequenceDifference(settings, replay, online, target, SPACE);
        System.arraycopy(sequences, 0, loss.sequences(), 0, sequences.length);
        int unrolled = settings.unrolled();
        ShardedUpdate update = new ShardedUpdate(
                online,
                OptimizerSpec.parse("sgd").create(online.parameterCount()),
                sequences.length * unrolled,
                unrolled,
                0,
                loss,
                Cores.SERIAL);
        int learned = loss.prepare();
        update.gradients(sequences.length * unrolled);

        double sum = 0;
        int count = 0;
        double[] gradient = new double[online.parameterCount()];
        for (long sequence : sequences) {
            int environment = (int) (sequence % 2);
            int first = (int) (sequence / 2) * STEPS;
            double[][] q = values(online, kept, environment, first, unrolled);
            double[][] slow = values(target, kept, environment, first, unrolled);
            float[] slopes = new float[2 * unrolled];
            for (int u = burnIn; u < unrolled - 1; u++) {
                if (open(environment, first + u)) {
                    continue;
                }
                int a = (int) at(kept, first + u).actions[row(environment, first + u)];
                double error = q[u][a] - wanted(kept, environment, first, u, unrolled, q, slow);
                sum += error * error;
                slopes[2 * u + a] = (float) (2 * error);
                count++;
            }
            addGradient(online, kept, environment, first, unrolled, burnIn, slopes, gradient);
        }
        assertThat(learned).isEqualTo(count).isGreaterThan(12);
        assertThat(update.figure(SequenceDifference.LOSS)).isCloseTo(sum, within(1e-4));
        float[] before = online.parameters().clone();
        assertThat(update.apply(1)).isTrue();
        for (int k = 0; k < before.length; k++) {
            assertThat((double) before[k] - online.parameters()[k])
                    .as("parameter %d", k)
                    .isCloseTo(gradient[k] / count, within(2e-5));
        }
    }

    private static Rollout at(List<Rollout> kept, int step) {
        return kept.get(step / STEPS);
    }

    private static int row(int environment, int step) {
        return step % STEPS * ENVIRONMENTS + environment;
    }

    private static boolean begins(List<Rollout> kept, int environment, int step) {
        return at(kept, step).begins(row(environment, step));
    }

    /** Written out: cut off at 9 in environment 0; in environment 1 failed at 7, and a reward that is none at 14. */
    private static boolean open(int environment, int step) {
        return environment == 0 ? step == 9 : step == 7 || step == 14;
    }

    private static double wanted(
            List<Rollout> kept, int environment, int first, int u, int unrolled, double[][] q, double[][] slow) {
        double reward = at(kept, first + u).rewards[row(environment, first + u)];
        if (at(kept, first + u).terminated[row(environment, first + u)]) {
            return reward;
        }
        boolean two = u + 1 < unrolled - 1 && !open(environment, first + u + 1);
        if (two) {
            Rollout next = at(kept, first + u + 1);
            int row = row(environment, first + u + 1);
            double both = reward + GAMMA * next.rewards[row];
            return next.terminated[row]
                    ? both
                    : both + GAMMA * GAMMA * value(kept, environment, first + u + 2, q[u + 2], slow[u + 2]);
        }
        return reward + GAMMA * value(kept, environment, first + u + 1, q[u + 1], slow[u + 1]);
    }

    private static double value(List<Rollout> kept, int environment, int step, double[] q, double[] slow) {
        boolean[] masks = at(kept, step).masks;
        int row = row(environment, step);
        boolean second = !masks[2 * row] || (masks[2 * row + 1] && q[1] > q[0]);
        return slow[second ? 1 : 0];
    }

    private static float[] state(List<Rollout> kept, int environment, int first) {
        return Arrays.copyOfRange(at(kept, first).states, 3 * environment, 3 * environment + 3);
    }

    private static double[][] values(Network network, List<Rollout> kept, int environment, int first, int count) {
        Network one = network.replica(1);
        float[] state = state(kept, environment, first);
        double[][] values = new double[count][];
        for (int u = 0; u < count; u++) {
            if (begins(kept, environment, first + u)) {
                Arrays.fill(state, 0);
            }
            float[] seen = {at(kept, first + u).observations[row(environment, first + u)]};
            one.forward(seen, 0, 1, 1, new boolean[0], 0, state, 0);
            values[u] = new double[] {one.output(0)[0], one.output(0)[1]};
        }
        return values;
    }

    /** Without a gradient into the burn-in: it only makes the state. */
    private static void addGradient(
            Network network,
            List<Rollout> kept,
            int environment,
            int first,
            int unrolled,
            int burnIn,
            float[] slopes,
            double[] sum) {
        Network one = network.replica(unrolled);
        float[] state = state(kept, environment, first);
        for (int u = 0; u < burnIn; u++) {
            if (begins(kept, environment, first + u)) {
                Arrays.fill(state, 0);
            }
            float[] seen = {at(kept, first + u).observations[row(environment, first + u)]};
            one.forward(seen, 0, 1, 1, new boolean[0], 0, state, 0);
        }
        int rest = unrolled - burnIn;
        float[] seen = new float[rest];
        boolean[] starts = new boolean[rest];
        for (int k = 0; k < rest; k++) {
            int step = first + burnIn + k;
            seen[k] = at(kept, step).observations[row(environment, step)];
            starts[k] = begins(kept, environment, step);
        }
        one.forward(seen, 0, rest, 1, starts, 0, state, 0);
        System.arraycopy(slopes, 2 * burnIn, one.outputGradient(0), 0, 2 * rest);
        one.backward();
        for (int k = 0; k < sum.length; k++) {
            sum[k] += one.gradients()[k];
        }
    }

    @Test
    void theReplayGivesWhatItKeepsAndGoesOnAfterASave() {
        SequenceReplay replay = replay(new ArrayList<>());
        assertThat(replay.size()).isEqualTo(4 * STEPS * ENVIRONMENTS);
        assertThat(replay.beginnings(STEPS)).isEqualTo(4);
        assertThat(replay.beginnings(STEPS + 1)).isEqualTo(3);
        assertThat(replay.beginnings(4 * STEPS + 1)).isZero();
        long[] drawn = new long[200];
        replay.draw(new RandomStream(4), STEPS + 1, drawn);
        // Rollouts 1 to 4 are kept; of these the last cannot begin a longer sequence.
        assertThat(Arrays.stream(drawn).distinct().sorted().toArray()).containsExactly(2, 3, 4, 5, 6, 7);
        State state = new State();
        replay.save(state);
        SequenceReplay other = new SequenceReplay(4 * STEPS * ENVIRONMENTS, rollout());
        other.load(state);
        long[] again = new long[200];
        other.draw(new RandomStream(4), STEPS + 1, again);
        assertThat(again).isEqualTo(drawn);
        State twice = new State();
        other.save(twice);
        assertThat(twice.entries()).usingRecursiveComparison().isEqualTo(state.entries());
    }
}
