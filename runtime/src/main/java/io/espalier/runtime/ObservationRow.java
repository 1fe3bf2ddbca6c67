package io.espalier.runtime;

import io.espalier.core.Space;
import io.espalier.runtime.EnvironmentFault.Kind;
import java.util.Arrays;

/** The array into which an untrusted environment writes its observation, with a mark on either side. */
final class ObservationRow {
    private static final float BESIDE = Float.intBitsToFloat(0x7FC0BE51);
    private static final float UNWRITTEN = Float.intBitsToFloat(0x7FC0A17E);
    private static final int START = 1;

    private final Space space;
    private final int size;
    private final float[] row;

    ObservationRow(Space space) {
        this.space = space;
        size = space.size();
        row = new float[size + 2];
    }

    /** The array to write to. */
    float[] array() {
        return row;
    }

    /** Where in it. */
    int start() {
        return START;
    }

    /** Sets the marks, and marks all as not yet written. */
    void prepare() {
        Arrays.fill(row, UNWRITTEN);
        row[0] = BESIDE;
        row[size + 1] = BESIDE;
    }

    void copyInto(float[] into, int at) {
        Rows.copy(row, START, into, at, size);
    }

    /** Whether what was written is a legal observation and nothing else. */
    boolean good() {
        return marked(0, BESIDE) && marked(size + 1, BESIDE) && space.contains(row, START);
    }

    /** What is wrong with a row that is not good. */
    Kind kind() {
        if (!marked(0, BESIDE) || !marked(size + 1, BESIDE) || unwritten() >= 0) {
            return Kind.WRONG_SHAPE;
        }
        for (int i = 0; i < size; i++) {
            if (!Float.isFinite(row[START + i])) {
                return Kind.NOT_FINITE;
            }
        }
        return Kind.OUT_OF_SPACE;
    }

    /** The same in words. */
    String problem() {
        if (!marked(0, BESIDE) || !marked(size + 1, BESIDE)) {
            return "wrote its observation beside its row of " + size;
        }
        int missing = unwritten();
        if (missing >= 0) {
            return "left component " + missing + " of " + size + " unwritten";
        }
        return "gave an observation outside " + brief(space) + ": " + space.violation(row, START);
    }

    /** A space in at most 120 characters. */
    static String brief(Space space) {
        String text = space.text();
        return text.length() <= 120 ? text : text.substring(0, 117) + "...";
    }

    private int unwritten() {
        for (int i = 0; i < size; i++) {
            if (marked(START + i, UNWRITTEN)) {
                return i;
            }
        }
        return -1;
    }

    private boolean marked(int at, float mark) {
        return Float.floatToRawIntBits(row[at]) == Float.floatToRawIntBits(mark);
    }
}
