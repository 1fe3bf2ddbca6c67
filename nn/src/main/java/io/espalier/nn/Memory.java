package io.espalier.nn;

/**
 * What the layers with memory of one network share: how the rows of a pass follow each other in time, and the states.
 * Rows are time-major, [steps, sequences]; a state is all that the network remembers of one sequence, the parts of its
 * layers side by side.
 */
final class Memory {
    private static final boolean[] NO_STARTS = {};

    private int size;

    int steps;
    int sequences;
    private boolean[] starts = NO_STARTS;
    private int startsAt;
    private float[] states = {};
    private int statesAt;

    /** Reserves floats of every state; returns where they begin in it. */
    int reserve(String layer, int floats) {
        int offset = size;
        size = Wiring.product(layer + ": floats of memory", Math.addExact(size, floats));
        return offset;
    }

    /** Floats of one state. */
    int size() {
        return size;
    }

    /** Takes the arrays of a pass. */
    void pass(int newSteps, int newSequences, boolean[] newStarts, int atStarts, float[] newStates, int atStates) {
        steps = newSteps;
        sequences = newSequences;
        starts = newStarts;
        startsAt = atStarts;
        states = newStates;
        statesAt = atStates;
    }

    /** Whether an episode begins with that row, so that nothing before it may be known. */
    boolean starts(int row) {
        return starts.length > 0 && starts[startsAt + row];
    }

    /** The array that holds the states: before a pass those to start from, after it those it came to. */
    float[] states() {
        return states;
    }

    /** Where a layer's part of a sequence's state begins. */
    int at(int sequence, int offset) {
        return statesAt + sequence * size + offset;
    }

    /** Whether a spec has a layer with memory. */
    static boolean in(NetworkSpec spec) {
        if (spec instanceof NetworkSpec.Sequential chain) {
            return chain.layers().stream().anyMatch(Memory::in);
        } else if (spec instanceof NetworkSpec.Residual residual) {
            return in(residual.inner());
        } else if (spec instanceof NetworkSpec.Dueling dueling) {
            return in(dueling.value()) || in(dueling.advantage());
        } else if (spec instanceof NetworkSpec.Heads heads) {
            return heads.heads().stream().anyMatch(head -> in(head.spec()));
        }
        return spec instanceof NetworkSpec.Gated gated
                ? in(gated.inner())
                : spec instanceof NetworkSpec.Gru
                        || spec instanceof NetworkSpec.Lstm
                        || spec instanceof NetworkSpec.Attention;
    }
}
