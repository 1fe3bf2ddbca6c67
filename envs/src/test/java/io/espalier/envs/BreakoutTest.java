package io.espalier.envs;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.core.Environment;
import io.espalier.core.RandomStream;
import io.espalier.testkit.EnvironmentContract;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class BreakoutTest extends EnvironmentContract {
    @Override
    protected Environment create() {
        return new MinAtar(new Breakout(), MinAtar.Settings.published(true));
    }

    private final RandomStream random = new RandomStream(1);
    private final Breakout game = new Breakout();

    private int play(int action) {
        return game.play(action, random);
    }

    @Test
    void aBrickBreaksAndReflects() {
        game.begin(random, true);
        game.set(2, 5, 1, -1, 4);
        assertThat(play(MinAtar.NOTHING)).isZero();
        // At (3, 4) the next cell (4, 3) holds a brick of the lowest row: the ball moves aside and turns downwards.
        assertThat(play(MinAtar.NOTHING)).isEqualTo(1);
        assertThat(game.bricks()).containsExactly(0x3FF, 0x3FF, 0x3FF & ~(1 << 4));
        assertThat(MinAtarTest.cells(game, 1)).containsExactly("4,4");
        assertThat(MinAtarTest.cells(game, 2)).containsExactly("3,4");
        play(MinAtar.NOTHING);
        assertThat(MinAtarTest.cells(game, 1)).containsExactly("5,5");
    }

    @Test
    void rightAfterBreakingABrickTheBallPassesThroughOthers() {
        game.begin(random, true);
        game.bricks()[1] = 0;
        // From the gap in row 2 upwards into row 1, and back down through row 3.
        game.set(4, 2, 1, -1, 0);
        assertThat(play(MinAtar.NOTHING)).isEqualTo(1);
        assertThat(MinAtarTest.cells(game, 1)).containsExactly("5,2");
        assertThat(play(MinAtar.NOTHING)).isZero();
        assertThat(MinAtarTest.cells(game, 1)).containsExactly("6,3");
        assertThat(game.bricks()[2]).isEqualTo(0x3FF);
    }

    @Test
    void wallsReflect() {
        game.begin(random, true);
        Arrays.fill(game.bricks(), 0);
        game.set(9, 5, 1, -1, 0);
        play(MinAtar.NOTHING);
        assertThat(MinAtarTest.cells(game, 1)).containsExactly("9,4");
        play(MinAtar.NOTHING);
        assertThat(MinAtarTest.cells(game, 1)).containsExactly("8,3");
        game.set(5, 0, -1, -1, 0);
        play(MinAtar.NOTHING);
        assertThat(MinAtarTest.cells(game, 1)).containsExactly("4,0");
        play(MinAtar.NOTHING);
        assertThat(MinAtarTest.cells(game, 1)).containsExactly("3,1");
    }

    @Test
    void thePaddleReflectsByTheSideThatIsHit() {
        game.begin(random, true);
        // Under the ball: it goes on to the right. The next cell is (5, 8), then (6, 7).
        game.set(4, 8, 1, 1, 4);
        play(MinAtar.NOTHING);
        assertThat(MinAtarTest.cells(game, 1)).containsExactly("5,8");
        play(MinAtar.NOTHING);
        assertThat(MinAtarTest.cells(game, 1)).containsExactly("6,7");
        // Where the ball goes: back to the left.
        game.set(4, 8, 1, 1, 6);
        play(MinAtar.LEFT);
        play(MinAtar.NOTHING);
        assertThat(MinAtarTest.cells(game, 1)).containsExactly("4,7");
        assertThat(game.over()).isFalse();
        game.set(4, 8, 1, 1, 6);
        play(MinAtar.NOTHING);
        assertThat(game.over()).isTrue();
    }

    @Test
    void bricksReturnWhenTheLastIsGoneAndTheBallComesDown() {
        game.begin(random, true);
        Arrays.fill(game.bricks(), 0);
        game.set(4, 7, 1, 1, 5);
        play(MinAtar.NOTHING);
        assertThat(game.bricks()).containsOnly(0);
        play(MinAtar.NOTHING);
        assertThat(game.bricks()).containsOnly(0x3FF);
        assertThat(game.over()).isFalse();
    }
}
