package io.espalier.core;

import java.util.Arrays;

/**
 * Keeps the newest transitions and gives uniform samples of them, with replacement. n-step returns are made when
 * sampling, from rows that follow each other in the same episode: they never reach past an end, a discarded transition
 * or the newest row, and the fewer rewards are matched by {@link Batch#discounts}.
 *
 * <p>Discarded transitions, and those whose reward is not finite, are not stored. Which rows a sample names depends on the stream alone; nothing is allocated
 * after construction.
 *
 * <p>Memory, all taken at construction: {@code capacity * (8 * observationSize + 4 * actionSize + 2 * maskSize + 13)}
 * bytes, since what was acted on and what was reached are kept apart; {@link #save} needs as much again for its copy.
 */
public final class ReplayBuffer implements ReplayMemory {
    private static final int NONE = -1;
    private static final int MOST_GROUPS = 10_000;

    private final int capacity;
    private final int observationSize;
    private final int actionSize;
    private final int maskSize;
    private final int environments;
    private final int nStep;
    private final double gamma;

    private final float[] observations;
    private final float[] actions;
    private final boolean[] masks;
    private final float[] reached;
    private final boolean[] reachedMasks;
    private final double[] rewards;
    private final boolean[] terminated;
    /** The row that continues the episode of this row; {@link #NONE} if there is none yet. */
    private final int[] following;

    /** Per group and environment: the number, counted from the first ever, of the newest row whose episode goes on. */
    private long[] newest;

    private long inserted;

    /**
     * Allocates an empty buffer.
     *
     * @param capacity transitions to keep
     * @param masked whether actions are masked
     * @param environments how many environments the transitions come from
     * @param nStep rewards per sample, at least 1
     * @param gamma the discount between rewards of one sample
     * @throws IllegalArgumentException if a number is out of its range, or an array would be too large
     */
    public ReplayBuffer(
            int capacity,
            Space observationSpace,
            Space actionSpace,
            boolean masked,
            int environments,
            int nStep,
            double gamma) {
        this(new ReplaySpec(capacity, observationSpace, actionSpace, masked, environments, nStep, gamma, 0, 0));
    }

    ReplayBuffer(ReplaySpec spec) {
        capacity = spec.capacity();
        environments = spec.environments();
        nStep = spec.nStep();
        gamma = spec.gamma();
        if (capacity < 1 || environments < 1 || nStep < 1 || !(gamma >= 0 && gamma <= 1)) {
            throw new IllegalArgumentException("capacity (" + capacity + "), environments (" + environments
                    + ") and nStep (" + nStep + ") must be at least 1, gamma (" + gamma + ") from 0 to 1.");
        }
        observationSize = spec.observationSize();
        actionSize = spec.actionSize();
        maskSize = spec.maskSize();
        observations = new float[elements(capacity, observationSize)];
        reached = new float[observations.length];
        actions = new float[elements(capacity, actionSize)];
        masks = new boolean[elements(capacity, maskSize)];
        reachedMasks = new boolean[masks.length];
        rewards = new double[capacity];
        terminated = new boolean[capacity];
        following = new int[capacity];
        newest = new long[environments];
        Arrays.fill(newest, NONE);
    }

    private static int elements(int capacity, int size) {
        long elements = (long) capacity * size;
        if (elements > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException("capacity (" + capacity + ") times row size (" + size
                    + ") must be below 2^31. Maybe keep fewer transitions.");
        }
        return (int) elements;
    }

    @Override
    public int size() {
        return (int) Math.min(inserted, capacity);
    }

    /** Transitions that can be kept. */
    public int capacity() {
        return capacity;
    }

    /** Transitions ever stored. Number k, from 0, stands in row {@code k % capacity()} until it is overwritten. */
    public long inserted() {
        return inserted;
    }

    @Override
    public void add(Rollout rollout) {
        add(rollout, 0);
    }

    /**
     * Stores a block of one of several groups of environments, as those of several workers: each goes on where its own last
     * block stopped, whatever came from others between.
     *
     * @param group whose, from 0
     * @throws IllegalArgumentException if the block has other sizes, or the group is not from 0 to 9999
     */
    public void add(Rollout rollout, int group) {
        if (group < 0 || group >= MOST_GROUPS) {
            throw new IllegalArgumentException(
                    "group (" + group + ") must be from 0 to " + (MOST_GROUPS - 1) + ". Maybe number workers from 0.");
        }
        if (rollout.environments != environments
                || rollout.observationSize != observationSize
                || rollout.actionSize != actionSize
                || rollout.maskSize != maskSize) {
            throw new IllegalArgumentException("The rollout's environments, observation, action and mask size ("
                    + rollout.environments + ", " + rollout.observationSize + ", " + rollout.actionSize + ", "
                    + rollout.maskSize + ") must be the buffer's (" + environments + ", " + observationSize + ", "
                    + actionSize + ", " + maskSize + ").");
        }
        int known = newest.length;
        if (group >= known / environments) {
            newest = Arrays.copyOf(newest, Math.multiplyExact(group + 1, environments));
            Arrays.fill(newest, known, newest.length, NONE);
        }
        for (int row = 0; row < rollout.rows(); row++) {
            store(rollout, row, group * environments + row % environments);
        }
    }

    private void store(Rollout rollout, int from, int environment) {
        if (rollout.stands(from)) {
            // Also where a run that was cut short in the middle of a round goes on with new episodes.
            newest[environment] = NONE;
        }
        if (rollout.discarded[from] || !Double.isFinite(rollout.rewards[from])) {
            newest[environment] = NONE;
            return;
        }
        int row = (int) (inserted % capacity);
        System.arraycopy(
                rollout.observations, from * observationSize, observations, row * observationSize, observationSize);
        System.arraycopy(rollout.reached, from * observationSize, reached, row * observationSize, observationSize);
        System.arraycopy(rollout.actions, from * actionSize, actions, row * actionSize, actionSize);
        System.arraycopy(rollout.masks, from * maskSize, masks, row * maskSize, maskSize);
        System.arraycopy(rollout.reachedMasks, from * maskSize, reachedMasks, row * maskSize, maskSize);
        rewards[row] = rollout.rewards[from];
        terminated[row] = rollout.terminated[from];
        following[row] = NONE;
        long before = newest[environment];
        if (before != NONE && inserted - before < capacity) {
            following[(int) (before % capacity)] = row;
        }
        newest[environment] = rollout.last(from) ? NONE : inserted;
        inserted++;
    }

    /** The number of the transition that stands in a row now. */
    public long number(int row) {
        long last = inserted - 1;
        return last - Math.floorMod(last - row, (long) capacity);
    }

    /** The row in which the transition of that number stands; -1 if it was overwritten, or never stored. */
    public int row(long number) {
        return number >= 0 && number < inserted && inserted - number <= capacity ? (int) (number % capacity) : NONE;
    }

    @Override
    public Batch batch(int rows) {
        return new Batch(rows, observationSize, actionSize, maskSize);
    }

    /**
     * Fills a batch with rows drawn uniformly, with replacement.
     *
     * @throws IllegalStateException if nothing is stored yet
     */
    public void sample(RandomStream random, Batch into) {
        draw(random, into);
        gather(into, 0, into.rows);
    }

    /** The first half of {@link #sample}: chooses rows, one draw each. */
    public void draw(RandomStream random, Batch into) {
        int size = size();
        if (size == 0) {
            throw new IllegalStateException("Nothing is stored yet. Maybe learn only after some environment steps.");
        }
        for (int i = 0; i < into.rows; i++) {
            into.indices[i] = random.nextInt(size);
            into.weights[i] = 1;
        }
    }

    @Override
    public boolean draw(RandomStream random, double beta, Batch into) {
        draw(random, into);
        return true;
    }

    /** Rows are drawn uniformly, whatever the learner makes of them. */
    @Override
    public void update(Batch batch, double[] errors) {}

    @Override
    public void gather(Batch into, int from, int to) {
        for (int i = from; i < to; i++) {
            int row = into.indices[i];
            System.arraycopy(
                    observations, row * observationSize, into.observations, i * observationSize, observationSize);
            System.arraycopy(actions, row * actionSize, into.actions, i * actionSize, actionSize);
            System.arraycopy(masks, row * maskSize, into.masks, i * maskSize, maskSize);
            //   R = rₜ + γ · rₜ₊₁ + ... + γᵐ⁻¹ · rₜ₊ₘ₋₁,  m ≤ n
            double sum = rewards[row];
            double discount = gamma;
            for (int step = 1; step < nStep && following[row] != NONE; step++) {
                row = following[row];
                sum += discount * rewards[row];
                discount *= gamma;
            }
            into.rewards[i] = sum;
            into.discounts[i] = terminated[row] ? 0 : discount;
            System.arraycopy(reached, row * observationSize, into.reached, i * observationSize, observationSize);
            System.arraycopy(reachedMasks, row * maskSize, into.reachedMasks, i * maskSize, maskSize);
        }
    }

    @Override
    public void save(State into) {
        int rows = size();
        into.putLong("inserted", inserted);
        into.put("newest", newest);
        into.put("observations", Arrays.copyOf(observations, rows * observationSize));
        into.put("actions", Arrays.copyOf(actions, rows * actionSize));
        into.put("reached", Arrays.copyOf(reached, rows * observationSize));
        into.put("rewards", Arrays.copyOf(rewards, rows));
        into.put("following", Arrays.copyOf(following, rows));
        into.put("terminated", bytes(terminated, rows));
        into.put("masks", bytes(masks, rows * maskSize));
        into.put("reachedMasks", bytes(reachedMasks, rows * maskSize));
    }

    @Override
    public void load(State from) {
        long saved = from.getLong("inserted");
        int rows = (int) Math.min(saved, capacity);
        float[] savedObservations = from.floats("observations", rows * observationSize);
        float[] savedActions = from.floats("actions", rows * actionSize);
        float[] savedReached = from.floats("reached", rows * observationSize);
        double[] savedRewards = from.doubles("rewards");
        int[] savedFollowing = from.ints("following");
        long[] savedNewest = from.longs("newest");
        boolean fits =
                savedRewards.length == rows && savedFollowing.length == rows && savedNewest.length % environments == 0;
        for (int next : savedFollowing) {
            fits &= next >= NONE && next < rows;
        }
        for (long number : savedNewest) {
            fits &= number >= NONE && number < saved;
        }
        if (!fits) {
            throw new IllegalArgumentException("The saved replay buffer does not fit one of capacity " + capacity
                    + " and " + environments + " environments. Maybe it was saved with other settings.");
        }
        booleans(from.bytes("terminated"), terminated, rows);
        booleans(from.bytes("masks"), masks, rows * maskSize);
        booleans(from.bytes("reachedMasks"), reachedMasks, rows * maskSize);
        System.arraycopy(savedObservations, 0, observations, 0, savedObservations.length);
        System.arraycopy(savedActions, 0, actions, 0, savedActions.length);
        System.arraycopy(savedReached, 0, reached, 0, savedReached.length);
        System.arraycopy(savedRewards, 0, rewards, 0, rows);
        System.arraycopy(savedFollowing, 0, following, 0, rows);
        newest = savedNewest;
        inserted = saved;
    }

    private static byte[] bytes(boolean[] flags, int count) {
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) {
            bytes[i] = (byte) (flags[i] ? 1 : 0);
        }
        return bytes;
    }

    private static void booleans(byte[] bytes, boolean[] into, int count) {
        if (bytes.length != count) {
            throw new IllegalArgumentException("The saved replay buffer has " + bytes.length + " flags where " + count
                    + " belong. Maybe it was saved with other settings.");
        }
        for (int i = 0; i < count; i++) {
            into[i] = bytes[i] != 0;
        }
    }

    /** A sample: flat arrays, row by row, filled again and again. */
    public static final class Batch {
        /** B: rows. */
        public final int rows;
        /** [B]: where each row stands in the buffer. */
        public final int[] indices;
        /** [B, observation]: what was acted on. */
        public final float[] observations;
        /** [B, action]: what was done. */
        public final float[] actions;
        /** [B, mask]: which actions were allowed; empty if nothing is masked. */
        public final boolean[] masks;
        /** [B]: the discounted sum of the rewards of up to n steps. */
        public final double[] rewards;
        /** [B]: what the value of {@link #reached} counts: γᵐ after m steps, 0 where the task ended. */
        public final double[] discounts;
        /** [B, observation]: what the last of those steps reached. */
        public final float[] reached;
        /** [B, mask]: which actions are allowed in {@link #reached}; empty if nothing is masked. */
        public final boolean[] reachedMasks;
        /** [B]: how much each row counts in the loss: 1, or its importance weight. */
        public final float[] weights;

        Batch(int rows, int observationSize, int actionSize, int maskSize) {
            if (rows < 1) {
                throw new IllegalArgumentException("rows (" + rows + ") must be at least 1.");
            }
            this.rows = rows;
            indices = new int[rows];
            observations = new float[elements(rows, observationSize)];
            actions = new float[elements(rows, actionSize)];
            rewards = new double[rows];
            discounts = new double[rows];
            reached = new float[observations.length];
            masks = new boolean[elements(rows, maskSize)];
            reachedMasks = new boolean[masks.length];
            weights = new float[rows];
        }
    }
}
