package io.espalier.algorithms.offpolicy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.espalier.algorithms.parts.Minibatches;
import io.espalier.core.Box;
import io.espalier.core.Cores;
import io.espalier.core.Discrete;
import io.espalier.core.RandomStream;
import io.espalier.core.Rollout;
import io.espalier.nn.Network;
import io.espalier.policy.TaskSpec;
import org.junit.jupiter.api.Test;

/** Q(s, a) = (1, 3)·s; three steps through 1, 2, 3 to 4 with reward 1 each; γ = ½, λ = ½. */
class QLambdaTest {
    private final Network network = Sampled.linear(1, 3);
    private final Minibatches minibatches = new Minibatches(3, new RandomStream(1));

    private QLambda taken(Rollout rollout) {
        TaskSpec task = new TaskSpec(Box.unbounded(1), new Discrete(2), rollout.maskSize > 0, 10);
        QLambda loss = new QLambda(task, network, 3, Sampled.GAMMA, 0.5, Cores.SERIAL);
        loss.take(rollout, minibatches);
        return loss;
    }

    @Test
    void returnsMixWhatIsSeenAndWhatIsExpected() {
        // v = 6, 9, 12; G₂ = 1 + ½·12 = 7; G₁ = 1 + ½·(½·9 + ½·7) = 5; G₀ = 1 + ½·(½·6 + ½·5) = 3.75
        assertThat(taken(Sampled.steps(false)).returns()).containsExactly(3.75, 5, 7);
        assertThat(minibatches.count()).isEqualTo(3);
    }

    @Test
    void endsOfTasksAndOfEpisodes() {
        Rollout rollout = Sampled.steps(false);
        rollout.terminated[1] = true;
        // G₁ = 1; G₀ = 1 + ½·(½·6 + ½·1)
        assertThat(taken(rollout).returns()).containsExactly(2.75, 1, 7);
        rollout.terminated[1] = false;
        rollout.truncated[1] = true;
        // G₁ = 1 + ½·9
        assertThat(taken(rollout).returns()).containsExactly(3.875, 5.5, 7);
    }

    @Test
    void masksAndVoidRows() {
        Rollout rollout = Sampled.steps(true);
        rollout.reachedMasks[2 * 2 + 1] = false; // v₃ = 4: G₂ = 3, G₁ = 1 + ½·(4.5 + 1.5) = 4, G₀ = 1 + ½·(3 + 2)
        assertThat(taken(rollout).returns()).containsExactly(3.5, 4, 3);
        rollout.reachedMasks[2 * 2] = false; // nothing: v₃ = 0
        assertThat(taken(rollout).returns()[2]).isEqualTo(1);
        rollout.rewards[1] = Double.NaN;
        QLambda loss = taken(rollout);
        assertThat(minibatches.count()).isEqualTo(2);
        assertThat(loss.returns()[0]).isEqualTo(4); // no trace across it: 1 + ½·6
    }

    @Test
    void squaredErrorsOfTheActionsTaken() {
        QLambda loss = taken(Sampled.steps(false));
        loss.minibatch(new int[] {9, 2, 0}, 1, 3);
        float[] inputs = new float[2];
        loss.inputs(0, 0, 2, inputs);
        assertThat(inputs).containsExactly(3, 1);
        network.forward(inputs, 0, 2);
        double[] figures = new double[16];
        loss.gradients(network, 0, 2, figures, 0);
        // errors 3 − 7 and 1 − 3.75
        assertThat(java.util.Arrays.copyOf(network.outputGradient(0), 4)).containsExactly(-4, 0, -2.75f, 0);
        assertThat(figures[QLambda.LOSS]).isCloseTo(16 + 2.75 * 2.75, within(1e-9));
        assertThat(figures[QLambda.VALUE]).isEqualTo(4);
    }
}
