package io.espalier.envs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.espalier.core.Environment;
import io.espalier.core.RandomStream;
import io.espalier.core.wrappers.TimeLimit;
import io.espalier.testkit.EnvironmentContract;
import java.util.List;
import org.junit.jupiter.api.Test;

class BipedalWalkerHardcoreTest extends EnvironmentContract {
    @Override
    protected Environment create() {
        return new TimeLimit(new BipedalWalker(true), 60);
    }

    @Override
    protected int bytesPerStep() {
        return 1_000_000;
    }

    @Test
    void thereArePitsStumpsAndStairs() {
        int pits = 0;
        int stumps = 0;
        int stairs = 0;
        for (int seed = 0; seed < 50; seed++) {
            WalkerTerrain terrain = new WalkerTerrain(new RandomStream(seed), true);
            List<double[]> blocks = terrain.blocks();
            assertThat(blocks).hasSizeGreaterThan(5);
            for (double[] block : blocks) {
                double wide = (block[2] - block[0]) / WalkerTerrain.STRIDE;
                double high = (block[5] - block[1]) / WalkerTerrain.STRIDE;
                int first = (int) Math.round(block[0] / WalkerTerrain.STRIDE);
                if (Math.round(high) == 4) {
                    // A wall of a pit: one stride wide, as high as the pit is deep; its top is where the ground was.
                    assertThat(wide).isCloseTo(1, within(1e-9));
                    pits++;
                } else if (Math.round(wide) == 4) {
                    assertThat(high).isCloseTo(1, within(1e-9));
                    stairs++;
                } else {
                    assertThat(high).isCloseTo(wide, within(1e-9));
                    assertThat(wide).isBetween(0.99, 2.01);
                    assertThat(block[1]).isCloseTo(terrain.height(first), within(1e-9));
                    stumps++;
                }
            }
        }
        assertThat(pits).isGreaterThan(100);
        assertThat(stumps).isGreaterThan(50);
        assertThat(stairs).isGreaterThan(150);
    }

    @Test
    void raysSeeAStump() {
        for (int seed = 0; ; seed++) {
            WalkerTerrain terrain = new WalkerTerrain(new RandomStream(seed), true);
            double[] block = terrain.blocks().get(0);
            if (block[5] - block[1] < 3 * WalkerTerrain.STRIDE
                    && Math.round((block[2] - block[0]) / WalkerTerrain.STRIDE) < 3) {
                double half = (block[1] + block[5]) / 2;
                assertThat(terrain.ray(block[0] - 1, half, 4, 0)).isCloseTo(0.25, within(1e-9));
                assertThat(terrain.ray(block[0] - 1, block[5] + 0.1, 2, 0)).isEqualTo(1);
                return;
            }
        }
    }

    @Test
    void theBitsAreThoseOfEveryOtherMachine() throws Exception {
        assertThat(Digest.of(new BipedalWalker(true), 3, 200)).isEqualTo("892a5b252772949a");
    }
}
