package io.espalier.core;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One task for one agent.
 *
 * <p>The life of an environment is {@code reset, observe, (step, observe)*}, again and again. Rows are flat: an
 * observation is {@code observationSpace().size()} floats, an action {@code actionSpace().size()} floats (a discrete
 * action is its number as a float), each starting at index {@code at} of an array that the caller owns. An environment
 * writes only its own row, and keeps no reference to the array.
 *
 * <p>An environment is deterministic: the same seed and the same actions give the same observations and rewards, bit for
 * bit. All its randomness comes from the seed given to {@link #reset}. It is used by one thread at a time.
 *
 * <p>Everything below {@link #observe} is optional. The contract test in {@code espalier-testkit} checks all of it.
 */
public interface Environment extends AutoCloseable {
    /** Where observations come from; the same value at every call. */
    Space observationSpace();

    /** Where actions come from; the same value at every call. */
    Space actionSpace();

    /**
     * Begins a new episode, whatever state the environment is in.
     *
     * @param seed the only source of randomness for this episode
     */
    void reset(long seed);

    /**
     * Acts.
     *
     * @param actions holds the action at {@code actions[at .. at + actionSpace().size() - 1]}
     * @param at where the action starts
     * @return the reward, and whether and how the episode ended
     * @throws IllegalStateException if no episode is under way: before the first reset or after the last step
     */
    Step step(float[] actions, int at);

    /**
     * Writes the current observation. May be called any number of times, also after the last step of an episode, and
     * changes nothing.
     *
     * @param into receives the observation at {@code into[at .. at + observationSpace().size() - 1]}
     * @param at where the observation starts
     */
    void observe(float[] into, int at);

    /** Whether {@link #actionMask} ever forbids anything. Only for discrete and multi-discrete actions. */
    default boolean masksActions() {
        return false;
    }

    /**
     * Writes which actions are allowed now: one flag per choice, {@code actionSpace().choices()} of them. At least one
     * choice per discrete component must be allowed, unless the task has ended. Like {@link #observe} it changes nothing.
     */
    default void actionMask(boolean[] into, int at) {
        Arrays.fill(into, at, at + actionSpace().choices(), true);
    }

    /** Whether {@link #success} means something here. */
    default boolean reportsSuccess() {
        return false;
    }

    /** After the last step of an episode: whether the task was accomplished. */
    default boolean success() {
        return false;
    }

    /** After the last step of an episode: hands over further figures of the episode by name, such as "fuel". */
    default void episodeMetrics(MetricSink sink) {}

    /**
     * How to keep and restore the state of this environment directly; null, the usual case, if only seed and actions
     * tell: then an episode is resumed by playing it again. An environment that implements {@link Stateful} says so
     * here by itself; one that wraps another passes the question on.
     */
    default @Nullable Stateful memory() {
        return this instanceof Stateful self ? self : null;
    }

    /**
     * A copy of this environment as it stands, in which a search may look ahead without disturbing it; null, the usual
     * case, if none can be made. A {@link CopyableEnvironment} gives one by itself. One that wraps another passes the
     * question on if what it adds is not part of the task, as time limits and guards do: the copy is then of what is
     * wrapped, and bare.
     */
    default @Nullable CopyableEnvironment searchCopy() {
        return null;
    }

    /** A picture of the current state in text, for people; empty if there is none. */
    default String render() {
        return "";
    }

    /**
     * Draws the current state as a scene, for people, beginning with {@link Canvas#view}; draws nothing if there is none. What
     * does not change is drawn first. Like {@link #observe} it changes nothing.
     */
    default void draw(Canvas canvas) {}

    /** Lets go of whatever is held. May be called more than once. */
    @Override
    default void close() {}
}
