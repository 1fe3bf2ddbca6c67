package io.espalier.algorithms.offpolicy;

import io.espalier.algorithms.parts.ShardedUpdate;
import io.espalier.core.ReplayBuffer;
import io.espalier.nn.Network;
import java.util.Arrays;

/**
 * The policy's side of discrete SAC (Christodoulou, arXiv:1910.07207, equation 13). Over the B sampled rows i, with π the
 * policy over the allowed actions and α the temperature:
 *
 * <pre>
 *   L = 1/B Σᵢ Σₐ π(a|sᵢ) · (α · ln π(a|sᵢ) − minₖ Qₖ(sᵢ, a))
 * </pre>
 */
final class DiscretePolicy implements ShardedUpdate.Loss {
    /** Figures: sums over rows. */
    static final int ENTROPY = 0, GREATEST_ENTROPY = 1;

    private final ReplayBuffer.Batch batch;
    private final DiscreteCritics critics;
    private final SoftPolicy[] policies;
    private double temperature;

    DiscretePolicy(Network actor, ReplayBuffer.Batch batch, DiscreteCritics critics) {
        this.batch = batch;
        this.critics = critics;
        int rows = ShardedUpdate.shardRows(batch.rows);
        policies = new SoftPolicy[ShardedUpdate.shards(batch.rows)];
        Arrays.setAll(policies, i -> new SoftPolicy(actor, rows, actor.headSize(0)));
    }

    /** Begins an update with that temperature. */
    void temperature(double alpha) {
        temperature = alpha;
    }

    @Override
    public void inputs(int shard, int from, int rows, float[] into) {
        critics.encode(batch.observations, from, rows, into);
        critics.judge(shard, into, rows, policies[shard].values);
    }

    @Override
    public void gradients(Network network, int from, int rows, double[] figures, int at) {
        SoftPolicy policy = policies[from / ShardedUpdate.shardRows(batch.rows)];
        policy.distributions(network.output(0), rows, batch.masks, from);
        for (int i = 0; i < rows; i++) {
            policy.gradient(i, temperature, 1.0 / batch.rows, network.outputGradient(0));
            figures[at + ENTROPY] += policy.entropy(i);
            figures[at + GREATEST_ENTROPY] += StrictMath.log(Math.max(1, policy.allowed(batch.masks, from + i)));
        }
    }
}
