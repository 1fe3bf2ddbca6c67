package io.espalier.nn;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MachinePeakTest {
    @Test
    void countsTheOperationsOfTheProbe() {
        // 8 scalar chains, or 12 of vectors, two operations each.
        float[] x = new float[64];
        assertThat(Kernels.portable().multiplyAdds(10, x)).isEqualTo(160);
        String name = Kernels.INSTANCE.name();
        int lanes = name.startsWith("simd ") ? Integer.parseInt(name.substring(5)) / 32 : 0;
        assertThat(Kernels.INSTANCE.multiplyAdds(10, x)).isEqualTo(lanes == 0 ? 160 : 240L * lanes);
    }

    @Test
    void everyProductIsAccumulatedInTheProbe() {
        // Each chain adds 3 · 4 in each of 5 rounds to where it started.
        float[] x = new float[64];
        x[0] = 3;
        x[1] = 4;
        Kernels.portable().multiplyAdds(5, x);
        assertThat(x[63]).isEqualTo(8 * 60f);
    }

    @Test
    void ratesArePositive() {
        MachinePeak peak = new MachinePeak();
        assertThat(peak.kernels()).isEqualTo(Kernels.INSTANCE.name());
        assertThat(peak.gemmGflops(4, 16, 8)).isPositive().isFinite();
        assertThat(peak.tanhNanosPerElement()).isPositive().isFinite();
    }
}
