package io.espalier.envs;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.core.Environment;
import io.espalier.core.RandomStream;
import io.espalier.testkit.EnvironmentContract;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class SpaceInvadersTest extends EnvironmentContract {
    @Override
    protected Environment create() {
        return new MinAtar(new SpaceInvaders(), MinAtar.Settings.published(true));
    }

    /** No chance but in actions that stick. */
    private final RandomStream random = new RandomStream(1);

    private final SpaceInvaders game = new SpaceInvaders();

    private int idle(int frames) {
        int reward = 0;
        for (int t = 0; t < frames; t++) {
            reward += game.play(MinAtar.NOTHING, random);
        }
        return reward;
    }

    private void onlyAlien(int x, int y) {
        Arrays.fill(game.aliens(), 0);
        game.aliens()[y] = 1 << x;
    }

    @Test
    void theBlockMovesEveryTwelveFrames() {
        game.begin(random, true);
        assertThat(MinAtarTest.cells(game, 1)).hasSize(24).contains("2,0", "7,3");
        assertThat(MinAtarTest.cells(game, 2)).hasSize(24);
        assertThat(MinAtarTest.cells(game, 3)).isEmpty();
        idle(12);
        assertThat(game.aliens()[0]).isEqualTo(0b0011111100);
        idle(1);
        assertThat(game.aliens()[0]).isEqualTo(0b0001111110);
        idle(12);
        assertThat(game.aliens()[0]).isEqualTo(0b0000111111);
        // At the edge it comes down and turns.
        idle(12);
        assertThat(game.aliens()[0]).isZero();
        assertThat(game.aliens()[4]).isEqualTo(0b0000111111);
        assertThat(MinAtarTest.cells(game, 3)).hasSize(24);
    }

    @Test
    void theLastAlienMovesEveryFrame() {
        game.begin(random, true);
        onlyAlien(7, 0);
        idle(13);
        assertThat(MinAtarTest.cells(game, 1)).containsExactly("6,0");
        idle(1);
        assertThat(MinAtarTest.cells(game, 1)).containsExactly("5,0");
    }

    @Test
    void aShotAlienIsARewardAndTheNextBlockIsQuicker() {
        game.begin(random, true);
        onlyAlien(5, 3);
        game.play(MinAtar.FIRE, random);
        assertThat(MinAtarTest.cells(game, 4)).containsExactly("5,8");
        // Reloading: this one is not fired.
        game.play(MinAtar.FIRE, random);
        assertThat(MinAtarTest.cells(game, 4)).containsExactly("5,7");
        assertThat(idle(3)).isZero();
        assertThat(idle(1)).isEqualTo(1);
        assertThat(MinAtarTest.cells(game, 4)).isEmpty();
        assertThat(MinAtarTest.cells(game, 1)).hasSize(24);
        assertThat(game.interval()).isEqualTo(11);
        game.play(MinAtar.FIRE, random);
        assertThat(MinAtarTest.cells(game, 4)).hasSize(1);
    }

    @Test
    void theCannonFiresEveryFiveFrames() {
        game.begin(random, true);
        onlyAlien(9, 0);
        for (int t = 0; t < 6; t++) {
            assertThat(MinAtarTest.cells(game, 4)).hasSize(t == 0 ? 0 : 1);
            game.play(MinAtar.FIRE, random);
        }
        assertThat(MinAtarTest.cells(game, 4)).containsExactly("5,3", "5,8");
    }

    @Test
    void theNearestAlienFiresAndItsBulletEndsTheGame() {
        game.begin(random, true);
        Arrays.fill(game.aliens(), 0);
        game.aliens()[1] = 0b0101000000;
        game.aliens()[2] = 0b0001000000;
        idle(10);
        assertThat(MinAtarTest.cells(game, 5)).isEmpty();
        idle(1);
        assertThat(MinAtarTest.cells(game, 5)).containsExactly("6,2");
        game.play(MinAtar.RIGHT, random);
        idle(5);
        assertThat(game.over()).isFalse();
        idle(1);
        assertThat(game.over()).isTrue();
    }

    @Test
    void anAlienThatArrivesEndsTheGame() {
        game.begin(random, true);
        onlyAlien(6, 9);
        idle(12);
        assertThat(game.over()).isFalse();
        idle(1);
        assertThat(game.over()).isTrue();
    }
}
