package io.espalier.algorithms.tabular;

import io.espalier.core.MultiBinary;
import io.espalier.core.MultiDiscrete;
import io.espalier.core.Space;
import java.util.Arrays;

/** Numbers the observations of a discrete space: the last component counts fastest. */
final class States {
    private final int[] counts;

    States(Space space) {
        if (space instanceof MultiDiscrete several) {
            counts = new int[several.components()];
            Arrays.setAll(counts, several::count);
        } else if (space instanceof MultiBinary bits) {
            counts = new int[bits.n()];
            Arrays.fill(counts, 2);
        } else {
            counts = new int[] {space.choices()};
        }
    }

    int count() {
        int count = 1;
        for (int each : counts) {
            count = Math.multiplyExact(count, each);
        }
        return count;
    }

    int index(float[] observations, int at) {
        int index = 0;
        for (int i = 0; i < counts.length; i++) {
            index = index * counts[i] + (int) observations[at + i];
        }
        return index;
    }
}
