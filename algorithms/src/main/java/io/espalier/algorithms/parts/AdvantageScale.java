package io.espalier.algorithms.parts;

/** Shifts and scales the advantages of a minibatch to mean 0 and standard deviation 1, or leaves them as they are. */
public final class AdvantageScale {
    private float mean;
    private float scale = 1;

    /** Leaves advantages as they are from now on. */
    public void off() {
        mean = 0;
        scale = 1;
    }

    /** Measures the minibatch of rows[from .. to-1]; a single row is left as it is. */
    public void measure(float[] advantages, int[] rows, int from, int to) {
        off();
        int count = to - from;
        if (count < 2) {
            return;
        }
        double sum = 0;
        for (int i = from; i < to; i++) {
            sum += advantages[rows[i]];
        }
        double average = sum / count;
        double squares = 0;
        for (int i = from; i < to; i++) {
            double difference = advantages[rows[i]] - average;
            squares += difference * difference;
        }
        mean = (float) average;
        scale = (float) (1 / (StrictMath.sqrt(squares / (count - 1)) + 1e-8));
    }

    /** The advantage, scaled. */
    public float of(float advantage) {
        return (advantage - mean) * scale;
    }
}
