package io.espalier.algorithms.offpolicy;

import io.espalier.algorithms.parts.Critics;
import io.espalier.algorithms.parts.Minibatches;
import io.espalier.algorithms.parts.ShardedUpdate;
import io.espalier.core.Cores;
import io.espalier.core.Returns;
import io.espalier.core.Rollout;
import io.espalier.core.Space;
import io.espalier.nn.Network;
import io.espalier.policy.TaskSpec;
import java.util.Arrays;

/**
 * The targets and the loss of PQN (Gallici et al., arXiv:2407.04811, algorithm 1; Q(λ) of Peng and Williams). With the
 * network Q that acted, over a block of steps t of each environment:
 *
 * <pre>
 *   vₜ₊₁ = max over allowed a of Q(s′ₜ, a)                      s′ₜ what step t reached
 *   Gₜ   = rₜ + γ · goesOnₜ · (joinedₜ ? (1 − λ) · vₜ₊₁ + λ · Gₜ₊₁ : vₜ₊₁)
 *   L    = 1/B Σᵢ (Q(sᵢ, aᵢ) − Gᵢ)²                             over the rows of a minibatch
 * </pre>
 *
 * <p>Rows that are void (discarded, or with a reward or value that is not finite) are left out, and no trace runs across
 * them.
 */
final class QLambda implements ShardedUpdate.Loss {
    /** Figures: sums over rows. */
    static final int LOSS = 0, VALUE = 1;

    private static final int CHUNK = 128;

    private final Space space;
    private final int width;
    private final int actions;
    private final double gamma;
    private final double lambda;
    private final Cores cores;
    private final Network[] judges;
    private final float[][] reached;
    private final float[] nextValues;
    private final double[] rewards;
    private final double[] returns;
    private final boolean[] skipped;
    private final Cores.Task judgeTask = this::judge;

    private Rollout rollout;
    private int[] rows = new int[0];
    private int first;
    private int count;

    /**
     * @param network Q
     * @param blockRows rows of each rollout
     */
    QLambda(TaskSpec task, Network network, int blockRows, double gamma, double lambda, Cores cores) {
        this.gamma = gamma;
        this.lambda = lambda;
        this.cores = cores;
        space = task.observationSpace();
        width = space.encodedSize();
        actions = network.headSize(0);
        judges = Critics.replicas(network, cores.count(), CHUNK);
        reached = new float[cores.count()][CHUNK * width];
        nextValues = new float[blockRows];
        rewards = new double[blockRows];
        returns = new double[blockRows];
        skipped = new boolean[blockRows];
        rollout = new Rollout(1, 1, task.observationSpace(), task.actionSpace(), task.masked());
    }

    /** Computes the targets of a rollout, and hands the rows that may be learned from to {@code minibatches}. */
    void take(Rollout taken, Minibatches minibatches) {
        rollout = taken;
        cores.run((taken.rows() + CHUNK - 1) / CHUNK, judgeTask);
        minibatches.clear();
        for (int row = 0; row < taken.rows(); row++) {
            rewards[row] = taken.rewards[row];
            boolean finite = Double.isFinite(rewards[row] + (taken.terminated[row] ? 0 : nextValues[row]));
            skipped[row] = taken.discarded[row] || !finite;
            if (!skipped[row]) {
                minibatches.add(row);
            }
        }
        Returns.Ends ends = new Returns.Ends(taken.environments, taken.terminated, taken.truncated, skipped);
        Returns.tdLambda(ends, rewards, nextValues, gamma, lambda, returns);
    }

    private void judge(int chunk, int thread) {
        int from = chunk * CHUNK;
        int number = Math.min(CHUNK, rollout.rows() - from);
        for (int i = 0; i < number; i++) {
            space.encode(rollout.reached, (from + i) * space.size(), reached[thread], i * width);
        }
        judges[thread].forward(reached[thread], 0, number);
        float[] values = judges[thread].output(0);
        for (int i = 0; i < number; i++) {
            nextValues[from + i] = best(values, i * actions, from + i);
        }
    }

    private float best(float[] values, int at, int row) {
        boolean masked = rollout.maskSize > 0;
        float best = Float.NEGATIVE_INFINITY;
        for (int action = 0; action < actions; action++) {
            boolean allowed = !masked || rollout.reachedMasks[row * actions + action];
            best = allowed ? Math.max(best, values[at + action]) : best;
        }
        // Where nothing is allowed, as in some last states, nothing more is to be had.
        return best == Float.NEGATIVE_INFINITY ? 0 : best;
    }

    /** [T, N]: the targets of the rollout taken last. */
    double[] returns() {
        return returns;
    }

    /** Says which of the rollout's rows are the next minibatch. */
    void minibatch(int[] order, int from, int to) {
        rows = order;
        first = from;
        count = to - from;
    }

    @Override
    public void inputs(int shard, int from, int number, float[] into) {
        for (int i = 0; i < number; i++) {
            space.encode(rollout.observations, rows[first + from + i] * space.size(), into, i * width);
        }
    }

    @Override
    public void gradients(Network network, int from, int number, double[] figures, int at) {
        float[] values = network.output(0);
        float[] gradient = network.outputGradient(0);
        Arrays.fill(gradient, 0, number * actions, 0);
        for (int i = 0; i < number; i++) {
            int row = rows[first + from + i];
            int taken = i * actions + (int) rollout.actions[row];
            float error = values[taken] - (float) returns[row];
            gradient[taken] = 2 * error / count;
            figures[at + LOSS] += error * error;
            figures[at + VALUE] += values[taken];
        }
    }
}
