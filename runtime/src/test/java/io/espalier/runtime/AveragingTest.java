package io.espalier.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.espalier.core.State;
import java.util.List;
import org.junit.jupiter.api.Test;

class AveragingTest {
    private static State learner(float parameter, float moment, long steps, double mean, double squares) {
        State state = new State();
        state.put("update/parameters", new float[] {parameter, 2 * parameter});
        state.put("update/optimizer/0", new float[] {moment, moment});
        state.put("update/counts", new long[] {steps, steps + 1, 0});
        state.put("observations/mean", new double[] {mean});
        state.put("observations/squares", new double[] {squares});
        state.putDouble("observations/count", 10);
        state.put("random", new long[] {steps, 7, 8});
        state.putLong("version", steps);
        return state;
    }

    private static State shared(State learner, boolean moments) {
        return Averaging.share(learner, moments, "it");
    }

    @Test
    void whatIsReplayedAndDrawnIsEachReplicasOwn() {
        assertThat(shared(learner(1, 2, 3, 4, 5), false).entries())
                .containsOnlyKeys(
                        "update/parameters",
                        "update/counts",
                        "observations/mean",
                        "observations/squares",
                        "observations/count",
                        "version");
        assertThat(shared(learner(1, 2, 3, 4, 5), true).entries()).containsKey("update/optimizer/0");
    }

    @Test
    void theMeanIsWeighted() {
        State one = shared(learner(1, 2, 3, 4, 50), true);
        State other = shared(learner(5, 6, 8, 8, 90), true);
        State mean = Averaging.mean(learner(0, 0, 1, 0, 0), List.of(one, other), new double[] {1, 3});
        // By hand: (1·1 + 3·5) / 4 = 4; (1·2 + 3·6) / 4 = 5; (1·4 + 3·8) / 4 = 7.
        assertThat(mean.floats("update/parameters")).containsExactly(4, 8);
        assertThat(mean.floats("update/optimizer/0")).containsExactly(5, 5);
        assertThat(mean.longs("update/counts")).containsExactly(8, 9, 0);
        assertThat(mean.longs("version")).containsExactly(8);
        assertThat(mean.longs("random")).containsExactly(1, 7, 8);
        assertThat(mean.doubles("observations/mean")).containsExactly(7);
        // 10 · (¼ · (5 + (4 − 7)²) + ¾ · (9 + (8 − 7)²)) = 10 · (3.5 + 7.5) = 110.
        assertThat(mean.doubles("observations/squares")[0]).isCloseTo(110, within(1e-9));
    }

    @Test
    void momentsStayOrAreAveragedOrBeginAnew() {
        State own = learner(1, 2, 3, 4, 5);
        State average = shared(learner(9, 8, 7, 6, 5), true);
        State fresh = learner(0, 0.5f, 0, 0, 0);
        State local = Averaging.adopt(own, average, fresh, LocalSgd.Optimizers.LOCAL);
        assertThat(local.floats("update/parameters")).containsExactly(9, 18);
        assertThat(local.floats("update/optimizer/0")).containsExactly(2, 2);
        assertThat(local.longs("update/counts")).containsExactly(3, 4, 0);
        assertThat(local.longs("random")).containsExactly(3, 7, 8);
        State averaged = Averaging.adopt(own, average, fresh, LocalSgd.Optimizers.AVERAGED);
        assertThat(averaged.floats("update/optimizer/0")).containsExactly(8, 8);
        assertThat(averaged.longs("update/counts")).containsExactly(7, 8, 0);
        State reset = Averaging.adopt(own, average, fresh, LocalSgd.Optimizers.RESET);
        assertThat(reset.floats("update/optimizer/0")).containsExactly(0.5f, 0.5f);
        assertThat(reset.longs("update/counts")).containsExactly(0, 4, 0);
    }

    @Test
    void driftIsTheDistanceRelativeToTheAverage() {
        // |(2, 4) − (1, 2)| / |(1, 2)| = 1.
        assertThat(Averaging.drift(learner(2, 0, 0, 0, 0), learner(1, 0, 0, 0, 0)))
                .isCloseTo(1, within(1e-12));
    }

    @Test
    void whatIsNotFiniteIsSeen() {
        assertThat(Averaging.finite(shared(learner(1, 0, 0, 0, 0), false))).isTrue();
        assertThat(Averaging.finite(shared(learner(Float.NaN, 0, 0, 0, 0), false)))
                .isFalse();
    }

    @Test
    void aTableHasNoParametersToAverage() {
        State table = new State();
        table.put("counts", new long[] {1, 2});
        assertThatThrownBy(() -> Averaging.share(table, false, "q-learning"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cannot average what q-learning learns");
    }
}
