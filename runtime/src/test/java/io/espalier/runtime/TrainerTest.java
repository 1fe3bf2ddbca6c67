package io.espalier.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.core.Environment;
import io.espalier.core.wrappers.TimeLimit;
import io.espalier.envs.CartPole;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrainerTest {
    static Environment cartPole() {
        return new TimeLimit(new CartPole(), 500);
    }

    private static Trainer trainer() {
        return Trainer.of(HillClimbing.standard(), TrainerTest::cartPole).seed(7);
    }

    @Test
    void learnsUntilTheStopRuleHolds() {
        TrainingResult result = trainer()
                .environmentSteps(500_000)
                .solvedAt(150)
                .stop(StopRule.targetReturn(150, 10))
                .run();
        assertThat(result.stopReason()).contains("over the last 10 episodes reached 150");
        assertThat(result.environmentSteps()).isLessThan(500_000).isEqualTo(result.updates() * 8 * 128);
        assertThat(result.evaluation()).isNotNull();
        assertThat(result.meanReturn()).isEqualTo(result.evaluation().mean());
        assertThat(result.policy().weights().digest()).isEqualTo(result.weightsDigest());
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 8})
    void theNumberOfThreadsDoesNotMatter(int threads) {
        List<Double> serialReturns = new ArrayList<>();
        List<Double> parallelReturns = new ArrayList<>();
        TrainingResult serial = trainer()
                .environmentSteps(20_000)
                .listen(collect(serialReturns))
                .run();
        TrainingResult parallel = trainer()
                .environmentSteps(20_000)
                .threads(threads)
                .listen(collect(parallelReturns))
                .run();
        assertThat(parallel.weightsDigest()).isEqualTo(serial.weightsDigest());
        assertThat(parallel.evaluation()).isEqualTo(serial.evaluation());
        assertThat(parallelReturns).isEqualTo(serialReturns).hasSizeGreaterThan(100);
    }

    @Test
    void anotherSeedGivesOtherWeights() {
        assertThat(trainer().environmentSteps(5000).run().weightsDigest())
                .isNotEqualTo(trainer().seed(8).environmentSteps(5000).run().weightsDigest());
    }

    @Test
    void stopsWhenAsked() {
        Trainer trainer = trainer();
        trainer.listen(new TrainingListener() {
            @Override
            public void round(Progress progress) {
                if (progress.rounds() == 3) {
                    trainer.requestStop("enough");
                }
            }
        });
        TrainingResult result = trainer.run();
        assertThat(result.stopReason()).isEqualTo("enough");
        assertThat(result.environmentSteps()).isEqualTo(3 * 8 * 128);
    }

    @Test
    void whatAListenerThrowsComesOut() {
        assertThatThrownBy(() -> trainer()
                        .listen(new TrainingListener() {
                            @Override
                            public void round(Progress progress) {
                                throw new IllegalStateException("mine");
                            }
                        })
                        .run())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("mine");
    }

    private static TrainingListener collect(List<Double> returns) {
        return new TrainingListener() {
            @Override
            public void episode(int environment, double episodeReturn, int length, boolean success) {
                returns.add(environment * 1e6 + episodeReturn);
            }
        };
    }
}
