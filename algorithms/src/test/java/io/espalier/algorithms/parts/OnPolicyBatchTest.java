package io.espalier.algorithms.parts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.espalier.core.Box;
import io.espalier.core.Cores;
import io.espalier.core.Discrete;
import io.espalier.core.RandomStream;
import io.espalier.core.Rollout;
import io.espalier.core.Seeds;
import io.espalier.nn.Network;
import io.espalier.nn.Weights;
import io.espalier.policy.Normalizer;
import io.espalier.policy.Policy;
import io.espalier.policy.TaskSpec;
import org.junit.jupiter.api.Test;

class OnPolicyBatchTest {
    private final TaskSpec task = new TaskSpec(Box.unbounded(1), new Discrete(2), false, 100);
    private final Policy policy = valuing(ActorCritic.policy(task, "dense(1)", true, 0, Seeds.of(1)));
    private final Rollout rollout = new Rollout(3, 1, task.observationSpace(), task.actionSpace(), false);

    /** v(s) = 10·s. */
    private static Policy valuing(Policy policy) {
        Network network = policy.network(1);
        java.util.Arrays.fill(network.parameters(), 0);
        network.parameters()[0] = 10; // the trunk
        for (Network.Tensor tensor : network.tensors()) {
            if (tensor.name().endsWith("value.weight")) {
                network.parameters()[tensor.offset()] = 1;
            }
        }
        return policy.with(Weights.copyOf(0, network.parameters()), Normalizer.identity(), policy.head());
    }

    private OnPolicyBatch take(double gamma, double lambda) {
        OnPolicyBatch batch = new OnPolicyBatch(task, 3, policy, gamma, lambda, null, Cores.SERIAL);
        batch.take(rollout, policy);
        return batch;
    }

    OnPolicyBatchTest() {
        for (int t = 0; t < 3; t++) {
            rollout.observations[t] = t;
            rollout.reached[t] = t + 1;
            rollout.values[t] = 10 * t;
            rollout.rewards[t] = 1;
        }
    }

    @Test
    void theEndOfTheBlockCountsWhatWasReached() {
        // δ₂ = 1 + ½·30 − 20 = −4;  A₁ = (1 + ½·20 − 10) + ½·½·(−4) = 0;  A₀ = 1 + ½·10 − 0 + ¼·0 = 6
        OnPolicyBatch batch = take(0.5, 0.5);
        assertThat(batch.advantages()).containsExactly(6, 0, -4);
        assertThat(batch.returns()).containsExactly(6, 10, 16);
    }

    @Test
    void aTruncatedEpisodeCountsWhatItReachedNotWhatCameNext() {
        rollout.truncated[1] = true;
        rollout.reached[1] = 7; // the next episode begins at 2
        // A₁ = 1 + ½·70 − 10 = 26, nothing flows back from row 2;  A₀ = 6 + ¼·26
        assertThat(take(0.5, 0.5).advantages()).containsExactly(12.5f, 26, -4);
    }

    @Test
    void aTerminatedEpisodeCountsNothingMore() {
        rollout.terminated[1] = true;
        rollout.reached[1] = 7;
        // A₁ = 1 − 10 = −9;  A₀ = 6 + ¼·(−9)
        assertThat(take(0.5, 0.5).advantages()).containsExactly(3.75f, -9, -4);
    }

    @Test
    void aRowWithoutANumberIsLeftOutAndCutsTheTrace() {
        rollout.rewards[1] = Double.NaN;
        OnPolicyBatch batch = take(0.5, 0.5);
        Minibatches minibatches = new Minibatches(3, new RandomStream(1));
        batch.fill(minibatches);
        assertThat(minibatches.count()).isEqualTo(2);
        assertThat(minibatches.rows()[0]).isZero();
        assertThat(minibatches.rows()[1]).isEqualTo(2);
        assertThat(batch.advantages()[0]).isEqualTo(6);
        assertThat(batch.advantages()[2]).isEqualTo(-4);
    }

    @Test
    void saysHowMuchTheValuesExplain() {
        // γ = 0: targets are the rewards
        rollout.rewards[0] = 0;
        rollout.rewards[1] = 10;
        rollout.rewards[2] = 20;
        assertThat(take(0, 0).explainedVariance()).isCloseTo(1, within(1e-12));
        rollout.values[2] = 10; // errors 0, 0, 10: variance 200/9, of targets 200/3
        assertThat(take(0, 0).explainedVariance()).isCloseTo(2.0 / 3, within(1e-12));
    }

    @Test
    void refusesARolloutOfAnotherSize() {
        OnPolicyBatch batch = new OnPolicyBatch(task, 4, policy, 0.9, 0.9, null, Cores.SERIAL);
        assertThatThrownBy(() -> batch.take(rollout, policy))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("rollout has 3 rows, not 4.");
    }
}
