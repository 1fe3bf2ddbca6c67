package io.espalier.algorithms.evolution;

import io.espalier.core.State;

/**
 * Candidates in pairs on both sides of a centre: play k tries θ + σ·εₖ and then θ − σ·εₖ (mirrored sampling, Brockhoff et
 * al. 2010), so that what both sides have in common cancels out.
 */
final class Antithetic implements Candidates {
    private final float deviation;
    private final float[] centre;
    private final float[] drawn;
    private final Noise noise = new Noise();
    private long generation;

    /**
     * @param deviation σ
     * @param size how many parameters there are
     */
    Antithetic(double deviation, int size) {
        this.deviation = (float) deviation;
        centre = new float[size];
        drawn = new float[size];
    }

    static void announce(long noise, float[] centre, State round) {
        round.putLong("noise", noise);
        round.put("centre", centre);
    }

    @Override
    public void begin(State round) {
        generation = round.getLong("noise");
        System.arraycopy(round.floats("centre", centre.length), 0, centre, 0, centre.length);
    }

    @Override
    public int perPlay() {
        return 2;
    }

    @Override
    public void parameters(int play, int which, float[] into) {
        if (which == 0) {
            noise.fill(Noise.seed(generation, play), 0, drawn.length, drawn);
        }
        float scale = which == 0 ? deviation : -deviation;
        for (int i = 0; i < drawn.length; i++) {
            into[i] = centre[i] + scale * drawn[i];
        }
    }
}
