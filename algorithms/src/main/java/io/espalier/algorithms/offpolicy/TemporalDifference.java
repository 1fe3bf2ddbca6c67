package io.espalier.algorithms.offpolicy;

import io.espalier.algorithms.parts.ShardedUpdate;
import io.espalier.core.ReplayBuffer;
import io.espalier.core.Space;
import io.espalier.nn.Losses;
import io.espalier.nn.Network;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The loss of deep Q-learning. Over the B sampled rows i, with R the sum of up to n rewards, s′ what the last of those
 * steps reached, Γ the discount of its value (γᵐ after m steps, 0 where the task ended), w the importance weight, Q the
 * network and Q̄ its slower copy:
 *
 * <pre>
 *   yᵢ = Rᵢ + Γᵢ · maxₐ Q̄(s′ᵢ, a)                    (Mnih et al. 2015)
 *   yᵢ = Rᵢ + Γᵢ · Q̄(s′ᵢ, argmaxₐ Q(s′ᵢ, a))         (double: van Hasselt et al., arXiv:1509.06461, equation 4)
 *   L  = 1/B Σᵢ wᵢ · huber(Q(sᵢ, aᵢ) − yᵢ)
 * </pre>
 *
 * <p>Both maxima are over the actions allowed in s′.
 */
final class TemporalDifference implements ShardedUpdate.Loss {
    /** Figures: sums over rows. */
    static final int LOSS = 0, VALUE = 1, ERROR = 2;

    private final ReplayBuffer buffer;
    private final ReplayBuffer.Batch batch;
    private final Space space;
    private final int actions;
    private final float huberDelta;
    private final Network[] targets;
    private final Network[] choosers;
    private final float[][] reached;
    private final float[] wanted;
    private final double[] errors;

    /**
     * @param network Q
     * @param target Q̄
     * @param space of observations
     */
    TemporalDifference(
            Dqn.Settings settings,
            ReplayBuffer buffer,
            ReplayBuffer.Batch batch,
            Network network,
            Network target,
            Space space) {
        this.buffer = buffer;
        this.batch = batch;
        this.space = space;
        actions = network.headSize(0);
        huberDelta = (float) settings.huberDelta();
        int shards = ShardedUpdate.shards(batch.rows);
        int rows = ShardedUpdate.shardRows(batch.rows);
        targets = replicas(target, shards, rows);
        choosers = settings.doubleTargets() ? replicas(network, shards, rows) : new Network[0];
        reached = new float[shards][rows * network.inputSize()];
        wanted = new float[batch.rows];
        errors = new double[batch.rows];
    }

    private static Network[] replicas(Network network, int count, int rows) {
        List<Network> made = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            made.add(network.replica(rows));
        }
        return made.toArray(new Network[0]);
    }

    /** [B]: Q(sᵢ, aᵢ) − yᵢ of the last update. */
    double[] errors() {
        return errors;
    }

    @Override
    public void inputs(int shard, int from, int rows, float[] into) {
        buffer.gather(batch, from, from + rows);
        encode(batch.reached, from, rows, reached[shard]);
        targets[shard].forward(reached[shard], 0, rows);
        float[] values = targets[shard].output(0);
        float[] chosenBy = values;
        if (choosers.length > 0) {
            choosers[shard].forward(reached[shard], 0, rows);
            chosenBy = choosers[shard].output(0);
        }
        for (int i = 0; i < rows; i++) {
            int row = from + i;
            float next = values[i * actions + best(chosenBy, i * actions, row)];
            // what ends the task counts 0 even where the target is infinite
            double ahead = batch.discounts[row] == 0 ? 0 : batch.discounts[row] * next;
            wanted[row] = (float) (batch.rewards[row] + ahead);
        }
        encode(batch.observations, from, rows, into);
    }

    private int best(float[] values, int at, int row) {
        boolean masked = batch.reachedMasks.length > 0;
        int best = -1;
        for (int action = 0; action < actions; action++) {
            boolean allowed = !masked || batch.reachedMasks[row * actions + action];
            if (allowed && (best < 0 || values[at + action] > values[at + best])) {
                best = action;
            }
        }
        return Math.max(best, 0);
    }

    private void encode(float[] observations, int from, int rows, float[] into) {
        int size = space.size();
        int width = space.encodedSize();
        for (int i = 0; i < rows; i++) {
            space.encode(observations, (from + i) * size, into, i * width);
        }
    }

    @Override
    public void gradients(Network network, int from, int rows, double[] figures, int at) {
        float[] values = network.output(0);
        float[] gradient = network.outputGradient(0);
        Arrays.fill(gradient, 0, rows * actions, 0);
        for (int i = 0; i < rows; i++) {
            int row = from + i;
            int taken = i * actions + (int) batch.actions[row];
            float error = values[taken] - wanted[row];
            boolean squared = huberDelta == 0;
            float slope = squared ? 2 * error : Losses.huberGradient(error, huberDelta);
            gradient[taken] = batch.weights[row] * slope / batch.rows;
            errors[row] = error;
            figures[at + LOSS] += batch.weights[row] * (squared ? error * error : Losses.huber(error, huberDelta));
            figures[at + VALUE] += values[taken];
            figures[at + ERROR] += Math.abs(error);
        }
    }
}
