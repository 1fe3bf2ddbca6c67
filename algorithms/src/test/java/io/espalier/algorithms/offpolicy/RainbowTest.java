package io.espalier.algorithms.offpolicy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.algorithms.parts.ActorCritic;
import io.espalier.core.Box;
import io.espalier.core.Cores;
import io.espalier.core.Discrete;
import io.espalier.core.MetricSink;
import io.espalier.core.Seeds;
import io.espalier.nn.Schedule;
import io.espalier.policy.ActionHead;
import io.espalier.policy.Policy;
import io.espalier.policy.RolloutAlgorithm;
import io.espalier.policy.TaskSpec;
import io.espalier.testkit.AlgorithmContract;
import io.espalier.testkit.SerialTraining;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RainbowTest extends AlgorithmContract {
    @Override
    protected RolloutAlgorithm algorithm() {
        return new Rainbow(settings(0.5, "dense(16) > relu > dense(16) > relu"));
    }

    @Override
    protected long environmentSteps() {
        return 6000;
    }

    private static Rainbow.Settings settings(double sigma, String trunk) {
        return new Rainbow.Settings(
                2,
                4,
                2,
                80,
                2000,
                16,
                0.99,
                Schedule.linear(0.003, 0.001),
                1e-5,
                50,
                1,
                Schedule.constant(0),
                true,
                true,
                3,
                0.5,
                Schedule.linear(0.4, 1),
                11,
                -1,
                1,
                sigma,
                10,
                trunk);
    }

    private static Policy policy(double sigma, String trunk) {
        TaskSpec task = new TaskSpec(Box.unbounded(2), new Discrete(3), false, 10);
        return new Rainbow(settings(sigma, trunk)).policy(task, Seeds.of(1));
    }

    @Test
    void itsStreamsAreNoisyAndItsTrunkIsNot() {
        assertThat(policy(0.4, "dense(8) > relu > dense(6) > relu").spec().text())
                .isEqualTo("heads(q: dense(8) > relu > dueling("
                        + "value: noisy(6, sigma=0.4) > relu > noisy(11, sigma=0.4), "
                        + "advantage: noisy(6, sigma=0.4) > relu > noisy(33, sigma=0.4)))");
        Policy quiet = policy(0, "dense(8) > relu");
        assertThat(quiet.spec().text())
                .isEqualTo(
                        "heads(q: dueling(value: dense(8) > relu > dense(11), advantage: dense(8) > relu > dense(33)))");
        assertThat(quiet.head()).isInstanceOf(ActionHead.EpsilonGreedyAtoms.class);
    }

    @Test
    void everyPolicyHasNoiseOfItsOwn() {
        SerialTraining training = training(1, Cores.SERIAL);
        Set<Long> seeds = new HashSet<>();
        for (int round = 0; round < 20; round++) {
            ActionHead head = training.learner().policy().head();
            assertThat(head.plain()).isInstanceOf(ActionHead.EpsilonGreedyAtoms.class);
            assertThat(seeds.add(((ActionHead.Noisy) head).seed())).isTrue();
            training.learner().update(training.gather(), MetricSink.NONE);
        }
    }

    @Test
    void deviationsAreLearned() {
        SerialTraining training = training(1, Cores.SERIAL);
        float[] before = sigmas(training.learner().policy());
        for (int round = 0; round < 20; round++) {
            training.learner().update(training.gather(), MetricSink.NONE);
        }
        float[] after = sigmas(training.learner().policy());
        assertThat(before).containsOnly(before[0]);
        int moved = 0;
        for (int i = 0; i < after.length; i++) {
            moved += after[i] != before[i] ? 1 : 0;
        }
        assertThat(moved).isGreaterThan(after.length / 2);
    }

    /** The deviations of the stream of advantages. */
    private static float[] sigmas(Policy policy) {
        return policy.network(1).tensors().stream()
                .filter(tensor -> tensor.name().contains("advantage.2.weightSigma"))
                .findFirst()
                .map(tensor -> {
                    float[] part = new float[tensor.size()];
                    for (int i = 0; i < part.length; i++) {
                        part[i] = policy.weights().get(tensor.offset() + i);
                    }
                    return part;
                })
                .orElseThrow();
    }

    @Test
    void whoDrawsNoNoiseRefusesNoisyLayers() {
        TaskSpec task = new TaskSpec(Box.unbounded(2), new Discrete(3), false, 10);
        assertThatThrownBy(() -> ActorCritic.policy(task, "noisy(4)", true, 0, Seeds.of(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("must not have noisy layers: this algorithm draws no noise. Maybe use dense, or");
    }
}
