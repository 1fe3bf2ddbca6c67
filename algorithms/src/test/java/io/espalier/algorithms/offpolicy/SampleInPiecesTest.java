package io.espalier.algorithms.offpolicy;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.algorithms.Echo;
import io.espalier.algorithms.parts.ShardedUpdate;
import io.espalier.core.Cores;
import io.espalier.core.Seeds;
import io.espalier.nn.Network;
import io.espalier.nn.Schedule;
import io.espalier.policy.RolloutAlgorithm;
import io.espalier.policy.TaskSpec;
import io.espalier.testkit.SerialTraining;
import io.espalier.testkit.ShuffledCores;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Samples of 48 transitions, with networks so large that threads divide them: what is learned and told has the same bits. */
class SampleInPiecesTest {
    private static final int SAMPLE = 48;
    private static final String TRUNK = "dense(160) > relu > dense(160) > relu";
    private static final TaskSpec TASK =
            new TaskSpec(new Echo().observationSpace(), new Echo().actionSpace(), false, 400);
    private static final Schedule RATE = Schedule.constant(0.001);
    private static final Schedule EPSILON = Schedule.constant(0.2);

    /** Each update's weights and metrics. */
    private static List<String> history(RolloutAlgorithm algorithm, Cores cores) {
        SerialTraining training = new SerialTraining(algorithm, Echo::new, 400, 3, cores);
        List<String> seen = new ArrayList<>();
        for (int round = 0; round < 30; round++) {
            training.learner().update(training.gather(), (name, value) -> seen.add(name + " " + value));
            seen.add(training.learner().policy().weights().digest());
        }
        assertThat(training.learner().updates()).isGreaterThan(20);
        return seen;
    }

    private static void check(RolloutAlgorithm algorithm) {
        List<String> serial = history(algorithm, Cores.SERIAL);
        for (int count = 2; count <= 4; count++) {
            try (ShuffledCores cores = new ShuffledCores(count, count)) {
                Network network = algorithm.policy(TASK, Seeds.of(1)).network(1);
                assertThat(ShardedUpdate.places(network, SAMPLE, cores)).isEqualTo(count);
                assertThat(history(algorithm, cores)).isEqualTo(serial);
            }
        }
    }

    @Test
    void dqnWithAllOptions() {
        check(new Dqn(new Dqn.Settings(
                2, 4, 2, SAMPLE, 500, 16, 0.99, RATE, 20, 0.5, EPSILON, true, true, 3, 0.6, RATE, 1, 10, TRUNK)));
    }

    @Test
    void munchausen() {
        check(new MunchausenDqn(new MunchausenDqn.Settings(
                2, 4, 2, SAMPLE, 500, 16, 0.99, RATE, 20, 0.5, EPSILON, 0.03, 0.9, -1, 1, 10, TRUNK)));
    }

    @Test
    void quantiles() {
        check(new QrDqn(new QrDqn.Settings(
                2, 4, 2, SAMPLE, 500, 16, 0.99, RATE, 1e-5, 20, 0.5, EPSILON, 7, true, 2, 1, 0, TRUNK)));
    }

    @Test
    void categories() {
        check(new C51(new C51.Settings(
                2, 4, 2, SAMPLE, 500, 16, 0.99, RATE, 1e-5, 20, 0.5, EPSILON, 11, -1, 1, true, 1, 10, TRUNK)));
    }
}
