package io.espalier.algorithms.onpolicy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.espalier.core.Cores;
import io.espalier.core.MetricSink;
import io.espalier.nn.Schedule;
import io.espalier.policy.RolloutAlgorithm;
import io.espalier.testkit.AlgorithmContract;
import io.espalier.testkit.SerialTraining;
import org.junit.jupiter.api.Test;

class VTraceTest extends AlgorithmContract {
    @Override
    protected RolloutAlgorithm algorithm() {
        return new VTrace(settings(8, 10, 2, 0.95, Schedule.constant(0.005), "rmsprop(epsilon=1e-5)", 0.01));
    }

    private static VTrace.Settings settings(
            int environments, int steps, int updates, double gamma, Schedule rate, String optimizer, double entropy) {
        return new VTrace.Settings(
                environments,
                steps,
                updates,
                gamma,
                1,
                1,
                1,
                rate,
                optimizer,
                entropy,
                0.5,
                0,
                false,
                false,
                false,
                "dense(16) > tanh",
                false,
                0);
    }

    @Test
    void correctsForAPolicyThatLags() {
        Lagging lagging = new Lagging(new VTrace(settings(1, 2, 1, 0.5, Schedule.constant(1), "sgd", 0)), 2, 1);
        double[] moved = lagging.update(MetricSink.NONE);
        // w = 3/2 and 1/2, so ρ = c = 1 and 1/2
        // row 1: surprise 2 − 1; target 1 + ½·1 = 3/2; A = ½
        // row 0: surprise 1 + ½·1 − 1 = ½; target 1 + ½ + ½·1·(3/2 − 1) = 7/4; A = ½ + ½·½ = 3/4
        // policy: ½·(3/4·(¼, −¼) + ½·(−¾, ¾)) = (−3/32, 3/32); value: ½·((7/4 − 1) + (3/2 − 1)) = 5/8
        assertThat(moved).containsExactly(new double[] {-3 / 32.0, 3 / 32.0, 0.625}, within(1e-6));
    }

    @Test
    void whatWasReachedCountsOnWhereAnEpisodeWasCutOff() {
        for (boolean truncated : new boolean[] {true, false}) { // cut off, or the end of the block
            Lagging lagging = new Lagging(new VTrace(settings(1, 2, 1, 0.5, Schedule.constant(1), "sgd", 0)), 2, 1);
            lagging.rollout.terminated[1] = false;
            lagging.rollout.truncated[1] = truncated;
            // row 1: surprise 2 + ½·1 − 1; target 1 + ½·3/2 = 7/4; A = 3/4
            // row 0: target 1 + ½ + ½·(7/4 − 1) = 15/8; A = ½ + 3/8 = 7/8
            assertThat(lagging.update(MetricSink.NONE))
                    .containsExactly(new double[] {-11 / 64.0, 11 / 64.0, 0.8125}, within(1e-6));
        }
    }

    @Test
    void aRolloutOfItsOwnPolicyIsTakenAsItIs() {
        Lagging lagging = new Lagging(new VTrace(settings(1, 2, 1, 0.5, Schedule.constant(1), "sgd", 0)), 2, 1);
        lagging.rollout.logProbabilities[0] = (float) StrictMath.log(0.75);
        lagging.rollout.logProbabilities[1] = (float) StrictMath.log(0.25);
        double[] moved = lagging.update(MetricSink.NONE);
        // row 1: target 2, A = 1; row 0: target 1 + ½·2 = 2, A = 1
        // ½·((¼, −¼) + (−¾, ¾)) = (−¼, ¼); ½·(1 + 1)
        assertThat(moved).containsExactly(new double[] {-0.25, 0.25, 1}, within(1e-6));
    }

    /** The second update of a rollout sees the policy that the first has made. */
    @Test
    void correctsForItsOwnFirstUpdate() {
        Lagging one = new Lagging(new VTrace(settings(1, 2, 1, 0.5, Schedule.constant(1), "sgd", 0)), 2, 1);
        Lagging two = new Lagging(new VTrace(settings(1, 2, 2, 0.5, Schedule.constant(1), "sgd", 0)), 2, 1);
        double[] first = one.update(MetricSink.NONE);
        double[] second = one.update(MetricSink.NONE);
        double[] both = two.update(MetricSink.NONE);
        for (int i = 0; i < 3; i++) {
            assertThat(both[i]).isCloseTo(first[i] + second[i], within(1e-6));
        }
        assertThat(two.learner.updates()).isEqualTo(2);
    }

    @Test
    void anInfiniteLogProbabilityIsLeftOut() {
        SerialTraining training = training(1, Cores.SERIAL);
        var rollout = training.gather();
        rollout.logProbabilities[3] = Float.NaN;
        rollout.logProbabilities[17] = Float.NEGATIVE_INFINITY;
        training.learner().update(rollout, MetricSink.NONE);
        assertThat(training.learner().updates()).isEqualTo(2);
        assertThat(training.learner().policy().weights().finite()).isTrue();
    }

    @Test
    void refusesSettingsThatCannotWorkAllAtOnce() {
        assertThatThrownBy(() -> new VTrace.Settings(
                        8,
                        10,
                        0,
                        0.9,
                        1,
                        1,
                        2,
                        Schedule.constant(0.1),
                        "sgd",
                        0,
                        0.5,
                        0,
                        false,
                        false,
                        false,
                        "tanh",
                        false,
                        0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("updates (0) must be at least 1. Maybe use 1.")
                .hasMessageContaining("cBar (2.0) must be from 0 to rhoBar (1.0)");
    }
}
