package io.espalier.algorithms.parts;

import io.espalier.core.Cores;
import io.espalier.core.Returns;
import io.espalier.core.Rollout;
import io.espalier.policy.Policy;
import io.espalier.policy.PolicySession;
import io.espalier.policy.TaskSpec;
import org.jspecify.annotations.Nullable;

/**
 * A rollout made ready for policy gradients: observations as the network reads them, advantages, and targets for the
 * value. Rows that are void (discarded, or with a reward or value that is not finite) are left out: they are no
 * part of {@link #fill minibatches}, and no trace runs across them.
 *
 * <p>Advantages are generalised ones ({@link Returns#gae}); the target of the value is Rₜ = Aₜ + v(sₜ). Where an episode
 * goes on, the value of what was reached is that of the next row, which the rollout holds; where it was cut off, and
 * after the last row, it is computed here. Where the policy that learns is not the one that acted, {@link #correct} puts
 * V-trace's in their place.
 */
public final class OnPolicyBatch {
    private static final int CHUNK = 128;
    private static final boolean[] NO_FLAGS = {};

    private final Cores cores;
    private final double gamma;
    private final double lambda;
    private final int inputSize;
    private final float[] inputs;
    private final float[] advantages;
    private final float[] returns;
    private final double[] rewards;
    private final double[] estimates;
    private final double[] targets;
    private final float[] nextValues;
    private final boolean[] skipped;
    private final int[] wanted;
    private final PolicySession[] sessions;
    private final float[][] reached;
    private final float[][] values;
    private final Cores.Task encodeTask = this::encode;
    private final Cores.Task valueTask = this::values;
    private final @Nullable RewardNormalizer rewardNormalizer;
    private final @Nullable Unrolling unrolling;

    private Rollout rollout;
    private int wantedCount;

    /**
     * @param rows of each rollout
     * @param policy of the structure that all later ones will have
     * @param rewardNormalizer scales rewards; null to take them as they are
     */
    public OnPolicyBatch(
            TaskSpec task,
            int rows,
            Policy policy,
            double gamma,
            double lambda,
            @Nullable RewardNormalizer rewardNormalizer,
            Cores cores) {
        this(task, rows, policy, gamma, lambda, rewardNormalizer, null, cores);
    }

    /**
     * For a policy with memory.
     *
     * @param unrolling finds the values of what was reached, which depend on what was remembered
     */
    public OnPolicyBatch(
            TaskSpec task,
            int rows,
            Policy policy,
            double gamma,
            double lambda,
            @Nullable RewardNormalizer rewardNormalizer,
            @Nullable Unrolling unrolling,
            Cores cores) {
        this.unrolling = unrolling;
        this.cores = cores;
        this.gamma = gamma;
        this.lambda = lambda;
        this.rewardNormalizer = rewardNormalizer;
        inputSize = task.observationSpace().encodedSize();
        inputs = new float[Math.multiplyExact(rows, inputSize)];
        advantages = new float[rows];
        returns = new float[rows];
        rewards = new double[rows];
        estimates = new double[rows];
        targets = new double[rows];
        nextValues = new float[rows];
        skipped = new boolean[rows];
        wanted = new int[rows];
        sessions = new PolicySession[cores.count()];
        reached = new float[cores.count()][CHUNK * task.observationSpace().size()];
        values = new float[cores.count()][CHUNK];
        for (int i = 0; i < sessions.length; i++) {
            sessions[i] = policy.session(CHUNK);
        }
        rollout = new Rollout(1, 1, task.observationSpace(), task.actionSpace(), task.masked());
    }

    /**
     * Takes a rollout in.
     *
     * @param policy the one that made it
     * @throws IllegalArgumentException if the rollout has another number of rows
     */
    public void take(Rollout taken, Policy policy) {
        int rows = skipped.length;
        if (taken.rows() != rows) {
            throw new IllegalArgumentException("rollout has " + taken.rows() + " rows, not " + rows
                    + ". Maybe it was gathered with other settings than the learner's.");
        }
        rollout = taken;
        for (PolicySession session : sessions) {
            session.load(policy);
        }
        if (unrolling != null) {
            unrolling.load(policy);
        }
        cores.run((rows + CHUNK - 1) / CHUNK, encodeTask);
        takeRewards();
        estimateNext();
        for (int row = 0; row < rows; row++) {
            skipped[row] |= !Double.isFinite(rewards[row] + nextValues[row] - taken.values[row]);
        }
        Returns.Ends ends = new Returns.Ends(taken.environments, taken.terminated, taken.truncated, skipped);
        Returns.gae(ends, rewards, taken.values, nextValues, gamma, lambda, estimates);
        for (int row = 0; row < rows; row++) {
            advantages[row] = (float) estimates[row];
            returns[row] = (float) (estimates[row] + taken.values[row]);
        }
    }

    private void takeRewards() {
        for (int row = 0; row < skipped.length; row++) {
            rewards[row] = rollout.rewards[row];
            skipped[row] = rollout.discarded[row] || !Double.isFinite(rewards[row]);
        }
        if (rewardNormalizer != null) {
            for (int t = 0; t < rollout.steps; t++) {
                rewardNormalizer.step(rewards, rollout, skipped, t * rollout.environments);
            }
        }
    }

    private void estimateNext() {
        wantedCount = 0;
        boolean[] needed = unrolling == null ? NO_FLAGS : unrolling.needed();
        for (int row = 0; row < skipped.length; row++) {
            int following = row + rollout.environments;
            boolean need = false;
            if (rollout.terminated[row] || skipped[row]) {
                nextValues[row] = 0;
            } else if (rollout.truncated[row] || following >= skipped.length) {
                wanted[wantedCount++] = row;
                need = true;
            } else {
                nextValues[row] = rollout.values[following];
            }
            if (unrolling != null) {
                needed[row] = need;
            }
        }
        if (unrolling != null) {
            unrolling.run(rollout, nextValues);
        } else {
            cores.run((wantedCount + CHUNK - 1) / CHUNK, valueTask);
        }
    }

    private void encode(int chunk, int thread) {
        int from = chunk * CHUNK;
        int rows = Math.min(CHUNK, rollout.rows() - from);
        sessions[thread].encode(rollout.observations, from * rollout.observationSize, rows, inputs, from * inputSize);
    }

    private void values(int chunk, int thread) {
        int from = chunk * CHUNK;
        int rows = Math.min(CHUNK, wantedCount - from);
        gatherReached(from, rows, thread);
        sessions[thread].values(reached[thread], 0, rows, values[thread], 0);
        for (int i = 0; i < rows; i++) {
            nextValues[wanted[from + i]] = values[thread][i];
        }
    }

    /** Whether a row may not be learned from. */
    public boolean skips(int row) {
        return skipped[row];
    }

    /**
     * Puts V-trace's advantages and targets ({@link Returns#vTrace}) in place of the generalised ones, for a rollout made by
     * a policy other than the one that learns. Rows of which something is not finite are left out from now on.
     *
     * @param logProbabilities [rows]: ln π(aₜ|sₜ) of the policy towards which is corrected; those of the one that acted are
     *     in the rollout
     * @param now has the values by the policy that learns
     * @param lambda weight of longer traces, 0 to 1
     * @param rhoBar the largest weight of a step
     * @param cBar the largest weight with which a step's surprise reaches the steps before it; at most rhoBar
     */
    public void correct(float[] logProbabilities, RolloutEvaluation now, double lambda, double rhoBar, double cBar) {
        float[] acted = rollout.logProbabilities;
        for (int row = 0; row < skipped.length; row++) {
            float next = rollout.terminated[row] ? 0 : now.nextValues()[row];
            skipped[row] |= !Float.isFinite(now.values()[row] + next + logProbabilities[row] + acted[row]);
        }
        Returns.Ends ends = new Returns.Ends(rollout.environments, rollout.terminated, rollout.truncated, skipped);
        Returns.vTrace(
                ends,
                acted,
                logProbabilities,
                rewards,
                now.values(),
                now.nextValues(),
                gamma,
                lambda,
                rhoBar,
                cBar,
                targets,
                estimates);
        for (int row = 0; row < skipped.length; row++) {
            advantages[row] = (float) estimates[row];
            returns[row] = (float) targets[row];
        }
    }

    /** How many rows there are whose successor is not in the rollout: cut off, or the last. */
    int wantedCount() {
        return wantedCount;
    }

    /** Row number of the i-th of them. */
    int wanted(int i) {
        return wanted[i];
    }

    /** What some of them reached, as the network reads it. */
    void encodeReached(int from, int rows, int thread, float[] into) {
        gatherReached(from, rows, thread);
        sessions[thread].encode(reached[thread], 0, rows, into, 0);
    }

    private void gatherReached(int from, int rows, int thread) {
        int size = rollout.observationSize;
        for (int i = 0; i < rows; i++) {
            System.arraycopy(rollout.reached, wanted[from + i] * size, reached[thread], i * size, size);
        }
    }

    /** Hands all rows that may be learned from to {@code minibatches}, in row order. */
    public void fill(Minibatches minibatches) {
        minibatches.clear();
        for (int row = 0; row < rollout.rows(); row++) {
            if (!skipped[row]) {
                minibatches.add(row);
            }
        }
    }

    /** Writes all rows that may be learned from, in row order, and returns how many they are. */
    public int rows(int[] into) {
        int count = 0;
        for (int row = 0; row < rollout.rows(); row++) {
            if (!skipped[row]) {
                into[count++] = row;
            }
        }
        return count;
    }

    /** Floats of one network input. */
    public int inputSize() {
        return inputSize;
    }

    /** [rows, input size]: observations as the network reads them. */
    public float[] inputs() {
        return inputs;
    }

    /** [rows]: Aₜ. */
    public float[] advantages() {
        return advantages;
    }

    /** [rows]: Rₜ. */
    public float[] returns() {
        return returns;
    }

    /** The rollout that was taken in. */
    public Rollout rollout() {
        return rollout;
    }

    /** 1 − Var(R − v)/Var(R) over the rows that count: how much of the targets the acting policy's values knew. */
    public double explainedVariance() {
        double sum = 0;
        double errorSum = 0;
        int count = 0;
        for (int row = 0; row < rollout.rows(); row++) {
            if (!skipped[row]) {
                sum += returns[row];
                errorSum += returns[row] - rollout.values[row];
                count++;
            }
        }
        double squares = 0;
        double errorSquares = 0;
        for (int row = 0; row < rollout.rows(); row++) {
            if (!skipped[row]) {
                double difference = returns[row] - sum / count;
                double error = returns[row] - rollout.values[row] - errorSum / count;
                squares += difference * difference;
                errorSquares += error * error;
            }
        }
        return squares == 0 ? Double.NaN : 1 - errorSquares / squares;
    }
}
