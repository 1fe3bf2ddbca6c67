package io.espalier.algorithms.offpolicy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.algorithms.Aim;
import io.espalier.core.Cores;
import io.espalier.core.Environment;
import io.espalier.core.MetricSink;
import io.espalier.core.State;
import io.espalier.nn.Schedule;
import io.espalier.policy.ActionHead;
import io.espalier.policy.RolloutAlgorithm;
import io.espalier.testkit.AlgorithmContract;
import io.espalier.testkit.SerialTraining;
import org.junit.jupiter.api.Test;

class Td3Test extends AlgorithmContract {
    @Override
    protected RolloutAlgorithm algorithm() {
        return new Td3(settings(2, 0.2));
    }

    private static Td3.Settings settings(int delay, double targetNoise) {
        return new Td3.Settings(
                2,
                4,
                3,
                70,
                4000,
                40,
                0.5,
                Schedule.constant(0.005),
                0.02,
                Schedule.constant(0.2),
                delay,
                targetNoise,
                0.5,
                1,
                0,
                "dense(16) > relu");
    }

    @Override
    protected Environment environment() {
        return new Aim(0, 1);
    }

    @Override
    protected long environmentSteps() {
        return 6000;
    }

    @Override
    protected double learnedAt() {
        return -0.3;
    }

    @Override
    protected int rounds() {
        return 8;
    }

    @Test
    void thePolicyMovesWithEveryDelayedUpdate() {
        SerialTraining training =
                new SerialTraining(new Td3(settings(1000, 0)), this::environment, 1000, 1, Cores.SERIAL);
        String before = training.learner().policy().weights().digest();
        State start = new State();
        training.learner().save(start);
        for (int round = 0; round < 8; round++) {
            training.learner().update(training.gather(), MetricSink.NONE);
        }
        assertThat(training.learner().updates()).isPositive();
        assertThat(training.learner().policy().weights().digest()).isEqualTo(before);
        State end = new State();
        training.learner().save(end);
        assertThat(end.floats("target")).isEqualTo(start.floats("target"));
        assertThat(end.child("critics").floats("parameters"))
                .isNotEqualTo(start.child("critics").floats("parameters"));
    }

    @Test
    void exploresWidelyUntilItLearns() {
        SerialTraining training = training(1, Cores.SERIAL);
        assertThat(training.learner().policy().head()).isEqualTo(new ActionHead.SquashedDeterministic(1));
        while (training.environmentStepsTaken() < 40) {
            training.learner().update(training.gather(), MetricSink.NONE);
        }
        assertThat(training.learner().policy().head()).isEqualTo(new ActionHead.SquashedDeterministic(0.2));
        assertThat(training.learner().updates()).isZero();
    }

    @Test
    void refusesSettingsThatCannotWork() {
        assertThatThrownBy(() -> settings(0, -1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("policyDelay (0) must be at least 1. Maybe use 2.")
                .hasMessageContaining("targetNoise (-1.0) must be finite and not negative. Maybe use 0.2.");
    }
}
