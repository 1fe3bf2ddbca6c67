package io.espalier.policy;

import io.espalier.core.RandomStream;

/** {@link ActionHead.Deterministic} at work. */
final class DeterministicActor extends Actor {
    private final int size;
    private final float[] outputs;

    DeterministicActor(int size, float[] outputs) {
        this.size = size;
        this.outputs = outputs;
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
        for (int i = 0; i < rows * size; i++) {
            if (!Float.isFinite(outputs[i])) {
                throw notFinite(i / size);
            }
            actions[actionsAt + i] = outputs[i];
        }
        if (logProbabilities.length > 0) {
            java.util.Arrays.fill(logProbabilities, rowsAt, rowsAt + rows, 0);
        }
    }
}
