package io.espalier.algorithms.tabular;

import io.espalier.core.FiniteMdp;
import java.util.Arrays;

/**
 * Planning on an explicit model: what policies are worth, and which is best, without any experience. Pure functions.
 *
 * <p>Symbols: s a state, a an action, P(s′, r | s, a) the model, γ the discount per step, V(s) the value of a state. What
 * follows the end of a task is worth 0. Policies are arrays [states] of actions, or [states, actions] of probabilities.
 *
 * <pre>
 *   Q(s, a) = Σ P(s′, r | s, a) · (r + γ · V(s′))
 * </pre>
 *
 * <p>Bellman (1957); Howard (1960); Sutton and Barto, 2nd edition, chapter 4. Sweeps are in place, states in order.
 */
public final class DynamicProgramming {
    /** What converges does so far sooner; what does not would go on for ever. */
    private static final int MOST_SWEEPS = 100_000;

    private DynamicProgramming() {}

    /** A policy that does not look at the clock, and what it is worth. */
    public static final class Plan {
        private final double[] values;
        private final int[] actions;
        private final int sweeps;

        private Plan(double[] values, int[] actions, int sweeps) {
            this.values = values;
            this.actions = actions;
            this.sweeps = sweeps;
        }

        /** V, a copy, [states]. */
        public double[] values() {
            return values.clone();
        }

        /** The action to take in each state, a copy, [states]. */
        public int[] actions() {
            return actions.clone();
        }

        /** How often all states were gone through. */
        public int sweeps() {
            return sweeps;
        }
    }

    /** A policy that looks at the clock. */
    public static final class TimedPlan {
        private final double[][] values;
        private final int[][] actions;

        private TimedPlan(double[][] values, int[][] actions) {
            this.values = values;
            this.actions = actions;
        }

        /** V with so many steps left, a copy, [states]. */
        public double[] values(int left) {
            return values[left].clone();
        }

        /** The best action with so many steps left, at least 1; the lowest among equals. */
        public int action(int left, int state) {
            return actions[left][state];
        }
    }

    /**
     * The value of each action in a state.
     *
     * @param values V, [states]
     * @param gamma γ, 0 to 1
     */
    public static double actionValue(FiniteMdp mdp, int state, int action, double[] values, double gamma) {
        Backup backup = new Backup(values, gamma);
        mdp.forEachOutcome(state, action, backup);
        return backup.sum;
    }

    /**
     * Policy evaluation.
     *
     * <pre>
     *   V(s) ← Σₐ π(a | s) · Q(s, a),  until no value moves by more than the tolerance
     * </pre>
     *
     * @param policy π(a | s), [states, actions]
     * @param gamma γ, 0 to 1
     * @return V, [states]
     * @throws IllegalArgumentException if shapes or gamma do not fit, or values grow without end
     */
    public static double[] policyEvaluation(FiniteMdp mdp, double[][] policy, double gamma, double tolerance) {
        require(policy.length == mdp.states() && policy[0].length == mdp.actions(), "policy");
        double[] values = new double[mdp.states()];
        evaluate(mdp, policy, values, gamma, tolerance);
        return values;
    }

    /** As above, for the policy that always takes action {@code policy[s]}. */
    public static double[] policyEvaluation(FiniteMdp mdp, int[] policy, double gamma, double tolerance) {
        return policyEvaluation(mdp, certain(mdp, policy), gamma, tolerance);
    }

    /**
     * What a policy is worth over so many steps.
     *
     * <pre>
     *   V₀(s) = 0;  Vₙ(s) = Σ P(s′, r | s, π(s)) · (r + γ · Vₙ₋₁(s′))
     * </pre>
     *
     * @param policy [states] of actions
     * @param steps at least 0
     * @return V of that many steps, [states]
     */
    public static double[] policyEvaluation(FiniteMdp mdp, int[] policy, double gamma, int steps) {
        require(policy.length == mdp.states(), "policy");
        double[] values = new double[mdp.states()];
        for (int left = 0; left < steps; left++) {
            double[] longer = new double[values.length];
            for (int s = 0; s < longer.length; s++) {
                longer[s] = actionValue(mdp, s, policy[s], values, gamma);
            }
            values = longer;
        }
        return values;
    }

    /**
     * Policy iteration (Howard): evaluates a policy, makes it greedy, until that changes nothing. Begins with action 0
     * everywhere.
     *
     * <pre>
     *   π(s) ← argmaxₐ Q(s, a)
     * </pre>
     *
     * @throws IllegalArgumentException if a policy on the way is worth minus infinity, as with γ = 1 where it never ends
     */
    public static Plan policyIteration(FiniteMdp mdp, double gamma, double tolerance) {
        int[] policy = new int[mdp.states()];
        double[] values = new double[mdp.states()];
        int sweeps = 0;
        boolean stable = false;
        while (!stable) {
            sweeps += evaluate(mdp, certain(mdp, policy), values, gamma, tolerance);
            stable = true;
            for (int s = 0; s < policy.length; s++) {
                int best = greedy(mdp, s, values, gamma);
                // Rounding must not make two equally good actions take turns.
                if (actionValue(mdp, s, best, values, gamma)
                        > actionValue(mdp, s, policy[s], values, gamma) + 2 * tolerance) {
                    policy[s] = best;
                    stable = false;
                }
            }
        }
        return new Plan(values, policy, sweeps);
    }

    /**
     * Value iteration (Bellman).
     *
     * <pre>
     *   V(s) ← maxₐ Q(s, a),  until no value moves by more than the tolerance
     * </pre>
     *
     * @throws IllegalArgumentException if gamma does not fit, or values grow without end
     */
    public static Plan valueIteration(FiniteMdp mdp, double gamma, double tolerance) {
        checkGamma(gamma);
        double[] values = new double[mdp.states()];
        int sweeps = 0;
        double change = Double.POSITIVE_INFINITY;
        while (change > tolerance) {
            change = 0;
            for (int s = 0; s < values.length; s++) {
                double now = actionValue(mdp, s, greedy(mdp, s, values, gamma), values, gamma);
                change = Math.max(change, Math.abs(now - values[s]));
                values[s] = now;
            }
            checkSweeps(++sweeps, gamma);
        }
        int[] actions = new int[values.length];
        Arrays.setAll(actions, s -> greedy(mdp, s, values, gamma));
        return new Plan(values, actions, sweeps);
    }

    /**
     * The best that can be done in so many steps, by a policy that knows how many are left: value iteration from the last
     * step backwards.
     *
     * <pre>
     *   V₀(s) = 0;  Vₙ(s) = maxₐ Σ P(s′, r | s, a) · (r + γ · Vₙ₋₁(s′))
     * </pre>
     *
     * @param steps at least 0
     */
    public static TimedPlan finiteHorizon(FiniteMdp mdp, double gamma, int steps) {
        checkGamma(gamma);
        double[][] values = new double[steps + 1][mdp.states()];
        int[][] actions = new int[steps + 1][mdp.states()];
        for (int left = 1; left <= steps; left++) {
            for (int s = 0; s < mdp.states(); s++) {
                actions[left][s] = greedy(mdp, s, values[left - 1], gamma);
                values[left][s] = actionValue(mdp, s, actions[left][s], values[left - 1], gamma);
            }
        }
        return new TimedPlan(values, actions);
    }

    /** The mean value over where episodes begin: Σ P(s₀ = s) · V(s). */
    public static double startValue(FiniteMdp mdp, double[] values) {
        double mean = 0;
        for (int s = 0; s < values.length; s++) {
            mean += mdp.startProbability(s) * values[s];
        }
        return mean;
    }

    private static int evaluate(FiniteMdp mdp, double[][] policy, double[] values, double gamma, double tolerance) {
        checkGamma(gamma);
        int sweeps = 0;
        double change = Double.POSITIVE_INFINITY;
        while (change > tolerance) {
            change = 0;
            for (int s = 0; s < values.length; s++) {
                double now = 0;
                for (int a = 0; a < mdp.actions(); a++) {
                    now += policy[s][a] == 0 ? 0 : policy[s][a] * actionValue(mdp, s, a, values, gamma);
                }
                change = Math.max(change, Math.abs(now - values[s]));
                values[s] = now;
            }
            checkSweeps(++sweeps, gamma);
        }
        return sweeps;
    }

    private static int greedy(FiniteMdp mdp, int state, double[] values, double gamma) {
        int best = 0;
        double most = Double.NEGATIVE_INFINITY;
        for (int a = 0; a < mdp.actions(); a++) {
            double worth = actionValue(mdp, state, a, values, gamma);
            if (worth > most) {
                most = worth;
                best = a;
            }
        }
        return best;
    }

    private static double[][] certain(FiniteMdp mdp, int[] policy) {
        require(policy.length == mdp.states(), "policy");
        double[][] probabilities = new double[mdp.states()][mdp.actions()];
        for (int s = 0; s < policy.length; s++) {
            probabilities[s][policy[s]] = 1;
        }
        return probabilities;
    }

    private static void require(boolean fits, String name) {
        if (!fits) {
            throw new IllegalArgumentException(name + " must have a row for each state of the process.");
        }
    }

    private static void checkGamma(double gamma) {
        if (!(gamma >= 0 && gamma <= 1)) {
            throw new IllegalArgumentException("gamma (" + gamma + ") must be from 0 to 1.");
        }
    }

    private static void checkSweeps(int sweeps, double gamma) {
        if (sweeps >= MOST_SWEEPS) {
            throw new IllegalArgumentException("values still move after " + sweeps + " sweeps with gamma (" + gamma
                    + "). Maybe a policy never ends the task: use gamma below 1, or finiteHorizon.");
        }
    }

    /** Adds up r + γ · V(s′) over outcomes. */
    private static final class Backup implements FiniteMdp.Sink {
        private final double[] values;
        private final double gamma;
        private double sum;

        Backup(double[] values, double gamma) {
            this.values = values;
            this.gamma = gamma;
        }

        @Override
        public void outcome(double probability, int next, double reward, boolean terminated) {
            sum += probability * (reward + (terminated ? 0 : gamma * values[next]));
        }
    }
}
