package io.espalier.envs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.espalier.core.Game;
import io.espalier.core.Step;
import io.espalier.testkit.GameContract;
import org.junit.jupiter.api.Test;

class TicTacToeTest extends GameContract {
    @Override
    protected Game create() {
        return new TicTacToe();
    }

    private final TicTacToe game = new TicTacToe();

    private Step play(int... cells) {
        game.reset(0);
        Step step = Step.transition(0);
        for (int cell : cells) {
            step = game.step(new float[] {cell}, 0);
        }
        return step;
    }

    @Test
    void eachLineWinsAndNothingElseDoes() {
        int[][] lines = {{0, 1, 2}, {3, 4, 5}, {6, 7, 8}, {0, 3, 6}, {1, 4, 7}, {2, 5, 8}, {0, 4, 8}, {2, 4, 6}};
        int wins = 0;
        for (int a = 0; a < 9; a++) {
            for (int b = a + 1; b < 9; b++) {
                for (int c = b + 1; c < 9; c++) {
                    int[] cells = {a, b, c};
                    boolean line =
                            java.util.Arrays.stream(lines).anyMatch(each -> java.util.Arrays.equals(each, cells));
                    int[] others = java.util.stream.IntStream.range(0, 9)
                            .filter(cell -> cell != cells[0] && cell != cells[1] && cell != cells[2])
                            .toArray();
                    Step step = play(a, others[0], b, others[1], c);
                    assertThat(step).isEqualTo(line ? Step.termination(1) : Step.transition(0));
                    wins += line ? 1 : 0;
                }
            }
        }
        assertThat(wins).isEqualTo(8);
    }

    @Test
    void aFullGridIsDrawnUnlessTheLastMarkWins() {
        // X O X / X O O / O X X
        assertThat(play(0, 1, 2, 4, 3, 5, 7, 6, 8)).isEqualTo(Step.termination(0));
        assertThat(game.render()).isEqualTo("X O X\nX O O\nO X X\n");
        // X O X / O X O / X O X would end earlier; here the ninth mark completes the diagonal
        assertThat(play(0, 1, 2, 3, 5, 6, 7, 4 + 4, 4)).isEqualTo(Step.termination(0));
        assertThat(play(0, 1, 2, 3, 4, 5, 7, 6, 8)).isEqualTo(Step.termination(1));
    }

    @Test
    void isSeenByWhoIsToMove() {
        play(4, 0);
        float[] seen = new float[18];
        game.observe(seen, 0);
        assertThat(seen).containsExactly(0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0);
        assertThat(game.toMove()).isZero();
        game.step(new float[] {8}, 0);
        game.observe(seen, 0);
        assertThat(seen).containsExactly(1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1);
        assertThat(game.toMove()).isEqualTo(1);
    }

    @Test
    void aMarkedCellIsRefusedByName() {
        play(4);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> game.step(new float[] {4}, 0))
                .withMessageContaining("action (4) must be an empty cell");
    }

    @Test
    void hasAsManyPositionsAsTheBooksSay() {
        // 5478 positions can be reached, the empty one included; 255,168 games can be played.
        java.util.Set<String> positions = new java.util.HashSet<>();
        assertThat(games(create(), positions)).isEqualTo(255_168);
        assertThat(positions).hasSize(5478);
    }

    private static long games(Game from, java.util.Set<String> positions) {
        if (from instanceof TicTacToe && positions.isEmpty()) {
            from.reset(0);
        }
        positions.add(from.render());
        boolean[] mask = new boolean[9];
        from.actionMask(mask, 0);
        long sum = 0;
        for (int move = 0; move < 9; move++) {
            if (mask[move]) {
                Game next = from.copy();
                boolean last = next.step(new float[] {move}, 0).last();
                positions.add(next.render());
                sum += last ? 1 : games(next, positions);
            }
        }
        return sum;
    }
}
