package io.espalier.policy;

import io.espalier.core.RandomStream;
import io.espalier.nn.FloatMath;
import io.espalier.nn.Losses;

/** {@link ActionHead.DiagonalGaussian} at work. */
final class GaussianActor extends Actor {
    private final int size;
    private final float[] means;
    private final float[] logStds;

    GaussianActor(int size, float[] means, float[] logStds) {
        this.size = size;
        this.means = means;
        this.logStds = logStds;
    }

    @Override
    void act(
            int rows,
            boolean[] masks,
            int maskAt,
            RandomStream[] streams,
            int firstStream,
            boolean greedy,
            float[] actions,
            int actionsAt,
            float[] logProbabilities,
            int rowsAt) {
        for (int row = 0; row < rows; row++) {
            int from = row * size;
            int to = actionsAt + from;
            for (int i = 0; i < size; i++) {
                float action = means[from + i];
                if (!greedy) {
                    float deviation = FloatMath.exp(logStds[from + i]);
                    action += deviation * (float) streams[firstStream + row].nextGaussian();
                }
                if (!Float.isFinite(action)) {
                    throw notFinite(row);
                }
                actions[to + i] = action;
            }
            if (logProbabilities.length > 0) {
                float log = Losses.gaussianLogProbability(means, from, logStds, from, actions, to, size);
                if (!Float.isFinite(log)) {
                    throw notFinite(row);
                }
                logProbabilities[rowsAt + row] = log;
            }
        }
    }
}
