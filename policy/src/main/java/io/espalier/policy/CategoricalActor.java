package io.espalier.policy;

import io.espalier.core.RandomStream;
import io.espalier.nn.Losses;

/** {@link ActionHead.Categorical} at work. */
final class CategoricalActor extends Actor {
    private final int[] counts;
    private final int width;
    private final float[] logits;
    private final float[] probabilities;
    private final float[] logs;

    CategoricalActor(int[] counts, float[] logits) {
        this.counts = counts;
        this.logits = logits;
        int sum = 0;
        for (int count : counts) {
            sum += count;
        }
        width = sum;
        // One component's rows in one piece, else one row at a time.
        probabilities = new float[counts.length == 1 ? logits.length : width];
        logs = new float[probabilities.length];
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
        boolean wantsLogs = logProbabilities.length > 0;
        boolean masked = masks.length > 0;
        boolean needsSoftmax = wantsLogs || !greedy;
        boolean single = counts.length == 1;
        if (needsSoftmax && single) {
            Losses.softmax(logits, 0, rows, width, masked ? masks : null, maskAt, probabilities, 0, logs, 0);
        }
        for (int row = 0; row < rows; row++) {
            int mask = masked ? maskAt + row * width : 0;
            float sum = 0;
            int offset = 0;
            for (int c = 0; c < counts.length; c++) {
                int count = counts[c];
                int from = row * width + offset;
                int scratch = single ? from : offset;
                if (needsSoftmax && !single) {
                    Losses.softmax(
                            logits,
                            from,
                            1,
                            count,
                            masked ? masks : null,
                            mask + offset,
                            probabilities,
                            scratch,
                            logs,
                            scratch);
                }
                int choice = greedy
                        ? best(logits, from, count, masks, mask + offset, row)
                        : choose(streams[firstStream + row].nextDouble(), probabilities, scratch, count);
                if (needsSoftmax) {
                    float log = logs[scratch + choice];
                    if (!Float.isFinite(log)) {
                        throw notFinite(row);
                    }
                    sum += log;
                }
                actions[actionsAt + row * counts.length + c] = choice;
                offset += count;
            }
            if (wantsLogs) {
                logProbabilities[rowsAt + row] = sum;
            }
        }
    }

    /** The first choice at which the sum of probabilities exceeds {@code u}; forbidden ones add exactly 0. */
    static int choose(double u, float[] probabilities, int at, int count) {
        double sum = 0;
        int last = 0;
        for (int j = 0; j < count; j++) {
            float probability = probabilities[at + j];
            sum += probability;
            if (u < sum) {
                return j;
            }
            // Rounding can leave the whole sum a little below 1.
            last = probability > 0 ? j : last;
        }
        return last;
    }
}
