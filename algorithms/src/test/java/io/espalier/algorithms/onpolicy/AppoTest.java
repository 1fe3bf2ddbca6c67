package io.espalier.algorithms.onpolicy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.espalier.core.Cores;
import io.espalier.core.MetricSink;
import io.espalier.nn.Schedule;
import io.espalier.policy.RolloutAlgorithm;
import io.espalier.testkit.AlgorithmContract;
import io.espalier.testkit.SerialTraining;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AppoTest extends AlgorithmContract {
    @Override
    protected RolloutAlgorithm algorithm() {
        return new Appo(settings(4, 20, 3, 2, 2, 0.95, 2, 0.005, "adam(epsilon=1e-5)", true));
    }

    private static Appo.Settings settings(
            int environments,
            int steps,
            int minibatches,
            int epochs,
            int targetInterval,
            double gamma,
            double ratioLimit,
            double rate,
            String optimizer,
            boolean scaled) {
        return new Appo.Settings(
                environments,
                steps,
                minibatches,
                epochs,
                targetInterval,
                gamma,
                1,
                1,
                1,
                Schedule.constant(0.2),
                ratioLimit,
                Schedule.constant(rate),
                optimizer,
                0,
                0.5,
                0,
                scaled,
                false,
                false,
                "dense(16) > tanh",
                false,
                0);
    }

    private static Lagging lagging(double ratioLimit, int epochs) {
        return new Lagging(new Appo(settings(1, 2, 1, epochs, 1, 0.5, ratioLimit, 1, "sgd", false)), 2, 1);
    }

    @Test
    void correctsForAPolicyThatLags() {
        // π′ = π: the surrogate's ratios are 1, the advantages those of V-trace, as in VTraceTest
        assertThat(lagging(2, 1).update(MetricSink.NONE))
                .containsExactly(new double[] {-3 / 32.0, 3 / 32.0, 0.625}, within(1e-6));
    }

    @Test
    void anActionOftenerTakenThanByTheTargetPolicyCountsLess() {
        // limit 1: row 1 has μ/π′ = 2, cut to 1, so its ratio is ½, and min(½·½, 0.8·½) is free: slope ½·½
        // ½·(3/4·(¼, −¼) + ¼·(−¾, ¾)) = 0
        assertThat(lagging(1, 1).update(MetricSink.NONE)).containsExactly(new double[] {0, 0, 0.625}, within(1e-6));
    }

    @Test
    void theSurrogateHoldsThePolicyNearTheTargetPolicy() {
        double[] moved = lagging(2, 40).update(MetricSink.NONE);
        // ratio of action 1: from ¼ to at most a little above 1.2·¼, where its gradient ends
        double odds = 3 * StrictMath.exp(moved[0] - moved[1]);
        assertThat(1 / (1 + odds)).isBetween(0.3, 0.4);
    }

    @Test
    void theTargetPolicyFollowsAtItsInterval() {
        for (int interval : new int[] {1, 2}) {
            SerialTraining training = new SerialTraining(
                    new Appo(settings(4, 20, 1, 1, interval, 0.95, 2, 0.005, "adam", true)),
                    this::environment,
                    2000,
                    1,
                    Cores.SERIAL);
            for (int round = 0; round < 4; round++) {
                Map<String, Double> metrics = new HashMap<>();
                training.learner().update(training.gather(), metrics::put);
                // measured before the only update of a round: 0 if the target policy is the newest
                if (round % interval == 0) {
                    assertThat(metrics.get("policy/kl")).isCloseTo(0, within(1e-7));
                } else {
                    assertThat(metrics.get("policy/kl")).isGreaterThan(1e-6);
                }
            }
        }
    }

    @Test
    void refusesSettingsThatCannotWorkAllAtOnce() {
        assertThatThrownBy(() -> settings(1, 2, 3, 0, 0, 0.9, 0.5, 0.1, "sgd", false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("minibatches (3) must be at most environments * rolloutSteps (2)")
                .hasMessageContaining("epochs (0) must be at least 1")
                .hasMessageContaining("targetInterval (0) must be at least 1")
                .hasMessageContaining("ratioLimit (0.5) must be at least 1. Maybe use 2.");
    }
}
