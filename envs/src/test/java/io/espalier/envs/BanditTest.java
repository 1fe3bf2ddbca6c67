package io.espalier.envs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.espalier.core.Environment;
import io.espalier.core.wrappers.TimeLimit;
import io.espalier.testkit.EnvironmentContract;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BanditTest extends EnvironmentContract {
    @Override
    protected Environment create() {
        return new TimeLimit(Bandit.testbed(10), 100);
    }

    @Override
    protected int bytesPerStep() {
        // From JDK 21 on, StrictMath.cos, which a normal number needs, allocates two doubles to reduce a large angle.
        return 64;
    }

    @Test
    void paysAroundTheMeanOfTheLever() {
        Bandit env = Bandit.fixed(0.5, -2);
        env.reset(5);
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < 40_000; i++) {
            double reward = env.step(new float[] {1}, 0).reward() + 2;
            sum += reward;
            squares += reward * reward;
        }
        // Variance 1: four standard errors of mean (1/200) and variance (√2/200).
        assertThat(sum / 40_000).isEqualTo(0, within(4 / 200.0));
        assertThat(squares / 40_000).isEqualTo(1, within(4 * 1.41421 / 200));
    }

    @Test
    void countsRegretAndTheShareOfTheBestLever() {
        Bandit env = Bandit.fixed(0.5, 2, 1.5);
        env.reset(5);
        assertThat(env.best()).isEqualTo(1);
        for (int lever : new int[] {0, 1, 2, 1}) {
            env.step(new float[] {lever}, 0);
        }
        Map<String, Double> metrics = new HashMap<>();
        env.episodeMetrics(metrics::put);
        // By hand: (2 − 0.5) + 0 + (2 − 1.5) + 0.
        assertThat(metrics).containsEntry("regret", 2.0).containsEntry("best-share", 0.5);
    }

    @Test
    void theTestbedDrawsStandardNormalMeansForEveryEpisode() {
        Bandit env = Bandit.testbed(10);
        double sum = 0;
        double squares = 0;
        for (int seed = 0; seed < 4_000; seed++) {
            env.reset(seed);
            for (int lever = 0; lever < 10; lever++) {
                sum += env.mean(lever);
                squares += env.mean(lever) * env.mean(lever);
                assertThat(env.mean(lever)).isLessThanOrEqualTo(env.mean(env.best()));
            }
        }
        assertThat(sum / 40_000).isEqualTo(0, within(4 / 200.0));
        assertThat(squares / 40_000).isEqualTo(1, within(4 * 1.41421 / 200));
    }

    @Test
    void refusesWhatIsNoBandit() {
        assertThatThrownBy(() -> Bandit.fixed()).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Bandit.fixed(Double.NaN)).hasMessageContaining("NaN");
    }
}
