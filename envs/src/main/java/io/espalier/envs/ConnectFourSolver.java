package io.espalier.envs;

/**
 * Solves Connect Four exactly: who wins a position if nobody errs, and how soon. For scoring what others play.
 *
 * <p>Alpha-beta in its negamax form (Knuth and Moore 1975) with null windows, over bitboards: moves that lose at once are
 * left out, the others are tried in the order of the threats they make, those in the middle first among equals, and a
 * table remembers bounds of positions already seen. Positions of 12 stones and more take milliseconds; the empty board
 * takes minutes.
 *
 * <p>Allis, "A knowledge-based approach of Connect-Four" (1988); the bitboards are after J. Tromp's. Used by one thread at
 * a time.
 */
public final class ConnectFourSolver {
    private static final int[] TOWARDS_THE_MIDDLE = {6, 0, 5, 1, 4, 2, 3};
    /** A prime near 2^23: 64 MB. */
    private static final int ENTRIES = 8_388_593;

    private static final int LARGEST = (ConnectFour.CELLS + 1) / 2;

    // An entry: the position's key, 49 bits; 1 if its score is at least the bound, else at most; the bound + 32, 6
    // bits.
    private final long[] table = new long[ENTRIES];

    /**
     * What the position is worth to who is to move.
     *
     * @param game a position that is not over
     * @return 1 if won, 0 if drawn, −1 if lost with perfect play
     */
    public int value(ConnectFour game) {
        return Integer.signum(within(game.mine(), game.all(), -1, 1));
    }

    /**
     * How good the position is to who is to move: 0 if drawn; if won, how many stones they would have left after their
     * winning one, plus 1; if lost, the same of the other, negative.
     *
     * @param game a position that is not over
     */
    public int score(ConnectFour game) {
        int low = -LARGEST;
        int high = LARGEST;
        while (low < high) {
            int middle = Math.floorDiv(low + high, 2);
            int found = within(game.mine(), game.all(), middle, middle + 1);
            if (found <= middle) {
                high = found;
            } else {
                low = found;
            }
        }
        return low;
    }

    /**
     * What each move is worth to who makes it.
     *
     * @param game a position that is not over
     * @param into receives for each column 1, 0 or −1 as {@link #value} gives them, or −2 if it is full
     */
    public void values(ConnectFour game, int[] into) {
        for (int column = 0; column < ConnectFour.COLUMNS; column++) {
            long all = game.all();
            long cell = ConnectFour.cell(all, column);
            if (cell == 0) {
                into[column] = -2;
            } else if (ConnectFour.connected(game.mine() | cell)) {
                into[column] = 1;
            } else if ((all | cell) == ConnectFour.BOARD) {
                into[column] = 0;
            } else {
                into[column] = -Integer.signum(within(all ^ game.mine(), all | cell, -1, 1));
            }
        }
    }

    /** A score that is exact between the bounds, and at most or at least so much outside. */
    private int within(long mine, long all, int alpha, int beta) {
        long playable = (all + ConnectFour.BOTTOM) & ConnectFour.BOARD;
        if ((winning(mine, all) & playable) != 0) {
            return (ConnectFour.CELLS + 1 - Long.bitCount(all)) / 2;
        }
        return search(mine, all, alpha, beta);
    }

    /** Of a position in which who is to move cannot win at once. */
    private int search(long mine, long all, int from, int to) {
        long moves = sound(mine, all);
        int stones = Long.bitCount(all);
        if (moves == 0) {
            return -(ConnectFour.CELLS - stones) / 2;
        }
        if (stones >= ConnectFour.CELLS - 2) {
            return 0;
        }
        int alpha = Math.max(from, -(ConnectFour.CELLS - 2 - stones) / 2);
        int beta = Math.min(to, (ConnectFour.CELLS - 1 - stones) / 2);
        if (alpha >= beta) {
            return alpha >= to ? alpha : beta;
        }
        long key = mine + all + ConnectFour.BOTTOM;
        int slot = (int) (key % ENTRIES);
        if ((table[slot] >>> 7) == key) {
            int bound = (int) (table[slot] & 63) - 32;
            if ((table[slot] & 64) != 0) {
                alpha = Math.max(alpha, bound);
            } else {
                beta = Math.min(beta, bound);
            }
            if (alpha >= beta) {
                return bound;
            }
        }
        for (long order = ordered(moves, mine, all); order != 0; order >>>= 8) {
            long move = moves & column((int) (order & 7));
            int score = -search(all ^ mine, all | move, -beta, -alpha);
            if (score >= beta) {
                table[slot] = (key << 7) | 64 | (score + 32);
                return score;
            }
            alpha = Math.max(alpha, score);
        }
        table[slot] = (key << 7) | (alpha + 32);
        return alpha;
    }

    private static long column(int number) {
        return 0x3FL << (7 * number);
    }

    /** The moves in the order to try them, a byte each, the first the lowest: 128 + 8 · threats + column. */
    private static long ordered(long moves, long mine, long all) {
        long order = 0;
        for (int column : TOWARDS_THE_MIDDLE) {
            long move = moves & column(column);
            if (move != 0) {
                long entry = 128 | (Math.min(15, Long.bitCount(winning(mine | move, all | move))) << 3) | column;
                int bits = 0;
                while ((((order >>> bits) & 255) >>> 3) > (entry >>> 3)) {
                    bits += 8;
                }
                long before = (1L << bits) - 1;
                order = (order & before) | (entry << bits) | ((order & ~before) << 8);
            }
        }
        return order;
    }

    /** Moves after which the other cannot win at once; none if there are none. */
    private static long sound(long mine, long all) {
        long playable = (all + ConnectFour.BOTTOM) & ConnectFour.BOARD;
        long threats = winning(all ^ mine, all);
        long forced = playable & threats;
        if (forced != 0) {
            playable = (forced & (forced - 1)) == 0 ? forced : 0;
        }
        return playable & ~(threats >> 1);
    }

    /** Empty cells, whether they can be reached yet or not, that complete a line of those stones. */
    private static long winning(long stones, long all) {
        long cells = (stones << 1) & (stones << 2) & (stones << 3);
        for (int d = 6; d <= 8; d++) {
            long pair = (stones << d) & (stones << (2 * d));
            cells |= pair & ((stones << (3 * d)) | (stones >> d));
            pair = (stones >> d) & (stones >> (2 * d));
            cells |= pair & ((stones << d) | (stones >> (3 * d)));
        }
        return cells & ConnectFour.BOARD & ~all;
    }
}
