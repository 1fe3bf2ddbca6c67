package io.espalier.core;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Copies of an {@link Environment}, stepped one after the other in the calling thread. A step allocates nothing of its
 * own, except when an episode grows longer than any before.
 *
 * <p><b>Failures.</b> An exception in a copy ends the step with an {@link EnvironmentException}, unless a
 * {@link Replacement} provides a fresh copy. Then the transition counts for nothing: reward 0, truncated, discarded,
 * reached what was observed before; its episode is not told to the listener, and the fresh copy begins the next one. A
 * copy that fails while an episode begins is replaced too, and spoils no transition.
 *
 * <p><b>Being stuck.</b> How far a step has come is kept in fields, so a thread that hangs in a copy can be given up
 * and another can finish the step by {@link #takeOver}. Each copy writes only into small arrays of its own, which are
 * dropped with it, so whatever it writes later reaches nobody. The one who guards the environments must see to it that
 * the old thread never comes back from the call it hangs in: it throws an {@link AbandonedCall}.
 *
 * <p><b>Saving.</b> An episode is its seed and its actions. Saving keeps those of each copy, loading plays them again
 * and checks that the same observation is reached, bit for bit; a copy with a {@link Environment#memory} is saved
 * directly. States are named by global numbers, so copies may be grouped differently when they are loaded. What the
 * last step brought (rewards, flags, what was reached) is not kept.
 */
public final class DefaultVectorEnvironment implements VectorEnvironment {
    private static final int IDLE = -1;
    private static final int NOT_BEGUN = -2;
    private static final int LOADING = -3;
    /** Replacements in a row, for one copy that never manages to begin an episode. */
    private static final int MOST_REPLACEMENTS = 1000;

    private static final VarHandle PROGRESS;

    static {
        try {
            PROGRESS = MethodHandles.lookup().findVarHandle(DefaultVectorEnvironment.class, "progress", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final int size;
    private final int first;
    private final Space observationSpace;
    private final Space actionSpace;
    private final int observationSize;
    private final int actionSize;
    private final int maskSize;
    private final @Nullable Replacement replacement;
    private final Copy[] copies;

    private final float[] observations;
    private final float[] reached;
    private final boolean[] actionMasks;
    private final boolean[] reachedMasks;
    private final double[] rewards;
    private final boolean[] terminated;
    private final boolean[] truncated;
    private final boolean[] discarded;

    private final Seeds[] seeds;
    private final long[] episodes;
    private final double[] returns;
    private final int[] lengths;
    private final EpisodeRecord[] records;

    private EpisodeListener listener = (copy, episodeReturn, length, success) -> {};

    /** The actions of the step under way; empty while copies only begin episodes. */
    private float[] actions = {};

    /** Twice the copy that is being stepped, plus 1 once it is about to begin an episode; or one of the constants. */
    private int progress = NOT_BEGUN;

    /** Makes N copies; the factory is called N times. */
    public DefaultVectorEnvironment(Supplier<? extends Environment> factory, int copies, Seeds seeds, int first) {
        this(Stream.<Environment>generate(factory).limit(copies).toList(), seeds, first, null);
    }

    /** Steps these environments, whose closing becomes this object's task. */
    public DefaultVectorEnvironment(List<? extends Environment> copies, Seeds seeds, int first) {
        this(copies, seeds, first, null);
    }

    /**
     * Steps these environments, whose closing becomes this object's task.
     *
     * @param seeds the run's root
     * @param first the global number of copy 0
     * @param replacement provides a fresh copy when one has failed; null to let failures end the step
     * @throws IllegalArgumentException if there are none, or their spaces differ
     */
    public DefaultVectorEnvironment(
            List<? extends Environment> copies, Seeds seeds, int first, @Nullable Replacement replacement) {
        if (copies.isEmpty() || first < 0) {
            throw new IllegalArgumentException(
                    "copies (" + copies.size() + ") must be at least 1, first (" + first + ") at least 0.");
        }
        size = copies.size();
        this.first = first;
        this.replacement = replacement;
        Environment model = copies.get(0);
        observationSpace = model.observationSpace();
        actionSpace = model.actionSpace();
        observationSize = observationSpace.size();
        actionSize = actionSpace.size();
        maskSize = model.masksActions() ? actionSpace.choices() : 0;
        this.copies = new Copy[size];
        observations = new float[Math.multiplyExact(size, observationSize)];
        reached = new float[observations.length];
        actionMasks = new boolean[Math.multiplyExact(size, maskSize)];
        reachedMasks = new boolean[actionMasks.length];
        rewards = new double[size];
        terminated = new boolean[size];
        truncated = new boolean[size];
        discarded = new boolean[size];
        this.seeds = new Seeds[size];
        episodes = new long[size];
        returns = new double[size];
        lengths = new int[size];
        records = new EpisodeRecord[size];
        for (int i = 0; i < size; i++) {
            this.copies[i] = checked(copies.get(i), i);
            this.seeds[i] = seeds.child("environment", first + i);
            records[i] = new EpisodeRecord(actionSize);
        }
    }

    private Copy checked(Environment environment, int i) {
        boolean masks = environment.masksActions();
        if (!environment.observationSpace().equals(observationSpace)
                || !environment.actionSpace().equals(actionSpace)
                || (masks ? actionSpace.choices() : 0) != maskSize) {
            throw new IllegalArgumentException("environment " + (first + i) + " has the spaces "
                    + environment.observationSpace() + " and " + environment.actionSpace() + ", masks " + masks
                    + "; the others have " + observationSpace + " and " + actionSpace
                    + ". Maybe the factory does not always make the same environment.");
        }
        return new Copy(environment, observationSize, maskSize);
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
        return observationSpace;
    }

    @Override
    public Space actionSpace() {
        return actionSpace;
    }

    @Override
    public void reset() {
        Arrays.fill(episodes, -1);
        Arrays.fill(rewards, 0);
        Arrays.fill(terminated, false);
        Arrays.fill(truncated, false);
        Arrays.fill(discarded, false);
        actions = new float[0];
        at(0, true);
        advance(null);
    }

    /**
     * Acts in every copy.
     *
     * @throws IllegalArgumentException if there are not N actions
     * @throws IllegalStateException before the first reset, or after a step that failed
     * @throws EnvironmentException if a copy fails and there is no replacement
     */
    @Override
    public void step(float[] actions) {
        requireIdle("step");
        if (actions.length != size * actionSize) {
            throw new IllegalArgumentException(
                    "actions (" + actions.length + " floats) must have " + size + " rows of " + actionSize + ".");
        }
        this.actions = actions;
        at(0, false);
        advance(null);
    }

    /**
     * Finishes, in the calling thread, the step or reset in which another thread is stuck: the copy it is stuck in is
     * replaced, the copies after it are stepped as if nothing had happened. Works again if this call gets stuck too.
     *
     * @param cause why the other thread was given up; it goes to the {@link Replacement}
     * @throws IllegalStateException if no step or reset is under way, or the thread is stuck in {@link #load}
     * @throws EnvironmentException if there is no replacement
     */
    public void takeOver(Throwable cause) {
        int reachedBy = (int) PROGRESS.getAcquire(this);
        if (reachedBy == IDLE || reachedBy == NOT_BEGUN) {
            throw new IllegalStateException("No step is under way that could be taken over.");
        }
        if (reachedBy == LOADING) {
            throw new IllegalStateException("A saved state was being loaded; that cannot be taken over.", cause);
        }
        advance(cause);
    }

    /** Goes on from where {@link #progress} stands; a cause given means that the copy there has failed. */
    private void advance(@Nullable Throwable failure) {
        for (int i = progress >> 1; i < size; i++) {
            boolean begins = (progress & 1) == 1;
            if (!begins) {
                begins = act(i, failure);
                failure = null;
            }
            if (begins) {
                at(i, true);
                begin(i, failure);
                failure = null;
            }
            if (i + 1 < size) {
                at(i + 1, actions.length == 0);
            }
        }
        PROGRESS.setRelease(this, IDLE);
    }

    private void at(int copy, boolean beginning) {
        // Everything written so far must be seen by a thread that takes over from here.
        PROGRESS.setRelease(this, copy << 1 | (beginning ? 1 : 0));
    }

    /** Steps one copy and notes what came of it; says whether a new episode must begin. */
    private boolean act(int i, @Nullable Throwable failure) {
        Copy copy = copies[i];
        if (failure == null) {
            failure = copy.step(actions, i * actionSize);
        }
        discarded[i] = failure != null;
        if (failure != null) {
            replace(i, failure);
            rewards[i] = 0;
            terminated[i] = false;
            truncated[i] = true;
            System.arraycopy(observations, i * observationSize, reached, i * observationSize, observationSize);
            System.arraycopy(actionMasks, i * maskSize, reachedMasks, i * maskSize, maskSize);
            return true;
        }
        records[i].add(actions, i * actionSize);
        rewards[i] = copy.reward;
        terminated[i] = copy.terminated;
        truncated[i] = copy.truncated;
        returns[i] += copy.reward;
        lengths[i]++;
        System.arraycopy(copy.observation, 0, reached, i * observationSize, observationSize);
        System.arraycopy(copy.mask, 0, reachedMasks, i * maskSize, maskSize);
        if (copy.terminated || copy.truncated) {
            copy.tellFigures(listener, first + i);
            listener.ended(first + i, returns[i], lengths[i], copy.success);
            return true;
        }
        show(i, copy);
        return false;
    }

    /** Begins the next episode in which a copy does not fail at once. */
    private void begin(int i, @Nullable Throwable failure) {
        for (int attempt = 0; ; attempt++) {
            if (failure != null) {
                if (attempt > MOST_REPLACEMENTS) {
                    throw failed(
                            i, "was replaced " + attempt + " times in a row without beginning an episode", failure);
                }
                replace(i, failure);
            }
            episodes[i]++;
            returns[i] = 0;
            lengths[i] = 0;
            records[i].begin(seeds[i].seedOf(episodes[i]));
            failure = copies[i].begin(records[i].seed());
            if (failure == null) {
                show(i, copies[i]);
                return;
            }
        }
    }

    private void show(int i, Copy copy) {
        System.arraycopy(copy.observation, 0, observations, i * observationSize, observationSize);
        System.arraycopy(copy.mask, 0, actionMasks, i * maskSize, maskSize);
    }

    private void replace(int i, Throwable cause) {
        if (replacement == null) {
            throw failed(i, "failed: " + cause, cause);
        }
        copies[i] = checked(replacement.replace(first + i, copies[i].environment, cause), i);
    }

    private EnvironmentException failed(int i, String what, @Nullable Throwable cause) {
        return new EnvironmentException(first + i, episodes[i], records[i].seed(), lengths[i], what, cause);
    }

    private void requireIdle(String call) {
        if (progress != IDLE) {
            throw new IllegalStateException(call + " needs a running episode in every copy. Maybe "
                    + (progress == NOT_BEGUN ? "call reset first." : "the last call failed: reset or load."));
        }
    }

    /** The number of the episode under way in local copy {@code i}, from 0. */
    public long episode(int i) {
        return episodes[i];
    }

    /** The seed of the episode under way in local copy {@code i}. */
    public long seed(int i) {
        return records[i].seed();
    }

    /** Environment steps so far in the episode under way in local copy {@code i}. */
    public int length(int i) {
        return lengths[i];
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
    public boolean[] reachedMasks() {
        return reachedMasks;
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
     * @throws IllegalStateException before the first reset, after a step that failed, or if an episode without a memory
     *     of its own is longer than {@link EpisodeRecord#MOST_STEPS}
     */
    @Override
    public void save(State into) {
        requireIdle("save");
        for (int i = 0; i < size; i++) {
            State state = into.child("environment", first + i);
            state.putLong("episode", episodes[i]);
            state.putLong("length", lengths[i]);
            state.putDouble("return", returns[i]);
            int row = i * observationSize;
            state.put("observation", Arrays.copyOfRange(observations, row, row + observationSize));
            Stateful memory = copies[i].environment.memory();
            if (memory != null) {
                memory.save(state.child("memory"));
            } else {
                try {
                    records[i].save(state);
                } catch (IllegalStateException e) {
                    throw new IllegalStateException("environment " + (first + i) + ": " + e.getMessage(), e);
                }
            }
        }
    }

    /**
     * Becomes what was saved.
     *
     * @throws IllegalArgumentException if the state is of other copies or another seed
     * @throws EnvironmentException if a copy does not come to show what it showed when it was saved
     */
    @Override
    public void load(State from) {
        PROGRESS.setRelease(this, LOADING);
        for (int i = 0; i < size; i++) {
            load(from.child("environment", first + i), i);
        }
        PROGRESS.setRelease(this, IDLE);
    }

    private void load(State state, int i) {
        episodes[i] = state.getLong("episode");
        lengths[i] = (int) state.getLong("length");
        returns[i] = state.getDouble("return");
        float[] shown = state.floats("observation", observationSize);
        long seed = seeds[i].seedOf(episodes[i]);
        Copy copy = copies[i];
        double played = returns[i];
        try {
            Stateful memory = copy.environment.memory();
            if (memory != null) {
                records[i].begin(seed);
                memory.load(state.child("memory"));
            } else {
                records[i].load(state);
                if (records[i].seed() != seed) {
                    throw new IllegalArgumentException("environment " + (first + i) + " was saved with seed "
                            + records[i].seed() + " where this run has " + seed
                            + ". Maybe the run's seed was changed.");
                }
                played = records[i].replay(copy.environment);
            }
            copy.look();
        } catch (IllegalArgumentException | AbandonedCall e) {
            throw e;
        } catch (Throwable e) {
            throw failed(i, "could not be resumed: " + e + ". Maybe it is not deterministic.", e);
        }
        int other = Arrays.mismatch(shown, copy.observation);
        if (other >= 0 || Double.compare(played, returns[i]) != 0) {
            String what = other < 0
                    ? "return is " + played + ", was " + returns[i]
                    : "observation component " + other + " is " + copy.observation[other] + ", was " + shown[other];
            throw failed(
                    i,
                    "is not deterministic: after the same seed and actions its " + what
                            + ". Maybe it draws random numbers from elsewhere than reset's seed, keeps something from"
                            + " one episode to the next, or its code has changed.",
                    null);
        }
        show(i, copy);
    }

    @Override
    public void close() {
        Throwable first = null;
        for (Copy copy : copies) {
            try {
                copy.environment.close();
            } catch (RuntimeException | Error e) {
                if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        if (first != null) {
            throw new IllegalStateException("An environment could not be closed: " + first, first);
        }
    }
}
