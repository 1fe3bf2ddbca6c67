package io.espalier.envs;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.core.Environment;
import io.espalier.core.RandomStream;
import io.espalier.testkit.EnvironmentContract;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class SeaquestTest extends EnvironmentContract {
    @Override
    protected Environment create() {
        return new MinAtar(new Seaquest(), MinAtar.Settings.published(true));
    }

    private final RandomStream random = new RandomStream(1);
    private final Seaquest game = new Seaquest();

    private int play(int... actions) {
        int reward = 0;
        for (int action : actions) {
            reward += game.play(action, random);
        }
        return reward;
    }

    @Test
    void theBoatShowsItsFrontAndBack() {
        game.begin(random, true);
        assertThat(MinAtarTest.cells(game, 0)).containsExactly("5,0");
        assertThat(MinAtarTest.cells(game, 1)).containsExactly("6,0");
        play(MinAtar.RIGHT, MinAtar.DOWN);
        assertThat(MinAtarTest.cells(game, 0)).containsExactly("6,1");
        assertThat(MinAtarTest.cells(game, 1)).containsExactly("5,1");
        assertThat(MinAtarTest.cells(game, 7)).hasSize(9);
    }

    @Test
    void aBulletTakesAnEnemyWithIt() {
        game.begin(random, true);
        play(MinAtar.DOWN);
        game.fish().add(2, 1, 1, 100, 0);
        assertThat(play(MinAtar.FIRE)).isZero();
        assertThat(MinAtarTest.cells(game, 2)).containsExactly("4,1");
        assertThat(MinAtarTest.cells(game, 3)).containsExactly("1,1");
        assertThat(play(MinAtar.FIRE)).isZero();
        assertThat(play(MinAtar.NOTHING)).isEqualTo(1);
        assertThat(MinAtarTest.cells(game, 2)).isEmpty();
        assertThat(game.fish().count).isZero();
        assertThat(play(MinAtar.NOTHING, MinAtar.NOTHING, MinAtar.FIRE)).isZero();
        assertThat(MinAtarTest.cells(game, 2)).hasSize(1);
    }

    @Test
    void enemiesWaitAndSubmarinesShoot() {
        game.begin(random, true);
        game.submarines().add(0, 8, 1, 5, 10);
        game.fish().add(9, 7, -1, 5, 10);
        for (int t = 0; t < 5; t++) {
            play(MinAtar.NOTHING);
        }
        assertThat(MinAtarTest.cells(game, 6)).containsExactly("0,8");
        play(MinAtar.NOTHING);
        assertThat(MinAtarTest.cells(game, 6)).containsExactly("1,8");
        assertThat(MinAtarTest.cells(game, 5)).containsExactly("8,7");
        play(0, 0, 0, 0);
        assertThat(MinAtarTest.cells(game, 4)).isEmpty();
        // The shot is fired in the eleventh frame from column 1 and moves at once.
        play(0);
        assertThat(MinAtarTest.cells(game, 4)).containsExactly("2,8");
    }

    @Test
    void touchingAnEnemyOrItsBulletIsTheEnd() {
        game.begin(random, true);
        play(MinAtar.DOWN);
        game.fish().add(4, 1, 1, 1, 0);
        play(MinAtar.NOTHING);
        assertThat(game.over()).isFalse();
        play(MinAtar.NOTHING);
        assertThat(game.over()).isTrue();
        game.begin(random, true);
        play(MinAtar.DOWN);
        game.submarines().add(2, 1, 1, 100, 0);
        play(MinAtar.NOTHING, MinAtar.NOTHING);
        assertThat(game.over()).isFalse();
        play(MinAtar.NOTHING);
        assertThat(game.over()).isTrue();
    }

    @Test
    void surfacingWithoutADiverIsTheEnd() {
        game.begin(random, true);
        play(MinAtar.NOTHING, MinAtar.NOTHING);
        assertThat(game.over()).isFalse();
        play(MinAtar.DOWN, MinAtar.UP);
        assertThat(game.over()).isTrue();
    }

    @Test
    void surfacingTakesOneDiverAshoreFillsTheTankAndRampsUp() {
        game.begin(random, true);
        game.divers().add(5, 1, 1, 5, 0);
        play(MinAtar.DOWN);
        assertThat(game.figures()).containsExactly(20, 5, 199, 1);
        assertThat(MinAtarTest.cells(game, 8)).containsExactly("9,9");
        assertThat(play(MinAtar.UP)).isZero();
        assertThat(game.figures()).containsExactly(19, 5, 200, 0);
        game.provide(200, 2);
        play(MinAtar.DOWN, MinAtar.UP);
        assertThat(game.figures()).containsExactly(18, 4, 200, 1);
        game.begin(random, false);
        game.provide(200, 2);
        play(MinAtar.DOWN, MinAtar.UP);
        assertThat(game.figures()).containsExactly(20, 5, 200, 1);
    }

    @Test
    void sixDiversEarnTheOxygenBar() {
        game.begin(random, true);
        game.provide(140, 6);
        play(MinAtar.DOWN);
        // 139 of 200: six full cells.
        assertThat(MinAtarTest.cells(game, 7)).hasSize(6);
        assertThat(play(MinAtar.UP)).isEqualTo(6);
        assertThat(game.figures()).containsExactly(19, 5, 200, 0);
    }

    @Test
    void anEmptyTankIsTheEnd() {
        game.begin(random, true);
        game.provide(3, 0);
        play(MinAtar.DOWN, MinAtar.NOTHING, MinAtar.NOTHING);
        assertThat(game.over()).isFalse();
        play(MinAtar.NOTHING);
        assertThat(game.over()).isTrue();
    }

    @Test
    void enemiesOfARowGoOneWay() {
        for (int episode = 0; episode < 50; episode++) {
            game.begin(random, true);
            boolean[] left = new boolean[10];
            boolean[] right = new boolean[10];
            for (int t = 0; t < 500; t++) {
                play(MinAtar.NOTHING);
                Arrays.fill(left, false);
                Arrays.fill(right, false);
                for (Shoal shoal : new Shoal[] {game.fish(), game.submarines()}) {
                    for (int i = 0; i < shoal.count; i++) {
                        (shoal.direction(i) > 0 ? right : left)[shoal.y(i)] = true;
                    }
                }
                for (int row = 0; row < 10; row++) {
                    assertThat(left[row] && right[row]).isFalse();
                }
            }
        }
    }
}
