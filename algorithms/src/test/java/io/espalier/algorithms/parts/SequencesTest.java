package io.espalier.algorithms.parts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.espalier.core.Box;
import io.espalier.core.Cores;
import io.espalier.core.Discrete;
import io.espalier.core.Rollout;
import io.espalier.core.Seeds;
import io.espalier.nn.Network;
import io.espalier.nn.OptimizerSpec;
import io.espalier.policy.Policy;
import io.espalier.policy.TaskSpec;
import io.espalier.testkit.ShuffledCores;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sequences against unrolling each piece of each episode by hand. */
class SequencesTest {
    private static final int STEPS = 6;
    private static final int ENVIRONMENTS = 3;
    private static final int LENGTH = 3;
    private static final int ROWS = STEPS * ENVIRONMENTS;
    private static final int INPUTS = 2;

    private static final TaskSpec TASK = new TaskSpec(Box.uniform(-9, 9, INPUTS), new Discrete(2), false, 1000);

    private static Policy policy(String trunk) {
        Policy fresh = ActorCritic.policy(TASK, trunk, true, 0, Seeds.of(4));
        // Larger first values, so that what is remembered shows.
        Network network = fresh.network(1);
        SplittableRandom random = new SplittableRandom(5);
        for (int i = 0; i < network.parameterCount(); i++) {
            network.parameters()[i] = (float) (0.6 * random.nextGaussian());
        }
        return fresh.with(io.espalier.nn.Weights.copyOf(1, network.parameters()), fresh.normalizer(), fresh.head());
    }

    /**
     * Environment 0 ends an episode at step 1 and is cut off at step 4; environment 1 fails at step 2 (between two
     * sequences); environment 2 goes on all the time, from an episode that began before the rollout.
     */
    private static Rollout rollout(Policy policy) {
        Rollout rollout = new Rollout(
                STEPS, ENVIRONMENTS, TASK.observationSpace(), TASK.actionSpace(), false, policy.stateSize());
        SplittableRandom random = new SplittableRandom(6);
        for (int i = 0; i < rollout.observations.length; i++) {
            rollout.observations[i] = (float) random.nextGaussian();
            rollout.reached[i] = (float) random.nextGaussian();
        }
        for (int i = 2 * policy.stateSize(); i < rollout.states.length; i++) {
            rollout.states[i] = (float) (0.5 * random.nextGaussian());
        }
        if (policy.spec().text().contains("attention")) {
            float[] own = new float[policy.stateSize()];
            policy.session(1).remember(new float[] {0.3f, -0.8f}, 0, 1, own, 0);
            System.arraycopy(own, 0, rollout.states, 2 * own.length, own.length);
        }
        rollout.begun[2] = false;
        rollout.terminated[1 * ENVIRONMENTS] = true;
        rollout.truncated[4 * ENVIRONMENTS] = true;
        rollout.discarded[2 * ENVIRONMENTS + 1] = true;
        for (int row = 0; row < ROWS; row++) {
            rollout.rewards[row] = row;
        }
        return rollout;
    }

    private static OnPolicyBatch batch(Policy policy, Rollout rollout, Unrolling unrolling, Cores cores) {
        OnPolicyBatch batch = new OnPolicyBatch(TASK, ROWS, policy, 0.5, 0.5, null, unrolling, cores);
        batch.take(rollout, policy);
        return batch;
    }

    private static Unrolling unrolling(Policy policy, Cores cores) {
        return new Unrolling(TASK.observationSpace(), policy, STEPS, ENVIRONMENTS, LENGTH, cores);
    }

    /** The steps of environment i that belong to the episode of step t, up to t. */
    private static int firstOf(int i, int t) {
        int[][] begins = {{0, 2, 5}, {0, 3}, {0}};
        int first = 0;
        for (int begin : begins[i]) {
            first = begin <= t ? begin : first;
        }
        return first;
    }

    private static float[] stateBefore(Network network, Rollout rollout, int i, int t, boolean afterIt) {
        int size = rollout.stateSize;
        int first = firstOf(i, t);
        float[] state = new float[size];
        if (first == 0) {
            System.arraycopy(rollout.states, i * size, state, 0, size);
        }
        for (int step = first; step < (afterIt ? t + 1 : t); step++) {
            int at = (step * ENVIRONMENTS + i) * INPUTS;
            network.forward(rollout.observations, at, 1, 1, new boolean[0], 0, state, 0);
        }
        return state;
    }

    @ParameterizedTest
    @ValueSource(strings = {"gru(4)", "dense(3) > tanh > lstm(3) > gru(3)", "dense(4) > gtrxl(4, 2, 2)"})
    void gradientsAreThoseOfUnrollingByHand(String trunk) {
        Policy policy = policy(trunk);
        Rollout rollout = rollout(policy);
        Network network = policy.network(ROWS);
        float[] weights = new float[3 * ROWS]; // of the two logits and the value of each row
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (float) random.nextGaussian();
        }
        double[] byHand = new double[network.parameterCount()];
        for (int i = 0; i < ENVIRONMENTS; i++) {
            for (int from = 0; from < STEPS; from += LENGTH) {
                for (int t = from; t < from + LENGTH; ) {
                    int to = t + 1;
                    while (to < from + LENGTH && firstOf(i, to) == firstOf(i, t)) {
                        to++;
                    }
                    piece(network, rollout, i, t, to, weights, byHand);
                    t = to;
                }
            }
        }
        float[][] found = new float[2][];
        for (int cores = 1; cores <= 2; cores++) {
            try (ShuffledCores threads = new ShuffledCores(cores, 8)) {
                found[cores - 1] = throughSequences(policy, rollout, weights, threads);
            }
        }
        assertThat(found[1]).isEqualTo(found[0]);
        for (int k = 0; k < byHand.length; k++) {
            assertThat((double) found[0][k]).as("parameter %d", k).isCloseTo(byHand[k], within(2e-5));
        }
    }

    private static void piece(
            Network network, Rollout rollout, int i, int from, int to, float[] weights, double[] sum) {
        float[] state = stateBefore(network, rollout, i, from, false);
        float[] inputs = new float[(to - from) * INPUTS];
        for (int t = from; t < to; t++) {
            int row = t * ENVIRONMENTS + i;
            System.arraycopy(rollout.observations, row * INPUTS, inputs, (t - from) * INPUTS, INPUTS);
        }
        network.forward(inputs, 0, to - from, 1, new boolean[0], 0, state, 0);
        for (int t = from; t < to; t++) {
            write(network, t - from, t * ENVIRONMENTS + i, weights);
        }
        network.backward();
        for (int k = 0; k < sum.length; k++) {
            sum[k] += network.gradients()[k];
        }
    }

    private static void write(Network network, int at, int row, float[] weights) {
        network.outputGradient(network.head("policy"))[2 * at] = weights[3 * row];
        network.outputGradient(network.head("policy"))[2 * at + 1] = weights[3 * row + 1];
        network.outputGradient(network.head("value"))[at] = weights[3 * row + 2];
    }

    /** The same gradients by minibatches of all parts, with a step size of which one can read them. */
    private static float[] throughSequences(Policy policy, Rollout rollout, float[] weights, Cores cores) {
        Network network = policy.network(1);
        Unrolling unrolling = unrolling(policy, cores);
        OnPolicyBatch batch = batch(policy, rollout, unrolling, cores);
        Sequences sequences = new Sequences(unrolling, batch, ENVIRONMENTS, LENGTH, STEPS, 6, Seeds.of(9).stream());
        sequences.take();
        sequences.shuffle();
        sequences.minibatch(0, 1);
        assertThat(sequences.rowCount()).isEqualTo(ROWS);
        assertThat(sequences.learnedCount()).isEqualTo(ROWS - 1);
        ShardedUpdate update = new ShardedUpdate(
                network,
                OptimizerSpec.parse("sgd").create(network.parameterCount()),
                ROWS,
                LENGTH,
                0,
                new ShardedUpdate.Loss() {
                    @Override
                    public void inputs(int shard, int from, int rows, float[] into) {
                        for (int k = 0; k < rows; k++) {
                            int row = sequences.rows()[from + k];
                            System.arraycopy(batch.inputs(), row * INPUTS, into, k * INPUTS, INPUTS);
                        }
                    }

                    @Override
                    public void forward(Network replica, int from, int rows, float[] inputs) {
                        sequences.forward(replica, from, rows, inputs);
                    }

                    @Override
                    public void gradients(Network replica, int from, int rows, double[] figures, int at) {
                        for (int k = 0; k < rows; k++) {
                            write(replica, k, sequences.rows()[from + k], weights);
                        }
                    }
                },
                cores);
        update.gradients(sequences.rowCount());
        float[] before = network.parameters().clone();
        assertThat(update.apply(1)).isTrue();
        float[] gradient = new float[before.length];
        for (int k = 0; k < before.length; k++) {
            gradient[k] = before[k] - network.parameters()[k];
        }
        return gradient;
    }

    @Test
    void valuesOfWhatWasReachedKnowTheEpisodeBefore() {
        Policy policy = policy("gru(4)");
        Rollout rollout = rollout(policy);
        Network network = policy.network(1);
        Unrolling unrolling = unrolling(policy, Cores.SERIAL);
        OnPolicyBatch batch = new OnPolicyBatch(TASK, ROWS, policy, 0.5, 0, null, unrolling, Cores.SERIAL);
        batch.take(rollout, policy);
        // With λ = 0 and values of 0 in the rollout, advantage = reward + γ · value of what was reached, where it
        // counts.
        List<Integer> checked = new ArrayList<>();
        for (int i = 0; i < ENVIRONMENTS; i++) {
            for (int t = 0; t < STEPS; t++) {
                int row = t * ENVIRONMENTS + i;
                if (rollout.truncated[row] || t == STEPS - 1) {
                    float[] state = stateBefore(network, rollout, i, t, true);
                    network.forward(rollout.reached, row * INPUTS, 1, 1, new boolean[0], 0, state, 0);
                    float value = network.output(network.head("value"))[0];
                    assertThat(batch.advantages()[row]).as("row %d", row).isEqualTo((float) (row + 0.5 * value));
                    assertThat(value).isNotZero();
                    checked.add(row);
                } else if (!batch.skips(row)) {
                    assertThat(batch.advantages()[row]).isEqualTo((float) row);
                }
            }
        }
        assertThat(checked).containsExactly(12, 15, 16, 17);
    }

    @Test
    void minibatchesHoldWholeSequencesInTheOrderOfTime() {
        Policy policy = policy("gru(4)");
        Rollout rollout = rollout(policy);
        Arrays.fill(rollout.discarded, false);
        for (int t = 0; t < LENGTH; t++) {
            rollout.discarded[t * ENVIRONMENTS + 1] = true; // nothing to learn from in the first of environment 1
        }
        Unrolling unrolling = unrolling(policy, Cores.SERIAL);
        OnPolicyBatch batch = batch(policy, rollout, unrolling, Cores.SERIAL);
        Sequences sequences = new Sequences(unrolling, batch, ENVIRONMENTS, LENGTH, STEPS, 3, Seeds.of(10).stream());
        sequences.take();
        sequences.shuffle();
        List<Integer> seen = new ArrayList<>();
        for (int m = 0; m < 2; m++) {
            sequences.minibatch(m, 2);
            int count = sequences.rowCount() / LENGTH;
            assertThat(count).isEqualTo(2 + m);
            for (int k = 0; k < sequences.rowCount(); k++) {
                int row = sequences.rows()[k];
                seen.add(row);
                if (k >= count) {
                    assertThat(row).isEqualTo(sequences.rows()[k - count] + ENVIRONMENTS);
                }
            }
        }
        List<Integer> wanted = new ArrayList<>();
        for (int row = 0; row < ROWS; row++) {
            if (row % ENVIRONMENTS != 1 || row >= ROWS / 2) {
                wanted.add(row);
            }
        }
        assertThat(seen).containsExactlyInAnyOrderElementsOf(wanted);
    }
}
