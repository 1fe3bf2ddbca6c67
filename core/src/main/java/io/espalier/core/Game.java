package io.espalier.core;

/**
 * A game for two players who move in turn; what one wins, the other loses. As an environment it is played from both sides:
 *
 * <ul>
 *   <li>the observation is in the view of who is to move: what is theirs comes first;
 *   <li>actions are discrete, and the mask tells which moves are legal;
 *   <li>the reward is that of who moved, from −1 (lost) to 1 (won); the other's is its opposite.
 * </ul>
 *
 * <p>So it is a task for self-play. An algorithm for one agent takes it {@link AgainstOpponent}.
 */
public interface Game extends CopyableEnvironment {
    @Override
    Game copy();

    /**
     * Acts for the player who is to move.
     *
     * @throws IllegalArgumentException if the move is not legal; nothing has changed then
     */
    @Override
    Step step(float[] actions, int at);

    /** Who is to move: 0, who moves first after a reset, or 1. After the end: whose turn it would be. */
    int toMove();

    @Override
    default boolean masksActions() {
        return true;
    }

    @Override
    default void reseed(long seed) {}

    @Override
    default boolean hasChance() {
        return false;
    }

    @Override
    default Game searchCopy() {
        return copy();
    }

    /** How many symmetries the game has, number 0, which leaves everything in its place, included. */
    default int symmetries() {
        return 1;
    }

    /** Where a symmetry puts element {@code element} of an observation; a permutation of all elements. */
    default int symmetricElement(int symmetry, int element) {
        return element;
    }

    /** Which move it makes of a move; a permutation of all actions. */
    default int symmetricAction(int symmetry, int action) {
        return action;
    }
}
