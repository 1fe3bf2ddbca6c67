package io.espalier.algorithms.offpolicy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.core.Box;
import io.espalier.core.Cores;
import io.espalier.core.Discrete;
import io.espalier.core.Seeds;
import io.espalier.nn.Schedule;
import io.espalier.policy.ActionHead;
import io.espalier.policy.Policy;
import io.espalier.policy.RolloutAlgorithm;
import io.espalier.policy.TaskSpec;
import io.espalier.testkit.AlgorithmContract;
import io.espalier.testkit.SerialTraining;
import org.junit.jupiter.api.Test;

class QrDqnTest extends AlgorithmContract {
    @Override
    protected RolloutAlgorithm algorithm() {
        return new QrDqn(settings(5, 1, 0));
    }

    @Override
    protected long environmentSteps() {
        return 6000;
    }

    private static QrDqn.Settings settings(int quantiles, double huberDelta, double gradientNorm) {
        return new QrDqn.Settings(
                2,
                4,
                2,
                80,
                2000,
                16,
                0.99,
                Schedule.constant(0.003),
                1e-5,
                50,
                1,
                Schedule.linear(1, 0.05, 0.5),
                quantiles,
                true,
                2,
                huberDelta,
                gradientNorm,
                "dense(16) > relu > dense(16) > relu");
    }

    @Test
    void publishesItsQuantilesInTheHead() throws Exception {
        SerialTraining training =
                new SerialTraining(new QrDqn(settings(5, 0, 10)), this::environment, 100, 1, Cores.SERIAL);
        training.run();
        Policy policy = training.learner().policy();
        assertThat(policy.head()).isEqualTo(new ActionHead.EpsilonGreedyQuantiles(0.05, 5));
        assertThat(Policy.fromBytes(policy.toBytes())).isEqualTo(policy);
    }

    @Test
    void refusesRealActionsAndBadSettings() {
        TaskSpec task = new TaskSpec(new Discrete(2), Box.uniform(-1, 1, 2), false, 10);
        assertThatThrownBy(() -> algorithm().policy(task, Seeds.of(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("must be discrete for qr-dqn. Maybe use ppo.");
        assertThatThrownBy(() -> settings(0, -1, -2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("quantiles (0) must be at least 1. Maybe use 50.")
                .hasMessageContaining("huberDelta (-1.0)")
                .hasMessageContaining("gradientNorm (-2.0)");
        assertThatThrownBy(() -> settings(100_000, 1, 0))
                .hasMessageContaining("quantiles (100000) must be at most 65536");
    }
}
