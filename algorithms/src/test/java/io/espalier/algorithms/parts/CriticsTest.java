package io.espalier.algorithms.parts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.espalier.core.Box;
import io.espalier.core.RandomStream;
import io.espalier.core.ReplayBuffer;
import io.espalier.core.Rollout;
import io.espalier.policy.TaskSpec;
import org.junit.jupiter.api.Test;

/** Two linear values of one number s and one action a: Qₖ = wₖ·s + vₖ·a + bₖ. */
class CriticsTest {
    private static final TaskSpec TASK = new TaskSpec(Box.unbounded(1), Box.uniform(-2, 2, 1), false, 100);

    private final ReplayBuffer buffer =
            new ReplayBuffer(4, TASK.observationSpace(), TASK.actionSpace(), false, 1, 1, 0.5);
    private final ReplayBuffer.Batch batch = buffer.batch(1);
    private final Critics critics = new Critics(TASK, "residual(tanh)", 2, buffer, batch, new RandomStream(1));

    /** s = 0, a = 1 of 2, r = 1, s′ = 0; with b the only weight that counts. */
    private double[] figures(boolean terminated) {
        Rollout rollout = new Rollout(1, 1, TASK.observationSpace(), TASK.actionSpace(), false);
        rollout.actions[0] = 1;
        rollout.rewards[0] = 1;
        rollout.terminated[0] = terminated;
        buffer.add(rollout);
        buffer.draw(new RandomStream(2), batch);
        critics.nextActions((shard, from, rows, states, actions, bonus) -> {
            actions[0] = 0;
            bonus[0] = 3;
        });
        float[] inputs = new float[2];
        critics.inputs(0, 0, 1, inputs);
        assertThat(inputs).containsExactly(0, 0.5f);
        critics.network().forward(inputs, 0, 1);
        double[] figures = new double[16];
        critics.gradients(critics.network(), 0, 1, figures, 0);
        return figures;
    }

    /** Order of parameters: w₁, v₁, b₁, w₂, v₂, b₂. */
    private void set(float[] values) {
        System.arraycopy(values, 0, critics.network().parameters(), 0, 6);
        critics.network().parametersChanged();
    }

    @Test
    void theLesserOfTheSlowerValuesCountsAndTheBonusWithIt() {
        critics.copy(new float[] {0, 0, 4, 0, 0, 10});
        set(new float[] {0, 0, 2, 0, 0, 5});
        // y = 1 + 0.5·(min(4, 10) + 3) = 4.5; ½·(2 − 4.5)² + ½·(5 − 4.5)²
        assertThat(figures(false)[Critics.LOSS]).isEqualTo(3.25, within(1e-6));
        assertThat(critics.network().outputGradient(0)[0]).isEqualTo(-2.5f);
        assertThat(critics.network().outputGradient(1)[0]).isEqualTo(0.5f);
    }

    @Test
    void whereTheTaskEndsNothingFollows() {
        critics.copy(new float[] {0, 0, Float.POSITIVE_INFINITY, 0, 0, Float.POSITIVE_INFINITY});
        set(new float[] {0, 0, 2, 0, 0, 1});
        // y = 1
        assertThat(figures(true)[Critics.LOSS]).isEqualTo(0.5, within(1e-6));
    }

    @Test
    void anActionIsJudgedByTheLesserValueOrTheFirst() {
        set(new float[] {0, 3, 0, 0, 5, -9});
        float[] slopes = new float[1];
        // Q₁ = f(0.5)·3, Q₂ = f(0.5)·5 − 9 with f(a) = a + tanh(a): Q₂ is the lesser
        double slope = 2 - StrictMath.pow(StrictMath.tanh(0.5), 2);
        double lesser = critics.judge(0, 1, new float[] {0}, new float[] {0.5f}, slopes, false);
        assertThat(lesser).isEqualTo(5 * (0.5 + StrictMath.tanh(0.5)) - 9, within(1e-5));
        assertThat(slopes[0]).isEqualTo((float) (5 * slope), within(1e-5f));
        critics.judge(0, 1, new float[] {0}, new float[] {0.5f}, slopes, true);
        assertThat(slopes[0]).isEqualTo((float) (3 * slope), within(1e-5f));
        // and then by both again
        assertThat(critics.judge(0, 1, new float[] {0}, new float[] {0.5f}, slopes, false))
                .isEqualTo(lesser);
        assertThat(slopes[0]).isEqualTo((float) (5 * slope), within(1e-5f));
    }

    @Test
    void targetsMoveByTheirRate() {
        critics.copy(new float[6]);
        set(new float[] {1, 2, 3, 4, 5, 6});
        critics.moveTarget(0.5);
        assertThat(critics.target()).containsExactly(0.5f, 1, 1.5f, 2, 2.5f, 3);
    }
}
