package io.espalier.algorithms.offpolicy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.core.Box;
import io.espalier.core.Cores;
import io.espalier.core.Discrete;
import io.espalier.core.MetricSink;
import io.espalier.core.Seeds;
import io.espalier.nn.Schedule;
import io.espalier.policy.RolloutAlgorithm;
import io.espalier.policy.TaskSpec;
import io.espalier.testkit.AlgorithmContract;
import io.espalier.testkit.SerialTraining;
import org.junit.jupiter.api.Test;

class SacDiscreteTest extends AlgorithmContract {
    @Override
    protected RolloutAlgorithm algorithm() {
        return new SacDiscrete(settings(true, 0.2));
    }

    @Override
    protected long environmentSteps() {
        return 4000;
    }

    private static SacDiscrete.Settings settings(boolean automatic, double targetEntropy) {
        return new SacDiscrete.Settings(
                2,
                4,
                2,
                80,
                2000,
                16,
                0.99,
                Schedule.constant(0.003),
                0.02,
                0.1,
                automatic,
                targetEntropy,
                2,
                10,
                "dense(16) > relu > dense(16) > relu");
    }

    private double temperature(boolean automatic, double targetEntropy) {
        SerialTraining training = new SerialTraining(
                new SacDiscrete(settings(automatic, targetEntropy)), this::environment, 400, 1, Cores.SERIAL);
        double[] last = new double[1];
        for (int round = 0; round < 50; round++) {
            training.learner().update(training.gather(), (name, value) -> {
                if (name.equals("policy/temperature")) {
                    last[0] = value;
                }
            });
        }
        assertThat(training.learner().updates()).isEqualTo(96);
        return last[0];
    }

    @Test
    void theTemperatureFollowsTheWantedEntropyWhereItMay() {
        assertThat(temperature(true, 1)).isGreaterThan(0.11); // never quite reached: ever more is paid for it
        assertThat(temperature(true, 0)).isLessThan(0.09);
        assertThat(temperature(false, 1)).isEqualTo(StrictMath.exp((float) StrictMath.log(0.1)));
    }

    @Test
    void learningBeginsWhenItShould() {
        SerialTraining training = training(1, Cores.SERIAL);
        training.learner().update(training.gather(), MetricSink.NONE);
        training.learner().update(training.gather(), MetricSink.NONE);
        assertThat(training.learner().updates()).isZero(); // 16 steps
        training.learner().update(training.gather(), MetricSink.NONE);
        assertThat(training.learner().updates()).isEqualTo(2);
    }

    @Test
    void refusesRealActionsAndBadSettings() {
        TaskSpec task = new TaskSpec(new Discrete(2), Box.uniform(-1, 1, 2), false, 10);
        assertThatThrownBy(() -> algorithm().policy(task, Seeds.of(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("must be discrete for sac-discrete. Maybe use ppo.");
        assertThatThrownBy(() -> settings(true, 1.5))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("targetEntropy (1.5) must be from 0.0 to 1.0. Maybe use 0.5.");
    }
}
