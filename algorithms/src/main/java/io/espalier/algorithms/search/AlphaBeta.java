package io.espalier.algorithms.search;

import io.espalier.core.Game;
import io.espalier.core.Opponent;
import io.espalier.core.RandomStream;
import io.espalier.core.Step;
import java.util.ArrayList;
import java.util.List;

/**
 * Looks ahead a fixed number of moves and takes the best for the worst that the other can do: negamax with alpha-beta
 * pruning (Knuth and Moore, "An analysis of alpha-beta pruning", Artificial Intelligence 6, 1975). A yardstick for players
 * that learn: with depth 1 it is greedy, with a depth beyond the end of the game it is perfect.
 *
 * <p>An end that comes sooner counts a little more, so that wins are not put off and losses are. Among equal moves it
 * chooses by chance. Used by one thread at a time.
 */
public final class AlphaBeta implements Opponent {
    /** What a move less on the way to the end is worth; a game of 1000 moves may gain 0.1 in all. */
    private static final double SOONER = 1e-4;

    private final int depth;
    private final Evaluation evaluation;
    private final List<Game> scratch = new ArrayList<>();
    private final List<boolean[]> masks = new ArrayList<>();
    private final float[] action = new float[1];

    /** A guess at the value of positions in which the search stops. */
    @FunctionalInterface
    public interface Evaluation {
        /** For who is to move: above 0 if they stand better; between −1, lost, and 1, won. */
        double of(Game game);
    }

    /**
     * A player.
     *
     * @param depth how many moves it looks ahead, its own included
     * @throws IllegalArgumentException if the depth is below 1
     */
    public AlphaBeta(int depth, Evaluation evaluation) {
        if (depth < 1) {
            throw new IllegalArgumentException("depth (" + depth + ") must be at least 1 move. Maybe 4.");
        }
        this.depth = depth;
        this.evaluation = evaluation;
    }

    /** One that looks to the end of a game of at most so many moves. */
    public static AlphaBeta perfect(int longest) {
        return new AlphaBeta(longest, game -> 0);
    }

    @Override
    public int choose(Game game, boolean[] legal, RandomStream random) {
        int best = -1;
        double value = Double.NEGATIVE_INFINITY;
        int equals = 0;
        for (int move = 0; move < legal.length; move++) {
            if (legal[move]) {
                // Just below the best so far, so that equals are told from worse ones.
                double found = after(game, move, depth, Math.nextDown(value), Double.POSITIVE_INFINITY);
                equals = found > value ? 1 : found == value ? equals + 1 : equals;
                if (found > value || (found == value && random.nextInt(equals) == 0)) {
                    best = move;
                }
                value = Math.max(value, found);
            }
        }
        return best;
    }

    /** What that move is worth to who makes it, as far as the search sees: near −1 if it loses, near 1 if it wins. */
    public double value(Game game, int move) {
        return after(game, move, depth, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
    }

    private double after(Game from, int move, int left, double alpha, double beta) {
        Game next = scratch(from, left);
        next.copyFrom(from);
        int mover = next.toMove();
        action[0] = move;
        Step step = next.step(action, 0);
        if (step.last()) {
            return step.reward() * (1 + SOONER * left);
        }
        boolean same = next.toMove() == mover;
        double bottom = same ? alpha - step.reward() : step.reward() - beta;
        double top = same ? beta - step.reward() : step.reward() - alpha;
        double value = left == 1 ? evaluation.of(next) : best(next, left - 1, bottom, top);
        return step.reward() + (same ? value : -value);
    }

    private double best(Game game, int left, double from, double beta) {
        boolean[] legal = masks.get(left);
        game.actionMask(legal, 0);
        double value = Double.NEGATIVE_INFINITY;
        double alpha = from;
        for (int move = 0; move < legal.length && value < beta; move++) {
            if (legal[move]) {
                value = Math.max(value, after(game, move, left, alpha, beta));
                alpha = Math.max(alpha, value);
            }
        }
        return value;
    }

    /** A game to try moves in, for each number of moves that are left. */
    private Game scratch(Game like, int left) {
        if (scratch.isEmpty() || scratch.get(0).getClass() != like.getClass()) {
            scratch.clear();
            masks.clear();
            for (int i = 0; i <= depth; i++) {
                scratch.add(like.copy());
                masks.add(new boolean[like.actionSpace().choices()]);
            }
        }
        return scratch.get(left);
    }
}
