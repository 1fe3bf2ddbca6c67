package io.espalier.envs;

import io.espalier.core.Seeds;
import io.espalier.core.Space;
import io.espalier.core.State;
import io.espalier.core.VectorEnvironment;
import java.util.Arrays;

/**
 * Many copies of {@link CartPole} in single precision, one array for each quantity, with the time limit of 500 steps
 * built in. Spaces, rewards and ends are those of CartPole; the physics is the same up to rounding.
 *
 * <p>This class is the scalar form: copy after copy, in plain floats. Where the Vector API is present, {@link #create}
 * gives one that steps a vector of copies at once, with the same bits.
 *
 * <p>Sine, cosine and the reciprocal of the moment of inertia are power series in the angle, exact to the last place or so
 * up to the angle at which a pole counts as fallen; no episode goes on beyond.
 */
public class CartPoleBatch implements VectorEnvironment {
    static final float HALF_TRACK = (float) CartPole.HALF_TRACK;
    static final float LEANING = (float) CartPole.LEANING;
    static final int LIMIT = 500;

    private static final double TOTAL_MASS = 1.1;
    static final float SECONDS = 0.02f;
    static final float GRAVITY = 9.8f;
    /** The force of a push by the mass of it all, m/s². */
    static final float PUSH = (float) (10 / TOTAL_MASS);

    static final float RECOIL = (float) (0.05 / TOTAL_MASS);

    static final float S3 = (float) (-1.0 / 6);
    static final float S5 = (float) (1.0 / 120);
    static final float S7 = (float) (-1.0 / 5040);
    static final float C2 = -0.5f;
    static final float C4 = (float) (1.0 / 24);
    static final float C6 = (float) (-1.0 / 720);

    // With half the pole's length l, its mass m, the total M: 1 / (4l/3 − lm/M cos² a) = (1 − q a² + ...) / (4l/3 −
    // lm/M),
    // as cos² a = 1 − a² + a⁴/3 − 2 a⁶/45 + ...
    private static final double UPRIGHT = 0.5 * 4 / 3 - 0.5 * 0.1 / TOTAL_MASS;
    private static final double Q = 0.5 * 0.1 / TOTAL_MASS / UPRIGHT;
    static final float I0 = (float) (1 / UPRIGHT);
    static final float I2 = (float) (-Q / UPRIGHT);
    static final float I4 = (float) ((Q / 3 + Q * Q) / UPRIGHT);
    static final float I6 = (float) (-(2 * Q / 45 + 2 * Q * Q / 3 + Q * Q * Q) / UPRIGHT);

    static final float SPACING = 0x1p-16f * 0.1f;
    static final float LOWEST = SPACING / 2 - 0.05f;

    // Those of Seeds.
    static final long GOLDEN = 0x9E3779B97F4A7C15L;
    /** Its inverse modulo 2⁶⁴. */
    private static final long PER_GOLDEN = 0xF1DE83E19937733DL;

    static final long MIX_1 = 0xBF58476D1CE4E5B9L;
    static final long MIX_2 = 0x94D049BB133111EBL;

    final float[] position;
    final float[] velocity;
    final float[] angle;
    final float[] spin;

    /** Environment steps so far in each copy's episode. */
    final float[] elapsed;

    /** What the last action reached, before any new episode began. */
    final float[] reachedPosition;

    final float[] reachedVelocity;
    final float[] reachedAngle;
    final float[] reachedSpin;

    /** Environment steps in the episode after the last action, negative if that ended it. */
    final float[] length;

    /** What {@link Seeds#seedOf} mixes for the seed of the episode under way; copy i's at {@link #slot}. */
    final long[] counter;

    /** Each copy's generator of random actions, for {@link #play}: xorshift with 32 bits (Marsaglia, 2003). */
    private final int[] dice;

    /** The actions given: negative to the right. */
    private final int[] signs;

    private final int size;
    private final int first;
    /** The same for an episode −1. */
    private final long[] base;

    private final float[] observations;
    private final float[] reached;
    private final boolean[] actionMasks = {};
    private final double[] rewards;
    private final boolean[] terminated;
    private final boolean[] truncated;
    private final boolean[] discarded;
    private EpisodeListener listener = (copy, episodeReturn, length, success) -> {};
    private boolean begun;

    CartPoleBatch(int copies, Seeds seeds, int first) {
        if (copies < 1 || first < 0) {
            throw new IllegalArgumentException(
                    "copies (" + copies + ") must be at least 1, first (" + first + ") at least 0.");
        }
        size = copies;
        this.first = first;
        position = new float[size];
        velocity = new float[size];
        angle = new float[size];
        spin = new float[size];
        elapsed = new float[size];
        reachedPosition = new float[size];
        reachedVelocity = new float[size];
        reachedAngle = new float[size];
        reachedSpin = new float[size];
        length = new float[size];
        signs = new int[size];
        dice = new int[size];
        base = new long[size];
        counter = new long[size];
        observations = new float[Math.multiplyExact(size, 4)];
        reached = new float[observations.length];
        rewards = new double[size];
        terminated = new boolean[size];
        truncated = new boolean[size];
        discarded = new boolean[size];
        for (int i = 0; i < size; i++) {
            Seeds node = seeds.child("environment", first + i);
            base[i] = mix(node.seed() + GOLDEN);
            dice[i] = (int) node.child("dice").seed() | 1;
        }
    }

    /**
     * Makes N copies: the form for the Vector API if module {@code jdk.incubator.vector} is there and the system property
     * {@code espalier.vector} is not "off", else the scalar one.
     *
     * @param copies N
     * @param seeds the run's root
     * @param first the global number of copy 0
     * @throws IllegalArgumentException if there are none, or first is negative
     */
    public static CartPoleBatch create(int copies, Seeds seeds, int first) {
        if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()
                || System.getProperty("espalier.vector", "").equals("off")) {
            return new CartPoleBatch(copies, seeds, first);
        }
        try {
            // Compiled apart, so it has no name here.
            return Class.forName("io.espalier.envs.SimdCartPole")
                    .asSubclass(CartPoleBatch.class)
                    .getDeclaredConstructor(int.class, Seeds.class, int.class)
                    .newInstance(copies, seeds, first);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("SimdCartPole can not be loaded. Maybe run with -Despalier.vector=off.", e);
        }
    }

    /** The scalar form of {@link #sweep(int[], boolean, int)}, for copies {@code from} to {@code to - 1}. */
    final void sweep(int[] signs, boolean record, int steps, int from, int to) {
        for (int t = 0; t < steps; t++) {
            for (int i = from; i < to; i++) {
                one(signs, record, i);
            }
        }
    }

    private void one(int[] signs, boolean record, int i) {
        int random = signs[i];
        float pull = random < 0 ? -PUSH : PUSH;
        random ^= random << 13;
        random ^= random >>> 17;
        random ^= random << 5;
        signs[i] = random;
        float v = velocity[i];
        float a = angle[i];
        float w = spin[i];
        float z = a * a;
        float sin = Math.fma(a, z * Math.fma(z, Math.fma(z, S7, S5), S3), a);
        float cos = Math.fma(z, Math.fma(z, Math.fma(z, C6, C4), C2), 1);
        float inertia = Math.fma(z, Math.fma(z, Math.fma(z, I6, I4), I2), I0);
        // What pulls everything to the left, by the mass of it all; then the pole's angular acceleration.
        float back = Math.fma(w * w * -RECOIL, sin, pull);
        float turn = Math.fma(cos, back, GRAVITY * sin) * inertia;
        position[i] = Math.fma(v, SECONDS, position[i]);
        velocity[i] = Math.fma(Math.fma(turn * RECOIL, cos, back), -SECONDS, v);
        angle[i] = Math.fma(w, SECONDS, a);
        spin[i] = Math.fma(turn, SECONDS, w);
        float time = elapsed[i] + 1;
        boolean over = Math.abs(position[i]) > HALF_TRACK || Math.abs(angle[i]) > LEANING || time >= LIMIT;
        if (record) {
            reachedPosition[i] = position[i];
            reachedVelocity[i] = velocity[i];
            reachedAngle[i] = angle[i];
            reachedSpin[i] = spin[i];
            length[i] = over ? -time : time;
        }
        elapsed[i] = time;
        if (over) {
            int slot = slot(i);
            counter[slot] += GOLDEN;
            begin(i, mix(counter[slot]));
        }
    }

    /**
     * Steps every copy, pushed to the right where {@code signs} is negative, and begins the next episode where one is over.
     * After a step each of {@code signs} is replaced by its successor in a random sequence.
     *
     * @param record whether to note what was reached and, in {@link #length}, which episodes are over
     */
    void sweep(int[] signs, boolean record, int steps) {
        sweep(signs, record, steps, 0, size);
    }

    /** Where copy {@code i} has its {@link #counter}. */
    int slot(int i) {
        return i;
    }

    /** Puts copy {@code i} where the episode of that seed begins. */
    final void begin(int i, long seed) {
        // The seed of an episode is well mixed, so sixteen bits of it are as good as sixteen others.
        position[i] = start((int) seed);
        velocity[i] = start((int) (seed >>> 16));
        angle[i] = start((int) (seed >>> 32));
        spin[i] = start((int) (seed >>> 48));
        elapsed[i] = 0;
    }

    /** From sixteen random bits to one of as many numbers spread evenly over ±0.05. */
    private static float start(int bits) {
        return Math.fma(bits & 0xFFFF, SPACING, LOWEST);
    }

    /** The mixing function of {@link Seeds}. */
    private static long mix(long z) {
        long y = (z ^ (z >>> 30)) * MIX_1;
        y = (y ^ (y >>> 27)) * MIX_2;
        return y ^ (y >>> 31);
    }

    @Override
    public void reset() {
        Arrays.fill(rewards, 0);
        Arrays.fill(terminated, false);
        Arrays.fill(truncated, false);
        for (int i = 0; i < size; i++) {
            counter[slot(i)] = base[i] + GOLDEN;
            begin(i, mix(counter[slot(i)]));
            show(i);
        }
        begun = true;
    }

    /**
     * Acts in every copy.
     *
     * @throws IllegalArgumentException if there are not N actions, or one is neither 0 nor 1
     * @throws IllegalStateException before the first reset
     */
    @Override
    public void step(float[] actions) {
        Actions.underWay(begun);
        if (actions.length != size) {
            throw new IllegalArgumentException("actions (" + actions.length + " floats) must be " + size + ".");
        }
        for (int i = 0; i < size; i++) {
            signs[i] = Actions.choice(CartPole.ACTIONS, actions, i) == 1 ? -1 : 1;
        }
        sweep(signs, true, 1);
        for (int i = 0; i < size; i++) {
            reached[4 * i] = reachedPosition[i];
            reached[4 * i + 1] = reachedVelocity[i];
            reached[4 * i + 2] = reachedAngle[i];
            reached[4 * i + 3] = reachedSpin[i];
            show(i);
            rewards[i] = 1;
            boolean over = length[i] < 0;
            boolean falls = Math.abs(reachedPosition[i]) > HALF_TRACK || Math.abs(reachedAngle[i]) > LEANING;
            terminated[i] = falls;
            truncated[i] = over && !falls;
            if (over) {
                listener.ended(first + i, -length[i], (int) -length[i], false);
            }
        }
    }

    /**
     * Lets every copy act at random for so many steps, as fast as can be: for benchmarks. Nobody is told of the episodes
     * that end; afterwards {@link #observations} are right, while what was reached, rewards and flags are as before.
     *
     * @param steps environment steps in each copy
     * @throws IllegalStateException before the first reset
     */
    public void play(int steps) {
        Actions.underWay(begun);
        sweep(dice, false, steps);
        for (int i = 0; i < size; i++) {
            show(i);
        }
    }

    private void show(int i) {
        observations[4 * i] = position[i];
        observations[4 * i + 1] = velocity[i];
        observations[4 * i + 2] = angle[i];
        observations[4 * i + 3] = spin[i];
    }

    /** How many episodes have ended since the last reset, in all copies. */
    public long ended() {
        long sum = 0;
        for (int i = 0; i < size; i++) {
            sum += episode(i);
        }
        return sum;
    }

    /** The number of the episode under way in local copy {@code i}, from 0. */
    public long episode(int i) {
        return (counter[slot(i)] - base[i]) * PER_GOLDEN - 1;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public int first() {
        return first;
    }

    @Override
    public Space observationSpace() {
        return CartPole.OBSERVATIONS;
    }

    @Override
    public Space actionSpace() {
        return CartPole.ACTIONS;
    }

    @Override
    public float[] observations() {
        return observations;
    }

    @Override
    public float[] reached() {
        return reached;
    }

    @Override
    public boolean[] actionMasks() {
        return actionMasks;
    }

    @Override
    public double[] rewards() {
        return rewards;
    }

    @Override
    public boolean[] terminated() {
        return terminated;
    }

    @Override
    public boolean[] truncated() {
        return truncated;
    }

    @Override
    public boolean[] discarded() {
        return discarded;
    }

    @Override
    public void onEpisode(EpisodeListener listener) {
        this.listener = listener;
    }

    /**
     * Saves each copy under {@code environment/<global number>}.
     *
     * @throws IllegalStateException before the first reset
     */
    @Override
    public void save(State into) {
        Actions.underWay(begun);
        for (int i = 0; i < size; i++) {
            State state = into.child("environment", first + i);
            state.put("cart-pole", new float[] {position[i], velocity[i], angle[i], spin[i]});
            state.put("counts", new long[] {episode(i), (long) elapsed[i], dice[i], base[i]});
        }
    }

    /**
     * Becomes what was saved, perhaps in other groups.
     *
     * @throws IllegalArgumentException if the state is of other copies or another seed
     */
    @Override
    public void load(State from) {
        for (int i = 0; i < size; i++) {
            State state = from.child("environment", first + i);
            float[] saved = state.floats("cart-pole", 4);
            long[] counts = state.longs("counts");
            if (counts.length != 4 || counts[3] != base[i]) {
                throw new IllegalArgumentException("environment " + (first + i)
                        + " was saved with another seed. Maybe the run's seed was changed.");
            }
            position[i] = saved[0];
            velocity[i] = saved[1];
            angle[i] = saved[2];
            spin[i] = saved[3];
            counter[slot(i)] = base[i] + (counts[0] + 1) * GOLDEN;
            elapsed[i] = counts[1];
            dice[i] = (int) counts[2];
            show(i);
        }
        begun = true;
    }

    @Override
    public void close() {}
}
