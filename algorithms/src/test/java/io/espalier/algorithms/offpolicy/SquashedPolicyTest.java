package io.espalier.algorithms.offpolicy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.espalier.algorithms.parts.Critics;
import io.espalier.core.Box;
import io.espalier.core.RandomStream;
import io.espalier.core.ReplayBuffer;
import io.espalier.core.Rollout;
import io.espalier.nn.Network;
import io.espalier.nn.NetworkSpec;
import io.espalier.policy.TaskSpec;
import org.junit.jupiter.api.Test;

/** The gradient of the policy's loss against differences of the loss itself. */
class SquashedPolicyTest {
    private static final TaskSpec TASK = new TaskSpec(Box.unbounded(3), Box.uniform(-2, 2, 2), false, 100);
    private static final int ROWS = 5;
    private static final double ALPHA = 0.3;

    private final Network actor = new Network(
            NetworkSpec.parse("dense(6) > tanh > heads(policy: dense(2), logStd: dense(2))"), new int[] {3}, ROWS);
    private final ReplayBuffer buffer =
            new ReplayBuffer(16, TASK.observationSpace(), TASK.actionSpace(), false, 1, 1, 1);
    private final ReplayBuffer.Batch batch = buffer.batch(ROWS);
    private final SquashedPolicy loss;

    SquashedPolicyTest() {
        RandomStream random = new RandomStream(4);
        actor.initialize(random);
        Rollout rollout = new Rollout(8, 1, TASK.observationSpace(), TASK.actionSpace(), false);
        for (int i = 0; i < rollout.observations.length; i++) {
            rollout.observations[i] = (float) random.nextGaussian();
        }
        buffer.add(rollout);
        buffer.sample(random, batch);
        Critics critics = new Critics(TASK, "dense(8) > tanh", 2, buffer, batch, random);
        loss = new SquashedPolicy(actor, batch, 2, critics);
        loss.begin(random, ALPHA);
    }

    private double value() {
        actor.parametersChanged();
        float[] inputs = new float[ROWS * 3];
        loss.inputs(0, 0, ROWS, inputs);
        actor.forward(inputs, 0, ROWS);
        double[] figures = new double[16];
        loss.gradients(actor, 0, ROWS, figures, 0);
        return (ALPHA * figures[SquashedPolicy.LOG_PROBABILITY] - figures[SquashedPolicy.VALUE]) / ROWS;
    }

    @Test
    void gradientsAgreeWithDifferences() {
        value();
        actor.backward();
        float[] gradients = actor.gradients().clone();
        float[] parameters = actor.parameters();
        float step = 0.01f;
        for (int i = 0; i < parameters.length; i++) {
            float kept = parameters[i];
            parameters[i] = kept + step;
            double above = value();
            parameters[i] = kept - step;
            double below = value();
            parameters[i] = kept;
            assertThat((double) gradients[i])
                    .as("parameter %s", i)
                    .isEqualTo((above - below) / (2 * step), within(2e-3));
        }
    }
}
