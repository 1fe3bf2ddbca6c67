package io.espalier.core;

/**
 * Returns and advantages: pure arithmetic on time-major arrays [T, N], in double precision, nothing allocated.
 *
 * <p>Symbols: t = 0 .. T-1; rₜ the reward of step t; vₜ = values[t] the value of what was acted on; vₜ₊₁ =
 * nextValues[t] the value of what step t <em>reached</em>, before any new episode began; γ the discount.
 *
 * <p>Ends. Where the task <em>terminated</em>, vₜ₊₁ counts as 0. Where the episode was <em>truncated</em>, where the
 * block ends, and before a discarded step, vₜ₊₁ stands for all that would have followed. What follows a cut never flows
 * back over it. With
 *
 * <pre>
 *   goesOnₜ = 0 if terminatedₜ, else 1                                              (whether vₜ₊₁ counts)
 *   joinedₜ = 0 if terminatedₜ, truncatedₜ, t = T-1 or discardedₜ₊₁, else 1          (whether step t+1 follows)
 * </pre>
 *
 * <p>A discarded step gets 0 and must not be learned from. All arrays have T · N elements, that of step t and
 * environment i at {@code t * environments + i}. Results may not share an array with what they are made from.
 */
public final class Returns {
    private Returns() {}

    /** Which steps end what: a view of three arrays [T, N], which follows when they are filled again. */
    public static final class Ends {
        private final int environments;
        private final boolean[] terminated;
        private final boolean[] truncated;
        private final boolean[] discarded;

        /**
         * Looks at these arrays, each [T, N].
         *
         * @param environments N
         * @param terminated the task ended here
         * @param truncated the episode was cut off here
         * @param discarded void: the environment failed here
         * @throws IllegalArgumentException if lengths differ or are no multiple of N
         */
        public Ends(int environments, boolean[] terminated, boolean[] truncated, boolean[] discarded) {
            if (environments < 1
                    || terminated.length % environments != 0
                    || terminated.length != truncated.length
                    || terminated.length != discarded.length) {
                throw new IllegalArgumentException("terminated (" + terminated.length + "), truncated ("
                        + truncated.length + ") and discarded (" + discarded.length
                        + " flags) must have the same length, a multiple of environments (" + environments + ").");
            }
            this.environments = environments;
            this.terminated = terminated;
            this.truncated = truncated;
            this.discarded = discarded;
        }

        /** Looks at those of a rollout. */
        public static Ends of(Rollout rollout) {
            return new Ends(rollout.environments, rollout.terminated, rollout.truncated, rollout.discarded);
        }

        /** T · N. */
        public int rows() {
            return terminated.length;
        }

        /** Whether the row after, of the same environment, continues the episode of this row. */
        public boolean joined(int row) {
            int next = row + environments;
            return next < terminated.length && !terminated[row] && !truncated[row] && !discarded[next];
        }

        private void require(int length, String name) {
            if (length != terminated.length) {
                throw new IllegalArgumentException(
                        name + " (" + length + " values) must have T * N = " + terminated.length + ".");
            }
        }
    }

    /**
     * Discounted returns to the end of the episode, or to the end of the block and on by value.
     *
     * <pre>
     *   Gₜ = rₜ + γ · (joinedₜ ? Gₜ₊₁ : goesOnₜ · vₜ₊₁)
     * </pre>
     *
     * @param returns receives Gₜ
     */
    public static void discounted(Ends ends, double[] rewards, float[] nextValues, double gamma, double[] returns) {
        tdLambda(ends, rewards, nextValues, gamma, 1, returns);
    }

    /**
     * n-step returns (Sutton and Barto, 2nd edition, equation 7.1).
     *
     * <pre>
     *   Gₜ = rₜ + γ · rₜ₊₁ + ... + γᵐ⁻¹ · rₜ₊ₘ₋₁ + γᵐ · goesOnₜ₊ₘ₋₁ · vₜ₊ₘ
     *   where m ≤ n is the number of steps until the first that is not joined to the next
     * </pre>
     *
     * @param n how many rewards to look ahead, at least 1
     * @param returns receives Gₜ
     */
    public static void nStep(Ends ends, double[] rewards, float[] nextValues, double gamma, int n, double[] returns) {
        check(ends, rewards, nextValues, gamma, returns);
        if (n < 1) {
            throw new IllegalArgumentException("n (" + n + ") must be at least 1.");
        }
        for (int row = 0; row < ends.rows(); row++) {
            if (ends.discarded[row]) {
                returns[row] = 0;
                continue;
            }
            int last = row;
            int steps = 1;
            while (steps < n && ends.joined(last)) {
                last += ends.environments;
                steps++;
            }
            double sum = ends.terminated[last] ? 0 : nextValues[last];
            for (int at = last; at >= row; at -= ends.environments) {
                sum = rewards[at] + gamma * sum;
            }
            returns[row] = sum;
        }
    }

    /**
     * TD(λ) returns (Sutton and Barto, 2nd edition, equation 12.18 backwards).
     *
     * <pre>
     *   Gₜ = rₜ + γ · goesOnₜ · (joinedₜ ? (1 − λ) · vₜ₊₁ + λ · Gₜ₊₁ : vₜ₊₁)
     * </pre>
     *
     * @param lambda 0 looks one step ahead, 1 to the end
     * @param returns receives Gₜ
     */
    public static void tdLambda(
            Ends ends, double[] rewards, float[] nextValues, double gamma, double lambda, double[] returns) {
        check(ends, rewards, nextValues, gamma, returns);
        requireUnit("lambda", lambda);
        for (int row = ends.rows() - 1; row >= 0; row--) {
            double ahead = 0;
            if (ends.joined(row)) {
                ahead = (1 - lambda) * nextValues[row] + lambda * returns[row + ends.environments];
            } else if (!ends.terminated[row]) {
                ahead = nextValues[row];
            }
            returns[row] = ends.discarded[row] ? 0 : rewards[row] + gamma * ahead;
        }
    }

    /**
     * Generalised advantage estimation (Schulman et al. 2016, https://arxiv.org/abs/1506.02438, equations 11 to 16).
     *
     * <pre>
     *   δₜ = rₜ + γ · goesOnₜ · vₜ₊₁ − vₜ
     *   Aₜ = δₜ + γ · λ · joinedₜ · Aₜ₊₁
     * </pre>
     *
     * @param lambda 0 gives δ, 1 the discounted return less the value
     * @param advantages receives Aₜ; the target of the value function is Aₜ + vₜ
     */
    public static void gae(
            Ends ends,
            double[] rewards,
            float[] values,
            float[] nextValues,
            double gamma,
            double lambda,
            double[] advantages) {
        check(ends, rewards, nextValues, gamma, advantages);
        ends.require(values.length, "values");
        requireUnit("lambda", lambda);
        for (int row = ends.rows() - 1; row >= 0; row--) {
            double delta = rewards[row] + (ends.terminated[row] ? 0 : gamma * nextValues[row]) - values[row];
            double next = ends.joined(row) ? advantages[row + ends.environments] : 0;
            advantages[row] = ends.discarded[row] ? 0 : delta + gamma * lambda * next;
        }
    }

    /**
     * V-trace (Espeholt et al. 2018, https://arxiv.org/abs/1802.01561, equation 1 in the recursive form of remark 1, with
     * the λ of remark 2).
     *
     * <pre>
     *   wₜ = π(aₜ) / μ(aₜ),  ρₜ = min(ρ̄, wₜ),  cₜ = λ · min(c̄, wₜ)
     *   δₜ = ρₜ · (rₜ + γ · goesOnₜ · vₜ₊₁ − vₜ)
     *   targetₜ = vₜ + δₜ + γ · cₜ · joinedₜ · (targetₜ₊₁ − vₜ₊₁)
     *   Aₜ = ρₜ · (rₜ + γ · goesOnₜ · (joinedₜ ? targetₜ₊₁ : vₜ₊₁) − vₜ)
     * </pre>
     *
     * @param actedLogProbabilities log μ(aₜ): under the policy that acted
     * @param logProbabilities log π(aₜ): under the policy that learns
     * @param values vₜ by the policy that learns
     * @param nextValues vₜ₊₁ by the policy that learns
     * @param rhoBar ρ̄, decides what the targets converge to
     * @param cBar c̄ ≤ ρ̄, decides how fast
     * @param targets receives the value function's targets
     * @param advantages receives Aₜ, the weight of the policy gradient at step t
     */
    public static void vTrace(
            Ends ends,
            float[] actedLogProbabilities,
            float[] logProbabilities,
            double[] rewards,
            float[] values,
            float[] nextValues,
            double gamma,
            double lambda,
            double rhoBar,
            double cBar,
            double[] targets,
            double[] advantages) {
        check(ends, rewards, nextValues, gamma, targets);
        ends.require(values.length, "values");
        ends.require(actedLogProbabilities.length, "actedLogProbabilities");
        ends.require(logProbabilities.length, "logProbabilities");
        ends.require(advantages.length, "advantages");
        requireUnit("lambda", lambda);
        if (!(cBar >= 0 && cBar <= rhoBar)) {
            throw new IllegalArgumentException("cBar (" + cBar + ") must be from 0 to rhoBar (" + rhoBar + ").");
        }
        for (int row = ends.rows() - 1; row >= 0; row--) {
            if (ends.discarded[row]) {
                targets[row] = 0;
                advantages[row] = 0;
                continue;
            }
            double ratio = StrictMath.exp((double) logProbabilities[row] - actedLogProbabilities[row]);
            double rho = Math.min(rhoBar, ratio);
            double c = lambda * Math.min(cBar, ratio);
            double ahead = ends.terminated[row] ? 0 : nextValues[row];
            double surprise = rewards[row] + gamma * ahead - values[row];
            double correction = ends.joined(row) ? targets[row + ends.environments] - ahead : 0;
            targets[row] = values[row] + rho * surprise + gamma * c * correction;
            advantages[row] = rho * (surprise + gamma * correction);
        }
    }

    private static void check(Ends ends, double[] rewards, float[] nextValues, double gamma, double[] into) {
        ends.require(rewards.length, "rewards");
        ends.require(nextValues.length, "nextValues");
        ends.require(into.length, "the result");
        requireUnit("gamma", gamma);
    }

    private static void requireUnit(String name, double value) {
        if (!(value >= 0 && value <= 1)) {
            throw new IllegalArgumentException(name + " (" + value + ") must be from 0 to 1.");
        }
    }
}
