package io.espalier.algorithms.evolution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.espalier.core.Box;
import io.espalier.core.Cores;
import io.espalier.core.Discrete;
import io.espalier.core.MetricSink;
import io.espalier.core.Seeds;
import io.espalier.nn.Schedule;
import io.espalier.policy.EpisodeAlgorithm;
import io.espalier.policy.Policy;
import io.espalier.policy.TaskSpec;
import io.espalier.testkit.EpisodeAlgorithmContract;
import org.junit.jupiter.api.Test;

class OpenAiEsTest extends EpisodeAlgorithmContract {
    @Override
    protected EpisodeAlgorithm algorithm() {
        return new OpenAiEs(
                new OpenAiEs.Settings(12, 1, 0.1, Schedule.constant(0.05), "adam", 0.005, true, "dense(8) > tanh"));
    }

    private static OpenAiEs.Settings sgd(double weightDecay) {
        return new OpenAiEs.Settings(2, 1, 0.1, Schedule.constant(0.5), "sgd", weightDecay, false, "linear");
    }

    private static float[] learned(OpenAiEs.Settings settings, Policy initial, double... returns) {
        OpenAiEs.Ascent ascent = new OpenAiEs.Ascent(settings, initial, Cores.SERIAL);
        ascent.learn(9, returns, 0, MetricSink.NONE);
        return ascent.parameters();
    }

    @Test
    void theStepIsTheSumOfRankedNoise() {
        TaskSpec task = new TaskSpec(Box.unbounded(2), new Discrete(2), false, 1000);
        Policy initial = new OpenAiEs(sgd(0)).policy(task, Seeds.of(1));
        float[][] noise = new float[2][6];
        for (int k = 0; k < 2; k++) {
            new Noise().fill(Noise.seed(9, k), 0, 6, noise[k]);
        }
        // Returns of ε₀, −ε₀, ε₁, −ε₁: ranks −1/6, 1/2, 1/6, −1/2. Their differences: −2/3 and 2/3.
        float[] moved = learned(sgd(0), initial, 10, 40, 30, -500);
        // 0.5 / (4 · 0.1) · 2/3 = 5/6
        for (int i = 0; i < 6; i++) {
            assertThat(moved[i] - initial.weights().get(i))
                    .isCloseTo((noise[1][i] - noise[0][i]) * 5 / 6, within(1e-5f));
        }
        // With equal returns only the decay is left: θ − 0.5 · 0.2 · θ.
        float[] decayed = learned(sgd(0.2), initial, 3, 3, 3, 3);
        for (int i = 0; i < 6; i++) {
            assertThat(decayed[i]).isCloseTo(0.9f * initial.weights().get(i), within(1e-6f));
        }
    }
}
