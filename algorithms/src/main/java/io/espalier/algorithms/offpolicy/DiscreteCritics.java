package io.espalier.algorithms.offpolicy;

import io.espalier.algorithms.parts.Critics;
import io.espalier.algorithms.parts.ShardedUpdate;
import io.espalier.core.RandomStream;
import io.espalier.core.ReplayBuffer;
import io.espalier.core.ReplayMemory;
import io.espalier.core.Space;
import io.espalier.nn.Gradients;
import io.espalier.nn.Network;
import io.espalier.nn.NetworkSpec;
import io.espalier.policy.TaskSpec;
import java.util.Arrays;

/**
 * Two values Qₖ(s, a) of states and all discrete actions in one network, slower copies Q̄ₖ of them, and their loss in discrete
 * SAC (Christodoulou, arXiv:1910.07207, equations 10 and 12). Over the B sampled rows i, with R the reward, s′ what was
 * reached, Γ its discount (0 where the task ended), π the policy and α the temperature:
 *
 * <pre>
 *   yᵢ = Rᵢ + Γᵢ · Σₐ π(a|s′ᵢ) · (minₖ Q̄ₖ(s′ᵢ, a) − α · ln π(a|s′ᵢ))
 *   L  = 1/B Σᵢ Σₖ ½·(Qₖ(sᵢ, aᵢ) − yᵢ)²
 * </pre>
 */
final class DiscreteCritics implements SoftLosses, ShardedUpdate.Loss {
    private final Space space;
    private final int width;
    private final int actions;
    private final ReplayMemory memory;
    private final ReplayBuffer.Batch batch;
    private final Network network;
    private final Network target;
    private final Network[] targets;
    private final Network[] judges;
    private final SoftPolicy[] policies;
    private final float[][] states;
    private final float[] wanted;
    private final DiscretePolicy policy;
    private final double targetEntropy;
    private double temperature;

    /**
     * @param trunk the hidden layers of each value
     * @param targetEntropy the entropy wanted, as a share of the greatest
     * @param actor the policy
     */
    DiscreteCritics(
            TaskSpec task,
            String trunk,
            double targetEntropy,
            Network actor,
            ReplayMemory memory,
            ReplayBuffer.Batch batch,
            RandomStream initialization) {
        this.memory = memory;
        this.batch = batch;
        this.targetEntropy = targetEntropy;
        space = task.observationSpace();
        width = space.encodedSize();
        actions = task.actionSpace().choices();
        NetworkSpec q = NetworkSpec.parse(trunk).then(NetworkSpec.dense(actions));
        network = new Network(
                NetworkSpec.heads(NetworkSpec.head("q0", q), NetworkSpec.head("q1", q)), actor.inputShape(), 1);
        network.initialize(initialization);
        target = new Network(network.spec(), actor.inputShape(), 1);
        copy(network.parameters());
        int shards = ShardedUpdate.shards(batch.rows);
        int rows = ShardedUpdate.shardRows(batch.rows);
        targets = Critics.replicas(target, shards, rows);
        judges = Critics.replicas(network, shards, rows);
        policies = new SoftPolicy[shards];
        Arrays.setAll(policies, i -> new SoftPolicy(actor.replica(rows), rows, actions));
        states = new float[shards][rows * width];
        wanted = new float[batch.rows];
        policy = new DiscretePolicy(actor, batch, this);
    }

    @Override
    public ShardedUpdate.Loss policy() {
        return policy;
    }

    @Override
    public ShardedUpdate.Loss values() {
        return this;
    }

    @Override
    public void begin(RandomStream random, double alpha) {
        temperature = alpha;
        policy.temperature(alpha);
    }

    @Override
    public double entropy(ShardedUpdate policyUpdate) {
        return policyUpdate.figure(DiscretePolicy.ENTROPY);
    }

    @Override
    public double wantedEntropy(ShardedUpdate policyUpdate) {
        return targetEntropy * (policyUpdate.figure(DiscretePolicy.GREATEST_ENTROPY) / batch.rows);
    }

    @Override
    public Network network() {
        return network;
    }

    @Override
    public float[] target() {
        return target.parameters();
    }

    @Override
    public void copy(float[] parameters) {
        System.arraycopy(parameters, 0, target.parameters(), 0, target.parameterCount());
        target.parametersChanged();
    }

    @Override
    public void moveTarget(double rate) {
        Gradients.moveTowards(target.parameters(), network.parameters(), (float) rate, 0, target.parameterCount());
        target.parametersChanged();
    }

    /** Writes rows of the batch's observations as the networks read them. */
    void encode(float[] observations, int from, int rows, float[] into) {
        for (int i = 0; i < rows; i++) {
            space.encode(observations, (from + i) * space.size(), into, i * width);
        }
    }

    /**
     * Writes minₖ Qₖ(s, a) of encoded states.
     *
     * @param into receives [rows, actions]
     */
    void judge(int shard, float[] encoded, int rows, float[] into) {
        judges[shard].forward(encoded, 0, rows);
        least(judges[shard], rows, into);
    }

    private void least(Network values, int rows, float[] into) {
        for (int i = 0; i < rows * actions; i++) {
            into[i] = Math.min(values.output(0)[i], values.output(1)[i]);
        }
    }

    @Override
    public void inputs(int shard, int from, int rows, float[] into) {
        memory.gather(batch, from, from + rows);
        encode(batch.reached, from, rows, states[shard]);
        targets[shard].forward(states[shard], 0, rows);
        SoftPolicy next = policies[shard];
        least(targets[shard], rows, next.values);
        next.forward(states[shard], rows, batch.reachedMasks, from);
        for (int i = 0; i < rows; i++) {
            double discount = batch.discounts[from + i];
            // what ends the task counts 0 even where the target is infinite
            double ahead = discount == 0 ? 0 : discount * next.soft(i, temperature);
            wanted[from + i] = (float) (batch.rewards[from + i] + ahead);
        }
        encode(batch.observations, from, rows, into);
    }

    @Override
    public void gradients(Network replica, int from, int rows, double[] figures, int at) {
        for (int k = 0; k < 2; k++) {
            float[] values = replica.output(k);
            float[] gradient = replica.outputGradient(k);
            Arrays.fill(gradient, 0, rows * actions, 0);
            for (int i = 0; i < rows; i++) {
                int taken = i * actions + (int) batch.actions[from + i];
                float error = values[taken] - wanted[from + i];
                gradient[taken] = error / batch.rows;
                figures[at + LOSS] += 0.5 * error * error;
                figures[at + VALUE] += k == 0 ? values[taken] : 0;
            }
        }
    }
}
