package io.espalier.algorithms.onpolicy;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.core.MetricSink;
import io.espalier.nn.Schedule;
import io.espalier.policy.RolloutAlgorithm;
import io.espalier.testkit.AlgorithmContract;
import io.espalier.testkit.SerialTraining;
import org.junit.jupiter.api.Test;

/** With a baseline. */
class ReinforceTest extends AlgorithmContract {
    @Override
    protected RolloutAlgorithm algorithm() {
        return new Reinforce(settings(true));
    }

    static Reinforce.Settings settings(boolean baseline) {
        return new Reinforce.Settings(
                4,
                16,
                60,
                0,
                50,
                0.99,
                baseline,
                Schedule.constant(0.01),
                "adam",
                0.01,
                0.5,
                0.5,
                true,
                "dense(16) > tanh",
                0);
    }

    @Test
    void waitsForWholeEpisodes() {
        SerialTraining training = training(1, io.espalier.core.Cores.SERIAL);
        String first = training.learner().policy().weights().digest();
        double[] ready = new double[1];
        MetricSink sink = (name, value) -> ready[0] = name.equals("episodes/rows") ? value : ready[0];
        long before = 0;
        for (int round = 0; round < 12; round++) {
            training.learner().update(training.gather(), sink);
            long updates = training.learner().updates();
            assertThat(updates - before).isEqualTo(ready[0] >= 60 ? 1 : 0);
            before = updates;
        }
        assertThat(before).isBetween(3L, 11L);
        assertThat(training.learner().policy().weights().digest()).isNotEqualTo(first);
    }

    @Test
    void waitsForSoManyEpisodes() {
        Reinforce.Settings asked = new Reinforce.Settings(
                4,
                16,
                1,
                7,
                50,
                0.99,
                true,
                Schedule.constant(0.01),
                "adam",
                0.01,
                0.5,
                0.5,
                true,
                "dense(16) > tanh",
                0);
        SerialTraining training = new SerialTraining(
                new Reinforce(asked), this::environment, environmentSteps(), 1, io.espalier.core.Cores.SERIAL);
        double[] whole = new double[1];
        MetricSink sink = (name, value) -> whole[0] = name.equals("episodes/whole") ? value : whole[0];
        long before = 0;
        for (int round = 0; round < 12; round++) {
            training.learner().update(training.gather(), sink);
            long updates = training.learner().updates();
            assertThat(updates - before).isEqualTo(whole[0] >= 7 ? 1 : 0);
            before = updates;
        }
        assertThat(before).isBetween(2L, 11L);
    }
}
