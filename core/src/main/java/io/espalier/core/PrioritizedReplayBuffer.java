package io.espalier.core;

import java.util.Arrays;

/**
 * A {@link ReplayBuffer} whose rows are drawn in proportion to how surprising they were (Schaul et al. 2016, "Prioritized
 * experience replay", https://arxiv.org/abs/1511.05952, the proportional variant).
 *
 * <pre>
 *   pᵢ = (|δᵢ| + ε)^α,   P(i) = pᵢ / Σ p,   wᵢ = (N · P(i))^−β / max over the batch
 * </pre>
 *
 * <p>A batch of B rows has one from each of B equal slices of Σ p. New rows get the greatest priority so far. Sums are
 * kept in a binary tree in double precision; every node is the sum of its two children and never updated by differences,
 * so nothing drifts. Memory beyond the buffer's: 16 to 32 bytes per row of capacity.
 */
public final class PrioritizedReplayBuffer implements ReplayMemory {
    private final ReplayBuffer buffer;
    private final double alpha;
    private final double epsilon;
    private final int leaves;
    /** Node 1 is the root, node i has the children 2i and 2i+1, row r is leaf {@code leaves + r}. */
    private final double[] tree;

    private double greatest = 1;

    /**
     * Gives priorities to an empty buffer, which from now on is only used through this object.
     *
     * @param alpha 0 is uniform, 1 fully proportional
     * @param epsilon added to every error so that no row dies out, above 0
     * @throws IllegalArgumentException if a number is out of its range or the buffer is not empty
     */
    public PrioritizedReplayBuffer(ReplayBuffer buffer, double alpha, double epsilon) {
        if (!(alpha >= 0 && alpha <= 1) || !(epsilon > 0 && epsilon < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "alpha (" + alpha + ") must be from 0 to 1, epsilon (" + epsilon + ") above 0 and finite.");
        }
        if (buffer.inserted() > 0) {
            throw new IllegalArgumentException("The buffer holds " + buffer.size() + " rows, must be empty.");
        }
        this.buffer = buffer;
        this.alpha = alpha;
        this.epsilon = epsilon;
        int power = 1;
        while (power < buffer.capacity()) {
            power = Math.multiplyExact(power, 2);
        }
        leaves = power;
        tree = new double[Math.multiplyExact(2, leaves)];
    }

    @Override
    public void add(Rollout rollout) {
        add(rollout, 0);
    }

    /** Stores a block of one of several groups; see {@link ReplayBuffer#add(Rollout, int)}. */
    public void add(Rollout rollout, int group) {
        long before = buffer.inserted();
        buffer.add(rollout, group);
        // Of a block larger than the buffer only the newest rows are left.
        for (long k = Math.max(before, buffer.inserted() - buffer.capacity()); k < buffer.inserted(); k++) {
            set((int) (k % buffer.capacity()), greatest);
        }
    }

    @Override
    public int size() {
        return buffer.size();
    }

    /** Transitions ever stored. */
    public long inserted() {
        return buffer.inserted();
    }

    @Override
    public ReplayBuffer.Batch batch(int rows) {
        return buffer.batch(rows);
    }

    /**
     * Fills a batch with rows drawn by priority and their importance weights.
     *
     * @param beta how far the weights undo the bias: 0 not at all, 1 fully
     * @throws IllegalStateException if nothing is stored yet
     */
    public void sample(RandomStream random, double beta, ReplayBuffer.Batch into) {
        draw(random, beta, into);
        buffer.gather(into, 0, into.rows);
    }

    /** Chooses rows, one draw each, and weighs them. */
    @Override
    public boolean draw(RandomStream random, double beta, ReplayBuffer.Batch into) {
        if (!(beta >= 0 && beta <= 1)) {
            throw new IllegalArgumentException("beta (" + beta + ") must be from 0 to 1.");
        }
        if (buffer.size() == 0) {
            throw new IllegalStateException("Nothing is stored yet. Maybe learn only after some environment steps.");
        }
        double total = tree[1];
        double least = Double.POSITIVE_INFINITY;
        for (int i = 0; i < into.rows; i++) {
            int row = find((i + random.nextDouble()) / into.rows * total);
            into.indices[i] = row;
            least = Math.min(least, tree[leaves + row]);
        }
        //   wᵢ / max w = (N · P(i))^−β / (N · min P)^−β = (min p / pᵢ)^β
        for (int i = 0; i < into.rows; i++) {
            into.weights[i] = (float) power(least / tree[leaves + into.indices[i]], beta);
        }
        return true;
    }

    @Override
    public void gather(ReplayBuffer.Batch into, int from, int to) {
        buffer.gather(into, from, to);
    }

    /** A row drawn twice keeps what is told last. */
    @Override
    public void update(ReplayBuffer.Batch batch, double[] errors) {
        for (int i = 0; i < batch.rows; i++) {
            if (!(Math.abs(errors[i]) < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("errors[" + i + "] (" + errors[i] + ") must be finite.");
            }
            update(batch.indices[i], errors[i]);
        }
    }

    /** Tells how wrong the learner was about a row: δ, finite, of either sign. */
    public void update(int row, double error) {
        surprise(error);
        set(row, priorityOf(error));
    }

    /** Tells of an error elsewhere: new rows get at least its priority. */
    public void surprise(double error) {
        greatest = Math.max(greatest, priorityOf(error));
    }

    private double priorityOf(double error) {
        return power(Math.abs(error) + epsilon, alpha);
    }

    /** Σ p. */
    public double mass() {
        return tree[1];
    }

    /**
     * The row in whose part of the line from 0 to {@link #mass} a point lies, the rows' parts standing in their order.
     *
     * @throws IllegalStateException if nothing is stored yet
     */
    public int rowAt(double point) {
        if (buffer.size() == 0) {
            throw new IllegalStateException("Nothing is stored yet. Maybe learn only after some environment steps.");
        }
        return find(point);
    }

    /** The priority pᵢ of a row, 0 if nothing is stored there. */
    public double priority(int row) {
        return tree[leaves + row];
    }

    /** x^a for x above 0. StrictMath.pow allocates at every call. */
    private static double power(double x, double a) {
        return a == 1 ? x : StrictMath.exp(a * StrictMath.log(x));
    }

    private void set(int row, double priority) {
        int node = leaves + row;
        tree[node] = priority;
        for (node >>= 1; node >= 1; node >>= 1) {
            tree[node] = tree[2 * node] + tree[2 * node + 1];
        }
    }

    /** The row in whose part of the line from 0 to Σ p the point lies. */
    private int find(double point) {
        int node = 1;
        while (node < leaves) {
            double left = tree[2 * node];
            // By rounding a point may lie at or past the end; an empty leaf must not be found all the same.
            if (point < left || tree[2 * node + 1] == 0) {
                node = 2 * node;
            } else {
                point -= left;
                node = 2 * node + 1;
            }
        }
        return node - leaves;
    }

    @Override
    public void save(State into) {
        buffer.save(into.child("buffer"));
        into.putDouble("greatest", greatest);
        into.put("priorities", Arrays.copyOfRange(tree, leaves, leaves + buffer.size()));
    }

    @Override
    public void load(State from) {
        buffer.load(from.child("buffer"));
        double[] priorities = from.doubles("priorities");
        if (priorities.length != buffer.size()) {
            throw new IllegalArgumentException("priorities (" + priorities.length + ") must be as many as rows ("
                    + buffer.size() + "). Maybe the checkpoint is of another run.");
        }
        greatest = from.getDouble("greatest");
        Arrays.fill(tree, 0);
        System.arraycopy(priorities, 0, tree, leaves, priorities.length);
        for (int node = leaves - 1; node >= 1; node--) {
            tree[node] = tree[2 * node] + tree[2 * node + 1];
        }
    }
}
