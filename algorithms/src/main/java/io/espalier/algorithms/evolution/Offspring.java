package io.espalier.algorithms.evolution;

import io.espalier.core.RandomStream;
import io.espalier.core.Seeds;
import io.espalier.core.State;

/**
 * Candidates that descend from parents: the first ones are the best parents themselves, each other is one of the parents,
 * any with equal chance, with noise added. Candidate k is decided by the generation's seed and k, so the learner need not
 * have seen it to know it.
 */
final class Offspring implements Candidates {
    private final int size;
    private final int elites;
    private final float deviation;
    private final Noise noise = new Noise();
    private final RandomStream random = new RandomStream(0);
    private final float[] drawn;
    private float[] parents;
    private long generation;

    /**
     * @param size how many parameters there are
     * @param elites how many of the best parents are tried again as they are
     * @param deviation of the noise
     */
    Offspring(int size, int elites, double deviation) {
        this.size = size;
        this.elites = elites;
        this.deviation = (float) deviation;
        drawn = new float[size];
        parents = new float[size];
    }

    static void announce(long noise, float[] parents, State round) {
        round.putLong("noise", noise);
        round.put("parents", parents);
    }

    @Override
    public void begin(State round) {
        begin(round.getLong("noise"), round.floats("parents"));
    }

    /** Takes a generation: its seed, and its parents side by side, from the best to the worst. */
    void begin(long noiseSeed, float[] all) {
        generation = noiseSeed;
        parents = all;
    }

    @Override
    public int perPlay() {
        return 1;
    }

    @Override
    public void parameters(int play, int which, float[] into) {
        int count = parents.length / size;
        if (play < Math.min(elites, count)) {
            System.arraycopy(parents, play * size, into, 0, size);
            return;
        }
        random.reseed(Seeds.of(generation).child("parent").seedOf(play));
        int parent = random.nextInt(count);
        noise.fill(Noise.seed(generation, play), 0, size, drawn);
        for (int i = 0; i < size; i++) {
            into[i] = parents[parent * size + i] + deviation * drawn[i];
        }
    }
}
