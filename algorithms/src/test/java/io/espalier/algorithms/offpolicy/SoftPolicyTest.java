package io.espalier.algorithms.offpolicy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.espalier.core.Box;
import io.espalier.core.Discrete;
import io.espalier.core.RandomStream;
import io.espalier.core.ReplayBuffer;
import io.espalier.core.Rollout;
import io.espalier.nn.Network;
import io.espalier.policy.TaskSpec;
import org.junit.jupiter.api.Test;

/** π = softmax(0, ln 3) = (¼, ¾) in s = 1; Q = (2, 4); α = ½. */
class SoftPolicyTest {
    private static final double LOG_3 = StrictMath.log(3);

    private final Network actor = Sampled.linear(0, (float) LOG_3);

    private SoftPolicy policy(boolean... masks) {
        SoftPolicy policy = new SoftPolicy(actor, 1, 2);
        policy.values[0] = 2;
        policy.values[1] = 4;
        policy.forward(new float[] {1}, 1, masks, masks.length / 2 - (masks.length > 0 ? 1 : 0));
        return policy;
    }

    @Test
    void softValuesAndEntropyByHand() {
        double entropy = -0.25 * StrictMath.log(0.25) - 0.75 * StrictMath.log(0.75);
        assertThat(policy().entropy(0)).isCloseTo(entropy, within(1e-6));
        assertThat(policy().soft(0, 0.5)).isCloseTo(0.25 * 2 + 0.75 * 4 + 0.5 * entropy, within(1e-6));
    }

    @Test
    void masksLeaveOut() {
        SoftPolicy masked = policy(true, false);
        assertThat(masked.soft(0, 0.5)).isEqualTo(2);
        assertThat(masked.entropy(0)).isZero();
        assertThat(masked.allowed(new boolean[] {true, false}, 0)).isEqualTo(1);
        float[] gradient = new float[2];
        masked.gradient(0, 0.5, 1, gradient);
        assertThat(gradient).containsOnly(0);
        // nothing allowed is as if everything were; masks are read from the row that is asked for
        assertThat(policy(true, false, false, false).soft(0, 0.5)).isEqualTo(policy().soft(0, 0.5));
    }

    @Test
    void theGradientAgreesWithCentralDifferences() {
        RandomStream random = new RandomStream(4);
        float[] logits = new float[5];
        SoftPolicy policy = new SoftPolicy(Sampled.linear(1), 1, 5);
        for (int i = 0; i < 5; i++) {
            logits[i] = (float) random.nextGaussian();
            policy.values[i] = (float) random.nextGaussian();
        }
        boolean[] masks = {true, true, false, true, true};
        float[] gradient = new float[5];
        policy.distributions(logits, 1, masks, 0);
        policy.gradient(0, 0.3, 2, gradient);
        for (int i = 0; i < 5; i++) {
            float before = logits[i];
            double difference = 0;
            for (int sign = -1; sign <= 1; sign += 2) {
                logits[i] = before + sign * 0.01f;
                policy.distributions(logits, 1, masks, 0);
                difference -= sign * policy.soft(0, 0.3);
            }
            logits[i] = before;
            assertThat((double) gradient[i]).as("logit %s", i).isCloseTo(2 * difference / 0.02, within(1e-3));
        }
    }

    @Test
    void criticsLearnTowardsSoftValuesOfTheLesserCopy() {
        // one step from 1 to 2: π(2) = softmax(0, 2·ln 3) = (1/10, 9/10)
        Rollout rollout = Sampled.steps(false);
        ReplayBuffer buffer = new ReplayBuffer(8, Box.unbounded(1), new Discrete(2), false, 1, 1, 0.5);
        buffer.add(rollout);
        ReplayBuffer.Batch batch = buffer.batch(1);
        RandomStream random = new RandomStream(3);
        do {
            buffer.draw(random, batch);
        } while (batch.indices[0] != 0);
        TaskSpec task = new TaskSpec(Box.unbounded(1), new Discrete(2), false, 10);
        DiscreteCritics critics = new DiscreteCritics(task, "dense(1, bias=false)", 0.5, actor, buffer, batch, random);
        // each value: s·1, then weights (w₀, w₁) and biases: Q₀ = (s, 3s), Q₁ = (2s, 2s); so the lesser is (s, 2s)
        float[] parameters = {1, 1, 3, 0, 0, 1, 2, 2, 0, 0};
        critics.copy(parameters);
        System.arraycopy(parameters, 0, critics.network().parameters(), 0, 10);
        critics.network().parametersChanged();
        critics.begin(random, 0.5);
        float[] inputs = new float[1];
        critics.inputs(0, 0, 1, inputs);
        critics.network().forward(inputs, 0, 1);
        double[] figures = new double[16];
        critics.gradients(critics.network(), 0, 1, figures, 0);
        double entropy = -0.1 * StrictMath.log(0.1) - 0.9 * StrictMath.log(0.9);
        double y = 1 + 0.5 * (0.1 * 2 + 0.9 * 4 + 0.5 * entropy);
        assertThat((double) critics.network().outputGradient(0)[0]).isCloseTo(1 - y, within(1e-5));
        assertThat((double) critics.network().outputGradient(1)[0]).isCloseTo(2 - y, within(1e-5));
        assertThat(critics.network().outputGradient(0)[1]).isZero();
        assertThat(figures[SoftLosses.LOSS]).isCloseTo(((1 - y) * (1 - y) + (2 - y) * (2 - y)) / 2, within(1e-4));
        float[] least = new float[2];
        critics.judge(0, new float[] {1}, 1, least);
        assertThat(least).containsExactly(1, 2);
    }
}
