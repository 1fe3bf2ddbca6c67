package io.espalier.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.espalier.core.Discrete;
import io.espalier.core.MultiBinary;
import io.espalier.core.MultiDiscrete;
import io.espalier.core.RandomStream;
import io.espalier.core.Space;
import io.espalier.nn.Losses;
import org.junit.jupiter.api.Test;

class CategoricalTest {
    private static final ActionHead HEAD = new ActionHead.Categorical();
    private static final boolean[] ALL = new boolean[0];

    private static final float LOG2 = 0.6931472f;

    private static Policy policy(Space actions, float... logits) {
        return Policies.constant(actions, HEAD, "heads(policy: constant(" + logits.length + "))", logits);
    }

    /** {action components..., log-probability}. */
    private static float[] act(Policy policy, boolean[] mask, RandomStream stream, boolean greedy) {
        int size = policy.actionSpace().size();
        float[] actions = new float[size];
        float[] log = new float[1];
        policy.session(1)
                .act(
                        new float[1],
                        0,
                        1,
                        mask,
                        0,
                        new RandomStream[] {stream},
                        0,
                        greedy,
                        actions,
                        0,
                        log,
                        new float[1],
                        0);
        float[] both = java.util.Arrays.copyOf(actions, size + 1);
        both[size] = log[0];
        return both;
    }

    @Test
    void theLogProbabilityIsThatOfTheSoftmax() {
        // By hand: e^ln2 : e^0 : e^0 = 2 : 1 : 1, so p = ½, ¼, ¼
        float[] greedy = act(policy(new Discrete(3), 0, LOG2, 0), ALL, new RandomStream(1), true);
        assertThat(greedy[0]).isEqualTo(1);
        assertThat(greedy[1]).isEqualTo(-LOG2, within(1e-6f));
    }

    @Test
    void aForbiddenChoiceIsLeftOutOfTheDistribution() {
        // By hand: of 2 : 1 : 1 the first is forbidden, so p = ½ each
        boolean[] mask = {false, true, true};
        float[] greedy = act(policy(new Discrete(3), LOG2, 0, 0), mask, new RandomStream(1), true);
        assertThat(greedy[0]).isEqualTo(1);
        assertThat(greedy[1]).isEqualTo(-LOG2, within(1e-6f));
    }

    @Test
    void theOnlyAllowedChoiceIsCertainHoweverUnlikelyItWas() {
        boolean[] mask = {false, true};
        float[] sampled = act(policy(new Discrete(2), 200, -200), mask, new RandomStream(1), false);
        assertThat(sampled).containsExactly(1, 0);
    }

    @Test
    void componentsAreIndependent() {
        // By hand: ½ of (2 : 1 : 1) times ¾ of (1 : 3)
        float[] greedy = act(
                policy(new MultiDiscrete(3, 2), LOG2, 0, 0, 0, (float) StrictMath.log(3)),
                ALL,
                new RandomStream(1),
                true);
        assertThat(greedy[0]).isEqualTo(0);
        assertThat(greedy[1]).isEqualTo(1);
        assertThat(greedy[2]).isEqualTo((float) StrictMath.log(0.375), within(1e-6f));
    }

    @Test
    void aBitIsAPairOfLogits() {
        // By hand: the second bit is 1 with ⅔ : ⅓, the first with ⅓ : ⅔
        float[] greedy = act(policy(new MultiBinary(2), LOG2, 0, 0, LOG2), ALL, new RandomStream(1), true);
        assertThat(greedy[0]).isEqualTo(0);
        assertThat(greedy[1]).isEqualTo(1);
        assertThat(greedy[2]).isEqualTo((float) StrictMath.log(4 / 9.0), within(1e-6f));
    }

    @Test
    void samplesComeAsOftenAsTheirProbabilitySays() {
        // p = 0.1, 0.2, 0.3, 0.4; four standard deviations of a count of 40,000 are at most 4·√(40000·0.24) = 392
        int rows = 40_000;
        int[] counts = new int[4];
        Policy policy = policy(new Discrete(4), log(1), log(2), log(3), log(4));
        float[] actions = sample(policy, ALL, rows);
        for (float action : actions) {
            counts[(int) action]++;
        }
        for (int i = 0; i < 4; i++) {
            assertThat((double) counts[i]).isCloseTo(rows * (i + 1) / 10.0, within(392.0));
        }
    }

    @Test
    void whatRoundingLeavesGoesToTheLastPossibleChoice() {
        // By hand: sums ½, ¾, 0.9, so 0.95 is beyond them all; the last choice is impossible
        float[] probabilities = {9, 0.5f, 0.25f, 0.15f, 0};
        assertThat(CategoricalActor.choose(0.95, probabilities, 1, 4)).isEqualTo(2);
        assertThat(CategoricalActor.choose(0.5, probabilities, 1, 4)).isEqualTo(1);
        assertThat(CategoricalActor.choose(0, new float[] {0, 1}, 0, 2)).isEqualTo(1);
    }

    @Test
    void noSampleEverBreaksTheMask() {
        int rows = 5_000;
        Policy policy = policy(new MultiDiscrete(3, 4, 2), 9, 0, 0, 5, 5, 5, 5, 20, -20);
        boolean[] masks = new boolean[rows * 9];
        RandomStream random = new RandomStream(5);
        for (int row = 0; row < rows; row++) {
            for (int j = 0; j < 9; j++) {
                masks[row * 9 + j] = random.nextBoolean();
            }
            masks[row * 9 + random.nextInt(3)] = true;
            masks[row * 9 + 3 + random.nextInt(4)] = true;
            masks[row * 9 + 7 + random.nextInt(2)] = true;
        }
        float[] actions = sample(policy, masks, rows);
        int[] first = {0, 3, 7};
        for (int i = 0; i < actions.length; i++) {
            assertThat(masks[i / 3 * 9 + first[i % 3] + (int) actions[i]]).isTrue();
        }
    }

    @Test
    void aLearnerThatUsesTheSameSoftmaxGetsTheSameBits() {
        int rows = 200;
        Policy policy = Policies.random(
                "box(shape=[3], low=-1.0, high=1.0)",
                "multi-discrete[3, 5]",
                HEAD,
                "dense(16) > tanh > heads(policy: dense(8), value: dense(1))");
        float[] observations = new float[rows * 3];
        RandomStream random = new RandomStream(9);
        for (int i = 0; i < observations.length; i++) {
            observations[i] = (float) random.nextGaussian();
        }
        float[] actions = new float[rows * 2];
        float[] logs = new float[rows];
        PolicySession session = policy.session(64);
        session.act(observations, 0, rows, ALL, 0, streams(rows), 0, false, actions, 0, logs, new float[rows], 0);

        io.espalier.nn.Network network = policy.network(rows);
        network.forward(observations, 0, rows);
        float[] logits = network.output(network.head("policy"));
        float[] p = new float[8];
        float[] log = new float[8];
        for (int row = 0; row < rows; row++) {
            Losses.softmax(logits, row * 8, 1, 3, null, 0, p, 0, log, 0);
            Losses.softmax(logits, row * 8 + 3, 1, 5, null, 0, p, 3, log, 3);
            float sum = 0;
            sum += log[(int) actions[row * 2]];
            sum += log[3 + (int) actions[row * 2 + 1]];
            assertThat(Float.floatToRawIntBits(logs[row])).isEqualTo(Float.floatToRawIntBits(sum));
        }
    }

    @Test
    void aMaskThatAllowsNothingIsRefused() {
        assertThatThrownBy(() -> act(policy(new Discrete(2), 0, 0), new boolean[2], new RandomStream(1), true))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("allows none of 2 choices")
                .hasMessageContaining("Maybe");
        assertThatThrownBy(() -> act(policy(new Discrete(2), 0, 0), new boolean[2], new RandomStream(1), false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("allows none of 2 choices");
    }

    @Test
    void outputsThatAreNotFiniteAreRefused() {
        for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
            for (boolean greedy : new boolean[] {true, false}) {
                assertThatThrownBy(() -> act(policy(new Discrete(3), 0, bad, 1), ALL, new RandomStream(1), greedy))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("row 0 is not finite");
            }
            assertThatThrownBy(() -> policy(new Discrete(3), 0, bad, 1).act(new float[1]))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("not finite. Maybe");
        }
    }

    private static float log(double x) {
        return (float) StrictMath.log(x);
    }

    private static RandomStream[] streams(int count) {
        RandomStream[] streams = new RandomStream[count];
        for (int i = 0; i < count; i++) {
            streams[i] = new RandomStream(1000 + i);
        }
        return streams;
    }

    private static float[] sample(Policy policy, boolean[] masks, int rows) {
        float[] actions = new float[rows * policy.actionSpace().size()];
        policy.session(256)
                .act(
                        new float[rows],
                        0,
                        rows,
                        masks,
                        0,
                        streams(rows),
                        0,
                        false,
                        actions,
                        0,
                        new float[0],
                        new float[0],
                        0);
        return actions;
    }
}
