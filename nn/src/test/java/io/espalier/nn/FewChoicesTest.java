package io.espalier.nn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Many rows together have the bits of each row by itself, which go another way. */
class FewChoicesTest {
    private final Random random = new Random(5);

    @Test
    void softmaxEntropiesAndGradientsOfManyRowsAreThoseOfEachRow() {
        for (int round = 0; round < 200; round++) {
            int rows = 2 + random.nextInt(round % 2 == 0 ? 8 : 150);
            int count = 1 + random.nextInt(FewChoices.MOST + 2);
            compare(rows, count, round % 3 == 0 ? 0 : 0.01f);
        }
    }

    private void compare(int rows, int count, float dEntropy) {
        float[] logits = values(rows * count, 30);
        logits[random.nextInt(logits.length)] = Float.NEGATIVE_INFINITY;
        logits[random.nextInt(logits.length)] = 300;
        float[] p = new float[5 + rows * count];
        float[] l = new float[2 + rows * count];
        float[] entropies = new float[1 + rows];
        float[] slopes = values(rows, 2);
        float[] gradients = new float[rows * count + 3];
        int[] choices = new int[rows];
        Arrays.setAll(choices, i -> random.nextInt(count));
        Losses.softmax(logits, 0, rows, count, null, 0, p, 5, l, 2);
        Losses.categoricalEntropies(p, 5, l, 2, rows, count, entropies, 1);
        Losses.categoricalGradients(
                p, 5, l, 2, rows, count, choices, 0, entropies, 1, slopes, 0, dEntropy, gradients, 3);
        boolean[] all = new boolean[count];
        Arrays.fill(all, true);
        float[] onlyP = new float[count];
        float[] onlyL = new float[count];
        float[] only = new float[count];
        for (int i = 0; i < rows; i++) {
            // A mask that allows everything takes the way of single rows.
            Losses.softmax(logits, i * count, 1, count, all, 0, onlyP, 0, onlyL, 0);
            same(onlyP, p, 5 + i * count);
            same(onlyL, l, 2 + i * count);
            float entropy = Losses.categoricalEntropy(onlyP, 0, onlyL, 0, count);
            same(new float[] {entropy}, entropies, 1 + i);
            Losses.categoricalGradient(onlyP, 0, onlyL, 0, count, choices[i], slopes[i], dEntropy, only, 0);
            same(only, gradients, 3 + i * count);
        }
    }

    private float[] values(int size, float spread) {
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (random.nextFloat() - 0.5f) * spread;
        }
        return values;
    }

    private static void same(float[] expected, float[] actual, int at) {
        assertThat(Arrays.copyOfRange(actual, at, at + expected.length)).isEqualTo(expected);
    }
}
