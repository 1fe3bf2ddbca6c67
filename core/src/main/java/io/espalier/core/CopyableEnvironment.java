package io.espalier.core;

/**
 * An environment of which a copy can be made in mid-episode, so that a search can try out what would come of actions.
 *
 * <p>A copy is in the same state, has the same spaces and shares nothing that changes: whatever is done to one of the two
 * does not show in the other. It has the same chances before it, too: given the same actions, both go on alike, bit for
 * bit. So a search that must not know the future {@linkplain #reseed reseeds} its copies.
 */
public interface CopyableEnvironment extends Environment {
    /** A copy in the present state, also before the first reset and after the last step. */
    CopyableEnvironment copy();

    /**
     * Becomes a copy of another one. Allocates nothing.
     *
     * @param other of the same class and with the same settings, as one that came from {@link #copy}
     * @throws IllegalArgumentException if it is of another class, or was made with other settings
     */
    void copyFrom(CopyableEnvironment other);

    /**
     * From now on all chances of this episode come from that seed; the present state stays. Without effect where there
     * are none.
     */
    void reseed(long seed);

    /** Whether, in a given state, the outcome of an action may depend on more than that state and that action. */
    default boolean hasChance() {
        return true;
    }

    @Override
    default CopyableEnvironment searchCopy() {
        return copy();
    }

    /**
     * The other one as one of that class, for {@link #copyFrom}.
     *
     * @throws IllegalArgumentException if it is none
     */
    static <T extends CopyableEnvironment> T same(Class<T> kind, CopyableEnvironment other) {
        if (!kind.isInstance(other)) {
            throw differs(kind, other);
        }
        return kind.cast(other);
    }

    /** What {@link #copyFrom} throws when it is given an environment that it cannot become. */
    static IllegalArgumentException differs(Class<?> kind, CopyableEnvironment other) {
        return new IllegalArgumentException("other (a " + other.getClass().getSimpleName() + ") must be a "
                + kind.getSimpleName() + " with the same settings. Maybe make it with copy().");
    }
}
