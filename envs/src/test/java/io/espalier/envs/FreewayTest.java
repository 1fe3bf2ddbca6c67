package io.espalier.envs;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.core.Environment;
import io.espalier.core.RandomStream;
import io.espalier.testkit.EnvironmentContract;
import org.junit.jupiter.api.Test;

class FreewayTest extends EnvironmentContract {
    @Override
    protected Environment create() {
        return new MinAtar(new Freeway(200), MinAtar.Settings.published(true));
    }

    /** The game is over after so many frames by its own rules. */
    @Override
    protected boolean fixedLength() {
        return true;
    }

    private final RandomStream random = new RandomStream(1);
    private final Freeway game = new Freeway();

    @Test
    void carsWaitAsManyFramesAsTheirSpeedSays() {
        game.begin(random, true);
        for (int row = 1; row <= 8; row++) {
            game.setCar(row, 0, Math.min(row, 5));
        }
        game.setCar(8, 0, -5);
        int[] moves = new int[9];
        int frames = 60;
        for (int t = 0; t < frames; t++) {
            var before = MinAtarTest.cells(game, 1);
            game.play(MinAtar.NOTHING, random);
            var after = MinAtarTest.cells(game, 1);
            for (int row = 1; row <= 8; row++) {
                moves[row] += before.get(row - 1).equals(after.get(row - 1)) ? 0 : 1;
            }
        }
        assertThat(moves).containsExactly(0, 30, 20, 15, 12, 10, 10, 10, 10);
        // Each has gone round: 10 cells are a lap.
        assertThat(MinAtarTest.cells(game, 1)).containsExactly("0,1", "0,2", "5,3", "2,4", "0,5", "0,6", "0,7", "0,8");
    }

    @Test
    void trailsTellSpeedAndDirection() {
        game.begin(random, true);
        for (int row = 1; row <= 8; row++) {
            game.setCar(row, 5, 1);
        }
        game.setCar(3, 5, -4);
        game.setCar(4, 0, 2);
        assertThat(MinAtarTest.cells(game, 5)).containsExactly("6,3");
        assertThat(MinAtarTest.cells(game, 3)).containsExactly("9,4");
        assertThat(MinAtarTest.cells(game, 2)).hasSize(6);
    }

    @Test
    void theChickenMovesEveryThreeFramesAndReturnsFromTheTop() {
        game.begin(random, true);
        for (int row = 1; row <= 8; row++) {
            game.setCar(row, 9, 1);
            game.setCar(row, 9, -5);
        }
        game.setChicken(2);
        assertThat(game.play(MinAtar.UP, random)).isZero();
        assertThat(MinAtarTest.cells(game, 0)).containsExactly("4,1");
        assertThat(game.play(MinAtar.UP, random)).isZero();
        assertThat(game.play(MinAtar.UP, random)).isZero();
        assertThat(MinAtarTest.cells(game, 0)).containsExactly("4,1");
        assertThat(game.play(MinAtar.UP, random)).isEqualTo(1);
        assertThat(MinAtarTest.cells(game, 0)).containsExactly("4,9");
    }

    @Test
    void aCarSendsTheChickenBack() {
        for (int direction : new int[] {1, -1}) {
            game.begin(random, true);
            game.setChicken(5);
            game.setCar(5, 4 - direction, direction);
            game.play(MinAtar.NOTHING, random);
            assertThat(MinAtarTest.cells(game, 0)).containsExactly("4,5");
            game.play(MinAtar.NOTHING, random);
            assertThat(MinAtarTest.cells(game, 0)).containsExactly("4,9");
        }
        game.setCar(8, 4, 5);
        game.setChicken(9);
        game.play(MinAtar.UP, random);
        assertThat(MinAtarTest.cells(game, 0)).containsExactly("4,9");
    }

    @Test
    void theGameLasts2500Frames() {
        game.begin(random, true);
        for (int t = 0; t < 2499; t++) {
            game.play(MinAtar.NOTHING, random);
        }
        assertThat(game.over()).isFalse();
        game.play(MinAtar.NOTHING, random);
        assertThat(game.over()).isTrue();
    }
}
