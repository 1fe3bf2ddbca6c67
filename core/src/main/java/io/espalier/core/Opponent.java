package io.espalier.core;

/**
 * Plays one side of a game. What it chooses depends on the position and on the random stream alone. One that keeps
 * scratch memory is used by one thread at a time.
 */
@FunctionalInterface
public interface Opponent {
    /** Chooses any legal move, all equally likely, by one draw. */
    Opponent RANDOM = (game, legal, random) -> {
        int count = 0;
        for (boolean each : legal) {
            count += each ? 1 : 0;
        }
        int left = random.nextInt(count);
        int move = 0;
        while (!legal[move] || left-- > 0) {
            move++;
        }
        return move;
    };

    /**
     * Chooses a move for who is to move.
     *
     * @param game the position; to be copied for looking ahead, not to be changed
     * @param legal which moves are legal there; not to be changed
     * @param random where all its chances come from
     */
    int choose(Game game, boolean[] legal, RandomStream random);
}
