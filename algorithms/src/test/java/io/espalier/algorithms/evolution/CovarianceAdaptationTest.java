package io.espalier.algorithms.evolution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.espalier.core.Cores;
import io.espalier.core.State;
import io.espalier.testkit.ShuffledCores;
import java.util.Arrays;
import java.util.function.ToDoubleFunction;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class CovarianceAdaptationTest {
    private static final Offset<Double> CLOSE = within(1e-12);

    private static CovarianceAdaptation at(double[] mean, double deviation, int candidates, Cores cores) {
        return new CovarianceAdaptation(mean, deviation, new CovarianceRates(mean.length, candidates), cores);
    }

    /** For n = 10 and λ = 10, from table 1 with a calculator; w₁ = 45.6 % and μ_eff = 3.2 are also what pycma prints. */
    @Test
    void weightsAndRatesAreThoseOfTheTutorial() {
        CovarianceRates rates = new CovarianceRates(10, CovarianceRates.candidates(10));
        assertThat(rates.weights).hasSize(10);
        assertThat(rates.parents).isEqualTo(5);
        assertThat(rates.weights[0]).isCloseTo(0.45627264690340597, CLOSE);
        assertThat(Arrays.stream(rates.weights, 0, 5).sum()).isCloseTo(1, CLOSE);
        // The least of 1 + c₁/c_μ = 1.6489, 1 + 2·μ_eff⁻/(μ_eff + 2) = 2.5440, (1 − c₁ − c_μ)/(n·c_μ) = 4.0811.
        assertThat(Arrays.stream(rates.weights, 5, 10).sum()).isCloseTo(-1.6489457144406465, CLOSE);
        assertThat(rates.effective).isCloseTo(3.1672992814107026, CLOSE);
        assertThat(rates.stepPath).isCloseTo(0.2844285879463675, CLOSE);
        assertThat(rates.damping).isCloseTo(1.2844285879463675, CLOSE);
        assertThat(rates.covariancePath).isCloseTo(0.29499038303562225, CLOSE);
        assertThat(rates.rankOne).isCloseTo(0.015283824524751714, CLOSE);
        assertThat(rates.rankMany).isCloseTo(0.023551776650417484, CLOSE);
        assertThat(rates.expectedNorm).isCloseTo(Math.sqrt(10) * (1 - 1 / 40.0 + 1 / 2100.0), CLOSE);
        assertThat(rates.generationsPerDecomposition).isEqualTo(1);
    }

    /**
     * Two generations in one dimension, written out line by line from figure 6 of the tutorial: one whose path is short,
     * h_σ = 1, and one whose path is long, h_σ = 0.
     */
    @Test
    void twoGenerationsByHand() {
        CovarianceAdaptation one = at(new double[] {0.5}, 2, 4, Cores.SERIAL);
        double[][] z = {{0.75}, {-0.5}, {2}, {-1}};
        double[][] y = one.stretch(z);
        assertThat(y).isDeepEqualTo(z);
        one.learn(z, y, new int[] {0, 1, 2, 3});
        assertThat(one.mean[0]).isCloseTo(1.510407149831824, CLOSE);
        assertThat(one.deviation()).isCloseTo(1.7877731107943542, CLOSE);
        assertThat(one.covariance(0, 0)).isCloseTo(0.7657945468781752, CLOSE);

        double[][] next = {{3}, {-1}, {0.25}, {-2}};
        double[][] stretched = one.stretch(next);
        assertThat(Math.abs(stretched[0][0])).isCloseTo(3 * Math.sqrt(0.7657945468781752), CLOSE);
        one.learn(next, stretched, new int[] {0, 2, 1, 3});
        assertThat(one.mean[0]).isCloseTo(5.361279983011687, CLOSE);
        assertThat(one.deviation()).isCloseTo(3.93946605149829, CLOSE);
        assertThat(one.covariance(0, 0)).isCloseTo(1.1148356931180268, CLOSE);
    }

    /** Minimises a function; how many evaluations it took to come below 1e-10. */
    private static int evaluations(CovarianceAdaptation search, int most, ToDoubleFunction<double[]> cost) {
        int candidates = search.rates.weights.length;
        Noise noise = new Noise();
        float[] drawn = new float[search.size];
        for (int g = 0; g * candidates < most; g++) {
            double[][] z = new double[candidates][search.size];
            for (int k = 0; k < candidates; k++) {
                noise.fill(Noise.seed(g, k), 0, search.size, drawn);
                for (int i = 0; i < drawn.length; i++) {
                    z[k][i] = drawn[i];
                }
            }
            double[][] y = search.stretch(z);
            double[] gain = new double[candidates];
            for (int k = 0; k < candidates; k++) {
                double[] x = search.mean.clone();
                for (int i = 0; i < x.length; i++) {
                    x[i] += search.deviation() * y[k][i];
                }
                gain[k] = -cost.applyAsDouble(x);
                if (-gain[k] < 1e-10) {
                    return (g + 1) * candidates;
                }
            }
            search.learn(z, y, Ranks.descending(gain));
        }
        return most;
    }

    private static CovarianceAdaptation standard(int size) {
        double[] mean = new double[size];
        Arrays.fill(mean, 1);
        return at(mean, 0.5, CovarianceRates.candidates(size), Cores.SERIAL);
    }

    private static double ellipsoid(double[] x) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += StrictMath.pow(1e6, i / (x.length - 1.0)) * x[i] * x[i];
        }
        return sum;
    }

    /** Turned by 45 degrees in the planes of each element and the next but three. */
    private static double turned(double[] x) {
        double[] other = x.clone();
        for (int i = 0; i < 4; i++) {
            other[i] = (x[i] - x[i + 4]) * Math.sqrt(0.5);
            other[i + 4] = (x[i] + x[i + 4]) * Math.sqrt(0.5);
        }
        return ellipsoid(other);
    }

    private static double rosenbrock(double[] x) {
        double sum = 0;
        for (int i = 0; i + 1 < x.length; i++) {
            double bend = x[i + 1] - x[i] * x[i];
            sum += 100 * bend * bend + (1 - x[i]) * (1 - x[i]);
        }
        return sum;
    }

    @Test
    void itFindsTheWayDownASphere() {
        assertThat(evaluations(
                        standard(8),
                        3000,
                        x -> Arrays.stream(x).map(each -> each * each).sum()))
                .isLessThan(3000);
    }

    /** Axes a thousand times as long as others cost a few times the sphere's evaluations; turning them costs nothing. */
    @Test
    void itLearnsTheScalesOfAnEllipsoidHoweverItIsTurned() {
        CovarianceAdaptation search = standard(8);
        assertThat(evaluations(search, 8000, CovarianceAdaptationTest::ellipsoid))
                .isLessThan(8000);
        assertThat(search.axisRatio()).isBetween(200.0, 5000.0);
        assertThat(evaluations(standard(8), 8000, CovarianceAdaptationTest::turned))
                .isLessThan(8000);
    }

    @Test
    void itFollowsTheBentValleyOfRosenbrock() {
        double[] start = new double[6];
        assertThat(evaluations(at(start, 0.1, 9, Cores.SERIAL), 15_000, CovarianceAdaptationTest::rosenbrock))
                .isLessThan(15_000);
    }

    @Test
    void threadsDoNotMatterAndWhatWasSavedGoesOnTheSame() {
        CovarianceAdaptation serial = standard(7);
        evaluations(serial, 300, CovarianceAdaptationTest::rosenbrock);
        State state = new State();
        serial.save(state);
        CovarianceAdaptation resumed = standard(7);
        resumed.load(state);
        State again = new State();
        try (ShuffledCores cores = new ShuffledCores(3, 8)) {
            double[] mean = new double[7];
            Arrays.fill(mean, 1);
            CovarianceAdaptation parallel = at(mean, 0.5, CovarianceRates.candidates(7), cores);
            evaluations(parallel, 300, CovarianceAdaptationTest::rosenbrock);
            parallel.save(again);
        }
        assertThat(again.entries()).usingRecursiveComparison().isEqualTo(state.entries());
        evaluations(serial, 300, CovarianceAdaptationTest::ellipsoid);
        evaluations(resumed, 300, CovarianceAdaptationTest::ellipsoid);
        assertThat(resumed.mean).containsExactly(serial.mean);
    }
}
