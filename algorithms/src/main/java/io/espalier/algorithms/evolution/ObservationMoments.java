package io.espalier.algorithms.evolution;

import io.espalier.core.Box;
import io.espalier.core.State;
import io.espalier.core.Stateful;
import io.espalier.policy.Normalizer;
import io.espalier.policy.TaskSpec;

/**
 * Mean and variance of what candidates see, where observations are to be normalised: each play keeps its own, and the
 * learner merges them in the order of plays. Where they are not, it does nothing and its normaliser is the identity.
 */
final class ObservationMoments implements Stateful {
    private static final int BLOCK = 64;

    private final boolean kept;
    private final int size;
    private final float[] block;
    private Normalizer.Statistics statistics;
    private int rows;

    /** @param wanted whether boxes are normalised; other observations never are */
    ObservationMoments(TaskSpec task, boolean wanted) {
        kept = wanted && task.observationSpace() instanceof Box;
        size = task.observationSpace().size();
        block = new float[kept ? BLOCK * size : 0];
        statistics = new Normalizer.Statistics(size);
    }

    /** Forgets everything. */
    void clear() {
        statistics = new Normalizer.Statistics(size);
        rows = 0;
    }

    /** Takes an observation in. */
    void see(float[] observation) {
        if (kept) {
            System.arraycopy(observation, 0, block, rows * size, size);
            if (++rows == BLOCK) {
                flush();
            }
        }
    }

    private void flush() {
        statistics.add(block, 0, rows);
        rows = 0;
    }

    /** Takes in what another, in {@code saved}, has seen. */
    void merge(State saved) {
        if (kept) {
            Normalizer.Statistics other = new Normalizer.Statistics(size);
            other.load(saved);
            statistics.merge(other);
        }
    }

    Normalizer normalizer() {
        return kept ? statistics.normalizer() : Normalizer.identity();
    }

    @Override
    public void save(State into) {
        if (kept) {
            flush();
            statistics.save(into);
        }
    }

    @Override
    public void load(State from) {
        if (kept) {
            statistics.load(from);
            rows = 0;
        }
    }
}
