package io.espalier.runtime.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.espalier.runtime.model.PipelineSchedule.Operation;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PipelineScheduleTest {
    private static List<String> text(List<Operation> order) {
        return order.stream()
                .map(operation -> (operation.forward() ? "F" : "B") + operation.microBatch())
                .toList();
    }

    @Test
    void theOrdersOfThePapersFigures() {
        // Narayanan et al., figure 4, with 4 stages and 8 micro-batches; counted from 0
        PipelineSchedule turns = PipelineSchedule.ONE_FORWARD_ONE_BACKWARD;
        assertThat(String.join(" ", text(turns.order(0, 4, 8))))
                .isEqualTo("F0 F1 F2 F3 B0 F4 B1 F5 B2 F6 B3 F7 B4 B5 B6 B7");
        assertThat(String.join(" ", text(turns.order(3, 4, 4)))).isEqualTo("F0 B0 F1 B1 F2 B2 F3 B3");
        assertThat(String.join(" ", text(turns.order(0, 4, 2)))).isEqualTo("F0 F1 B0 B1");
        assertThat(String.join(" ", text(PipelineSchedule.GPIPE.order(1, 4, 3))))
                .isEqualTo("F0 F1 F2 B0 B1 B2");
    }

    @ParameterizedTest
    @EnumSource(PipelineSchedule.class)
    void everyMicroBatchGoesForwardOnceAndThenBackwardOnceInOrder(PipelineSchedule schedule) {
        for (int stages = 1; stages <= 5; stages++) {
            for (int microBatches = 1; microBatches <= 9; microBatches++) {
                for (int stage = 0; stage < stages; stage++) {
                    List<Operation> order = schedule.order(stage, stages, microBatches);
                    for (boolean forward : new boolean[] {true, false}) {
                        assertThat(order.stream()
                                        .filter(operation -> operation.forward() == forward)
                                        .map(Operation::microBatch))
                                .containsExactlyElementsOf(
                                        IntStream.range(0, microBatches).boxed().toList());
                    }
                    for (int m = 0; m < microBatches; m++) {
                        assertThat(order.indexOf(new Operation(true, m)))
                                .isLessThan(order.indexOf(new Operation(false, m)));
                    }
                }
            }
        }
    }

    @Test
    void gpipeStoresAllActivationsAndTurnsOnlyThoseOfTheStagesAhead() {
        for (int stages = 1; stages <= 5; stages++) {
            for (int microBatches = 1; microBatches <= 9; microBatches++) {
                for (int stage = 0; stage < stages; stage++) {
                    assertThat(PipelineSchedule.GPIPE.stored(stage, stages, microBatches))
                            .isEqualTo(microBatches);
                    assertThat(PipelineSchedule.ONE_FORWARD_ONE_BACKWARD.stored(stage, stages, microBatches))
                            .isEqualTo(Math.min(stages - stage, microBatches));
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(PipelineSchedule.class)
    void equalStagesWaitForAllOthersOnce(PipelineSchedule schedule) {
        for (int stages = 1; stages <= 5; stages++) {
            for (int microBatches = 1; microBatches <= 9; microBatches++) {
                double[] forward = new double[stages];
                double[] backward = new double[stages];
                Arrays.fill(forward, 1);
                Arrays.fill(backward, 2);
                // (S − 1)/(M + S − 1); by hand for S = 4 and M = 8: 3/11
                assertThat(schedule.bubble(forward, backward, microBatches))
                        .isCloseTo((stages - 1.0) / (microBatches + stages - 1), within(1e-12))
                        .isCloseTo(PipelineSchedule.equalBubble(stages, microBatches), within(1e-12));
            }
        }
        assertThat(PipelineSchedule.equalBubble(4, 8)).isCloseTo(0.2727, within(1e-4));
    }

    @Test
    void unequalStagesWaitForTheSlowest() {
        // By hand, 2 stages, 2 micro-batches, backward free of cost, forward 1 and 3: the second works from 1 to 7
        assertThat(PipelineSchedule.GPIPE.bubble(new double[] {1, 3}, new double[] {0, 0}, 2))
                .isCloseTo(1 - 8.0 / 14, within(1e-12));
    }

    @Test
    void refusesStagesThatAreNotThere() {
        assertThatThrownBy(() -> PipelineSchedule.GPIPE.order(2, 2, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("stage (2) must be from 0 to stages - 1 (1)");
        assertThatThrownBy(() -> PipelineSchedule.GPIPE.order(0, 2, 0)).hasMessageContaining("at least 1");
        assertThatThrownBy(() -> PipelineSchedule.GPIPE.bubble(new double[2], new double[1], 1))
                .hasMessageContaining("backward (1 stages)");
    }
}
