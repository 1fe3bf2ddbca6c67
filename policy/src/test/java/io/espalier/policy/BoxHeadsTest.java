package io.espalier.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.espalier.core.Box;
import io.espalier.core.RandomStream;
import io.espalier.core.Space;
import io.espalier.nn.Losses;
import org.junit.jupiter.api.Test;

/** Diagonal Gaussian and deterministic heads. */
class BoxHeadsTest {
    private static final boolean[] ALL = new boolean[0];
    private static final Space BOX = Box.of(new float[] {-1, -2}, new float[] {1, 2});
    private static final double HALF_LOG_TWO_PI = 0.5 * StrictMath.log(2 * Math.PI);

    /** Means, then logarithms of standard deviations. */
    private static Policy gaussian(float... outputs) {
        return Policies.constant(
                BOX, new ActionHead.DiagonalGaussian(), "heads(policy: constant(2), logStd: constant(2))", outputs);
    }

    @Test
    void greedyIsTheMeanWithItsDensity() {
        // By hand: at the mean z = 0, so ln p = −Σ(ln σ + ½·ln 2π) = −(ln 1 + ln 2) − ln 2π
        float[] actions = new float[2];
        float[] log = new float[1];
        Policy policy = gaussian(0.5f, 3, 0, (float) StrictMath.log(2));
        policy.session(1)
                .act(new float[1], 0, 1, ALL, 0, new RandomStream[0], 0, true, actions, 0, log, new float[0], 0);
        assertThat(actions).containsExactly(0.5f, 3);
        assertThat(log[0]).isEqualTo((float) -(StrictMath.log(2) + 2 * HALF_LOG_TWO_PI), within(1e-6f));
        // Cut to the box only on its way out.
        assertThat(policy.act(new float[1])).containsExactly(0.5f, 2);
    }

    @Test
    void samplesHaveTheMomentsOfTheDistribution() {
        int rows = 20_000;
        RandomStream[] streams = new RandomStream[rows];
        for (int i = 0; i < rows; i++) {
            streams[i] = new RandomStream(i);
        }
        float[] actions = new float[rows * 2];
        float[] logs = new float[rows];
        gaussian(0.5f, 3, 0, (float) StrictMath.log(2))
                .session(100)
                .act(new float[rows], 0, rows, ALL, 0, streams, 0, false, actions, 0, logs, new float[0], 0);
        double[] sum = new double[2];
        double[] squares = new double[2];
        for (int i = 0; i < actions.length; i++) {
            double centred = actions[i] - (i % 2 == 0 ? 0.5 : 3);
            sum[i % 2] += centred;
            squares[i % 2] += centred * centred;
        }
        // Four standard errors: 4σ/√n = 0.028σ for the mean, 4σ²·√(2/n) = 0.04σ² for the variance
        assertThat(sum[0] / rows).isEqualTo(0, within(0.028));
        assertThat(sum[1] / rows).isEqualTo(0, within(0.057));
        assertThat(squares[0] / rows).isEqualTo(1, within(0.04));
        assertThat(squares[1] / rows).isEqualTo(4, within(0.16));
        for (int i = 0; i < rows; i++) {
            assertThat(streams[i].drawn()).isEqualTo(4);
            // What a learner computes from the recorded action:
            float again = Losses.gaussianLogProbability(
                    new float[] {0.5f, 3}, 0, new float[] {0, (float) StrictMath.log(2)}, 0, actions, i * 2, 2);
            assertThat(Float.floatToRawIntBits(logs[i])).isEqualTo(Float.floatToRawIntBits(again));
        }
    }

    @Test
    void deterministicIsTheOutputItself() {
        Policy policy = Policies.constant(BOX, new ActionHead.Deterministic(), "heads(policy: constant(2))", 0.25f, -7);
        float[] actions = new float[2];
        float[] log = {9};
        policy.session(1)
                .act(new float[1], 0, 1, ALL, 0, new RandomStream[0], 0, false, actions, 0, log, new float[0], 0);
        assertThat(actions).containsExactly(0.25f, -7);
        assertThat(log).containsExactly(0);
        assertThat(policy.act(new float[1])).containsExactly(0.25f, -2);
    }

    private static Policy squashed(float... outputs) {
        return Policies.constant(
                Box.of(new float[] {-2, 0}, new float[] {2, 10}),
                new ActionHead.SquashedGaussian(),
                "heads(policy: constant(2), logStd: constant(2))",
                outputs);
    }

    @Test
    void aSquashedMeanIsScaledIntoTheBox() {
        float[] actions = new float[2];
        float[] log = new float[1];
        squashed(0.5f, 0, 0, (float) StrictMath.log(2))
                .session(1)
                .act(new float[1], 0, 1, ALL, 0, new RandomStream[0], 0, true, actions, 0, log, new float[0], 0);
        // 0 + 2·tanh(0.5); 5 + 5·tanh(0)
        assertThat(actions[0]).isEqualTo((float) (2 * StrictMath.tanh(0.5)), within(1e-6f));
        assertThat(actions[1]).isEqualTo(5);
        // ln N = −ln 1 − ln 2 − ln 2π; less ln(1 − tanh²(0.5)) + ln(1 − 0) and ln 2 + ln 5
        double derivative = 1 - StrictMath.pow(StrictMath.tanh(0.5), 2);
        double expected = -StrictMath.log(2) - 2 * HALF_LOG_TWO_PI - StrictMath.log(derivative) - StrictMath.log(10);
        assertThat(log[0]).isEqualTo((float) expected, within(1e-5f));
    }

    @Test
    void theSquashedDensityIntegratesToOne() {
        // Importance weights 1/(p·width) of samples from p have mean 1 where p covers the box.
        int rows = 20_000;
        RandomStream[] streams = new RandomStream[rows];
        for (int i = 0; i < rows; i++) {
            streams[i] = new RandomStream(i);
        }
        float[] actions = new float[rows];
        float[] logs = new float[rows];
        Policies.constant(
                        Box.uniform(-2, 2, 1),
                        new ActionHead.SquashedGaussian(),
                        "heads(policy: constant(1), logStd: constant(1))",
                        0.2f,
                        0)
                .session(64)
                .act(new float[rows], 0, rows, ALL, 0, streams, 0, false, actions, 0, logs, new float[0], 0);
        double sum = 0;
        for (int i = 0; i < rows; i++) {
            sum += StrictMath.exp(-logs[i]) / 4;
            assertThat(actions[i]).isBetween(-2f, 2f);
            assertThat(streams[i].drawn()).isEqualTo(2);
        }
        assertThat(sum / rows).isEqualTo(1, within(0.03));
    }

    @Test
    void squashedActionsFarOutHaveAFiniteDensityAndStandardDeviationsAreCut() {
        float[] actions = new float[2];
        float[] log = new float[1];
        squashed(40, -40, 100, -100)
                .session(1)
                .act(new float[1], 0, 1, ALL, 0, new RandomStream[0], 0, true, actions, 0, log, new float[0], 0);
        assertThat(actions).containsExactly(2, 0);
        // −(2 − 20) − ln 2π − 2·2·(ln 2 − 40) − ln 10
        double expected = 18 - 2 * HALF_LOG_TWO_PI - 4 * (StrictMath.log(2) - 40) - StrictMath.log(10);
        assertThat(log[0]).isEqualTo((float) expected, within(1e-3f));
    }

    @Test
    void noiseOfTheSquashedDeterministicHeadIsAShareOfTheBox() {
        int rows = 10_000;
        RandomStream[] streams = new RandomStream[rows];
        for (int i = 0; i < rows; i++) {
            streams[i] = new RandomStream(i);
        }
        float[] actions = new float[rows];
        Policy policy = Policies.constant(
                Box.uniform(-2, 2, 1), new ActionHead.SquashedDeterministic(0.1), "heads(policy: constant(1))", 0.5f);
        policy.session(64)
                .act(new float[rows], 0, rows, ALL, 0, streams, 0, false, actions, 0, new float[0], new float[0], 0);
        double mean = 2 * StrictMath.tanh(0.5);
        double squares = 0;
        for (float action : actions) {
            squares += (action - mean) * (action - mean);
        }
        // σ = 0.1·2; four standard errors of the variance are 4σ²·√(2/n)
        assertThat(squares / rows).isEqualTo(0.04, within(0.0023));
        assertThat(policy.act(new float[1])[0]).isEqualTo((float) mean, within(1e-6f));
    }

    @Test
    void squashingNeedsBounds() {
        assertThatThrownBy(() -> Policies.constant(
                        Box.unbounded(1), new ActionHead.SquashedDeterministic(0), "heads(policy: constant(1))", 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("needs a box with finite bounds");
        assertThatThrownBy(() -> new ActionHead.SquashedDeterministic(-1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("noise (-1.0) must be finite and not negative.");
    }

    @Test
    void outputsThatAreNotFiniteAreRefused() {
        Policy[] policies = {
            gaussian(Float.NaN, 0, 0, 0),
            gaussian(0, 0, Float.NaN, 0),
            squashed(Float.NaN, 0, 0, 0),
            squashed(0, 0, 0, Float.NaN),
            Policies.constant(BOX, new ActionHead.Deterministic(), "heads(policy: constant(2))", 0, Float.NaN)
        };
        for (Policy policy : policies) {
            RandomStream[] streams = {new RandomStream(1)};
            assertThatThrownBy(() -> policy.session(1)
                            .act(
                                    new float[1],
                                    0,
                                    1,
                                    ALL,
                                    0,
                                    streams,
                                    0,
                                    false,
                                    new float[2],
                                    0,
                                    new float[1],
                                    new float[0],
                                    0))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("not finite. Maybe");
        }
    }
}
