package io.espalier.algorithms.offpolicy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.espalier.core.Box;
import io.espalier.core.Discrete;
import io.espalier.core.RandomStream;
import io.espalier.core.ReplayBuffer;
import io.espalier.core.Rollout;
import io.espalier.nn.Network;
import io.espalier.nn.NetworkSpec;
import io.espalier.nn.Schedule;
import org.junit.jupiter.api.Test;

/** Linear values of one number s: Q(s, a) = qₐ·s, Q̄(s, a) = q̄ₐ·s. */
class TemporalDifferenceTest {
    private static final double GAMMA = 0.5;

    private static Network values(float first, float second) {
        Network network = new Network(
                NetworkSpec.heads(
                        NetworkSpec.head("q", new NetworkSpec.Dense(2, io.espalier.nn.Initializer.zeros(), false))),
                new int[] {1},
                4);
        network.parameters()[0] = first;
        network.parameters()[1] = second;
        network.parametersChanged();
        return network;
    }

    private static Dqn.Settings settings(boolean twice, int nStep, double huber) {
        return new Dqn.Settings(
                1,
                4,
                1,
                1,
                8,
                0,
                GAMMA,
                Schedule.constant(0.1),
                1,
                1,
                Schedule.constant(0),
                twice,
                false,
                nStep,
                0,
                Schedule.constant(1),
                huber,
                0,
                "dense(2)");
    }

    /** Three steps through 1, 2, 3 to 4, each with reward 1 and action 0. */
    private static Rollout steps(boolean masked) {
        Rollout rollout = new Rollout(3, 1, Box.unbounded(1), new Discrete(2), masked);
        for (int t = 0; t < 3; t++) {
            rollout.observations[t] = t + 1;
            rollout.reached[t] = t + 2;
            rollout.rewards[t] = 1;
        }
        return rollout;
    }

    /** Q(s, a) − y of the row that stands first in the buffer, with Q = (1, 3)·s and Q̄ = (10, 2)·s. */
    private static double error(Dqn.Settings settings, Rollout rollout, double[] figures, float[] gradient) {
        ReplayBuffer buffer = new ReplayBuffer(
                8, Box.unbounded(1), new Discrete(2), rollout.maskSize > 0, 1, settings.nStep(), settings.gamma());
        buffer.add(rollout);
        ReplayBuffer.Batch batch = buffer.batch(1);
        RandomStream random = new RandomStream(3);
        do {
            buffer.draw(random, batch);
        } while (batch.indices[0] != 0);
        Network network = values(1, 3);
        NextValues next =
                new NextValues(Box.unbounded(1), 2, buffer, batch, network, values(10, 2), settings.doubleTargets(), 1);
        TemporalDifference loss = new TemporalDifference(next, settings.huberDelta());
        float[] inputs = new float[1];
        loss.inputs(0, 0, 1, inputs);
        assertThat(inputs).containsExactly(1);
        network.forward(inputs, 0, 1);
        loss.gradients(network, 0, 1, figures, 0);
        loss.figures(0, 1, figures, 0);
        System.arraycopy(network.outputGradient(0), 0, gradient, 0, 2);
        return loss.errors()[0];
    }

    private static double error(Dqn.Settings settings, Rollout rollout) {
        return error(settings, rollout, new double[16], new float[2]);
    }

    @Test
    void theTargetIsTheBestOfTheSlowerCopy() {
        double[] figures = new double[16];
        float[] gradient = new float[2];
        // y = 1 + ½·max(10, 2)·2 = 11;  Q(1, 0) = 1
        assertThat(error(settings(false, 1, 0), steps(false), figures, gradient))
                .isEqualTo(-10);
        assertThat(gradient).containsExactly(-20, 0);
        assertThat(figures[TemporalDifference.LOSS]).isEqualTo(100);
        assertThat(figures[TemporalDifference.VALUE]).isEqualTo(1);
        assertThat(figures[TemporalDifference.ERROR]).isEqualTo(10);
    }

    @Test
    void hubersLossIsLinearFarOut() {
        double[] figures = new double[16];
        float[] gradient = new float[2];
        error(settings(false, 1, 1), steps(false), figures, gradient);
        assertThat(gradient).containsExactly(-1, 0);
        assertThat(figures[TemporalDifference.LOSS]).isCloseTo(10 - 0.5, within(1e-6));
    }

    @Test
    void doubleTargetsAreChosenByTheNetworkAndValuedByTheCopy() {
        // Q chooses action 1 (3·2 > 1·2), Q̄ values it 2·2: y = 1 + ½·4 = 3
        assertThat(error(settings(true, 1, 0), steps(false))).isEqualTo(1 - 3);
    }

    @Test
    void severalStepsSumTheirRewards() {
        // y = 1 + ½·1 + ¼·max(10, 2)·3 = 9
        assertThat(error(settings(false, 2, 0), steps(false))).isEqualTo(1 - 9);
    }

    @Test
    void terminationIsWorthNothingMoreButTruncationIs() {
        Rollout rollout = steps(false);
        rollout.terminated[0] = true;
        assertThat(error(settings(false, 1, 0), rollout)).isEqualTo(1 - 1);
        assertThat(error(settings(false, 3, 0), rollout)).isEqualTo(1 - 1);
        rollout.terminated[0] = false;
        rollout.truncated[0] = true;
        rollout.reached[0] = 5; // y = 1 + ½·10·5 = 26, however many steps are asked for
        assertThat(error(settings(false, 1, 0), rollout)).isEqualTo(1 - 26);
        assertThat(error(settings(false, 3, 0), rollout)).isEqualTo(1 - 26);
    }

    @Test
    void forbiddenActionsAreNoTargets() {
        Rollout rollout = steps(true);
        rollout.reachedMasks[0] = false; // action 0 in what the first step reached
        // y = 1 + ½·2·2 = 3
        assertThat(error(settings(false, 1, 0), rollout)).isEqualTo(1 - 3);
        rollout.reachedMasks[0] = true;
        rollout.reachedMasks[1] = false; // the network's choice would be action 1
        assertThat(error(settings(true, 1, 0), rollout)).isEqualTo(1 - 11);
    }
}
