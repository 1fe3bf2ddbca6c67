package io.espalier.algorithms.tabular;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.core.Cores;
import io.espalier.core.wrappers.TimeLimit;
import io.espalier.envs.Taxi;
import io.espalier.nn.Schedule;
import io.espalier.testkit.SerialTraining;
import org.junit.jupiter.api.Test;

/** A short run whose weights are known: sharing code with other tables must not change them. */
class QLearningBitsTest {
    @Test
    void aShortTaxiRunKeepsItsWeights() {
        QLearning.Settings settings =
                new QLearning.Settings(4, 4, 0.99, Schedule.constant(0.5), 0.3, Schedule.valueOf("linear(1, 0)"), 0.5);
        SerialTraining training = new SerialTraining(
                new QLearning(settings), () -> new TimeLimit(new Taxi(true, true), 200), 20_000, 1, Cores.SERIAL);
        training.run();
        assertThat(training.learner().weights().digest())
                .isEqualTo("ca1c2e2bf7b0b7dc3fc8496132fc608b2ee40fb149d1a182c9cce9120d5315de");
    }
}
