package io.espalier.algorithms.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.espalier.core.Game;
import io.espalier.core.Opponent;
import io.espalier.core.RandomStream;
import io.espalier.core.Step;
import io.espalier.envs.ConnectFour;
import io.espalier.envs.TicTacToe;
import org.junit.jupiter.api.Test;

class AlphaBetaTest {
    /** Minimax without pruning. */
    private static double exact(Game game, int move, int left, AlphaBeta.Evaluation evaluation) {
        Game next = game.copy();
        Step step = next.step(new float[] {move}, 0);
        if (step.last()) {
            return step.reward() * (1 + 1e-4 * left);
        } else if (left == 1) {
            return -evaluation.of(next);
        }
        boolean[] legal = new boolean[game.actionSpace().choices()];
        next.actionMask(legal, 0);
        double best = Double.NEGATIVE_INFINITY;
        for (int reply = 0; reply < legal.length; reply++) {
            best = legal[reply] ? Math.max(best, exact(next, reply, left - 1, evaluation)) : best;
        }
        return -best;
    }

    @Test
    void choosesAmongTheBestByMinimax() {
        AlphaBeta.Evaluation balance = game -> ((ConnectFour) game).balance();
        AlphaBeta player = new AlphaBeta(4, balance);
        RandomStream random = new RandomStream(3);
        boolean[] legal = new boolean[7];
        int decided = 0;
        for (int n = 0; n < 40; n++) {
            ConnectFour game = new ConnectFour();
            game.reset(0);
            boolean over = false;
            for (int t = 0; t < 2 + n % 20 && !over; t++) {
                game.actionMask(legal, 0);
                over = game.step(new float[] {Opponent.RANDOM.choose(game, legal, random)}, 0)
                        .last();
            }
            if (!over) {
                game.actionMask(legal, 0);
                String before = game.render();
                int chosen = player.choose(game, legal, random);
                assertThat(game.render()).isEqualTo(before);
                double best = Double.NEGATIVE_INFINITY;
                for (int move = 0; move < 7; move++) {
                    if (legal[move]) {
                        double value = exact(game, move, 4, balance);
                        assertThat(player.value(game, move)).isEqualTo(value);
                        best = Math.max(best, value);
                    }
                }
                assertThat(exact(game, chosen, 4, balance)).isEqualTo(best);
                decided += Math.abs(best) > 0.99 ? 1 : 0;
            }
        }
        assertThat(decided).isBetween(3, 37);
    }

    @Test
    void equalMovesAreAllChosenSomeDay() {
        // A perfect player knows that all first moves of tic-tac-toe draw.
        TicTacToe game = new TicTacToe();
        game.reset(0);
        AlphaBeta perfect = AlphaBeta.perfect(9);
        boolean[] legal = new boolean[9];
        game.actionMask(legal, 0);
        int[] chosen = new int[9];
        RandomStream random = new RandomStream(1);
        for (int n = 0; n < 45; n++) {
            chosen[perfect.choose(game, legal, random)]++;
        }
        // The chance that any of nine is never chosen is 9·(8/9)^45 = 0.045; this seed is none of those.
        assertThat(chosen).doesNotContain(0);
        assertThat(perfect.value(game, 0)).isZero();
    }

    @Test
    void aWinThatComesSoonerCountsMore() {
        TicTacToe game = new TicTacToe();
        game.reset(0);
        for (int cell : new int[] {0, 1, 3, 4}) {
            game.step(new float[] {cell}, 0);
        }
        AlphaBeta perfect = AlphaBeta.perfect(9);
        // X wins at once at 6; at 7 it stops O and still wins on the diagonal or the left, two moves later.
        assertThat(perfect.value(game, 6)).isEqualTo(1 + 9e-4, within(1e-12));
        assertThat(perfect.value(game, 7)).isLessThan(1 + 9e-4);
        assertThat(perfect.value(game, 8)).as("O wins at 7").isEqualTo(-(1 + 8e-4), within(1e-12));
    }
}
