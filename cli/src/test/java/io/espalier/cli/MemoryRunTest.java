package io.espalier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.algorithms.onpolicy.RecurrentPpo;
import io.espalier.core.Cores;
import io.espalier.core.Environment;
import io.espalier.core.EnvironmentSpec;
import io.espalier.core.MetricSink;
import io.espalier.core.RandomStream;
import io.espalier.core.Rollout;
import io.espalier.core.Seeds;
import io.espalier.core.State;
import io.espalier.nn.Network;
import io.espalier.nn.Weights;
import io.espalier.policy.Policy;
import io.espalier.policy.RolloutAlgorithm;
import io.espalier.policy.RolloutLearner;
import io.espalier.policy.TaskSpec;
import io.espalier.runtime.Evaluation;
import io.espalier.runtime.EvaluationResult;
import io.espalier.runtime.EvaluationSettings;
import io.espalier.runtime.GuardSettings;
import io.espalier.runtime.Progress;
import io.espalier.runtime.SettingsBinder;
import io.espalier.runtime.Trainer;
import io.espalier.runtime.TrainingListener;
import io.espalier.runtime.TrainingResult;
import io.espalier.testkit.FaultyEnvironment;
import io.espalier.testkit.FaultyEnvironment.Fault;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a policy remembers during a run: kept, emptied where an episode begins, saved with the run. */
class MemoryRunTest {
    private static final Map<String, Object> SMALL = Map.of(
            "environments", 5, "rolloutSteps", 24, "sequenceLength", 8, "minibatches", 3, "trunk", "lstm(6) > gru(5)");

    @TempDir
    Path folder;

    private final Catalog catalog = Catalog.of(null);

    private static RecurrentPpo algorithm() {
        return new RecurrentPpo(SettingsBinder.bind(RecurrentPpo.Settings.defaults(), SMALL));
    }

    private Trainer trainer(int threads) {
        return Trainer.of(algorithm(), catalog.environment("tmaze"))
                .seed(3)
                .threads(threads)
                .environmentSteps(3_000)
                .evaluation(EvaluationSettings.DEFAULT.withEpisodes(5).every(1_000));
    }

    @Test
    void sameBitsOnAnyNumberOfThreadsAndAfterBeingStopped() {
        TrainingResult straight = trainer(1).directory(folder.resolve("one")).run();
        for (int threads : new int[] {2, 3}) {
            TrainingResult other = trainer(threads).run();
            assertThat(other.weightsDigest()).isEqualTo(straight.weightsDigest());
            assertThat(other.evaluation()).isEqualTo(straight.evaluation());
        }
        for (int rounds : new int[] {1, 7}) {
            Path run = folder.resolve("stopped" + rounds);
            Trainer first = trainer(2).directory(run);
            first.listen(new TrainingListener() {
                        @Override
                        public void round(Progress progress) {
                            if (progress.rounds() == rounds) {
                                first.requestStop("stopped by the test");
                            }
                        }
                    })
                    .run();
            TrainingResult resumed = Trainer.resume(run).run();
            assertThat(resumed.weightsDigest()).isEqualTo(straight.weightsDigest());
            assertThat(resumed.evaluation()).isEqualTo(straight.evaluation());
        }
    }

    /** One environment plays all episodes on one thread, another one each on many: nothing may stay from the one before. */
    @Test
    void evaluationsForgetBetweenEpisodes() {
        EnvironmentSpec pole = catalog.environment("cartpole");
        Environment example = pole.factory().get();
        TaskSpec task = new TaskSpec(example.observationSpace(), example.actionSpace(), false, 1);
        Policy fresh = algorithm().policy(task, Seeds.of(5));
        float[] weights = new float[fresh.weights().size()];
        RandomStream random = new RandomStream(6);
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (float) random.nextGaussian(); // so large that what is remembered decides
        }
        Policy policy = fresh.with(Weights.copyOf(1, weights), fresh.normalizer(), fresh.head());
        EvaluationSettings settings = EvaluationSettings.DEFAULT.withEpisodes(6);
        EvaluationResult together = Evaluation.of(policy, pole.factory(), settings, 7, 1);
        EvaluationResult apart = Evaluation.of(policy, pole.factory(), settings, 7, 6);
        assertThat(together).isEqualTo(apart);
        assertThat(together.std()).isPositive();
    }

    @Test
    void whatActedIsTheNetworkUnrolledOverEachEpisode() {
        Checking checking = new Checking(algorithm());
        Supplier<Environment> maze = catalog.environment("tmaze").factory();
        Trainer.of(checking, FaultyEnvironment.inCopy(maze, 1, Fault.EXCEPTION, 100))
                .seed(4)
                .threads(2)
                .environmentSteps(3_000)
                .withoutFinalEvaluation()
                .guard(GuardSettings.DEFAULT)
                .run();
        assertThat(checking.rows).isGreaterThanOrEqualTo(3_000);
        assertThat(checking.begun).as("episodes that ended or failed").isGreaterThan(25);
        assertThat(checking.discarded).isPositive();
    }

    /** Looks at each rollout before the learner does: follows every environment by hand. */
    private static final class Checking implements RolloutAlgorithm {
        final RecurrentPpo inner;
        int rows;
        int begun;
        int discarded;

        Checking(RecurrentPpo inner) {
            this.inner = inner;
        }

        @Override
        public String name() {
            return inner.name();
        }

        @Override
        public Record settings() {
            return inner.settings();
        }

        @Override
        public int environments() {
            return inner.environments();
        }

        @Override
        public int rolloutSteps() {
            return inner.rolloutSteps();
        }

        @Override
        public Policy policy(TaskSpec task, Seeds seeds) {
            return inner.policy(task, seeds);
        }

        @Override
        public RolloutLearner learner(TaskSpec task, Policy initial, Seeds seeds, Cores cores) {
            RolloutLearner learner = inner.learner(task, initial, seeds, cores);
            float[][] memory = new float[environments()][initial.stateSize()];
            boolean[] begins = new boolean[environments()];
            Arrays.fill(begins, true);
            return new RolloutLearner() {
                @Override
                public void update(Rollout rollout, MetricSink metrics) {
                    check(learner.policy(), rollout, memory, begins);
                    learner.update(rollout, metrics);
                }

                @Override
                public Policy policy() {
                    return learner.policy();
                }

                @Override
                public long updates() {
                    return learner.updates();
                }

                @Override
                public void save(State into) {
                    learner.save(into);
                }

                @Override
                public void load(State from) {
                    learner.load(from);
                }
            };
        }

        private void check(Policy policy, Rollout rollout, float[][] memory, boolean[] begins) {
            Network network = policy.network(1);
            int size = policy.stateSize();
            for (int i = 0; i < rollout.environments; i++) {
                assertThat(rollout.begun[i]).isEqualTo(begins[i]);
                assertThat(Arrays.copyOfRange(rollout.states, i * size, (i + 1) * size))
                        .isEqualTo(begins[i] ? new float[size] : memory[i]);
                for (int row = i; row < rollout.rows(); row += rollout.environments) {
                    if (begins[i]) {
                        Arrays.fill(memory[i], 0f);
                    }
                    assertThat(rollout.begins(row)).isEqualTo(begins[i]);
                    int at = row * rollout.observationSize;
                    network.forward(rollout.observations, at, 1, 1, new boolean[0], 0, memory[i], 0);
                    assertThat(rollout.values[row]).isEqualTo(network.output(network.head("value"))[0]);
                    begins[i] = rollout.last(row) || rollout.discarded[row];
                    begun += begins[i] ? 1 : 0;
                    discarded += rollout.discarded[row] ? 1 : 0;
                    rows++;
                }
            }
        }
    }
}
