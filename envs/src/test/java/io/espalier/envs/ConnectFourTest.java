package io.espalier.envs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.espalier.core.Game;
import io.espalier.core.Opponent;
import io.espalier.core.RandomStream;
import io.espalier.core.Step;
import io.espalier.testkit.GameContract;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ConnectFourTest extends GameContract {
    @Override
    protected Game create() {
        return new ConnectFour();
    }

    private final ConnectFour game = new ConnectFour();

    private Step play(String columns) {
        game.reset(0);
        Step step = Step.transition(0);
        for (int i = 0; i < columns.length(); i++) {
            step = game.step(new float[] {columns.charAt(i) - '0'}, 0);
        }
        return step;
    }

    @Test
    void linesInAllDirectionsWin() {
        assertThat(play("061626")).isEqualTo(Step.transition(0));
        assertThat(play("0011223")).as("level").isEqualTo(Step.termination(1));
        assertThat(play("0101010")).as("upright").isEqualTo(Step.termination(1));
        assertThat(play("01123223303")).as("rising").isEqualTo(Step.termination(1));
        assertThat(play("65543443363")).as("falling").isEqualTo(Step.termination(1));
        // the top of one column and the bottom of the next are no line
        assertThat(ConnectFour.connected(0b1_0111000L)).isFalse();
    }

    @Test
    void allLinesAreFoundAndNoOthers() {
        // Played against counting: a grid of letters in which a line of four is looked for cell by cell.
        RandomStream random = new RandomStream(5);
        boolean[] legal = new boolean[7];
        int decided = 0;
        for (int n = 0; n < 500; n++) {
            game.reset(n);
            Step step;
            do {
                game.actionMask(legal, 0);
                step = game.step(new float[] {Opponent.RANDOM.choose(game, legal, random)}, 0);
                boolean won = hasLine(game.render());
                assertThat(step.last() && step.reward() == 1).as(game.render()).isEqualTo(won);
            } while (!step.last());
            decided += step.reward() == 1 ? 1 : 0;
            assertThat(step.reward() == 1 || !game.render().contains(".")).isTrue();
        }
        assertThat(decided).isBetween(480, 500);
    }

    private static boolean hasLine(String picture) {
        java.util.List<String> rows = picture.lines().toList();
        for (int r = 0; r < 6; r++) {
            for (int c = 0; c < 7; c++) {
                for (int[] d : new int[][] {{0, 1}, {1, 0}, {1, 1}, {1, -1}}) {
                    int lastRow = r + 3 * d[0];
                    int lastColumn = c + 3 * d[1];
                    if (lastRow > 5 || lastColumn > 6 || lastColumn < 0) {
                        continue;
                    }
                    char stone = rows.get(r).charAt(2 * c);
                    boolean line = stone != '.';
                    for (int i = 1; i < 4; i++) {
                        line &= rows.get(r + i * d[0]).charAt(2 * (c + i * d[1])) == stone;
                    }
                    if (line) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    @Test
    void isSeenByWhoIsToMove() {
        play("30");
        float[] seen = new float[84];
        game.observe(seen, 0);
        float[] expected = new float[84];
        expected[5 * 7 + 3] = 1;
        expected[42 + 5 * 7] = 1;
        assertThat(seen).containsExactly(expected);
        assertThat(game.render()).contains("\nO . . X . . .\n0 1 2 3 4 5 6\n");
    }

    @Test
    void aFullColumnIsForbiddenAndRefusedByName() {
        play("222222");
        boolean[] mask = new boolean[7];
        game.actionMask(mask, 0);
        assertThat(mask).containsExactly(true, true, false, true, true, true, true);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> game.step(new float[] {2}, 0))
                .withMessageContaining("action (2) must be a column that is not full");
    }

    @Test
    void theBalanceCountsLinesThatCanStillBeCompleted() {
        play("3");
        // The 7 lines through the bottom cell of the middle: 4 level, 1 upright, 2 across.
        assertThat(game.balance()).isEqualTo(-7 / 107.0);
        play("");
        assertThat(game.balance()).isZero();
    }

    @Test
    void theSolverAgreesWithSearchingEverything() {
        ConnectFourSolver solver = new ConnectFourSolver();
        RandomStream random = new RandomStream(8);
        int[] values = new int[7];
        int[] seen = new int[3];
        int checked = 0;
        boolean[] legal = new boolean[7];
        for (int n = 0; checked < 60; n++) {
            game.reset(n);
            boolean over = false;
            for (int t = 0; t < 31 + n % 8 && !over; t++) {
                game.actionMask(legal, 0);
                over = game.step(new float[] {Opponent.RANDOM.choose(game, legal, random)}, 0)
                        .last();
            }
            if (!over) {
                checked++;
                int exact = minimax(game, legal, null);
                assertThat(solver.score(game)).as(game.render()).isEqualTo(exact);
                assertThat(solver.value(game)).isEqualTo(Integer.signum(exact));
                int[] expected = new int[7];
                minimax(game, legal, expected);
                solver.values(game, values);
                assertThat(values).as(game.render()).containsExactly(expected);
                seen[1 + Integer.signum(exact)]++;
            }
        }
        assertThat(Arrays.stream(seen).min().orElse(0))
                .as("lost, drawn and won positions")
                .isGreaterThan(4);
    }

    /** The score by trying everything; the sign of each move's too, −2 for a full column. */
    private static int minimax(ConnectFour from, boolean[] scratch, int @org.jspecify.annotations.Nullable [] values) {
        int stones = Long.bitCount(from.all());
        int best = -100;
        for (int column = 0; column < 7; column++) {
            from.actionMask(scratch, 0);
            int value = -2;
            if (scratch[column]) {
                ConnectFour next = from.copy();
                Step step = next.step(new float[] {column}, 0);
                int score = step.reward() == 1 ? (43 - stones) / 2 : step.last() ? 0 : -minimax(next, scratch, null);
                best = Math.max(best, score);
                value = Integer.signum(score);
            }
            if (values != null) {
                values[column] = value;
            }
        }
        return best;
    }

    @Test
    void theSolverKnowsPositionsFromTheBooks() {
        ConnectFourSolver solver = new ConnectFourSolver();
        // Three in a row, open on both sides, at the bottom: who moves can stop one end
        // only, and loses to the fourth of 21 stones: 17 are left, plus 1.
        play("22334");
        assertThat(solver.score(game)).isEqualTo(-18);
    }
}
