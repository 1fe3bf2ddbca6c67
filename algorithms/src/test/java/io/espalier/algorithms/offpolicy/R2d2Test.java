package io.espalier.algorithms.offpolicy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.algorithms.Echo;
import io.espalier.core.Cores;
import io.espalier.core.Environment;
import io.espalier.nn.Schedule;
import io.espalier.policy.RolloutAlgorithm;
import io.espalier.testkit.AlgorithmContract;
import io.espalier.testkit.SerialTraining;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class R2d2Test extends AlgorithmContract {
    @Override
    protected RolloutAlgorithm algorithm() {
        return new R2d2(settings("gru(12)", 3, 20_000));
    }

    private static R2d2.Settings settings(String trunk, int burnIn, int bufferSize) {
        return new R2d2.Settings(
                4,
                8,
                2,
                12,
                10,
                burnIn,
                bufferSize,
                100,
                0.9,
                Schedule.constant(0.003),
                300,
                Schedule.linear(1, 0.05, 0.3),
                2,
                1,
                10,
                trunk);
    }

    @Override
    protected Environment environment() {
        return new Echo();
    }

    @Override
    protected double learnedAt() {
        return 1;
    }

    @Override
    protected int rounds() {
        return 12;
    }

    @Test
    void attentionLearnsItTooFromASmallReplay() {
        R2d2.Settings settings = settings("dense(8) > tanh > gtrxl(8, 2, 3)", 0, 2_000);
        SerialTraining training = new SerialTraining(new R2d2(settings), Echo::new, 20_000, 1, Cores.SERIAL);
        training.run();
        assertThat(training.evaluate(20)).isEqualTo(1);
    }

    @Test
    void learnsOnceASequenceIsThere() {
        SerialTraining training = training(1, Cores.SERIAL);
        Map<String, Double> metrics = new HashMap<>();
        // 32 steps a round: learning starts after 100, by when sequences of 14 steps have begun at three rollouts.
        for (int round = 0; round < 4; round++) {
            assertThat(training.learner().updates()).isZero();
            training.learner().update(training.gather(), metrics::put);
        }
        assertThat(training.learner().updates()).isEqualTo(2);
        assertThat(metrics).containsKeys("loss/value", "loss/td-error", "value/mean", "update/gradient-norm");
        assertThat(metrics.get("replay/size")).isEqualTo(128);
        // 128 of the 6,000 steps over which it falls
        assertThat(metrics.get("exploration/epsilon")).isEqualTo(1 - 0.95 * (128 / 20_000.0 / 0.3));
    }

    @Test
    void refusesWhatDoesNotFit() {
        assertThatThrownBy(() -> settings("dense(8) > relu", 3, 1000))
                .hasMessageContaining("trunk (dense(8) > relu) must have a layer with memory. Maybe");
        assertThatThrownBy(() -> settings("gru(8)", 3, 63))
                .hasMessageContaining("bufferSize (63) must be at least the 64 environment steps of the 2 rollouts");
        assertThatThrownBy(() -> settings("gru(8)", -1, 1000)).hasMessageContaining("burnIn (-1) must be at least 0");
    }
}
