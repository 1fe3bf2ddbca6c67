package io.espalier.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.espalier.core.CopyableEnvironment;
import io.espalier.core.Cores;
import io.espalier.core.Environment;
import io.espalier.core.MetricSink;
import io.espalier.core.State;
import io.espalier.core.wrappers.EnvironmentWrapper;
import io.espalier.policy.EpisodeAlgorithm;
import io.espalier.policy.EpisodeLearner;
import io.espalier.policy.Player;
import io.espalier.policy.Policy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What every algorithm promises that plays episodes of its own; used as {@link AlgorithmContract}. */
public abstract class EpisodeAlgorithmContract {
    /** The algorithm, with settings that suit {@link #environment}. */
    protected abstract EpisodeAlgorithm algorithm();

    /** A trivial task, whose best return is 0.97, unless overridden. */
    protected Environment environment() {
        return new AlgorithmContract.Corridor();
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
        SerialEpisodes training = training(1, Cores.SERIAL);
        double before = training.evaluate(20);
        training.run();
        assertThat(training.evaluate(20))
                .as("return, which was %s before", before)
                .isGreaterThanOrEqualTo(learnedAt());
    }

    /** Threads change nothing, nor who plays what, in which order. */
    @Test
    protected void sameSeedSameBitsOnAnyNumberOfCoresInAnyOrder() {
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
        SerialEpisodes training = training(2, Cores.SERIAL);
        EpisodeLearner learner = training.learner();
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
        SerialEpisodes training = training(3, Cores.SERIAL);
        EpisodeLearner original = training.learner();
        for (int round = 0; round < rounds(); round++) {
            original.update(training.gather(), MetricSink.NONE);
        }
        State state = new State();
        original.save(state);
        EpisodeLearner resumed = training(3, Cores.SERIAL).learner();
        resumed.load(state);
        assertThat(resumed.policy().weights()).isEqualTo(original.policy().weights());
        assertThat(resumed.policy().head()).isEqualTo(original.policy().head());
        assertThat(resumed.updates()).isEqualTo(original.updates());
        for (int round = 0; round < rounds(); round++) {
            assertThat(resumed.plays()).isEqualTo(original.plays());
            assertSame(resumed.round(), original.round());
            List<State> results = training.gather();
            List<String> metrics = new ArrayList<>();
            original.update(results, (name, value) -> metrics.add(name + " " + value));
            List<String> again = new ArrayList<>();
            resumed.update(results, (name, value) -> again.add(name + " " + value));
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
        assertSame(other, one);
    }

    /** A play depends on round and number alone: not on the player's past. Another attempt meets other episodes. */
    @Test
    protected void aPlayIsDecidedByItsNumberAndAnotherAttemptPlaysOtherEpisodes() {
        SerialEpisodes training = training(7, Cores.SERIAL);
        List<State> results = training.gather();
        State round = training.learner().round();
        int last = results.size() - 1;
        Player player = training.player();
        player.begin(round);
        List<Long> seeds = new ArrayList<>();
        assertSame(player.play(last, 0, noting(seeds)), results.get(last));
        List<Long> again = new ArrayList<>();
        assertSame(player.play(last, 0, noting(again)), results.get(last));
        assertThat(again).isEqualTo(seeds).isNotEmpty();
        List<Long> others = new ArrayList<>();
        player.play(last, 1, noting(others));
        assertThat(others).isNotEmpty().doesNotContainAnyElementsOf(seeds);
    }

    /** Results that are no numbers do not reach the weights, and what follows is learned from again. */
    @Test
    protected void keepsItsWeightsFiniteWhenResultsAreNot() {
        SerialEpisodes training = training(4, Cores.SERIAL);
        EpisodeLearner learner = training.learner();
        double[] poison = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY};
        for (int round = 0; round < rounds(); round++) {
            List<State> results = new ArrayList<>(training.gather());
            int spoilt = (7 * round + 3) % results.size();
            results.set(spoilt, poisoned(results.get(spoilt), poison[round % 3]));
            learner.update(results, MetricSink.NONE);
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

    /** A state of something else is refused, by the learner and by the player. */
    @Test
    protected void refusesAForeignState() {
        State foreign = new State();
        foreign.put("foreign", new long[] {1});
        SerialEpisodes training = training(1, Cores.SERIAL);
        assertThatIllegalArgumentException().isThrownBy(() -> training.learner().load(foreign));
        assertThatIllegalArgumentException().isThrownBy(() -> training.player().begin(foreign));
    }

    /** A loop around the algorithm. */
    protected final SerialEpisodes training(long seed, Cores cores) {
        return new SerialEpisodes(algorithm(), this::environment, environmentSteps(), seed, cores);
    }

    private List<String> history(SerialEpisodes training) {
        List<String> digests = new ArrayList<>();
        for (int round = 0; round < rounds(); round++) {
            training.learner().update(training.gather(), MetricSink.NONE);
            digests.add(training.learner().policy().weights().digest());
        }
        return digests;
    }

    private Environment noting(List<Long> seeds) {
        return new EnvironmentWrapper(environment()) {
            @Override
            public void reset(long seed) {
                seeds.add(seed);
                super.reset(seed);
            }

            @Override
            public @Nullable CopyableEnvironment searchCopy() {
                return inner.searchCopy();
            }
        };
    }

    private static State poisoned(State result, double poison) {
        State copy = new State();
        for (Map.Entry<String, Object> entry : result.entries().entrySet()) {
            Object value = entry.getValue();
            if (value instanceof double[] doubles) {
                double[] bad = doubles.clone();
                Arrays.fill(bad, poison);
                value = bad;
            } else if (value instanceof float[] floats) {
                float[] bad = floats.clone();
                Arrays.fill(bad, (float) poison);
                value = bad;
            }
            copy.put(entry.getKey(), value);
        }
        return copy;
    }

    private static void assertSame(State actual, State expected) {
        assertThat(actual.entries()).usingRecursiveComparison().isEqualTo(expected.entries());
    }
}
