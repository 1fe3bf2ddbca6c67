package io.espalier.algorithms.tabular;

import io.espalier.algorithms.parts.ActorCritic;
import io.espalier.algorithms.parts.Rules;
import io.espalier.core.Box;
import io.espalier.core.Discrete;
import io.espalier.core.Rollout;
import io.espalier.core.Seeds;
import io.espalier.core.Space;
import io.espalier.core.State;
import io.espalier.nn.Initializer;
import io.espalier.nn.NetworkSpec;
import io.espalier.nn.Schedule;
import io.espalier.policy.ActionHead;
import io.espalier.policy.Policy;
import io.espalier.policy.TaskSpec;
import java.util.Arrays;

/**
 * One number for every pair of state and action, and how often each pair was learned from. Pair {@code state * actions +
 * action} is the weight of that number in the policy's network.
 */
final class ActionTable {
    /** Q, by pair. */
    final float[] values;
    /** How often each pair was learned from. */
    final long[] visits;

    final int actions;
    private final TaskSpec task;
    private final States states;
    private long learned;
    private double errors;
    private double stepSizes;

    ActionTable(TaskSpec task, Policy initial) {
        this.task = task;
        states = new States(task.observationSpace());
        actions = task.actionSpace().choices();
        values = new float[initial.weights().size()];
        visits = new long[values.length];
        initial.weights().copyInto(values);
    }

    /** The policy before any learning, every pair worth the same. */
    static Policy policy(TaskSpec task, double initialValue, Schedule epsilon, Seeds seeds) {
        requireDiscrete(task);
        NetworkSpec table = new NetworkSpec.Embedding(
                new States(task.observationSpace()).count(),
                task.actionSpace().choices(),
                Initializer.constant(initialValue));
        return ActorCritic.policy(task, table, new ActionHead.Tabular(epsilon.at(0)), seeds);
    }

    private static void requireDiscrete(TaskSpec task) {
        Space observations = task.observationSpace();
        if (observations instanceof Box || !(task.actionSpace() instanceof Discrete)) {
            throw new IllegalArgumentException("observation space (" + observations.text()
                    + ") must be discrete and action space ("
                    + task.actionSpace().text()
                    + ") one discrete choice for a table. Maybe use dqn or ppo.");
        }
    }

    /** The rules of the settings that all tables share; more may follow before they are checked. */
    static Rules rules(
            int environments,
            int rolloutSteps,
            double gamma,
            Schedule learningRate,
            double visitExponent,
            Schedule epsilon,
            double initialValue) {
        return new Rules()
                .atLeast(1, "environments", environments, "Maybe use 1")
                .atLeast(1, "rolloutSteps", rolloutSteps, "Maybe use 1")
                .within(0, 1, "gamma", gamma, "Maybe use 0.99")
                .within(0, 1, "learningRate", learningRate, "Maybe use 0.1")
                .within(0, 1, "visitExponent", visitExponent, "Maybe use 0.7, or 0 for no decay")
                .within(0, 1, "epsilon", epsilon, "Maybe use linear(1, 0.05)")
                .within(-1e6, 1e6, "initialValue", initialValue, "Maybe use 0");
    }

    /** Whether a row may be learned from. */
    static boolean usable(Rollout rollout, int row) {
        return !rollout.discarded[row] && Double.isFinite(rollout.rewards[row]);
    }

    int states() {
        return states.count();
    }

    /** The state that was acted on. */
    int state(Rollout rollout, int row) {
        return states.index(rollout.observations, row * rollout.observationSize);
    }

    /** The state that was reached. */
    int reached(Rollout rollout, int row) {
        return states.index(rollout.reached, row * rollout.observationSize);
    }

    /** The pair of the state that was acted on and what was done. */
    int pair(Rollout rollout, int row) {
        return state(rollout, row) * actions + (int) rollout.actions[row];
    }

    /** αₙ = α / (1 + n)^ω for something learned from n times, at that environment step of the run. */
    double stepSize(Schedule rate, double exponent, long environmentStep, long n) {
        double alpha = rate.at(task.progress(environmentStep));
        return exponent > 0 ? alpha / StrictMath.pow(1.0 + n, exponent) : alpha;
    }

    /** Q(s, a) ← Q(s, a) + α · δ, counted as a visit. */
    void learn(int pair, double alpha, double delta) {
        values[pair] += (float) (alpha * delta);
        visits[pair]++;
        count(alpha, delta);
    }

    /** Counts an update that was made elsewhere. */
    void count(double alpha, double delta) {
        learned++;
        errors += Math.abs(delta);
        stepSizes += alpha;
    }

    /** maxₐ Q(s′, a) over what is allowed in the state reached. */
    double bestReached(Rollout rollout, int row) {
        return best(values, reached(rollout, row), rollout.maskSize, rollout.reachedMasks, row);
    }

    /** The largest number in a state's row of {@code table}, among actions that row {@code row} of masks allows. */
    float best(float[] table, int state, int maskSize, boolean[] masks, int row) {
        float most = Float.NEGATIVE_INFINITY;
        for (int action = 0; action < actions; action++) {
            if (maskSize == 0 || masks[row * maskSize + action]) {
                most = Math.max(most, table[state * actions + action]);
            }
        }
        return most;
    }

    /** Σₐ π(a | s′) · Q(s′, a) of the epsilon-greedy policy in the state reached; ties do not change it. */
    double expectedReached(Rollout rollout, int row, double epsilon) {
        int first = reached(rollout, row) * actions;
        double sum = 0;
        int allowed = 0;
        for (int action = 0; action < actions; action++) {
            if (rollout.maskSize == 0 || rollout.reachedMasks[row * rollout.maskSize + action]) {
                sum += values[first + action];
                allowed++;
            }
        }
        return allowed == 0 ? 0 : epsilon * sum / allowed + (1 - epsilon) * bestReached(rollout, row);
    }

    /** Updates since the last call of {@link #restart}. */
    long learned() {
        return learned;
    }

    /** The mean of |δ| since then. */
    double meanError() {
        return errors / learned;
    }

    /** The mean of α since then. */
    double meanStepSize() {
        return stepSizes / learned;
    }

    /** Begins new means. */
    void restart() {
        learned = 0;
        errors = 0;
        stepSizes = 0;
    }

    void save(State into) {
        into.put("table", values);
        into.put("visits", visits);
    }

    void load(State from) {
        System.arraycopy(from.floats("table", values.length), 0, values, 0, values.length);
        System.arraycopy(Arrays.copyOf(from.longs("visits"), visits.length), 0, visits, 0, visits.length);
    }
}
