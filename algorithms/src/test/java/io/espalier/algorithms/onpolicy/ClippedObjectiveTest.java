package io.espalier.algorithms.onpolicy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.espalier.algorithms.parts.ActionCounts;
import io.espalier.algorithms.parts.ActorCritic;
import io.espalier.algorithms.parts.OnPolicyBatch;
import io.espalier.core.Box;
import io.espalier.core.Cores;
import io.espalier.core.Discrete;
import io.espalier.core.MultiBinary;
import io.espalier.core.MultiDiscrete;
import io.espalier.core.RandomStream;
import io.espalier.core.Rollout;
import io.espalier.core.Seeds;
import io.espalier.core.Space;
import io.espalier.nn.Network;
import io.espalier.nn.Schedule;
import io.espalier.policy.Policy;
import io.espalier.policy.TaskSpec;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ClippedObjectiveTest {
    private static final float LN_HALF = -0.6931472f;

    /** γ = λ = 0, so that A = r − v′ and R = r. */
    private static final class Setup {
        final Rollout rollout;
        final Policy policy;
        final Network network;
        final ClippedObjective objective;
        private final OnPolicyBatch batch;

        Setup(Space actions, boolean masked, int rows, Ppo.Settings settings) {
            TaskSpec task = new TaskSpec(Box.unbounded(2), actions, masked, 100);
            rollout = new Rollout(rows, 1, task.observationSpace(), actions, masked);
            policy = ActorCritic.policy(task, "dense(5) > tanh", false, -0.3, Seeds.of(3));
            network = policy.network(rows);
            batch = new OnPolicyBatch(task, rows, policy, 0, 0, null, Cores.SERIAL);
            objective = new ClippedObjective(settings, batch, network, ActionCounts.of(actions), rows);
            objective.clip(0.2);
        }

        /** The figures of all rows in order, with gradients left in the network. */
        double[] run() {
            int rows = rollout.rows();
            batch.take(rollout, policy);
            int[] order = new int[rows];
            Arrays.setAll(order, i -> i);
            objective.minibatch(order, 0, rows);
            float[] inputs = new float[rows * 2];
            objective.inputs(0, 0, rows, inputs);
            network.forward(inputs, 0, rows);
            double[] figures = new double[16];
            objective.gradients(network, 0, rows, figures, 0);
            return figures;
        }
    }

    private static Ppo.Settings settings(double entropy, double valueClip, boolean normalize) {
        return new Ppo.Settings(
                1,
                8,
                1,
                1,
                0,
                0,
                Schedule.constant(0.1),
                Schedule.constant(0.2),
                valueClip,
                entropy,
                0.5,
                0,
                normalize,
                false,
                false,
                0,
                0,
                "dense(5) > tanh",
                false,
                0);
    }

    private static void set(Network network, String tensor, float... values) {
        for (Network.Tensor each : network.tensors()) {
            if (each.name().equals(tensor)) {
                System.arraycopy(values, 0, network.parameters(), each.offset(), values.length);
                network.parametersChanged();
                return;
            }
        }
        throw new IllegalArgumentException("no " + tensor + " among " + network.tensors());
    }

    @Test
    void twoRowsByHand() {
        Setup setup = new Setup(new Discrete(2), false, 2, settings(0, 0, false));
        Arrays.fill(setup.network.parameters(), 0);
        set(setup.network, "policy.2.bias", (float) StrictMath.log(3), 0); // π = (3/4, 1/4), v = 0
        setup.rollout.actions[0] = 0;
        setup.rollout.actions[1] = 1;
        Arrays.fill(setup.rollout.logProbabilities, LN_HALF); // ρ = 3/2, 1/2
        setup.rollout.rewards[0] = 1;
        setup.rollout.rewards[1] = 2;

        double[] figures = setup.run();

        // min(1.5·1, 1.2·1) = 1.2: held, no gradient. min(0.5·2, 0.8·2) = 1: free, dL/dlog π = −0.5·2 / 2 rows
        assertThat(figures[ClippedObjective.POLICY]).isCloseTo(-2.2, within(1e-6));
        assertThat(setup.network.outputGradient(0)).containsExactly(new float[] {0, 0, 0.375f, -0.375f}, within(1e-6f));
        // c₁·(v − R)² with c₁ = ½: dL/dv = (0 − R) / 2 rows
        assertThat(figures[ClippedObjective.VALUE]).isCloseTo(1 + 4, within(1e-6));
        assertThat(setup.network.outputGradient(1)).containsExactly(new float[] {-0.5f, -1}, within(1e-6f));
        // H = −¾·ln ¾ − ¼·ln ¼, twice;  Σ ρ − 1 − ln ρ = −ln(1.5) − ln(0.5)
        assertThat(figures[ClippedObjective.ENTROPY]).isCloseTo(2 * 0.5623351, within(1e-6));
        assertThat(figures[ClippedObjective.KL]).isCloseTo(0.2876821, within(1e-6));
        assertThat(figures[ClippedObjective.CLIPPED]).isEqualTo(2);
    }

    @Test
    void aHarmfulActionIsHeldWhenItHasBecomeRare() {
        Setup setup = new Setup(new Discrete(2), false, 2, settings(0, 0, false));
        Arrays.fill(setup.network.parameters(), 0);
        set(setup.network, "policy.2.bias", (float) StrictMath.log(3), 0);
        setup.rollout.actions[1] = 1;
        Arrays.fill(setup.rollout.logProbabilities, LN_HALF);
        Arrays.fill(setup.rollout.rewards, -1);
        double[] figures = setup.run();
        // ρ = 3/2: min(−1.5, −1.2), free, dL/dlog π = 1.5/2;  ρ = 1/2: min(−0.5, −0.8), held
        assertThat(figures[ClippedObjective.POLICY]).isCloseTo(1.5 + 0.8, within(1e-6));
        assertThat(setup.network.outputGradient(0))
                .containsExactly(new float[] {0.1875f, -0.1875f, 0, 0}, within(1e-6f));
    }

    @Test
    void aRowThatMayNotBeLearnedFromHasNoPart() {
        Setup setup = new Setup(new Discrete(2), false, 3, settings(0.1, 0, true));
        setup.rollout.rewards[0] = 1;
        setup.rollout.rewards[1] = -1;
        setup.rollout.values[2] = 9; // R = A + v' would be 9
        double[] three = setup.run();
        setup.rollout.discarded[2] = true;
        setup.batch.take(setup.rollout, setup.policy);
        // All three go through the network, two of them count.
        setup.objective.minibatch(new int[] {0, 2, 1}, 0, new int[] {0, 1}, 0, 2);
        double[] figures = new double[16];
        setup.network.forward(new float[6], 0, 3);
        setup.objective.gradients(setup.network, 0, 3, figures, 0);
        float[] policy = Arrays.copyOf(setup.network.outputGradient(0), 6);
        float[] value = Arrays.copyOf(setup.network.outputGradient(1), 3);
        assertThat(policy[2]).isZero();
        assertThat(policy[3]).isZero();
        assertThat(value[1]).isZero();
        setup.objective.minibatch(new int[] {0, 1}, 0, 2);
        double[] two = new double[16];
        setup.network.forward(new float[4], 0, 2);
        setup.objective.gradients(setup.network, 0, 2, two, 0);
        assertThat(figures).isEqualTo(two).isNotEqualTo(three);
        assertThat(new float[] {policy[0], policy[1], policy[4], policy[5]})
                .isEqualTo(Arrays.copyOf(setup.network.outputGradient(0), 4));
        assertThat(new float[] {value[0], value[2]}).isEqualTo(Arrays.copyOf(setup.network.outputGradient(1), 2));
    }

    @Test
    void normalisesAdvantagesWithinTheMinibatch() {
        Setup setup = new Setup(new Discrete(2), false, 2, settings(0, 0, true));
        Arrays.fill(setup.network.parameters(), 0);
        Arrays.fill(setup.rollout.logProbabilities, LN_HALF); // ρ = 1
        setup.rollout.rewards[0] = 1;
        setup.rollout.rewards[1] = 3;
        setup.run();
        // mean 2, deviation √2 (of a sample): A = ∓1/√2; dL/dlog π = −A / 2 rows; one-hot − π = (½, −½)
        float slope = (float) (0.25 / Math.sqrt(2));
        assertThat(setup.network.outputGradient(0))
                .containsExactly(new float[] {slope, -slope, -slope, slope}, within(1e-6f));
    }

    @Test
    void aClippedValueIsWorthTheWorseOfBothErrors() {
        Setup setup = new Setup(new Discrete(2), false, 3, settings(0, 0.2, false));
        Arrays.fill(setup.network.parameters(), 0);
        set(setup.network, "value.2.bias", 1); // v = 1
        Arrays.fill(setup.rollout.logProbabilities, LN_HALF);
        setup.rollout.values[0] = 0; // v′ + 0.2 = 0.2, R = 2: (0.2 − 2)² counts, no gradient
        setup.rollout.rewards[0] = 2;
        setup.rollout.values[1] = 0; // R = 0: (1 − 0)² counts
        setup.rollout.rewards[1] = 0;
        setup.rollout.values[2] = 0.9f; // within the limit
        setup.rollout.rewards[2] = 3;
        double[] figures = setup.run();
        assertThat(figures[ClippedObjective.VALUE]).isCloseTo(3.24 + 1 + 4, within(1e-6));
        assertThat(setup.network.outputGradient(1)).containsExactly(new float[] {0, 1f / 3, -2f / 3}, within(1e-6f));
    }

    @Test
    void gradientsAgreeWithCentralDifferencesForEveryKindOfAction() {
        compare(new Discrete(3), false);
        compare(new Discrete(4), true);
        compare(new MultiDiscrete(2, 3), true);
        compare(new MultiBinary(2), false);
        compare(Box.uniform(-2, 2, 2), false);
    }

    private static void compare(Space actions, boolean masked) {
        int rows = 6;
        Ppo.Settings settings = settings(0.1, 0.3, true);
        Setup setup = new Setup(actions, masked, rows, settings);
        RandomStream random = new RandomStream(17);
        Rollout rollout = setup.rollout;
        for (int row = 0; row < rows; row++) {
            rollout.observations[2 * row] = (float) random.uniform(-1, 1);
            rollout.observations[2 * row + 1] = (float) random.uniform(-1, 1);
            actions.sample(random, rollout.actions, row * actions.size());
            rollout.rewards[row] = random.uniform(-1, 1);
            rollout.values[row] = (float) random.uniform(-0.5, 0.5);
            rollout.logProbabilities[row] = (float) random.uniform(-2, -0.5);
        }
        if (masked) { // the last choice is forbidden, and not taken
            Arrays.fill(rollout.masks, true);
            for (int row = 0; row < rows; row++) {
                rollout.masks[(row + 1) * rollout.maskSize - 1] = false;
                rollout.actions[(row + 1) * actions.size() - 1] = row % 2;
            }
        }
        for (int i = 0; i < setup.network.parameterCount(); i++) { // away from the small first outputs
            setup.network.parameters()[i] += (float) random.uniform(-0.4, 0.4);
        }
        setup.network.parametersChanged();
        setup.run();
        setup.network.backward();
        float[] gradients = setup.network.gradients().clone();
        float step = 4e-3f;
        for (int i = 0; i < gradients.length; i++) {
            float before = setup.network.parameters()[i];
            setup.network.parameters()[i] = before + step;
            double above = loss(setup, settings, rows);
            setup.network.parameters()[i] = before - step;
            double below = loss(setup, settings, rows);
            setup.network.parameters()[i] = before;
            assertThat((double) gradients[i])
                    .as("parameter %s for %s", i, actions)
                    .isCloseTo((above - below) / (2 * step), within(2e-3));
        }
        assertThat(gradients).isNotEqualTo(new float[gradients.length]);
    }

    private static double loss(Setup setup, Ppo.Settings settings, int rows) {
        setup.network.parametersChanged();
        double[] figures = setup.run();
        return (figures[ClippedObjective.POLICY]
                        + settings.valueCoefficient() * figures[ClippedObjective.VALUE]
                        - settings.entropyCoefficient() * figures[ClippedObjective.ENTROPY])
                / rows;
    }
}
