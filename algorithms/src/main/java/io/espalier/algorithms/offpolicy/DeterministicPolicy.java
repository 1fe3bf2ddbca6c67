package io.espalier.algorithms.offpolicy;

import io.espalier.algorithms.parts.Critics;
import io.espalier.algorithms.parts.Replicas;
import io.espalier.algorithms.parts.ShardedUpdate;
import io.espalier.core.RandomStream;
import io.espalier.core.ReplayBuffer;
import io.espalier.nn.FloatMath;
import io.espalier.nn.Gradients;
import io.espalier.nn.Network;
import java.util.Arrays;

/**
 * The policy's side of TD3 and DDPG. Silver et al. (2014), theorem 1; with μ the policy and μ̄ its slower copy, actions
 * scaled to −1 to 1, and ε a standard normal draw for each element:
 *
 * <pre>
 *   L  = −1/B Σᵢ Q₁(sᵢ, tanh(μ(sᵢ)))
 *   a′ = clip(tanh(μ̄(s′)) + clip(σ̃·ε, −c, c), −1, 1)      (Fujimoto et al., arXiv:1802.09477, equation 14)
 * </pre>
 */
final class DeterministicPolicy implements ShardedUpdate.Loss {
    /** Figure: sum over rows. */
    static final int VALUE = 0;

    private final ReplayBuffer.Batch batch;
    private final Critics critics;
    private final Network network;
    private final Network target;
    private final int size;
    private final float deviation;
    private final float most;
    private final int shardRows;
    private final Replicas targets;
    private final float[] noise;
    private final float[][] states;
    private final float[][] actions;
    private final float[][] slopes;

    /**
     * @param network the policy, with a single output
     * @param target its slower copy
     * @param deviation σ̃
     * @param most c
     */
    DeterministicPolicy(
            Network network, Network target, ReplayBuffer.Batch batch, Critics critics, double deviation, double most) {
        this.network = network;
        this.target = target;
        this.batch = batch;
        this.critics = critics;
        this.deviation = (float) deviation;
        this.most = (float) most;
        size = network.headSize(0);
        int shards = ShardedUpdate.shards(batch.rows);
        shardRows = ShardedUpdate.shardRows(batch.rows);
        targets = new Replicas(target, shards, shardRows);
        noise = new float[batch.rows * size];
        states = new float[shards][shardRows * network.inputSize()];
        actions = new float[shards][shardRows * size];
        slopes = new float[shards][shardRows * size];
    }

    /** Draws the noise of one round; nothing if there is none. */
    void begin(RandomStream random) {
        if (deviation > 0) {
            for (int i = 0; i < noise.length; i++) {
                float drawn = deviation * (float) random.nextGaussian();
                noise[i] = Math.max(-most, Math.min(most, drawn));
            }
        }
    }

    /** As {@link Critics.NextActions}, without a bonus. */
    void next(int shard, int from, int rows, float[] reached, float[] into, float[] bonus) {
        Network slower = targets.take();
        slower.forward(reached, 0, rows);
        float[] outputs = slower.output(0);
        Arrays.fill(bonus, 0, rows, 0);
        for (int j = 0; j < rows * size; j++) {
            into[j] = Math.max(-1, Math.min(1, FloatMath.tanh(outputs[j]) + noise[from * size + j]));
        }
        targets.give(slower);
    }

    /** θ̄ ← θ̄ + τ·(θ − θ̄) for the policy. */
    void moveTarget(double rate) {
        Gradients.moveTowards(target.parameters(), network.parameters(), (float) rate, 0, target.parameterCount());
        target.parametersChanged();
    }

    @Override
    public void inputs(int shard, int from, int rows, float[] into) {
        critics.encode(batch.observations, from, rows, into);
        System.arraycopy(into, 0, states[shard], 0, rows * network.inputSize());
    }

    @Override
    public void gradients(Network replica, int from, int rows, double[] figures, int at) {
        int shard = from / shardRows;
        float[] action = actions[shard];
        float[] slope = slopes[shard];
        float[] outputs = replica.output(0);
        float[] gradient = replica.outputGradient(0);
        for (int j = 0; j < rows * size; j++) {
            action[j] = FloatMath.tanh(outputs[j]);
        }
        figures[at + VALUE] += critics.judge(shard, rows, states[shard], action, slope, true);
        for (int j = 0; j < rows * size; j++) {
            gradient[j] = -slope[j] * (1 - action[j] * action[j]) / batch.rows;
        }
    }
}
