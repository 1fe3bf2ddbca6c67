package io.espalier.algorithms.parts;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.core.RandomStream;
import io.espalier.core.State;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class MinibatchesTest {
    private static Minibatches of(int count) {
        Minibatches minibatches = new Minibatches(count, new RandomStream(4));
        for (int i = 0; i < count; i++) {
            minibatches.add(i);
        }
        return minibatches;
    }

    @Test
    void areAPermutationCutIntoEqualParts() {
        Minibatches minibatches = of(10);
        minibatches.shuffle();
        assertThat(minibatches.rows()).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
        assertThat(minibatches.rows()[0] < minibatches.rows()[1]
                        && minibatches.rows()[1] < minibatches.rows()[2])
                .isFalse();
        assertThat(minibatches.start(0, 3)).isZero();
        assertThat(minibatches.start(1, 3)).isEqualTo(3);
        assertThat(minibatches.start(2, 3)).isEqualTo(6);
        assertThat(minibatches.start(3, 3)).isEqualTo(10);
    }

    @Test
    void everyRowComesFirstEquallyOften() {
        Minibatches minibatches = of(5);
        int[] first = new int[5];
        for (int i = 0; i < 10_000; i++) {
            minibatches.shuffle();
            first[minibatches.rows()[0]]++;
        }
        // 2000 expected, standard deviation 40
        assertThat(Arrays.stream(first).min().getAsInt()).isGreaterThan(1840);
        assertThat(Arrays.stream(first).max().getAsInt()).isLessThan(2160);
    }

    @Test
    void goOnWhereTheyWereSaved() {
        Minibatches minibatches = of(20);
        minibatches.shuffle();
        State state = new State();
        minibatches.save(state);
        Minibatches resumed = of(20);
        resumed.load(state);
        minibatches.clear();
        for (int i = 0; i < 20; i++) {
            minibatches.add(i);
            resumed.add(i);
        }
        minibatches.shuffle();
        resumed.shuffle();
        assertThat(resumed.rows()).containsExactly(minibatches.rows());
    }
}
