package io.espalier.algorithms.parts;

import io.espalier.core.Box;
import io.espalier.core.RandomStream;
import io.espalier.core.ReplayBuffer;
import io.espalier.core.ReplayMemory;
import io.espalier.core.Space;
import io.espalier.nn.Gradients;
import io.espalier.nn.Network;
import io.espalier.nn.NetworkSpec;
import io.espalier.policy.TaskSpec;
import java.util.ArrayList;
import java.util.List;

/**
 * One or more values Qₖ(s, a) of states and real actions in one network, and slower copies Q̄ₖ of them. Over the B sampled
 * rows i, with R the reward, s′ what was reached, Γ its discount (0 where the task ended), a′ the next action and b′ its
 * bonus (0, or −α·ln π(a′|s′)):
 *
 * <pre>
 *   yᵢ = Rᵢ + Γᵢ · (minₖ Q̄ₖ(s′ᵢ, a′ᵢ) + b′ᵢ)
 *   L  = 1/B Σᵢ Σₖ ½·(Qₖ(sᵢ, aᵢ) − yᵢ)²
 * </pre>
 *
 * <p>The minimum of two is that of Fujimoto et al., arXiv:1802.09477, equation 10. The networks read the encoded
 * observation and then the action, scaled to −1 to 1.
 */
public final class Critics implements ShardedUpdate.Loss {
    /** Figures: sums over rows. */
    public static final int LOSS = 0, VALUE = 1;

    /** Chooses what is done in the states that were reached. */
    public interface NextActions {
        /**
         * Acts in some rows of the batch.
         *
         * @param states the encoded states reached [rows, observation]
         * @param actions receives scaled actions [rows, action]
         * @param bonus receives what is added to the value [rows]; 0 before
         */
        void choose(int shard, int from, int rows, float[] states, float[] actions, float[] bonus);
    }

    private final Space space;
    private final int width;
    private final ActionScale scale;
    private final ReplayMemory memory;
    private final ReplayBuffer.Batch batch;
    private final Network network;
    private final Network target;
    private final Replicas targets;
    private final Replicas judges;
    private final float[][] states;
    private final float[][] actions;
    private final float[][] bonus;
    private final float[][] joined;
    private final float[] wanted;
    private NextActions next = (shard, from, rows, reached, into, extra) -> {};

    /**
     * @param trunk the hidden layers of each value
     * @param count how many values
     */
    public Critics(
            TaskSpec task,
            String trunk,
            int count,
            ReplayMemory memory,
            ReplayBuffer.Batch batch,
            RandomStream initialization) {
        this.memory = memory;
        this.batch = batch;
        space = task.observationSpace();
        width = space.encodedSize();
        scale = new ActionScale((Box) task.actionSpace());
        List<NetworkSpec.Head> heads = new ArrayList<>();
        for (int k = 0; k < count; k++) {
            heads.add(NetworkSpec.head("q" + k, NetworkSpec.parse(trunk).then(NetworkSpec.dense(1))));
        }
        int[] shape = {width + scale.size()};
        network = new Network(new NetworkSpec.Heads(heads), shape, 1);
        network.initialize(initialization);
        target = new Network(network.spec(), shape, 1);
        copy(network.parameters());
        int shards = ShardedUpdate.shards(batch.rows);
        int rows = ShardedUpdate.shardRows(batch.rows);
        targets = new Replicas(target, shards, rows);
        judges = new Replicas(network, shards, rows);
        states = new float[shards][rows * width];
        actions = new float[shards][rows * scale.size()];
        bonus = new float[shards][rows];
        joined = new float[shards][rows * shape[0]];
        wanted = new float[batch.rows];
    }

    /** Copies of a network, one for each shard. */
    public static Network[] replicas(Network network, int count, int rows) {
        List<Network> made = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            made.add(network.replica(rows));
        }
        return made.toArray(new Network[0]);
    }

    /** Says what is done in the states that were reached; until then nothing, which is action 0. */
    public void nextActions(NextActions chooser) {
        next = chooser;
    }

    /** The values Q. */
    public Network network() {
        return network;
    }

    /** The slower values Q̄. */
    public float[] target() {
        return target.parameters();
    }

    /** Sets the slower values. */
    public void copy(float[] parameters) {
        System.arraycopy(parameters, 0, target.parameters(), 0, target.parameterCount());
        target.parametersChanged();
    }

    /** θ̄ ← θ̄ + τ·(θ − θ̄). */
    public void moveTarget(double rate) {
        Gradients.moveTowards(target.parameters(), network.parameters(), (float) rate, 0, target.parameterCount());
        target.parametersChanged();
    }

    /** Writes the encoded observations of rows of the batch. */
    public void encode(float[] observations, int from, int rows, float[] into) {
        for (int i = 0; i < rows; i++) {
            space.encode(observations, (from + i) * space.size(), into, i * width);
        }
    }

    private void join(float[] states, float[] scaled, int rows, float[] into) {
        int size = scale.size();
        for (int i = 0; i < rows; i++) {
            System.arraycopy(states, i * width, into, i * (width + size), width);
            System.arraycopy(scaled, i * size, into, i * (width + size) + width, size);
        }
    }

    @Override
    public void inputs(int shard, int from, int rows, float[] into) {
        memory.gather(batch, from, from + rows);
        encode(batch.reached, from, rows, states[shard]);
        java.util.Arrays.fill(bonus[shard], 0);
        next.choose(shard, from, rows, states[shard], actions[shard], bonus[shard]);
        join(states[shard], actions[shard], rows, joined[shard]);
        Network slower = targets.take();
        slower.forward(joined[shard], 0, rows);
        for (int i = 0; i < rows; i++) {
            float least = least(slower, i);
            double discount = batch.discounts[from + i];
            // what ends the task counts 0 even where the target is infinite
            double ahead = discount == 0 ? 0 : discount * (least + bonus[shard][i]);
            wanted[from + i] = (float) (batch.rewards[from + i] + ahead);
        }
        targets.give(slower);
        encode(batch.observations, from, rows, states[shard]);
        for (int i = 0; i < rows; i++) {
            scale.scale(batch.actions, (from + i) * scale.size(), actions[shard], i * scale.size());
        }
        join(states[shard], actions[shard], rows, into);
    }

    private static float least(Network values, int row) {
        float least = values.output(0)[row];
        for (int k = 1; k < values.heads(); k++) {
            least = Math.min(least, values.output(k)[row]);
        }
        return least;
    }

    @Override
    public void gradients(Network replica, int from, int rows, double[] figures, int at) {
        for (int k = 0; k < replica.heads(); k++) {
            float[] values = replica.output(k);
            float[] gradient = replica.outputGradient(k);
            for (int i = 0; i < rows; i++) {
                float error = values[i] - wanted[from + i];
                gradient[i] = error / batch.rows;
                figures[at + LOSS] += 0.5 * error * error;
                figures[at + VALUE] += k == 0 ? values[i] : 0;
            }
        }
    }

    /**
     * Judges actions: writes ∂ minₖ Qₖ(s, a)/∂a.
     *
     * @param encoded states [rows, observation]
     * @param scaled actions [rows, action]
     * @param slopes receives [rows, action]
     * @param onlyFirst whether to judge by Q₁ instead of the least
     * @return the sum of the values over the rows
     */
    public double judge(int shard, int rows, float[] encoded, float[] scaled, float[] slopes, boolean onlyFirst) {
        Network judge = judges.take();
        for (int k = 1; k < judge.heads(); k++) {
            judge.want(k, !onlyFirst);
        }
        join(encoded, scaled, rows, joined[shard]);
        judge.forward(joined[shard], 0, rows);
        double sum = 0;
        for (int i = 0; i < rows; i++) {
            float value = onlyFirst ? judge.output(0)[i] : least(judge, i);
            boolean found = false;
            for (int k = 0; k < (onlyFirst ? 1 : judge.heads()); k++) {
                boolean chosen = !found && (onlyFirst || judge.output(k)[i] == value);
                judge.outputGradient(k)[i] = chosen ? 1 : 0;
                found |= chosen;
            }
            sum += value;
        }
        judge.backwardToInputs();
        int size = scale.size();
        for (int i = 0; i < rows; i++) {
            System.arraycopy(judge.inputGradients(), i * (width + size) + width, slopes, i * size, size);
        }
        judges.give(judge);
        return sum;
    }
}
