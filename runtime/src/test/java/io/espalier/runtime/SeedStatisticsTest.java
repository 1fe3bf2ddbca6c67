package io.espalier.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class SeedStatisticsTest {
    @Test
    void theInterquartileMeanLeavesOutAQuarterAtEachEnd() {
        // By hand: of 8 values the two least and the two greatest go; (3 + 4 + 5 + 6) / 4 = 4.5.
        SeedStatistics statistics = SeedStatistics.of(new double[] {100, 1, 3, 5, 4, 6, 2, 7}, 3);
        assertThat(statistics.interquartileMean()).isEqualTo(4.5);
        assertThat(statistics.median()).isEqualTo(4.5);
        assertThat(statistics.worst()).isEqualTo(1);
        assertThat(statistics.best()).isEqualTo(100);
        assertThat(statistics.failureRate()).isEqualTo(0.25);
    }

    @Test
    void withFewerThanFourSeedsItIsTheMean() {
        assertThat(SeedStatistics.of(new double[] {1, 2, 6}, 0).interquartileMean())
                .isEqualTo(3);
    }

    @Test
    void theIntervalHoldsTheMeanAndShrinksWithEqualResults() {
        SeedStatistics wide = SeedStatistics.of(new double[] {0, 10, 20, 30, 40, 50, 60, 70, 80, 90}, 0);
        assertThat(wide.low()).isLessThan(45).isGreaterThan(10);
        assertThat(wide.high()).isGreaterThan(45).isLessThan(80);
        SeedStatistics same = SeedStatistics.of(new double[] {500, 500, 500}, 475);
        assertThat(same.low()).isEqualTo(500);
        assertThat(same.high()).isEqualTo(500);
    }

    @Test
    void aResultThatIsNotANumberHasFailed() {
        assertThat(SeedStatistics.of(new double[] {Double.NaN, 500}, 475).failureRate())
                .isEqualTo(0.5);
    }

    @Test
    void quantilesLieBetweenNeighbours() {
        assertThat(SeedStatistics.quantile(new double[] {1, 2, 4}, 0.75)).isEqualTo(3, within(1e-12));
        assertThatThrownBy(() -> SeedStatistics.of(new double[0], 0)).hasMessageContaining("at least one");
    }
}
