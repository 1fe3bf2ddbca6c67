package io.espalier.envs;

import io.espalier.core.State;
import java.util.Arrays;

/** What moves along the rows of {@link Seaquest}, of one kind, in no particular order. */
final class Shoal {
    /** More than can be alive at once: who crosses is gone within 60 frames, and the rates are bounded. */
    private static final int MOST = 100;

    private static final int FIELDS = 5;

    int count;
    private final int[] data = new int[MOST * FIELDS];

    void add(int atX, int atY, int direction, int wait, int reload) {
        int i = count++ * FIELDS;
        data[i] = atX;
        data[i + 1] = atY;
        data[i + 2] = direction;
        data[i + 3] = wait;
        data[i + 4] = reload;
    }

    /** The last takes its place; so whoever removes while counting counts downwards. */
    void remove(int i) {
        count--;
        System.arraycopy(data, count * FIELDS, data, i * FIELDS, FIELDS);
    }

    int x(int i) {
        return data[i * FIELDS];
    }

    int y(int i) {
        return data[i * FIELDS + 1];
    }

    int direction(int i) {
        return data[i * FIELDS + 2];
    }

    boolean isAt(int i, int atX, int atY) {
        return x(i) == atX && y(i) == atY;
    }

    /** Moves ahead if it has waited long enough; then it waits that many frames. */
    void advance(int i, int wait) {
        int at = i * FIELDS;
        if (data[at + 3] > 0) {
            data[at + 3]--;
        } else {
            data[at + 3] = wait;
            data[at] += data[at + 2];
        }
    }

    /** Whether it fires now; then it does not for that many frames. */
    boolean fires(int i, int reload) {
        int at = i * FIELDS + 4;
        boolean now = data[at] == 0;
        data[at] = now ? reload : data[at] - 1;
        return now;
    }

    /** Removes one that stands there, if there is one. */
    boolean take(int atX, int atY) {
        for (int i = 0; i < count; i++) {
            if (isAt(i, atX, atY)) {
                remove(i);
                return true;
            }
        }
        return false;
    }

    boolean opposes(int row, int direction) {
        for (int i = 0; i < count; i++) {
            if (y(i) == row && direction(i) != direction) {
                return true;
            }
        }
        return false;
    }

    /** Draws all, and the cells behind them unless {@code trailChannel} is negative. */
    void draw(int channel, int trailChannel, float[] into, int at) {
        for (int i = 0; i < count; i++) {
            into[at + MinAtar.cell(channel, x(i), y(i))] = 1;
            int behind = x(i) - direction(i);
            if (trailChannel >= 0 && MinAtar.inside(behind)) {
                into[at + MinAtar.cell(trailChannel, behind, y(i))] = 1;
            }
        }
    }

    void save(State into, String name) {
        into.put(name, Arrays.copyOf(data, count * FIELDS));
    }

    void load(State from, String name) {
        int[] saved = from.ints(name);
        if (saved.length > data.length || saved.length % FIELDS != 0) {
            throw new IllegalArgumentException("\"" + name + "\" has " + saved.length + " values, not at most " + MOST
                    + " times " + FIELDS + ". Maybe it was saved by another environment.");
        }
        System.arraycopy(saved, 0, data, 0, saved.length);
        count = saved.length / FIELDS;
    }
}
