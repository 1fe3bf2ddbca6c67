package io.espalier.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.espalier.core.Discrete;
import io.espalier.core.MultiDiscrete;
import io.espalier.core.RandomStream;
import io.espalier.core.Space;
import io.espalier.nn.NetworkSpec;
import io.espalier.nn.Weights;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** ε-greedy and tabular heads. */
class ValueHeadsTest {
    private static final boolean[] ALL = new boolean[0];
    private static final int ROWS = 40_000;

    private static Policy greedy(double epsilon, float... q) {
        return Policies.constant(
                new Discrete(q.length),
                new ActionHead.EpsilonGreedy(epsilon),
                "heads(q: constant(" + q.length + "))",
                q);
    }

    private static Policy table(Space observations, double epsilon, int actions, float... q) {
        return new Policy(
                observations,
                new Discrete(actions),
                Normalizer.identity(),
                NetworkSpec.embedding(q.length / actions, actions),
                Weights.copyOf(0, q),
                new ActionHead.Tabular(epsilon),
                Map.of());
    }

    private static int[] counts(Policy policy, boolean[] mask, float[] logs) {
        int choices = policy.actionSpace().choices();
        boolean[] masks = new boolean[mask.length * ROWS];
        RandomStream[] streams = new RandomStream[ROWS];
        for (int i = 0; i < ROWS; i++) {
            System.arraycopy(mask, 0, masks, i * mask.length, mask.length);
            streams[i] = new RandomStream(i);
        }
        float[] actions = new float[ROWS];
        float[] observations = new float[ROWS * policy.observationSpace().size()];
        policy.session(128).act(observations, 0, ROWS, masks, 0, streams, 0, false, actions, 0, logs, new float[0], 0);
        int[] counts = new int[choices];
        for (int i = 0; i < ROWS; i++) {
            counts[(int) actions[i]]++;
            assertThat(streams[i].drawn()).isEqualTo(2);
        }
        return counts;
    }

    @Test
    void exploresAsOftenAsEpsilonSays() {
        // By hand: 0.3 / 3 = 0.1 for each, and 0.7 more for the best
        float[] logs = new float[ROWS];
        int[] counts = counts(greedy(0.3, 1, 3, 2), ALL, logs);
        assertThat((double) counts[0]).isCloseTo(4_000, within(240.0));
        assertThat((double) counts[1]).isCloseTo(32_000, within(320.0));
        assertThat((double) counts[2]).isCloseTo(4_000, within(240.0));
        for (float log : logs) {
            float wanted = (float) StrictMath.log(log > -1 ? 0.8 : 0.1);
            assertThat(log).isEqualTo(wanted, within(1e-6f));
        }
    }

    @Test
    void theMaskHoldsForExploringAndForTheBest() {
        int[] counts = counts(greedy(0.5, 9, 3, 2), new boolean[] {false, true, true}, new float[0]);
        assertThat(counts[0]).isZero();
        // By hand: 0.5 / 2 each, and 0.5 more for the best
        assertThat((double) counts[1]).isCloseTo(30_000, within(350.0));
    }

    @Test
    void withoutEpsilonTheLowestOfTheBestIsTaken() {
        assertThat(counts(greedy(0, 1, 4, 4), ALL, new float[0])).containsExactly(0, ROWS, 0);
    }

    @Test
    void theMeanOfQuantilesDecides() {
        // By hand: means 2, 1 and 1; the greatest quantile is that of action 1
        Policy policy = Policies.constant(
                new Discrete(3),
                new ActionHead.EpsilonGreedyQuantiles(0.3, 3),
                "heads(q: constant(9))",
                2,
                2,
                2,
                -4,
                -3,
                10,
                0,
                1,
                2);
        assertThat(policy.actDiscrete(new float[1])).isZero();
        assertThat(policy.act(new float[1], new boolean[] {false, true, true})).containsExactly(1);
        assertThat((double) counts(policy, ALL, new float[0])[0]).isCloseTo(32_000, within(320.0));
    }

    @Test
    void theMeanOfAtomsDecides() {
        // By hand: atoms -1, 1, 3; softmax (½, 0, ½) has mean 1, (0, 1, 0) too, (0, ⅓, ⅔) has 7/3
        float far = -200;
        float two = (float) StrictMath.log(2);
        Policy policy = Policies.constant(
                new Discrete(3),
                new ActionHead.EpsilonGreedyAtoms(0, 3, -1, 3),
                "heads(q: constant(9))",
                0,
                far,
                0,
                far,
                0,
                far,
                far,
                0,
                two);
        assertThat(policy.actDiscrete(new float[1])).isEqualTo(2);
        assertThat(policy.actDiscrete(new float[1], new boolean[] {true, true, false}))
                .isZero();
        assertThat(counts(policy, ALL, new float[0])).containsExactly(0, 0, ROWS);
    }

    @Test
    void aTableBreaksTiesAtRandomWhenSamplingAndTakesTheLowestWhenGreedy() {
        Policy policy = table(new Discrete(1), 0, 3, 4, 1, 4);
        float[] logs = new float[ROWS];
        int[] counts = counts(policy, ALL, logs);
        assertThat((double) counts[0]).isCloseTo(20_000, within(400.0));
        assertThat(counts[1]).isZero();
        assertThat(logs).containsOnly((float) StrictMath.log(0.5));
        assertThat(policy.actDiscrete(new float[] {0})).isZero();
    }

    @Test
    void aTableMaySampleByOtherNumbersThanThoseItTakesForWorth() {
        Policy policy = new Policy(
                new Discrete(1),
                new Discrete(3),
                Normalizer.identity(),
                NetworkSpec.parse("heads(q: embedding(1, 3), explore: embedding(1, 3))"),
                Weights.copyOf(0, new float[] {1, 5, 2, 8, 6, 8}),
                new ActionHead.Tabular(0.3),
                Map.of());
        float[] logs = new float[ROWS];
        int[] counts = counts(policy, ALL, logs);
        // By hand: 0.3 / 3 each, and 0.7 / 2 more for 0 and 2, which are equal in "explore"
        assertThat((double) counts[0]).isCloseTo(18_000, within(400.0));
        assertThat((double) counts[1]).isCloseTo(4_000, within(240.0));
        for (float log : logs) {
            float wanted = (float) StrictMath.log(log > -1 ? 0.45 : 0.1);
            assertThat(log).isEqualTo(wanted, within(1e-6f));
        }
        assertThat(policy.actDiscrete(new float[] {0})).isEqualTo(1);
    }

    @Test
    void aTableReadsComponentsAsDigits() {
        // 2 x 3 observations: (1, 2) is row 1·3 + 2 = 5
        Policy policy = table(new MultiDiscrete(2, 3), 0, 2, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 0, 1);
        assertThat(policy.actDiscrete(new float[] {1, 1})).isZero();
        assertThat(policy.actDiscrete(new float[] {1, 2})).isEqualTo(1);
        assertThat(policy.inputSize()).isEqualTo(1);
        float[] index = new float[2];
        policy.session(1).encode(new float[] {0, 2, 1, 2}, 0, 2, index, 0);
        assertThat(index).containsExactly(2, 5);
    }

    @Test
    void anObservationOutsideTheTableIsRefused() {
        Policy policy = table(new MultiDiscrete(2, 3), 0, 2, new float[12]);
        assertThatThrownBy(() -> policy.actDiscrete(new float[] {0, 3}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("component 1 is 3.0")
                .hasMessageContaining("Maybe");
    }

    @Test
    void aTableTooShortForItsObservationsIsRefused() {
        assertThatThrownBy(() -> table(new Discrete(5), 0, 2, new float[8]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("4");
    }
}
