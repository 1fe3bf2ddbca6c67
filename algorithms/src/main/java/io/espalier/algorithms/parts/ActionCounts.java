package io.espalier.algorithms.parts;

import io.espalier.core.Discrete;
import io.espalier.core.MultiBinary;
import io.espalier.core.MultiDiscrete;
import io.espalier.core.Space;
import java.util.Arrays;

/**
 * An action space seen as independent discrete components: {@code Discrete} is one, {@code MultiDiscrete} several,
 * {@code MultiBinary} one of two choices per bit; a {@code Box} has none.
 */
public final class ActionCounts {
    private final int[] counts;
    private final int total;

    private ActionCounts(int... counts) {
        this.counts = counts;
        this.total = Arrays.stream(counts).sum();
    }

    /** The components of that space. */
    public static ActionCounts of(Space space) {
        if (space instanceof Discrete discrete) {
            return new ActionCounts(discrete.n());
        } else if (space instanceof MultiBinary bits) {
            int[] twos = new int[bits.n()];
            Arrays.fill(twos, 2);
            return new ActionCounts(twos);
        } else if (space instanceof MultiDiscrete several) {
            int[] counts = new int[several.components()];
            Arrays.setAll(counts, several::count);
            return new ActionCounts(counts);
        }
        return new ActionCounts();
    }

    /** How many components there are. */
    public int components() {
        return counts.length;
    }

    /** How many choices component {@code i} has. */
    public int count(int i) {
        return counts[i];
    }

    /** The choices of all components together. */
    public int total() {
        return total;
    }

    /** What row {@code row} of {@code actions} [rows, components] chose in component {@code i}. */
    public int choice(float[] actions, int row, int i) {
        return (int) actions[row * counts.length + i];
    }
}
