package io.espalier.algorithms.evolution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.espalier.core.Cores;
import io.espalier.core.RandomStream;
import io.espalier.testkit.ShuffledCores;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class NoiseTest {
    private static float[] vector(long seed, int size) {
        float[] all = new float[size];
        new Noise().fill(seed, 0, size, all);
        return all;
    }

    @Test
    void anyPartOfAVectorIsTheSameMadeAlone() {
        float[] all = vector(7, 101);
        Noise noise = new Noise();
        for (int from = 0; from < 100; from += 2) {
            float[] part = new float[101 - from];
            noise.fill(7, from, 101, part);
            assertThat(part).containsExactly(Arrays.copyOfRange(all, from, 101));
        }
    }

    @Test
    void eachPairIsOfOneDrawOfTheSeedsStream() {
        RandomStream stream = new RandomStream(12);
        float[] all = vector(12, 2501);
        for (int i = 0; i < all.length; i += 2) {
            long bits = stream.nextLong();
            double radius = Math.sqrt(-2 * Math.log(((bits >>> 40) + 1) * 0x1p-24));
            double angle = 2 * Math.PI * (bits & 0xFFFFFF) * 0x1p-24;
            assertThat((double) all[i]).isCloseTo(radius * Math.cos(angle), within(2e-6));
            if (i + 1 < all.length) {
                assertThat((double) all[i + 1]).isCloseTo(radius * Math.sin(angle), within(2e-6));
            }
        }
    }

    @Test
    void itsMomentsAreThoseOfANormalDistribution() {
        float[] all = vector(3, 200_000);
        double mean = 0;
        double square = 0;
        double fourth = 0;
        double neighbours = 0;
        for (int i = 0; i < all.length; i++) {
            mean += all[i];
            square += all[i] * all[i];
            fourth += StrictMath.pow(all[i], 4);
            neighbours += all[i] * all[i ^ 1];
        }
        int n = all.length;
        // Four standard errors: √(1/n), √(2/n), √(96/n), √(2/n) for pairs counted twice.
        assertThat(mean / n).isCloseTo(0, within(4 * Math.sqrt(1.0 / n)));
        assertThat(square / n).isCloseTo(1, within(4 * Math.sqrt(2.0 / n)));
        assertThat(fourth / n).isCloseTo(3, within(4 * Math.sqrt(96.0 / n)));
        assertThat(neighbours / n).isCloseTo(0, within(4 * Math.sqrt(2.0 / n)));
    }

    @Test
    void sumsAreTakenInOrderWhateverTheThreads() {
        int size = 3000;
        float[] weights = {0.5f, 0, -2, 0.125f};
        float[] expected = new float[size];
        for (int k = 0; k < weights.length; k++) {
            float[] one = vector(Noise.seed(11, k), size);
            for (int i = 0; i < size && weights[k] != 0; i++) {
                expected[i] += weights[k] * one[i];
            }
        }
        float[] sum = new float[size];
        Arrays.fill(sum, 9);
        Noise.sum(Cores.SERIAL, 11, weights, sum);
        assertThat(sum).containsExactly(expected);
        try (ShuffledCores cores = new ShuffledCores(3, 5)) {
            Noise.sum(cores, 11, weights, sum);
        }
        assertThat(sum).containsExactly(expected);
    }
}
