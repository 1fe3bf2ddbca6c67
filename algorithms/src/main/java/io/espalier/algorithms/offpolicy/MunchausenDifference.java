package io.espalier.algorithms.offpolicy;

import io.espalier.core.ReplayBuffer;
import io.espalier.nn.Losses;
import io.espalier.nn.Network;

/**
 * The loss of Munchausen DQN (Vieillard, Pietquin and Geist, arXiv:2007.14430, equation 1). With r the reward, Γ the
 * discount (0 where the task ended), Q the network, Q̄ its slower copy and π̄ = softmax(Q̄/τ) over the allowed actions:
 *
 * <pre>
 *   yᵢ = rᵢ + α · max(τ · ln π̄(aᵢ|sᵢ), l₀) + Γᵢ · Σₐ π̄(a|s′ᵢ) · (Q̄(s′ᵢ, a) − τ · ln π̄(a|s′ᵢ))
 *   L  = 1/B Σᵢ wᵢ · huber(Q(sᵢ, aᵢ) − yᵢ)
 * </pre>
 *
 * <p>The sum is τ·ln Σₐ exp(Q̄(s′, a)/τ), which is Q̄(s′, a) − τ·ln π̄(a|s′) for every single a; it is taken for the best.
 */
final class MunchausenDifference implements ValueLoss {
    private final NextValues next;
    private final ReplayBuffer.Batch batch;
    private final int actions;
    private final double scale;
    private final float temperature;
    private final double lowest;
    private final TemporalDifference difference;
    private final float[][] scratch;

    /**
     * @param scale α
     * @param temperature τ, above 0
     * @param lowest l₀, not above 0
     * @param huberDelta errors beyond it count linearly instead of squared; 0 for always squared
     */
    MunchausenDifference(NextValues next, double scale, double temperature, double lowest, double huberDelta) {
        this.next = next;
        this.batch = next.batch;
        this.actions = next.actions;
        this.scale = scale;
        this.temperature = (float) temperature;
        this.lowest = lowest;
        difference = new TemporalDifference(next, huberDelta);
        scratch = new float[next.places()][3 * actions];
    }

    @Override
    public double[] errors() {
        return difference.errors();
    }

    @Override
    public void inputs(int shard, int from, int rows, float[] into) {
        next.forward(shard, from, rows);
        float[] values = next.values(shard);
        for (int i = 0; i < rows; i++) {
            int row = from + i;
            int at = i * actions;
            int best = next.best(values, at, row);
            double soft = 0;
            if (batch.discounts[row] != 0) {
                soft = values[at + best] - logPolicy(shard, values, at, batch.reachedMasks, row, best);
            }
            difference.want(row, next.wanted(row, soft));
        }
        next.encode(batch.observations, from, rows, into);
        next.again(shard, into, rows);
        for (int i = 0; i < rows; i++) {
            int row = from + i;
            double log = logPolicy(shard, values, i * actions, batch.masks, row, (int) batch.actions[row]);
            difference.want(row, difference.wanted(row) + scale * Math.max(log, lowest));
        }
    }

    /** τ·ln π̄ of an action; where nothing is allowed, as in some last states, all actions are taken for allowed. */
    private float logPolicy(int shard, float[] values, int at, boolean[] masks, int row, int action) {
        float[] room = scratch[shard];
        for (int a = 0; a < actions; a++) {
            room[a] = values[at + a] / temperature;
        }
        boolean masked = masks.length > 0 && any(masks, row * actions);
        int maskAt = masked ? row * actions : 0;
        Losses.softmax(room, 0, 1, actions, masked ? masks : null, maskAt, room, actions, room, 2 * actions);
        return temperature * room[2 * actions + action];
    }

    private boolean any(boolean[] masks, int at) {
        boolean any = false;
        for (int a = at; a < at + actions; a++) {
            any |= masks[a];
        }
        return any;
    }

    @Override
    public void figures(int from, int rows, double[] figures, int at) {
        difference.figures(from, rows, figures, at);
    }

    @Override
    public void gradients(Network network, int from, int rows, double[] figures, int at) {
        difference.gradients(network, from, rows, figures, at);
    }
}
