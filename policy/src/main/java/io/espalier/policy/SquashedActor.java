package io.espalier.policy;

import io.espalier.core.Box;
import io.espalier.core.RandomStream;
import io.espalier.nn.FloatMath;
import io.espalier.nn.Losses;

/** {@link ActionHead.SquashedGaussian} and {@link ActionHead.SquashedDeterministic} at work. */
final class SquashedActor extends Actor {
    private final int size;
    private final float[] means;
    /** Empty for the deterministic head. */
    private final float[] logStds;

    private final float[] centre;
    private final float[] half;
    private final float[] before;
    private final float[] clippedLogStds;
    private float noise;

    SquashedActor(Box box, float[] means, float[] logStds, ActionHead head) {
        this.size = box.size();
        this.means = means;
        this.logStds = logStds;
        centre = new float[size];
        half = new float[size];
        before = new float[size];
        clippedLogStds = new float[size];
        for (int i = 0; i < size; i++) {
            centre[i] = 0.5f * (box.low(i) + box.high(i));
            half[i] = 0.5f * (box.high(i) - box.low(i));
        }
        load(head);
    }

    @Override
    void load(ActionHead head) {
        noise = head instanceof ActionHead.SquashedDeterministic noisy ? (float) noisy.noise() : 0;
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
            boolean gaussian = logStds.length > 0;
            float log = 0;
            for (int i = 0; i < size; i++) {
                float u = means[from + i];
                float drawn = greedy ? 0 : (float) streams[firstStream + row].nextGaussian();
                if (gaussian) {
                    clippedLogStds[i] = Losses.clipLogStd(logStds[from + i]);
                    u += FloatMath.exp(clippedLogStds[i]) * drawn;
                }
                float squashed = FloatMath.tanh(u);
                if (!gaussian) {
                    squashed = Math.max(-1, Math.min(1, squashed + noise * drawn));
                }
                if (!Float.isFinite(u) || (gaussian && !Float.isFinite(clippedLogStds[i]))) {
                    throw notFinite(row);
                }
                before[i] = u;
                actions[actionsAt + from + i] = centre[i] + half[i] * squashed;
                log -= gaussian ? Losses.logTanhDerivative(u) + FloatMath.log(half[i]) : 0;
            }
            if (logProbabilities.length > 0) {
                log += gaussian ? Losses.gaussianLogProbability(means, from, clippedLogStds, 0, before, 0, size) : 0;
                logProbabilities[rowsAt + row] = log;
            }
        }
    }
}
