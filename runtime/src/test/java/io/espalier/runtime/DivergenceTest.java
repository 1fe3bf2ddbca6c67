package io.espalier.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.core.Cores;
import io.espalier.core.MetricSink;
import io.espalier.core.Rollout;
import io.espalier.core.Seeds;
import io.espalier.core.State;
import io.espalier.nn.Weights;
import io.espalier.policy.Policy;
import io.espalier.policy.RolloutAlgorithm;
import io.espalier.policy.RolloutLearner;
import io.espalier.policy.TaskSpec;
import io.espalier.runtime.events.RunEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongPredicate;
import org.junit.jupiter.api.Test;

class DivergenceTest {
    private final List<RunEvent> events = new ArrayList<>();

    private TrainingResult train(LongPredicate poisoned, LongPredicate skipped) {
        return Trainer.of(new Poisoned(poisoned, skipped), TrainerTest::cartPole)
                .environmentSteps(60 * 1024)
                .listen(new TrainingListener() {
                    @Override
                    public void event(RunEvent event) {
                        events.add(event);
                    }
                })
                .run();
    }

    @Test
    void aPolicyThatIsNotFiniteIsNeverUsed() {
        TrainingResult result = train(round -> round == 20, round -> false);
        assertThat(result.policy().weights().finite()).isTrue();
        assertThat(events).hasSize(1);
        assertThat(events.get(0).type()).isEqualTo("learner/rollback");
        assertThat(events.get(0).message()).contains("weights have become NaN", "1 of 3");
    }

    @Test
    void aFewSkippedUpdatesAreForgiven() {
        train(round -> false, round -> round % 10 != 0);
        assertThat(events).isEmpty();
    }

    @Test
    void tenRoundsOfSkippedUpdatesGoBack() {
        train(round -> false, round -> round >= 20 && round < 30);
        assertThat(events).hasSize(1);
        assertThat(events.get(0).message()).contains("skipped in 10 rounds in a row");
    }

    @Test
    void whatDoesNotHelpStopsTheRun() {
        assertThatThrownBy(() -> train(round -> round >= 20, round -> false))
                .isInstanceOf(DivergenceException.class)
                .hasMessageContaining("Learning diverges", "Maybe lower the learning rate");
        assertThat(events).hasSize(3);
    }

    /** A hill climber whose weights are NaN, or whose updates are skipped, in certain rounds of its life. */
    private record Poisoned(LongPredicate poisoned, LongPredicate skipped) implements RolloutAlgorithm {
        private static final HillClimbing SOUND = HillClimbing.standard();

        @Override
        public String name() {
            return "poisoned";
        }

        @Override
        public Record settings() {
            return SOUND.settings();
        }

        @Override
        public int environments() {
            return SOUND.environments();
        }

        @Override
        public int rolloutSteps() {
            return SOUND.rolloutSteps();
        }

        @Override
        public Policy policy(TaskSpec task, Seeds seeds) {
            return SOUND.policy(task, seeds);
        }

        @Override
        public RolloutLearner learner(TaskSpec task, Policy initial, Seeds seeds, Cores cores) {
            RolloutLearner sound = SOUND.learner(task, initial, seeds, cores);
            return new RolloutLearner() {
                private long rounds;
                private boolean restored;

                @Override
                public void update(Rollout rollout, MetricSink metrics) {
                    rounds++;
                    restored = false;
                    sound.update(rollout, metrics);
                    metrics.put("update/skipped", skipped.test(rounds) ? 1 : 0);
                }

                @Override
                public Policy policy() {
                    Policy policy = sound.policy();
                    if (restored || !poisoned.test(rounds)) {
                        return policy;
                    }
                    float[] weights = new float[policy.weights().size()];
                    weights[3] = Float.NaN;
                    return policy.with(
                            Weights.copyOf(policy.weights().version(), weights), policy.normalizer(), policy.head());
                }

                @Override
                public long updates() {
                    return sound.updates();
                }

                @Override
                public void save(State into) {
                    sound.save(into);
                }

                @Override
                public void load(State from) {
                    sound.load(from);
                    restored = true;
                }
            };
        }
    }
}
