package io.espalier.algorithms.parts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.espalier.core.RandomStream;
import org.junit.jupiter.api.Test;

class ConjugateGradientTest {
    private static ConjugateGradient.Matrix matrix(double[][] a) {
        return (v, into) -> {
            for (int i = 0; i < v.length; i++) {
                double sum = 0;
                for (int j = 0; j < v.length; j++) {
                    sum += a[i][j] * v[j];
                }
                into[i] = (float) sum;
            }
        };
    }

    @Test
    void twoEquationsByHand() {
        ConjugateGradient.Matrix a = matrix(new double[][] {{4, 1}, {1, 3}});
        float[] x = new float[2];
        new ConjugateGradient(2, 2, 0).solve(a, new float[] {1, 2}, x);
        // 4·(1/11) + 7/11 = 1, 1/11 + 3·(7/11) = 2
        assertThat(x).containsExactly(new float[] {1 / 11f, 7 / 11f}, within(1e-6f));
        ConjugateGradient once = new ConjugateGradient(2, 1, 1e-10);
        once.solve(a, new float[] {1, 2}, x);
        // α₀ = bᵀb / bᵀA·b = 5/20, x = (1/4, 1/2), r = (1 − 3/2, 2 − 7/4) = (−1/2, 1/4), ‖r‖²/‖b‖² = (5/16)/5
        assertThat(x).containsExactly(0.25f, 0.5f);
        assertThat(once.residual()).isCloseTo(1 / 16.0, within(1e-12));
    }

    @Test
    void solvesWhatAMatrixOfTwentyGivesIt() {
        RandomStream random = new RandomStream(5);
        int n = 20;
        double[][] b = new double[n][n];
        double[][] a = new double[n][n];
        float[] wanted = new float[n];
        for (int i = 0; i < n; i++) {
            wanted[i] = (float) random.uniform(-1, 1);
            for (int j = 0; j < n; j++) {
                b[i][j] = random.uniform(-1, 1);
            }
        }
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                for (int k = 0; k < n; k++) {
                    a[i][j] += b[k][i] * b[k][j];
                }
                a[i][j] += i == j ? 1 : 0;
            }
        }
        float[] right = new float[n];
        matrix(a).times(wanted, right);
        float[] x = new float[n];
        new ConjugateGradient(n, 40, 1e-14).solve(matrix(a), right, x);
        assertThat(x).containsExactly(wanted, within(1e-5f));
    }

    @Test
    void endsWhereTheMatrixIsNotPositiveAndForNothing() {
        float[] x = {9, 9};
        ConjugateGradient solver = new ConjugateGradient(2, 5, 1e-10);
        solver.solve(matrix(new double[][] {{-1, 0}, {0, -1}}), new float[] {1, 1}, x);
        assertThat(x).containsExactly(0, 0);
        solver.solve(matrix(new double[][] {{1, 0}, {0, 1}}), new float[2], x);
        assertThat(x).containsExactly(0, 0);
        assertThat(solver.residual()).isZero();
    }
}
