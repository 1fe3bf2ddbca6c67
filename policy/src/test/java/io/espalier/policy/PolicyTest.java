package io.espalier.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.espalier.core.RandomStream;
import io.espalier.core.Space;
import io.espalier.nn.NetworkSpec;
import io.espalier.nn.Weights;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PolicyTest {
    private static final boolean[] ALL = new boolean[0];
    private static final String BOX4 = "box(shape=[4], low=-1.0, high=1.0)";

    static float[] observations(Policy policy, int rows) {
        int size = policy.observationSpace().size();
        float[] observations = new float[rows * size];
        RandomStream random = new RandomStream(3);
        for (int row = 0; row < rows; row++) {
            policy.observationSpace().sample(random, observations, row * size);
        }
        return observations;
    }

    static List<Policy> everyKind() {
        return List.of(
                Policies.cartPole(),
                Policies.random(
                        "multi-discrete[3, 4]",
                        "multi-discrete[2, 5]",
                        new ActionHead.Categorical(),
                        "dense(16) > relu > heads(policy: dense(7), value: dense(1))"),
                Policies.random("multi-binary(5)", "multi-binary(3)", new ActionHead.Categorical(), "dense(6)"),
                Policies.random(
                        BOX4,
                        "box(shape=[2], low=-1.0, high=1.0)",
                        new ActionHead.DiagonalGaussian(),
                        "dense(32) > tanh > heads(policy: dense(2), value: dense(1), logStd: constant(2))"),
                Policies.random(
                        BOX4, "box(shape=[2], low=-1.0, high=1.0)", new ActionHead.Deterministic(), "dense(2) > tanh"),
                Policies.random(
                        BOX4,
                        "box(shape=[2], low=-3.0, high=1.0)",
                        new ActionHead.SquashedGaussian(),
                        "dense(32) > relu > heads(policy: dense(2), logStd: dense(2))"),
                Policies.random(
                        BOX4,
                        "box(shape=[2], low=-3.0, high=1.0)",
                        new ActionHead.SquashedDeterministic(0.2),
                        "heads(policy: dense(2))"),
                Policies.random(
                        "discrete(6)",
                        "discrete(4)",
                        new ActionHead.EpsilonGreedy(0.2),
                        "dense(16) > relu > heads(q: dense(4))"),
                Policies.random(
                        BOX4,
                        "discrete(3)",
                        new ActionHead.EpsilonGreedyQuantiles(0.2, 5),
                        "dense(16) > relu > heads(q: dense(15))"),
                Policies.random(
                        BOX4,
                        "discrete(3)",
                        new ActionHead.EpsilonGreedyAtoms(0.2, 7, -1.5, 100),
                        "dense(16) > relu > heads(q: dense(21))"),
                Policies.random(
                        BOX4,
                        "discrete(3)",
                        new ActionHead.Noisy(new ActionHead.EpsilonGreedyAtoms(0.2, 7, -1.5, 100), -5),
                        "noisy(16) > relu > heads(q: noisy(21))"),
                Policies.random(
                        "multi-discrete[4, 5]", "discrete(3)", new ActionHead.Tabular(0.3), "embedding(20, 3)"));
    }

    /** Actions, log-probabilities and values of rows, done in batches of a size, with a stream for each row. */
    private static float[][] run(Policy policy, float[] observations, int rows, int batch, int capacity) {
        int size = policy.observationSpace().size();
        int actionSize = policy.actionSpace().size();
        RandomStream[] streams = new RandomStream[rows];
        Arrays.setAll(streams, i -> new RandomStream(100 + i));
        float[] actions = new float[rows * actionSize];
        float[] logs = new float[rows];
        float[] values = new float[rows];
        PolicySession session = policy.session(capacity);
        for (int from = 0; from < rows; from += batch) {
            session.act(
                    observations,
                    from * size,
                    Math.min(batch, rows - from),
                    ALL,
                    0,
                    streams,
                    from,
                    false,
                    actions,
                    from * actionSize,
                    logs,
                    values,
                    from);
        }
        return new float[][] {actions, logs, values};
    }

    @Test
    void whatComesOutForARowDoesNotDependOnTheBatch() {
        for (Policy policy : everyKind()) {
            float[] observations = observations(policy, 45);
            float[][] whole = run(policy, observations, 45, 45, 64);
            assertThat(run(policy, observations, 45, 1, 1)).isDeepEqualTo(whole);
            assertThat(run(policy, observations, 45, 7, 7)).isDeepEqualTo(whole);
            assertThat(run(policy, observations, 45, 45, 10)).isDeepEqualTo(whole);
        }
    }

    @Test
    void anyNumberOfThreadsMayAsk() throws Exception {
        Policy policy = Policies.cartPole();
        float[] observations = observations(policy, 200);
        int[] wanted = new int[200];
        for (int i = 0; i < 200; i++) {
            wanted[i] = policy.actDiscrete(Arrays.copyOfRange(observations, i * 4, i * 4 + 4));
        }
        assertThat(Arrays.stream(wanted).distinct().count()).isEqualTo(2);
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Callable<int[]>> calls = new ArrayList<>();
            for (int thread = 0; thread < 8; thread++) {
                calls.add(() -> {
                    int[] got = new int[200];
                    for (int i = 0; i < 200; i++) {
                        float[] one = Arrays.copyOfRange(observations, i * 4, i * 4 + 4);
                        got[i] = i % 2 == 0 ? policy.actDiscrete(one) : (int) policy.act(one)[0];
                    }
                    return got;
                });
            }
            for (Future<int[]> future : threads.invokeAll(calls)) {
                assertThat(future.get()).isEqualTo(wanted);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void aSessionRunsNewerWeightsAndRefusesAnotherStructure() {
        Policy policy = Policies.cartPole();
        PolicySession session = policy.session(1);
        float[] before = new float[1];
        float[] after = new float[1];
        session.values(new float[4], 0, 1, before, 0);
        float[] parameters = new float[policy.weights().size()];
        policy.weights().copyInto(parameters);
        parameters[parameters.length - 1] += 1; // the bias of the value
        session.load(policy.with(Weights.copyOf(4, parameters), policy.normalizer(), policy.head()));
        session.values(new float[4], 0, 1, after, 0);
        assertThat(after[0]).isEqualTo(before[0] + 1, within(1e-6f));
        assertThat(session.policy().weights().version()).isEqualTo(4);

        Policy other = Policies.random(
                BOX4,
                "discrete(2)",
                new ActionHead.Categorical(),
                "dense(32) > tanh > heads(policy: dense(2), value: dense(1))");
        assertThatThrownBy(() -> session.load(other))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("network (dense(32)")
                .hasMessageContaining("must be the session's")
                .hasMessageContaining("Maybe");
        assertThat(session.policy().weights().version()).isEqualTo(4);
    }

    @Test
    void anEqualStructureMadeElsewhereIsAccepted() throws CorruptFileException {
        Policy policy = Policies.cartPole();
        PolicySession session = policy.session(1);
        session.load(Policy.fromBytes(policy.toBytes()));
        assertThat(session.policy()).isNotSameAs(policy).isEqualTo(policy);
    }

    @Test
    void epsilonComesWithTheNewPolicy() {
        Policy policy =
                Policies.random("discrete(6)", "discrete(4)", new ActionHead.EpsilonGreedy(1), "heads(q: dense(4))");
        PolicySession session = policy.session(64);
        session.load(policy.with(policy.weights(), policy.normalizer(), new ActionHead.EpsilonGreedy(0)));
        RandomStream[] streams = new RandomStream[64];
        Arrays.setAll(streams, RandomStream::new);
        float[] actions = new float[64];
        session.act(new float[64], 0, 64, ALL, 0, streams, 0, false, actions, 0, new float[0], new float[0], 0);
        assertThat(actions).containsOnly(policy.actDiscrete(new float[1]));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "discrete(3) | discrete(2) | categorical | dense(3) | must have 2 for discrete(2). Maybe end it in dense(2)",
                "discrete(3) | discrete(2) | categorical | heads(a: dense(2), b: dense(2)) | needs a network output \"policy\"",
                "discrete(3) | discrete(2) | diagonal-gaussian | dense(2) | needs a network output \"logStd\"",
                "discrete(3) | discrete(2) | deterministic | dense(2) | needs a box for an action space, not discrete(2). Maybe",
                "discrete(3) | multi-discrete[2, 2] | epsilon-greedy(0.1) | dense(4) | needs discrete(n)",
                "discrete(3) | discrete(2) | epsilon-greedy-quantiles(0.1, 3) | dense(2) | must have 6 for discrete(2)",
                "discrete(3) | discrete(2) | epsilon-greedy-atoms(0.1, 3, 0.0, 1.0) | dense(3) | must have 6 for discrete(2)",
                "discrete(3) | multi-discrete[2, 2] | epsilon-greedy-quantiles(0.1, 3) | dense(12) | needs discrete(n)",
                "discrete(3) | discrete(2) | noisy(epsilon-greedy(0.1), 1) | dense(2) | needs noisy layers; there are none",
                "discrete(3) | box(shape=[1], low=0.0, high=1.0) | categorical | dense(1) | needs discrete actions",
                "multi-binary(3) | discrete(2) | tabular(0.1) | embedding(8, 2) | needs discrete or multi-discrete",
                "discrete(3) | discrete(2) | categorical | heads(policy: dense(2), value: dense(2)) | must have 1",
                "discrete(9) | discrete(2) | tabular(0.1) | embedding(8, 2) | 8",
            })
    void partsThatDoNotFitAreRefused(String observations, String actions, String head, String spec, String reason) {
        assertThatThrownBy(() -> Policies.random(observations, actions, ActionHead.parse(head), spec))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void weightsAndNormalizersOfAnotherSizeAreRefused() {
        Policy policy = Policies.cartPole();
        assertThatThrownBy(() -> policy.with(Weights.copyOf(0, new float[3]), policy.normalizer(), policy.head()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("weights (3 parameters) must have the 4675 of dense(64)")
                .hasMessageContaining("Maybe");
        Normalizer two = Normalizer.of(new double[2], new double[2], 1, 10);
        assertThatThrownBy(() -> policy.with(policy.weights(), two, policy.head()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("normalizer (2 elements) must fit")
                .hasMessageContaining("Maybe use Normalizer.identity()");
        assertThatThrownBy(() -> new Policy(
                        Space.parse("discrete(2)"),
                        Space.parse("discrete(2)"),
                        two,
                        NetworkSpec.parse("dense(2)"),
                        Weights.copyOf(0, new float[6]),
                        new ActionHead.Categorical(),
                        Map.of()))
                .hasMessageContaining("normalizer");
        assertThatThrownBy(() -> policy.session(0)).hasMessageContaining("capacity (0)");
    }

    @Test
    void observationsAndMasksOfTheFriendlyCallsAreChecked() {
        Policy policy = Policies.cartPole();
        assertThatThrownBy(() -> policy.act(new float[3])).hasMessageContaining("observation (3 floats) must have 4");
        assertThatThrownBy(() -> policy.act(new float[] {0, 0, Float.NaN, 0}))
                .hasMessageContaining("observation[2] (NaN) must be finite. Maybe");
        assertThatThrownBy(() -> policy.act(new float[4], new boolean[3])).hasMessageContaining("mask (3 flags)");
        assertThat(policy.actDiscrete(new float[4], new boolean[] {false, true}))
                .isEqualTo(1);
        assertThat(policy.actDiscrete(new float[4], new boolean[] {true, false}))
                .isEqualTo(0);

        Policy masked =
                Policies.random(BOX4, "discrete(2)", true, new ActionHead.Categorical(), "heads(policy: dense(2))");
        assertThatThrownBy(() -> masked.act(new float[4])).hasMessageContaining("mask (0 flags) must have 2");
        assertThatThrownBy(() -> everyKind().get(3).actDiscrete(new float[4]))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Maybe call act");
        assertThatThrownBy(() -> everyKind().get(1).act(new float[] {0, 4})).hasMessageContaining("component 1 is 4.0");
    }

    @Test
    void aHeadOfAnotherNumberOfQuantilesDoesNotFit() {
        Policy five = everyKind().stream()
                .filter(policy -> policy.head() instanceof ActionHead.EpsilonGreedyQuantiles)
                .findFirst()
                .orElseThrow();
        ActionHead three = new ActionHead.EpsilonGreedyQuantiles(0.2, 3);
        assertThatThrownBy(() -> five.with(five.weights(), five.normalizer(), three))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("output \"q\" (15 elements) must have 9 for discrete(3). Maybe");
    }

    @Test
    void noiseIsForSamplingAndComesFromTheHeadsSeed() {
        Policy one = Policies.random(
                BOX4,
                "box(shape=[2], low=-1.0, high=1.0)",
                new ActionHead.Noisy(new ActionHead.Deterministic(), 1),
                "noisy(2)");
        Policy two = one.with(one.weights(), one.normalizer(), new ActionHead.Noisy(new ActionHead.Deterministic(), 2));
        Policy quiet = one.with(one.weights(), one.normalizer(), new ActionHead.Deterministic());
        float[] observations = observations(one, 10);
        float[] first = run(one, observations, 10, 10, 10)[0];
        float[] means = run(quiet, observations, 10, 10, 10)[0];
        assertThat(run(two, observations, 10, 10, 10)[0]).isNotEqualTo(first);
        assertThat(first).isNotEqualTo(means);
        PolicySession session = two.session(10);
        session.load(one);
        float[] actions = new float[20];
        RandomStream[] streams = new RandomStream[10];
        Arrays.setAll(streams, RandomStream::new);
        session.act(observations, 0, 10, ALL, 0, streams, 0, true, actions, 0, new float[0], new float[0], 0);
        assertThat(actions).isEqualTo(means);
        session.act(observations, 0, 10, ALL, 0, streams, 0, false, actions, 0, new float[0], new float[0], 0);
        assertThat(actions).isEqualTo(first);
    }

    @Test
    void headsAreWrittenAndRead() {
        for (Policy policy : everyKind()) {
            assertThat(ActionHead.parse(policy.head().text())).isEqualTo(policy.head());
        }
        assertThat(ActionHead.parse("tabular(1.0E-5)")).isEqualTo(new ActionHead.Tabular(1e-5));
        for (String bad : new String[] {
            "",
            "categorical()",
            "epsilon-greedy",
            "tabular(1.5)",
            "tabular(1.2.3)",
            "x",
            "epsilon-greedy-quantiles(0.1)",
            "epsilon-greedy-quantiles(0.1, 2.5)",
            "epsilon-greedy-quantiles(0.1, 0)",
            "epsilon-greedy-atoms(0.1, 1, 0, 1)",
            "epsilon-greedy-atoms(0.1, 5, 1, 1)",
            "epsilon-greedy-atoms(0.1, 5, 1, 2, 3)",
            "noisy(epsilon-greedy(0.1))",
            "noisy(noisy(epsilon-greedy(0.1), 1), 2)",
            "noisy(epsilon-greedy(0.1), 9999999999999999999)",
        }) {
            assertThatThrownBy(() -> ActionHead.parse(bad))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("Maybe");
        }
    }

    @Test
    void valuesOfANetworkOfTheirOwnCanBeHadLater() {
        Policy apart = Policies.random(
                "box(shape=[4], low=-Infinity, high=Infinity)",
                "discrete(2)",
                new ActionHead.Categorical(),
                "heads(policy: dense(8) > tanh > dense(2), value: dense(8) > tanh > dense(1))");
        assertThat(apart.valuesApart()).isTrue();
        assertThat(Policies.cartPole().valuesApart()).as("with a shared trunk").isFalse();
        float[] observations = new float[4 * 9];
        RandomStream random = new RandomStream(3);
        for (int i = 0; i < observations.length; i++) {
            observations[i] = random.nextFloat();
        }
        float[][] together = new float[3][9];
        float[][] later = new float[3][9];
        PolicySession session = apart.session(4);
        session.act(observations, 0, 9, ALL, 0, streams(9), 0, false, together[0], 0, together[1], together[2], 0);
        session.act(observations, 0, 9, ALL, 0, streams(9), 0, false, later[0], 0, later[1], new float[0], 0);
        session.values(observations, 0, 9, later[2], 0);
        assertThat(later).isDeepEqualTo(together);
        assertThat(together[2]).doesNotContain(0f);
    }

    private static RandomStream[] streams(int count) {
        RandomStream[] streams = new RandomStream[count];
        Arrays.setAll(streams, RandomStream::new);
        return streams;
    }
}
