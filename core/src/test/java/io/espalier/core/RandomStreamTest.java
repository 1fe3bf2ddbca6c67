package io.espalier.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class RandomStreamTest {
    private static final int MANY = 200_000;

    /** Every result ever published depends on these: whoever changes them changes them all. */
    @Test
    void firstNumbersAreForEver() {
        RandomStream random = new RandomStream(42);
        assertThat(random.nextLong()).isEqualTo(0xA8AC65B4BF2DF561L);
        assertThat(random.nextLong()).isEqualTo(0xD85E342CFF50ABE9L);
        assertThat(random.nextLong()).isEqualTo(0x54F91D0D437E6300L);
        assertThat(random.nextLong()).isEqualTo(0x4215309201DA3061L);
        random.reseed(42);
        assertThat(random.nextDouble()).isEqualTo(0.6588805738712649);
        assertThat(random.nextFloat()).isEqualTo(0.8451874f);
        assertThat(random.nextInt()).isEqualTo(1425612045);
        assertThat(random.nextInt(1000)).isEqualTo(258);
        assertThat(random.nextGaussian()).isEqualTo(-1.0862641642595177);
        assertThat(random.nextExponential()).isEqualTo(0.7070736461309634);
    }

    @Test
    void theMixingFunctionIsThatOfSplitMix64() {
        // The first three numbers of SplitMix64 from seed 0, as published with it.
        long golden = 0x9E3779B97F4A7C15L;
        assertThat(Seeds.mix(golden)).isEqualTo(0xE220A8397B1DCDAFL);
        assertThat(Seeds.mix(2 * golden)).isEqualTo(0x6E789E6AA1B965F4L);
        assertThat(Seeds.mix(3 * golden)).isEqualTo(0x06C45D188009454FL);
    }

    @Test
    void everyStreamHasAnOddIncrementOfItsOwn() {
        for (long seed = -1000; seed < 1000; seed++) {
            long gamma = Seeds.gamma(seed);
            assertThat(gamma & 1).isEqualTo(1);
            assertThat(Long.bitCount(gamma ^ (gamma >>> 1))).isGreaterThanOrEqualTo(24);
        }
        assertThat(Seeds.gamma(1)).isNotEqualTo(Seeds.gamma(2));
    }

    @Test
    void numbersAreUniform() {
        // Chi-square of 99 degrees of freedom: below 149 with probability 0.999.
        for (long seed = 0; seed < 5; seed++) {
            RandomStream random = new RandomStream(seed);
            int[] doubles = new int[100];
            int[] floats = new int[100];
            int[] bounded = new int[100];
            for (int i = 0; i < MANY; i++) {
                doubles[(int) (100 * random.nextDouble())]++;
                floats[(int) (100 * random.nextFloat())]++;
                bounded[random.nextInt(100)]++;
            }
            for (int[] counts : new int[][] {doubles, floats, bounded}) {
                double expected = MANY / 100.0;
                double chi = Arrays.stream(counts)
                        .mapToDouble(count -> (count - expected) * (count - expected) / expected)
                        .sum();
                assertThat(chi).isBetween(50.0, 149.0);
            }
        }
    }

    @Test
    void everyBitIsSetHalfTheTime() {
        RandomStream random = new RandomStream(3);
        int[] set = new int[64];
        for (int i = 0; i < MANY; i++) {
            long number = random.nextLong();
            for (int bit = 0; bit < 64; bit++) {
                set[bit] += (int) (number >>> bit) & 1;
            }
        }
        for (int count : set) {
            // Four standard deviations.
            assertThat(count).isCloseTo(MANY / 2, within((int) (2 * Math.sqrt(MANY))));
        }
    }

    @Test
    void aNumberTellsNothingAboutTheNext() {
        for (int lag : new int[] {1, 2, 7}) {
            RandomStream random = new RandomStream(11);
            double[] drawn = new double[MANY];
            for (int i = 0; i < MANY; i++) {
                drawn[i] = random.nextDouble() - 0.5;
            }
            assertThat(correlation(drawn, lag)).isCloseTo(0, within(4 / Math.sqrt(MANY)));
        }
    }

    private static double correlation(double[] x, int lag) {
        double sum = 0;
        for (int i = 0; i + lag < x.length; i++) {
            sum += x[i] * x[i + lag];
        }
        return sum / (x.length - lag) * 12;
    }

    @Test
    void normalAndExponentialNumbersHaveTheirMoments() {
        RandomStream random = new RandomStream(17);
        double sum = 0;
        double squares = 0;
        double fourth = 0;
        double exponential = 0;
        int beyondTwo = 0;
        for (int i = 0; i < MANY; i++) {
            double x = random.nextGaussian();
            sum += x;
            squares += x * x;
            fourth += x * x * x * x;
            beyondTwo += Math.abs(x) > 2 ? 1 : 0;
            exponential += random.nextExponential();
        }
        assertThat(sum / MANY).isCloseTo(0, within(0.01));
        assertThat(squares / MANY).isCloseTo(1, within(0.015));
        assertThat(fourth / MANY).isCloseTo(3, within(0.1));
        assertThat(beyondTwo / (double) MANY).isCloseTo(0.0455, within(0.002));
        assertThat(exponential / MANY).isCloseTo(1, within(0.01));
        assertThat(random.drawn()).isEqualTo(3L * MANY);
    }

    @Test
    void isSavedAndResumed() {
        RandomStream random = new RandomStream(5);
        random.nextGaussian();
        long[] state = new long[4];
        random.save(state, 1);
        RandomStream other = new RandomStream(99);
        other.load(state, 1);
        for (int i = 0; i < 100; i++) {
            assertThat(other.nextLong()).isEqualTo(random.nextLong());
        }
        assertThat(other.drawn()).isEqualTo(102);
    }

    @Test
    void boundsAreRespected() {
        RandomStream random = new RandomStream(5);
        for (int i = 0; i < 1000; i++) {
            assertThat(random.nextInt(1)).isZero();
            assertThat(random.uniform(-2, 3)).isBetween(-2.0, 3.0);
            assertThat(random.nextInt(Integer.MAX_VALUE)).isNotNegative();
        }
        assertThatIllegalArgumentException().isThrownBy(() -> random.nextInt(0)).withMessageContaining("bound (0)");
    }
}
