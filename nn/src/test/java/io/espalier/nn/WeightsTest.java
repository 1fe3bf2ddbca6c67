package io.espalier.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class WeightsTest {
    @Test
    void oneParameterThatIsNotFiniteIsFoundWhereverItIs() {
        float[] values = new float[37];
        assertThat(Weights.copyOf(0, values).finite()).isTrue();
        assertThat(Weights.copyOf(0, new float[0]).finite()).isTrue();
        for (int i = 0; i < values.length; i++) {
            for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
                values[i] = bad;
                assertThat(Weights.copyOf(0, values).finite()).isFalse();
            }
            values[i] = i % 2 == 0 ? Float.MAX_VALUE : -Float.MAX_VALUE;
            assertThat(Weights.copyOf(0, values).finite()).isTrue();
        }
    }

    @Test
    void theyAreACopyWithAVersion() {
        float[] values = {1, 2};
        Weights weights = Weights.copyOf(3, values);
        String digest = weights.digest();
        values[0] = 9;
        assertThat(weights.digest())
                .isEqualTo(digest)
                .isNotEqualTo(Weights.copyOf(3, values).digest());
        assertThat(weights.version()).isEqualTo(3);
        assertThat(weights.size()).isEqualTo(2);
        assertThatThrownBy(() -> Weights.copyOf(-1, values))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("version (-1)");
    }
}
