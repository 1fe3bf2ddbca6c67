package io.espalier.algorithms.parts;

/**
 * Solves A·x = b for a symmetric positive definite A that is known only by its products with vectors. Hestenes and
 * Stiefel (1952), as in Nocedal and Wright, "Numerical optimization", algorithm 5.2, from x = 0:
 *
 * <pre>
 *   r₀ = p₀ = b
 *   αₖ = rₖᵀrₖ / pₖᵀA·pₖ,  x += αₖ·pₖ,  rₖ₊₁ = rₖ − αₖ·A·pₖ
 *   βₖ = rₖ₊₁ᵀrₖ₊₁ / rₖᵀrₖ,  pₖ₊₁ = rₖ₊₁ + βₖ·pₖ
 * </pre>
 *
 * <p>Vectors are kept in double precision, and sums run in index order. Allocates nothing after construction.
 */
public final class ConjugateGradient {
    private final int iterations;
    private final double tolerance;
    private final double[] solution;
    private final double[] residual;
    private final double[] search;
    private final float[] asked;
    private final float[] answer;
    private double remaining;

    /** A symmetric positive definite matrix. */
    @FunctionalInterface
    public interface Matrix {
        /** Writes A·v to {@code into}, and leaves v as it is. */
        void times(float[] v, float[] into);
    }

    /**
     * @param size elements of b and x
     * @param iterations the most products with A
     * @param tolerance ends earlier once ‖r‖² is below this share of ‖b‖²
     */
    public ConjugateGradient(int size, int iterations, double tolerance) {
        this.iterations = iterations;
        this.tolerance = tolerance;
        solution = new double[size];
        residual = new double[size];
        search = new double[size];
        asked = new float[size];
        answer = new float[size];
    }

    /**
     * Solves A·x = b as far as the iterations go. Where A turns out not to be positive along a direction, or something is
     * not finite, it ends with what it has.
     *
     * @param x receives the solution
     */
    public void solve(Matrix a, float[] b, float[] x) {
        int n = solution.length;
        for (int i = 0; i < n; i++) {
            solution[i] = 0;
            residual[i] = b[i];
            search[i] = b[i];
        }
        double squares = dot(residual, residual);
        double enough = tolerance * squares;
        for (int k = 0; k < iterations && squares > enough; k++) {
            for (int i = 0; i < n; i++) {
                asked[i] = (float) search[i];
            }
            a.times(asked, answer);
            double curvature = 0;
            for (int i = 0; i < n; i++) {
                curvature += search[i] * answer[i];
            }
            if (!(curvature > 0 && curvature < Double.POSITIVE_INFINITY)) {
                break;
            }
            double alpha = squares / curvature;
            for (int i = 0; i < n; i++) {
                solution[i] += alpha * search[i];
                residual[i] -= alpha * answer[i];
            }
            double next = dot(residual, residual);
            double beta = next / squares;
            for (int i = 0; i < n; i++) {
                search[i] = residual[i] + beta * search[i];
            }
            squares = next;
        }
        for (int i = 0; i < n; i++) {
            x[i] = (float) solution[i];
        }
        remaining = enough == 0 ? 0 : squares * tolerance / enough;
    }

    /** ‖A·x − b‖² / ‖b‖² of the last solution. */
    public double residual() {
        return remaining;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
