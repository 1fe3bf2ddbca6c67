package io.espalier.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SeedsTest {
    /** Every result ever published depends on these: whoever changes them changes them all. */
    @Test
    void pathsAreForEver() {
        Seeds seeds = Seeds.of(7);
        assertThat(seeds.child("environment", 3).seed()).isEqualTo(0xEE96300880C7E324L);
        assertThat(seeds.child("a").seed()).isEqualTo(0xD869EA30D6395509L);
        assertThat(seeds.child("environment", 3).seedOf(5)).isEqualTo(0x5482B25BF84B1A2FL);
    }

    @Test
    void whatIsDrawnDependsOnThePathAlone() {
        Seeds seeds = Seeds.of(1);
        RandomStream first = seeds.child("environment", 3).child("episode", 7).stream();
        long expected = first.nextLong();
        // Others are made and draw in between; the tree is made again; another order.
        Seeds again = Seeds.of(1);
        for (int i = 9; i >= 0; i--) {
            again.child("environment", i).stream().nextLong();
        }
        RandomStream second = again.child("environment").child(3).child("episode").child(7).stream();
        assertThat(second.nextLong()).isEqualTo(expected);
        assertThat(again.child("environment", 3).child("episode").seedOf(7))
                .isEqualTo(again.child("environment", 3).child("episode", 7).seed());
    }

    @Test
    void noTwoNodesOfALargeTreeShareASeed() {
        Set<Long> seen = new HashSet<>();
        int nodes = 0;
        for (long root = 0; root < 10; root++) {
            Seeds seeds = Seeds.of(root);
            nodes += seen.add(seeds.seed()) ? 1 : 0;
            for (String name : new String[] {"", "a", "b", "ab", "ba", "aa", "environment", "action", "policy"}) {
                Seeds branch = seeds.child(name);
                nodes += seen.add(branch.seed()) ? 1 : 0;
                for (long i = -1; i < 1000; i++) {
                    nodes += seen.add(branch.seedOf(i)) ? 1 : 0;
                }
            }
        }
        assertThat(nodes).isEqualTo(10 * (1 + 9 * (1 + 1001)));
    }

    @Test
    void neighboursAreIndependent() {
        int many = 100_000;
        Seeds parent = Seeds.of(123).child("environment");
        double acrossChildren = 0;
        double acrossRoots = 0;
        double acrossStreams = 0;
        RandomStream one = new RandomStream(0);
        RandomStream two = new RandomStream(0);
        for (int i = 0; i < many; i++) {
            one.reseed(parent.seedOf(i));
            two.reseed(parent.seedOf(i + 1));
            acrossChildren += (one.nextDouble() - 0.5) * (two.nextDouble() - 0.5);
            one.reseed(Seeds.of(i).child("x").seed());
            two.reseed(Seeds.of(i + 1).child("x").seed());
            acrossRoots += (one.nextDouble() - 0.5) * (two.nextDouble() - 0.5);
            // Also streams of plain neighbouring seeds, which users will choose.
            one.reseed(i);
            two.reseed(i + 1);
            acrossStreams += (one.nextDouble() - 0.5) * (two.nextDouble() - 0.5);
        }
        double bound = 4 / Math.sqrt(many);
        assertThat(acrossChildren / many * 12).isCloseTo(0, within(bound));
        assertThat(acrossRoots / many * 12).isCloseTo(0, within(bound));
        assertThat(acrossStreams / many * 12).isCloseTo(0, within(bound));
    }

    @Test
    void oneBitOfASeedChangesHalfOfWhatIsDrawn() {
        RandomStream one = new RandomStream(0);
        RandomStream two = new RandomStream(0);
        long changed = 0;
        int pairs = 0;
        for (long seed = 0; seed < 500; seed++) {
            for (int bit = 0; bit < 64; bit++) {
                one.reseed(Seeds.of(seed).seedOf(0));
                two.reseed(Seeds.of(seed ^ (1L << bit)).seedOf(0));
                changed += Long.bitCount(one.nextLong() ^ two.nextLong());
                pairs++;
            }
        }
        assertThat(changed / (double) pairs).isCloseTo(32, within(0.1));
    }
}
