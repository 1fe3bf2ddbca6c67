package io.espalier.algorithms.tabular;

import io.espalier.algorithms.parts.Rules;
import io.espalier.core.Box;
import io.espalier.core.Rollout;
import io.espalier.core.Space;

/**
 * TD(λ): what states are worth under whatever policy acts, from its experience alone. It chooses nothing, so it is no
 * algorithm of its own but a part beside one. λ = 0 is TD(0); λ = 1 is Monte-Carlo evaluation (every visit), made while
 * the episode goes on.
 *
 * <pre>
 *   δ = r + γ · V(s′) · (1 − terminated) − V(s)
 *   e(s) ← e(s) + 1;  V(x) ← V(x) + αₙ · δ · e(x) for all states x;  e(x) ← γ · λ · e(x)
 *   αₙ = α / (1 + n)^ω at the n-th visit of s
 * </pre>
 *
 * <p>Sutton, "Learning to predict by the methods of temporal differences", Machine Learning 3 (1988); Sutton and Barto,
 * 2nd edition, sections 6.1 and 12.2. A trace below 10⁻⁶ counts as none. Void rows, and rewards that are no numbers, are
 * left out and end the traces; blocks of one run must follow each other.
 */
public final class TdPrediction {
    private final States states;
    private final double gamma;
    private final double lambda;
    private final double learningRate;
    private final double visitExponent;
    private final float[] values;
    private final long[] visits;
    private final Traces[] traces;

    /**
     * @param observations the space of one environment's observations, discrete of any kind
     * @param environments how many environments a block has
     * @param gamma γ, 0 to 1
     * @param lambda λ, 0 to 1
     * @param learningRate α, 0 to 1
     * @param visitExponent ω, 0 to 1; 0 for no decay
     * @throws IllegalArgumentException if the space is not discrete, or with a line for each number out of range
     */
    public TdPrediction(
            Space observations,
            int environments,
            double gamma,
            double lambda,
            double learningRate,
            double visitExponent) {
        if (observations instanceof Box) {
            throw new IllegalArgumentException(
                    "observation space (" + observations.text() + ") must be discrete for a table.");
        }
        new Rules()
                .atLeast(1, "environments", environments, "Maybe use 1")
                .within(0, 1, "gamma", gamma, "Maybe use 0.99")
                .within(0, 1, "lambda", lambda, "Maybe use 0.9")
                .within(0, 1, "learningRate", learningRate, "Maybe use 0.1")
                .within(0, 1, "visitExponent", visitExponent, "Maybe use 0.7, or 0 for no decay")
                .check();
        states = new States(observations);
        this.gamma = gamma;
        this.lambda = lambda;
        this.learningRate = learningRate;
        this.visitExponent = visitExponent;
        values = new float[states.count()];
        visits = new long[values.length];
        traces = new Traces[environments];
        for (int i = 0; i < environments; i++) {
            traces[i] = new Traces(values.length);
        }
    }

    /** Learns from the next block; it must have the environments that were promised. */
    public void learn(Rollout rollout) {
        if (rollout.environments != traces.length) {
            throw new IllegalArgumentException("environments of the block (" + rollout.environments + ") must be "
                    + traces.length + ", as at the beginning.");
        }
        for (int row = 0; row < rollout.rows(); row++) {
            Traces trace = traces[row % rollout.environments];
            if (!ActionTable.usable(rollout, row)) {
                trace.clear();
                continue;
            }
            int state = states.index(rollout.observations, row * rollout.observationSize);
            int reached = states.index(rollout.reached, row * rollout.observationSize);
            double next = rollout.terminated[row] ? 0 : values[reached];
            double delta = rollout.rewards[row] + gamma * next - values[state];
            double alpha = learningRate / StrictMath.pow(1.0 + visits[state]++, visitExponent);
            trace.visit(state, false);
            trace.spread(values, alpha * delta, gamma * lambda);
            if (rollout.last(row)) {
                trace.clear();
            }
        }
    }

    /** V of each state, a copy, [states]; several components of an observation count as digits, the last fastest. */
    public float[] values() {
        return values.clone();
    }
}
