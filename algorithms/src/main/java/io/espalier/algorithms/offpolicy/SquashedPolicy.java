package io.espalier.algorithms.offpolicy;

import io.espalier.algorithms.parts.Critics;
import io.espalier.algorithms.parts.Replicas;
import io.espalier.algorithms.parts.ShardedUpdate;
import io.espalier.core.RandomStream;
import io.espalier.core.ReplayBuffer;
import io.espalier.nn.FloatMath;
import io.espalier.nn.Losses;
import io.espalier.nn.Network;

/**
 * The policy's side of SAC: sampled actions of a squashed Gaussian and its loss. Haarnoja et al., arXiv:1812.05905,
 * equation 9, with the least of the values: over the B rows i, with ε a standard normal draw for each element,
 *
 * <pre>
 *   u = μ(s) + σ(s)·ε,   a = tanh(u)
 *   ln π(a|s) = Σ [ −½·ε² − ln σ − ½·ln 2π − ln(1 − tanh²(u)) ]
 *   L = 1/B Σᵢ [ α·ln π(aᵢ|sᵢ) − minₖ Qₖ(sᵢ, aᵢ) ]
 * </pre>
 *
 * <p>Densities are those of a, the action scaled to −1 to 1.
 */
final class SquashedPolicy implements ShardedUpdate.Loss {
    /** Figures: sums over rows. */
    static final int LOG_PROBABILITY = 0, VALUE = 1;

    private static final float HALF_LOG_TWO_PI = 0.9189385f;

    private final ReplayBuffer.Batch batch;
    private final Critics critics;
    private final int size;
    private final int means;
    private final int logStds;
    private final int shardRows;
    private final Replicas actors;
    private final float[] noise;
    private final float[] nextNoise;
    private final float[][] states;
    private final float[][] actions;
    private final float[][] slopes;
    private final float[][] logs;
    private float alpha;

    /**
     * @param network the policy: outputs "policy" and "logStd"
     * @param size floats per action
     * @param critics whose values the policy climbs
     */
    SquashedPolicy(Network network, ReplayBuffer.Batch batch, int size, Critics critics) {
        this.critics = critics;
        this.batch = batch;
        this.size = size;
        means = network.head("policy");
        logStds = network.head("logStd");
        int shards = ShardedUpdate.shards(batch.rows);
        shardRows = ShardedUpdate.shardRows(batch.rows);
        actors = new Replicas(network, shards, shardRows);
        noise = new float[batch.rows * size];
        nextNoise = new float[noise.length];
        states = new float[shards][shardRows * network.inputSize()];
        actions = new float[shards][shardRows * size];
        slopes = new float[shards][shardRows * size];
        logs = new float[shards][shardRows];
    }

    /** Draws the noise of one round, and sets the temperature α. */
    void begin(RandomStream random, double temperature) {
        alpha = (float) temperature;
        for (int i = 0; i < noise.length; i++) {
            nextNoise[i] = (float) random.nextGaussian();
            noise[i] = (float) random.nextGaussian();
        }
    }

    /** As {@link Critics.NextActions}: samples; the bonus is −α·ln π. */
    void next(int shard, int from, int rows, float[] reached, float[] into, float[] bonus) {
        Network actor = actors.take();
        actor.forward(reached, 0, rows);
        sample(actor, rows, nextNoise, from, into, bonus);
        actors.give(actor);
        for (int i = 0; i < rows; i++) {
            bonus[i] *= -alpha;
        }
    }

    private void sample(Network actor, int rows, float[] draws, int from, float[] into, float[] logProbabilities) {
        float[] mean = actor.output(means);
        float[] logStd = actor.output(logStds);
        for (int i = 0; i < rows; i++) {
            float log = 0;
            for (int j = i * size; j < (i + 1) * size; j++) {
                float drawn = draws[from * size + j];
                float s = Losses.clipLogStd(logStd[j]);
                float u = mean[j] + FloatMath.exp(s) * drawn;
                into[j] = FloatMath.tanh(u);
                log -= 0.5f * drawn * drawn + s + HALF_LOG_TWO_PI + Losses.logTanhDerivative(u);
            }
            logProbabilities[i] = log;
        }
    }

    @Override
    public void inputs(int shard, int from, int rows, float[] into) {
        critics.encode(batch.observations, from, rows, into);
        System.arraycopy(into, 0, states[shard], 0, rows * (into.length / shardRows));
    }

    @Override
    public void gradients(Network network, int from, int rows, double[] figures, int at) {
        int shard = from / shardRows;
        float[] action = actions[shard];
        float[] slope = slopes[shard];
        sample(network, rows, noise, from, action, logs[shard]);
        figures[at + VALUE] += critics.judge(shard, rows, states[shard], action, slope, false);
        float[] logStd = network.output(logStds);
        float[] meanGradient = network.outputGradient(means);
        float[] logStdGradient = network.outputGradient(logStds);
        for (int i = 0; i < rows; i++) {
            figures[at + LOG_PROBABILITY] += logs[shard][i];
            for (int j = i * size; j < (i + 1) * size; j++) {
                // ∂/∂u: −α·∂ln(1 − tanh²(u))/∂u − ∂Q/∂a·(1 − a²);  ∂u/∂μ = 1, ∂u/∂ln σ = σ·ε
                float a = action[j];
                float du = alpha * 2 * a - slope[j] * (1 - a * a);
                float s = logStd[j];
                boolean free = s > -20 && s < 2;
                meanGradient[j] = du / batch.rows;
                logStdGradient[j] =
                        free ? (du * FloatMath.exp(s) * noise[from * size + j] - alpha) / batch.rows : s * 0;
            }
        }
    }
}
