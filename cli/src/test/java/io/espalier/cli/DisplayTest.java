package io.espalier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DisplayTest {
    @Test
    void aSparklineShowsTheMeansOfItsBuckets() {
        assertThat(Sparkline.of(List.of(0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0), 8))
                .isEqualTo("▁▂▃▄▅▆▇█");
        // By hand: the means of pairs are 0.5, 2.5, 4.5, 6.5; over their range 0, 1/3, 2/3, 1.
        assertThat(Sparkline.of(List.of(0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0), 4))
                .isEqualTo("▁▃▆█");
        assertThat(Sparkline.of(List.of(3.0, 3.0), 10)).isEqualTo("▁▁");
        assertThat(Sparkline.of(List.of(), 10)).isEmpty();
    }

    @Test
    void ticksAreRoundAndCoverTheRange() {
        assertThat(LearningCurve.ticks(0, 500)).containsExactly(0, 100, 200, 300, 400, 500);
        assertThat(LearningCurve.ticks(-200, -90)).containsExactly(-200, -150, -100, -50);
        assertThat(LearningCurve.number(25_000)).isEqualTo("25 k");
        assertThat(LearningCurve.number(1_500_000)).isEqualTo("1.5 M");
        assertThat(LearningCurve.number(0.7442)).isEqualTo("0.744");
    }

    @Test
    void aCurveOfManyEpisodesStaysSmall() {
        LearningCurve curve = new LearningCurve();
        IntStream.range(0, 50_000).forEach(i -> curve.add(i * 10, i % 500));
        String svg = curve.svg("a < b & c", 475, 20);
        assertThat(svg).contains("a &lt; b &amp; c", "solved at 475").doesNotContain("NaN");
        assertThat(svg.length()).isLessThan(200_000);
    }

    @Test
    void timesAndNumbersReadWell() {
        assertThat(ProgressDisplay.time(59.6)).isEqualTo("1:00");
        assertThat(ProgressDisplay.time(3700)).isEqualTo("1:01:40");
        assertThat(ProgressDisplay.time(Double.NaN)).isEmpty();
        assertThat(ProgressDisplay.number(Double.NaN)).isEqualTo("–");
        assertThat(ProgressDisplay.number(475.26)).isEqualTo("475.3");
        assertThat(ProgressDisplay.number(-0.01234)).isEqualTo("-0.0123");
    }
}
