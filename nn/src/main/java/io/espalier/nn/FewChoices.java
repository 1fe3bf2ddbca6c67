package io.espalier.nn;

import java.util.Arrays;

/**
 * Categorical distributions of many rows with few choices, all allowed. It goes choice by choice over all rows: row by row,
 * loops of two or three turns would cost more than what is done in them. The bits are those of {@link Losses} row by row.
 */
final class FewChoices {
    /** The most choices. */
    static final int MOST = 8;

    /** Rows at a time: what is between the steps stays in the nearest cache. */
    private static final int ROWS = 64;

    private static final int SHIFTED = 0;
    private static final int EXPONENTIALS = ROWS * MOST;
    private static final int TOTALS = 2 * ROWS * MOST;
    private static final int LOGS = TOTALS + ROWS;

    /** The longest vector: whole ones are faster than what is left over, and nobody reads what they do beyond the end. */
    private static final int WHOLE = 16;

    private static final ThreadLocal<float[]> SCRATCH = ThreadLocal.withInitial(() -> new float[LOGS + ROWS]);

    private static final ThreadLocal<double[]> SUMS = ThreadLocal.withInitial(() -> new double[ROWS]);

    private FewChoices() {}

    /** See {@link Losses#softmax}. */
    static void softmax(
            float[] logits, int at, int rows, int count, float[] probabilities, int pAt, float[] logs, int lAt) {
        float[] scratch = SCRATCH.get();
        for (int row = 0; row < rows; row += ROWS) {
            int done = row * count;
            block(
                    logits,
                    at + done,
                    Math.min(ROWS, rows - row),
                    count,
                    scratch,
                    probabilities,
                    pAt + done,
                    logs,
                    lAt + done);
        }
    }

    private static void block(
            float[] logits,
            int at,
            int rows,
            int count,
            float[] scratch,
            float[] probabilities,
            int pAt,
            float[] logs,
            int lAt) {
        for (int i = 0; i < rows; i++) {
            scratch[TOTALS + i] = logits[at + i * count];
        }
        for (int j = 1; j < count; j++) {
            for (int i = 0; i < rows; i++) {
                scratch[TOTALS + i] = Math.max(scratch[TOTALS + i], logits[at + i * count + j]);
            }
        }
        for (int j = 0; j < count; j++) {
            for (int i = 0; i < rows; i++) {
                scratch[SHIFTED + i * count + j] = logits[at + i * count + j] - scratch[TOTALS + i];
            }
        }
        Kernels.INSTANCE.exp(scratch, SHIFTED, scratch, EXPONENTIALS, whole(rows * count));
        for (int i = 0; i < rows; i++) {
            scratch[TOTALS + i] = scratch[EXPONENTIALS + i * count];
        }
        for (int j = 1; j < count; j++) {
            for (int i = 0; i < rows; i++) {
                scratch[TOTALS + i] += scratch[EXPONENTIALS + i * count + j];
            }
        }
        Kernels.INSTANCE.log(scratch, TOTALS, scratch, LOGS, whole(rows));
        for (int j = 0; j < count; j++) {
            for (int i = 0; i < rows; i++) {
                probabilities[pAt + i * count + j] = scratch[EXPONENTIALS + i * count + j] / scratch[TOTALS + i];
                logs[lAt + i * count + j] = scratch[SHIFTED + i * count + j] - scratch[LOGS + i];
            }
        }
    }

    private static int whole(int n) {
        return (n + WHOLE - 1) / WHOLE * WHOLE;
    }

    /** See {@link Losses#categoricalEntropies}. */
    static void entropies(
            float[] probabilities, int pAt, float[] logs, int lAt, int rows, int count, float[] into, int intoAt) {
        double[] sums = SUMS.get();
        for (int row = 0; row < rows; row += ROWS) {
            int n = Math.min(ROWS, rows - row);
            Arrays.fill(sums, 0, n, 0);
            for (int j = 0; j < count; j++) {
                int p = pAt + row * count + j;
                int l = lAt + row * count + j;
                for (int i = 0; i < n; i++) {
                    float probability = probabilities[p + i * count];
                    // 0·(−∞) counts as 0
                    sums[i] -= probability > 0 ? (double) probability * logs[l + i * count] : 0;
                }
            }
            for (int i = 0; i < n; i++) {
                into[intoAt + row + i] = (float) sums[i];
            }
        }
    }

    /** See {@link Losses#categoricalGradients}. */
    static void gradients(
            float[] probabilities,
            int pAt,
            float[] logs,
            int lAt,
            int rows,
            int count,
            int[] choices,
            int choicesAt,
            float[] entropies,
            int entropiesAt,
            float[] dLogProbabilities,
            int dAt,
            float dEntropy,
            float[] gradients,
            int gAt) {
        for (int j = 0; j < count; j++) {
            for (int i = 0; i < rows; i++) {
                float p = probabilities[pAt + i * count + j];
                float gradient = dLogProbabilities[dAt + i] * (0f - p);
                if (dEntropy != 0) {
                    gradient -= dEntropy * (p * (logs[lAt + i * count + j] + entropies[entropiesAt + i]));
                }
                gradients[gAt + i * count + j] = p > 0 ? gradient : 0f;
            }
        }
        // Which choice it was cannot be foreseen, and a branch on it would be mistaken half of the time.
        for (int i = 0; i < rows; i++) {
            int j = choices[choicesAt + i];
            float p = probabilities[pAt + i * count + j];
            float gradient = dLogProbabilities[dAt + i] * (1f - p);
            if (dEntropy != 0 && p > 0) {
                gradient -= dEntropy * (p * (logs[lAt + i * count + j] + entropies[entropiesAt + i]));
            }
            gradients[gAt + i * count + j] = gradient;
        }
    }
}
