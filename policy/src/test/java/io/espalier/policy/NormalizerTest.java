package io.espalier.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.espalier.core.RandomStream;
import io.espalier.core.State;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NormalizerTest {
    private static float[] gaussian(int count, long seed) {
        float[] values = new float[count];
        RandomStream random = new RandomStream(seed);
        for (int i = 0; i < count; i++) {
            values[i] = (float) (5 + 3 * random.nextGaussian());
        }
        return values;
    }

    @Test
    void shiftsScalesAndCutsOff() {
        // By hand: (5 − 3)/2 = 1, (−100 − 0)/1 cut to −10; and (3 − 3)/2 = 0, (2.5 − 0)/1 = 2.5
        Normalizer normalizer = Normalizer.of(new double[] {3, 0}, new double[] {4, 1}, 7, 10);
        float[] into = new float[5];
        normalizer.normalize(new float[] {99, 5, -100, 3, 2.5f}, 1, 2, into, 1);
        assertThat(into).containsExactly(new float[] {0, 1, -10, 0, 2.5f}, within(1e-6f));
    }

    @Test
    void meanAndVarianceAreThoseOfWhatWasSeen() {
        // By hand: 1, 2, 6 has mean 3 and variance (4 + 1 + 9)/3; 10, 10, 10 has 10 and 0
        Normalizer.Statistics statistics = new Normalizer.Statistics(2);
        statistics.add(new float[] {1, 10, 2, 10}, 0, 2);
        statistics.add(new float[] {0, 0, 6, 10}, 2, 1);
        Normalizer normalizer = statistics.normalizer();
        assertThat(statistics.count()).isEqualTo(3);
        assertThat(normalizer.mean(0)).isEqualTo(3, within(1e-15));
        assertThat(normalizer.variance(0)).isEqualTo(14 / 3.0, within(1e-15));
        assertThat(normalizer.mean(1)).isEqualTo(10);
        assertThat(normalizer.variance(1)).isZero();
        assertThat(normalizer.count()).isEqualTo(3);
        assertThat(normalizer.clip()).isEqualTo(10);
    }

    @Test
    void blocksAndMergesAgreeWithOnePass() {
        float[] values = gaussian(6_000, 1);
        Normalizer.Statistics whole = new Normalizer.Statistics(3);
        whole.add(values, 0, 2_000);
        Normalizer.Statistics first = new Normalizer.Statistics(3);
        Normalizer.Statistics second = new Normalizer.Statistics(3);
        for (int row = 0; row < 1_000; row += 7) {
            first.add(values, row * 3, Math.min(7, 1_000 - row));
        }
        second.add(values, 3_000, 1_000);
        first.merge(second);
        first.merge(new Normalizer.Statistics(3));
        assertThat(first.count()).isEqualTo(2_000);
        for (int i = 0; i < 3; i++) {
            assertThat(first.normalizer().mean(i)).isEqualTo(whole.normalizer().mean(i), within(1e-12));
            assertThat(first.normalizer().variance(i))
                    .isEqualTo(whole.normalizer().variance(i), within(1e-11));
        }
    }

    @Test
    void aGreatOffsetLosesNoPrecision() {
        // By hand: 10⁶ ± 1 has variance 1; the naive E[x²] − E[x]² would lose it in float and most of it in double
        Normalizer.Statistics statistics = new Normalizer.Statistics(1);
        for (int i = 0; i < 1_000; i++) {
            statistics.add(new float[] {1e6f - 1, 1e6f + 1}, 0, 2);
        }
        assertThat(statistics.normalizer().variance(0)).isEqualTo(1, within(1e-12));
    }

    @Test
    void rowsThatAreNotFiniteAreLeftOutAndCounted() {
        Normalizer.Statistics statistics = new Normalizer.Statistics(2);
        statistics.add(new float[] {1, 2, Float.NaN, 2, 3, 2, 3, Float.POSITIVE_INFINITY}, 0, 4);
        assertThat(statistics.count()).isEqualTo(2);
        assertThat(statistics.skipped()).isEqualTo(2);
        assertThat(statistics.normalizer().mean(0)).isEqualTo(2);
        assertThat(statistics.normalizer().variance(0)).isEqualTo(1);
    }

    @Test
    void resumesBitForBitThroughAFile() throws IOException {
        Normalizer.Statistics straight = new Normalizer.Statistics(3);
        straight.add(gaussian(300, 1), 0, 100);
        State state = new State();
        straight.save(state.child("observations"));
        State read = Safetensors.decode(Safetensors.encode(state, Map.of())).state();
        Normalizer.Statistics resumed = new Normalizer.Statistics(3);
        resumed.load(read.child("observations"));
        straight.add(gaussian(300, 2), 0, 100);
        resumed.add(gaussian(300, 2), 0, 100);
        assertThat(resumed.normalizer()).isEqualTo(straight.normalizer());
        assertThatThrownBy(() -> new Normalizer.Statistics(2).load(read.child("observations")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("has 3 elements, these statistics 2. Maybe");
    }

    @Test
    void nothingSeenIsTheIdentity() {
        assertThat(new Normalizer.Statistics(3).normalizer()).isSameAs(Normalizer.identity());
        assertThat(Normalizer.identity().isIdentity()).isTrue();
    }

    @Test
    void aSessionNormalisesWhatTheNetworkReads() {
        Policy raw = Policies.random(
                "box(shape=[2], low=-Infinity, high=Infinity)",
                "discrete(2)",
                new ActionHead.Categorical(),
                "dense(8) > tanh > heads(policy: dense(2), value: dense(1))");
        Policy normalised =
                raw.with(raw.weights(), Normalizer.of(new double[] {1, 2}, new double[] {4, 9}, 1, 10), raw.head());
        float[] encoded = new float[2];
        float[] values = new float[2];
        normalised.session(1).encode(new float[] {3, 5}, 0, 1, encoded, 0);
        normalised.session(1).values(new float[] {3, 5}, 0, 1, values, 0);
        raw.session(1).values(encoded, 0, 1, values, 1);
        assertThat(encoded).containsExactly(new float[] {1, 1}, within(1e-6f));
        assertThat(values[0]).isEqualTo(values[1]);
    }

    @Test
    void impossibleFiguresAreRefused() {
        double[] one = {1};
        assertThatThrownBy(() -> Normalizer.of(one, new double[2], 1, 10)).hasMessageContaining("one element for each");
        assertThatThrownBy(() -> Normalizer.of(one, new double[] {-1}, 1, 10)).hasMessageContaining("not negative");
        assertThatThrownBy(() -> Normalizer.of(new double[] {Double.NaN}, one, 1, 10))
                .hasMessageContaining("finite");
        assertThatThrownBy(() -> Normalizer.of(one, one, 1, 0)).hasMessageContaining("clip (0.0) must be above 0");
        assertThatThrownBy(() -> new Normalizer.Statistics(0)).hasMessageContaining("size (0)");
    }
}
