package io.espalier.algorithms.offpolicy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.core.Box;
import io.espalier.core.Cores;
import io.espalier.core.Discrete;
import io.espalier.core.MetricSink;
import io.espalier.core.Seeds;
import io.espalier.core.State;
import io.espalier.nn.Schedule;
import io.espalier.policy.ActionHead;
import io.espalier.policy.RolloutAlgorithm;
import io.espalier.policy.TaskSpec;
import io.espalier.testkit.AlgorithmContract;
import io.espalier.testkit.SerialTraining;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DqnTest extends AlgorithmContract {
    @Override
    protected RolloutAlgorithm algorithm() {
        return new Dqn(settings(4, 2, 1, 50, 100));
    }

    @Override
    protected long environmentSteps() {
        return 6000;
    }

    @Override
    protected int rounds() {
        return 25; // 8 environment steps each: the first 100 are random
    }

    private static Dqn.Settings settings(int steps, int gradientSteps, double rate, long interval, long starts) {
        return new Dqn.Settings(
                2,
                steps,
                gradientSteps,
                48,
                2000,
                starts,
                0.99,
                Schedule.constant(0.003),
                interval,
                rate,
                Schedule.linear(1, 0.05, 0.5),
                false,
                false,
                1,
                0,
                Schedule.constant(1),
                1,
                10,
                "dense(16) > relu > dense(16) > relu");
    }

    private SerialTraining training(Dqn.Settings settings) {
        return new SerialTraining(new Dqn(settings), this::environment, 800, 1, Cores.SERIAL);
    }

    @Test
    void explorationFollowsTheBudgetAfterARandomStart() {
        SerialTraining training = training(settings(4, 1, 1, 50, 100));
        assertThat(epsilon(training)).isEqualTo(1);
        while (training.environmentStepsTaken() < 96) {
            training.learner().update(training.gather(), MetricSink.NONE);
            assertThat(epsilon(training)).isEqualTo(1);
            assertThat(training.learner().updates()).isZero();
        }
        training.learner().update(training.gather(), MetricSink.NONE);
        // after 104 of 800 steps: 1 − 0.95·(104/400)
        assertThat(epsilon(training)).isEqualTo(1 + (0.05 - 1) * (104.0 / 800 / 0.5));
        assertThat(training.learner().updates()).isEqualTo(1);
        while (training.environmentStepsTaken() < 400) {
            training.learner().update(training.gather(), MetricSink.NONE);
        }
        assertThat(epsilon(training)).isEqualTo(0.05);
    }

    private static double epsilon(SerialTraining training) {
        return ((ActionHead.EpsilonGreedy) training.learner().policy().head()).epsilon();
    }

    @Test
    void minusOneMeansAsManyUpdatesAsSteps() {
        SerialTraining training = training(settings(5, -1, 1, 50, 0));
        training.learner().update(training.gather(), MetricSink.NONE);
        assertThat(training.learner().updates()).isEqualTo(10);
    }

    @Test
    void theTargetIsCopiedWhenItIsDueAndNotBefore() {
        SerialTraining training = training(settings(4, 1, 1, 20, 0));
        float[] first = target(training);
        training.learner().update(training.gather(), MetricSink.NONE); // 8 steps
        training.learner().update(training.gather(), MetricSink.NONE); // 16 steps
        float[] learned = parameters(training);
        assertThat(learned).isNotEqualTo(first);
        assertThat(target(training)).containsExactly(first);
        training.learner().update(training.gather(), MetricSink.NONE); // 24 steps: copied before the update
        assertThat(target(training)).containsExactly(learned);
        assertThat(parameters(training)).isNotEqualTo(learned);
    }

    @Test
    void aSoftTargetMovesPartOfTheWay() {
        SerialTraining training = training(settings(4, 1, 0.25, 4, 0));
        float[] first = target(training);
        training.learner().update(training.gather(), MetricSink.NONE);
        assertThat(target(training)).containsExactly(first); // it moved towards what it was
        float[] learned = parameters(training);
        training.learner().update(training.gather(), MetricSink.NONE);
        float[] moved = target(training);
        for (int i = 0; i < first.length; i++) { // twice a quarter: 1 − ¾² = 7/16
            float expected = first[i] + 0.4375f * (learned[i] - first[i]);
            assertThat(moved[i]).isCloseTo(expected, org.assertj.core.api.Assertions.within(1e-6f));
        }
    }

    private static float[] target(SerialTraining training) {
        State state = new State();
        training.learner().save(state);
        return state.floats("target");
    }

    private static float[] parameters(SerialTraining training) {
        State state = new State();
        training.learner().save(state);
        return state.floats("update/parameters");
    }

    @Test
    void reportsItsFigures() {
        SerialTraining training = training(settings(4, 1, 1, 20, 0));
        Map<String, Double> metrics = new HashMap<>();
        training.learner().update(training.gather(), metrics::put);
        assertThat(metrics)
                .containsKeys("loss/value", "loss/td-error", "value/mean", "update/gradient-norm")
                .containsEntry("replay/size", 8.0)
                .containsEntry("update/learning-rate", 0.003)
                .containsEntry("update/skipped", 0.0);
    }

    @Test
    void refusesRealActionsAndBadSettings() {
        TaskSpec task = new TaskSpec(new Discrete(2), Box.uniform(-1, 1, 2), false, 10);
        assertThatThrownBy(() -> algorithm().policy(task, Seeds.of(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("must be discrete for dqn. Maybe use ppo.");
        assertThatThrownBy(() -> settings(0, -2, 2, 0, -1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("rolloutSteps (0) must be at least 1. Maybe use 4.")
                .hasMessageContaining("gradientSteps (-2)")
                .hasMessageContaining("targetRate (2.0) must be from 0.0 to 1.0.")
                .hasMessageContaining("targetInterval (0)")
                .hasMessageContaining("learningStarts (-1)");
    }
}
