package io.espalier.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.core.Cores;
import io.espalier.core.Discrete;
import io.espalier.core.Environment;
import io.espalier.core.MetricSink;
import io.espalier.core.Rollout;
import io.espalier.core.Space;
import io.espalier.core.State;
import io.espalier.core.Step;
import io.espalier.policy.Policy;
import io.espalier.policy.RolloutAlgorithm;
import io.espalier.policy.RolloutLearner;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What every algorithm promises. Its test extends this class and says which algorithm, with settings for a small task:
 *
 * <pre>
 * class PpoTest extends AlgorithmContract {
 *     &#64;Override protected RolloutAlgorithm algorithm() { return new Ppo(...); }
 * }
 * </pre>
 */
public abstract class AlgorithmContract {
    /** The algorithm, with settings that suit {@link #environment}. */
    protected abstract RolloutAlgorithm algorithm();

    /** A trivial task; {@link Corridor} unless overridden. */
    protected Environment environment() {
        return new Corridor();
    }

    /** The budget within which it must be learned. */
    protected long environmentSteps() {
        return 20_000;
    }

    /** The mean return of the greedy policy that counts as learned; the corridor's optimum is 0.97. */
    protected double learnedAt() {
        return 0.97 - 1e-9;
    }

    /** How many rounds of learning the tests of equal bits run; every part of the algorithm should take part in them. */
    protected int rounds() {
        return 6;
    }

    /** The greedy policy is good when the budget is used up. */
    @Test
    protected void learnsATrivialTask() {
        SerialTraining training = training(1, Cores.SERIAL);
        double before = training.evaluate(20);
        training.run();
        assertThat(training.evaluate(20))
                .as("return, which was %s before", before)
                .isGreaterThanOrEqualTo(learnedAt());
    }

    /** Threads, and the order in which they work, change nothing. */
    @Test
    protected void sameSeedSameBitsOnAnyNumberOfCores() {
        List<String> serial = history(training(5, Cores.SERIAL));
        assertThat(serial.get(rounds() - 1)).as("learned something").isNotEqualTo(serial.get(0));
        for (int count = 1; count <= 4; count++) {
            try (ShuffledCores cores = new ShuffledCores(count, 100 + count)) {
                assertThat(history(training(5, cores)))
                        .as("weights on %s cores", count)
                        .isEqualTo(serial);
            }
        }
    }

    /** The seed matters. */
    @Test
    protected void anotherSeedGivesAnotherPolicy() {
        List<String> one = history(training(5, Cores.SERIAL));
        assertThat(history(training(6, Cores.SERIAL))).isNotEqualTo(one);
    }

    /** Each call of update raises the version of the weights by one, and leaves older policies as they were. */
    @Test
    protected void publishesOneVersionForEachUpdate() {
        SerialTraining training = training(2, Cores.SERIAL);
        RolloutLearner learner = training.learner();
        Policy first = learner.policy();
        String digest = first.weights().digest();
        long version = first.weights().version();
        for (int round = 1; round <= rounds(); round++) {
            learner.update(training.gather(), MetricSink.NONE);
            assertThat(learner.policy().weights().version()).isEqualTo(version + round);
        }
        assertThat(learner.updates()).isPositive();
        assertThat(first.weights().digest()).isEqualTo(digest);
    }

    /** A learner that was saved, in the middle, goes on like the one that was not. */
    @Test
    protected void resumesBitForBit() {
        SerialTraining training = training(3, Cores.SERIAL);
        RolloutLearner original = training.learner();
        for (int round = 0; round < rounds(); round++) {
            original.update(training.gather(), MetricSink.NONE);
        }
        State state = new State();
        original.save(state);
        RolloutLearner resumed = training(3, Cores.SERIAL).learner();
        resumed.load(state);
        assertThat(resumed.policy().weights()).isEqualTo(original.policy().weights());
        assertThat(resumed.policy().head()).isEqualTo(original.policy().head());
        assertThat(resumed.updates()).isEqualTo(original.updates());
        for (int round = 0; round < rounds(); round++) {
            Rollout rollout = training.gather();
            List<String> metrics = new ArrayList<>();
            original.update(rollout, (name, value) -> metrics.add(name + " " + value));
            List<String> again = new ArrayList<>();
            resumed.update(rollout, (name, value) -> again.add(name + " " + value));
            assertThat(again).isEqualTo(metrics).isNotEmpty();
            assertThat(resumed.policy().weights()).isEqualTo(original.policy().weights());
            assertThat(resumed.policy().normalizer())
                    .isEqualTo(original.policy().normalizer());
            assertThat(resumed.policy().head()).isEqualTo(original.policy().head());
        }
        State one = new State();
        original.save(one);
        State other = new State();
        resumed.save(other);
        assertThat(other.entries()).usingRecursiveComparison().isEqualTo(one.entries());
    }

    /** Rewards that are no numbers do not reach the weights, and what follows is learned from again. */
    @Test
    protected void keepsItsWeightsFiniteWhenRewardsAreNot() {
        SerialTraining training = training(4, Cores.SERIAL);
        RolloutLearner learner = training.learner();
        double[] poison = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY};
        for (int round = 0; round < rounds(); round++) {
            Rollout rollout = training.gather();
            rollout.rewards[(7 * round + 3) % rollout.rows()] = poison[round % 3];
            learner.update(rollout, MetricSink.NONE);
            assertThat(learner.policy().weights().finite()).isTrue();
        }
        String before = learner.policy().weights().digest();
        long updates = learner.updates();
        for (int round = 0; round < rounds(); round++) {
            learner.update(training.gather(), MetricSink.NONE);
        }
        assertThat(learner.policy().weights().finite()).isTrue();
        assertThat(learner.updates()).isGreaterThan(updates);
        assertThat(learner.policy().weights().digest()).isNotEqualTo(before);
    }

    /** What stands in rows that the environment declared void does not matter. */
    @Test
    protected void learnsNothingFromDiscardedRows() {
        SerialTraining training = training(8, Cores.SERIAL);
        RolloutLearner one = training.learner();
        RolloutLearner other = training(8, Cores.SERIAL).learner();
        for (int round = 0; round < rounds(); round++) {
            Rollout rollout = training.gather();
            int row = (5 * round + 1) % rollout.rows();
            rollout.discarded[row] = true;
            one.update(rollout, MetricSink.NONE);
            rollout.rewards[row] = round % 2 == 0 ? 1e6 : Double.NaN;
            rollout.logProbabilities[row] = -7;
            rollout.terminated[row] = true;
            rollout.truncated[row] = false;
            System.arraycopy(
                    rollout.observations, 0, rollout.reached, row * rollout.observationSize, rollout.observationSize);
            other.update(rollout, MetricSink.NONE);
            assertThat(other.policy().weights()).isEqualTo(one.policy().weights());
        }
    }

    /** A state of something else is refused. */
    @Test
    protected void refusesAForeignState() {
        State foreign = new State();
        foreign.put("foreign", new long[] {1});
        RolloutLearner learner = training(1, Cores.SERIAL).learner();
        org.assertj.core.api.Assertions.assertThatIllegalArgumentException().isThrownBy(() -> learner.load(foreign));
    }

    /** A loop around the algorithm. */
    protected final SerialTraining training(long seed, Cores cores) {
        return new SerialTraining(algorithm(), this::environment, environmentSteps(), seed, cores);
    }

    private List<String> history(SerialTraining training) {
        List<String> digests = new ArrayList<>();
        for (int round = 0; round < rounds(); round++) {
            training.learner().update(training.gather(), MetricSink.NONE);
            digests.add(training.learner().policy().weights().digest());
        }
        return digests;
    }

    /**
     * Five places in a row; begins in the second; action 1 goes right, 0 left (or stays at the wall). Each move costs
     * 0.01; the last place ends the episode with 1; it is cut off after 20 moves. The best return is 0.97.
     */
    protected static final class Corridor implements Environment {
        private static final int LIMIT = 20;
        private static final int END = 4;

        private int place = END;
        private int moves;

        @Override
        public Space observationSpace() {
            return new Discrete(END + 1);
        }

        @Override
        public Space actionSpace() {
            return new Discrete(2);
        }

        @Override
        public void reset(long seed) {
            place = 1;
            moves = 0;
        }

        @Override
        public Step step(float[] actions, int at) {
            if (place == END || moves == LIMIT) {
                throw new IllegalStateException("the episode is over; reset comes next");
            }
            place = Math.max(0, place + (actions[at] == 1 ? 1 : -1));
            moves++;
            if (place == END) {
                return Step.termination(1 - 0.01);
            }
            return moves == LIMIT ? Step.truncation(-0.01) : Step.transition(-0.01);
        }

        @Override
        public void observe(float[] into, int at) {
            into[at] = place;
        }
    }
}
