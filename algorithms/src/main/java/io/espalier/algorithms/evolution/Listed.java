package io.espalier.algorithms.evolution;

import io.espalier.core.State;

/** Candidates whose parameters the learner writes down, one after the other. */
final class Listed implements Candidates {
    private final int size;
    private float[] all = {};

    /** @param size how many parameters there are */
    Listed(int size) {
        this.size = size;
    }

    static void announce(float[] all, State round) {
        round.put("candidates", all);
    }

    @Override
    public void begin(State round) {
        all = round.floats("candidates");
    }

    @Override
    public int perPlay() {
        return 1;
    }

    @Override
    public void parameters(int play, int which, float[] into) {
        System.arraycopy(all, play * size, into, 0, size);
    }
}
