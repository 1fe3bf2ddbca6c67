package io.espalier.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScheduleTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0.001 | 0.3 | 0.001",
                "-2 | 1 | -2",
                "linear(1, 0) | 0 | 1",
                "linear(1, 0) | 0.25 | 0.75",
                "linear(1, 0) | 1 | 0",
                "linear(1, 0) | 7 | 0",
                "linear(1, 0) | -7 | 1",
                "linear(1, 0.05, 0.1) | 0.05 | 0.525",
                "linear(1, 0.05, until=0.1) | 0.2 | 0.05",
                "cosine(1, 0) | 0.5 | 0.5",
                "cosine(2, 0) | 0.25 | 1.7071067811865475",
                "cosine(3, 1, 0.5) | 0.5 | 1",
                "exponential(1, 0.01) | 0.5 | 0.1",
                "piecewise(0: 1, 0.5: 0.1, 1: 0) | 0.25 | 0.55",
                "piecewise(0: 1, 0.5: 0.1, 1: 0) | 0.75 | 0.05",
                "piecewise(0.2: 3, 0.4: 5) | 0.1 | 3",
                "piecewise(0.2: 3, 0.4: 5) | 0.9 | 5"
            })
    void values(String text, double progress, double expected) {
        Schedule schedule = Schedule.valueOf(text);
        assertThat(schedule.at(progress)).isCloseTo(expected, within(1e-12));
        assertThat(Schedule.valueOf(schedule.toString())).isEqualTo(schedule);
    }

    @Test
    void textForms() {
        assertThat(Schedule.constant(0.001)).hasToString("0.001");
        assertThat(Schedule.linear(1e-3, 0)).hasToString("linear(0.001, 0)");
        assertThat(Schedule.linear(1, 0.05, 0.1)).hasToString("linear(1, 0.05, 0.1)");
        assertThat(Schedule.cosine(1, 0)).isEqualTo(Schedule.valueOf("cosine(1, 0)"));
        assertThat(Schedule.exponential(1, 0.5)).isEqualTo(Schedule.valueOf("exponential(1,0.5)"));
        assertThat(Schedule.piecewise(new double[] {0, 0.5}, new double[] {1, 2}))
                .hasToString("piecewise(0: 1, 0.5: 2)");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "fast",
                "linear",
                "linear(1)",
                "linear(1, 0, 0)",
                "linear(1, 0, 2)",
                "linear(1, 0, 0.5, 1)",
                "linear(NaN, 0)",
                "Infinity",
                "1e999",
                "0.1(2)",
                "0.1.2",
                "1 > 2",
                "exponential(1, 0)",
                "piecewise()",
                "piecewise(1, 2)",
                "piecewise(0.5: 1, 0.5: 2)",
                "piecewise(0: 1, 2: 2)",
                "piecewise(0: 1, 0.1: x)"
            })
    void refuses(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Schedule.valueOf(text));
    }
}
