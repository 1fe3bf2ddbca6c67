package io.espalier.envs;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.core.Environment;
import io.espalier.core.RandomStream;
import io.espalier.testkit.EnvironmentContract;
import org.junit.jupiter.api.Test;

class AsterixTest extends EnvironmentContract {
    @Override
    protected Environment create() {
        return new MinAtar(new Asterix(), MinAtar.Settings.published(true));
    }

    private final RandomStream random = new RandomStream(1);
    private final Asterix game = new Asterix();

    private int idle(int frames) {
        int reward = 0;
        for (int t = 0; t < frames; t++) {
            reward += game.play(MinAtar.NOTHING, random);
        }
        return reward;
    }

    @Test
    void thingsMoveEveryFiveFramesAndShowWhereTheyCameFrom() {
        game.begin(random, true);
        game.put(1, 0, 1, false);
        game.put(2, 9, -1, true);
        assertThat(MinAtarTest.cells(game, 2)).isEmpty();
        // The timer of five runs out in the fifth frame; things move in the next.
        idle(5);
        assertThat(MinAtarTest.cells(game, 1)).containsExactly("0,1");
        idle(1);
        assertThat(MinAtarTest.cells(game, 1)).containsExactly("1,1");
        assertThat(MinAtarTest.cells(game, 3)).containsExactly("8,2");
        assertThat(MinAtarTest.cells(game, 2)).containsExactly("0,1", "9,2");
        idle(4);
        assertThat(MinAtarTest.cells(game, 1)).containsExactly("1,1");
    }

    @Test
    void treasureIsARewardAndAnEnemyTheEnd() {
        game.begin(random, true);
        game.put(5, 4, 1, true);
        assertThat(game.play(MinAtar.LEFT, random)).isEqualTo(1);
        assertThat(MinAtarTest.cells(game, 3)).isEmpty();
        game.put(5, 3, 1, true);
        idle(4);
        // The player stands at (4, 5); the treasure comes to it.
        assertThat(idle(1)).isEqualTo(1);
        game.put(4, 4, 1, false);
        assertThat(game.over()).isFalse();
        assertThat(game.play(MinAtar.UP, random)).isZero();
        assertThat(game.over()).isTrue();
    }

    @Test
    void thePlayerKeepsToTheRowsInBetween() {
        game.begin(random, false);
        for (int t = 0; t < 9; t++) {
            game.play(MinAtar.UP, random);
        }
        assertThat(MinAtarTest.cells(game, 0)).containsExactly("5,1");
    }

    @Test
    void oneThingAppearsEveryTenFramesInAFreeRow() {
        int treasures = 0;
        for (int episode = 0; episode < 3000; episode++) {
            game.begin(random, true);
            idle(10);
            assertThat(MinAtarTest.cells(game, 1)).isEmpty();
            assertThat(MinAtarTest.cells(game, 3)).isEmpty();
            idle(1);
            treasures += MinAtarTest.cells(game, 3).size();
            assertThat(MinAtarTest.cells(game, 1).size()
                            + MinAtarTest.cells(game, 3).size())
                    .isEqualTo(1);
        }
        // Binomial with p = 1/3: standard deviation 25.8; four of them.
        assertThat(treasures).isBetween(1000 - 104, 1000 + 104);
    }

    @Test
    void theGameBecomesHarder() {
        game.begin(random, true);
        idle(101);
        assertThat(game.intervals()).containsExactly(10, 5);
        idle(1);
        assertThat(game.intervals()).containsExactly(9, 5);
        idle(102);
        assertThat(game.intervals()).containsExactly(8, 4);
        idle(102 * 6);
        assertThat(game.intervals()).containsExactly(2, 1);
        idle(102 * 9);
        assertThat(game.intervals()).containsExactly(1, 1);
        game.begin(random, false);
        idle(300);
        assertThat(game.intervals()).containsExactly(10, 5);
    }
}
