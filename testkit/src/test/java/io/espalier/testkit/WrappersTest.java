package io.espalier.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.espalier.core.Box;
import io.espalier.core.DefaultVectorEnvironment;
import io.espalier.core.Discrete;
import io.espalier.core.Environment;
import io.espalier.core.MetricSink;
import io.espalier.core.MultiDiscrete;
import io.espalier.core.Seeds;
import io.espalier.core.Space;
import io.espalier.core.State;
import io.espalier.core.Stateful;
import io.espalier.core.Step;
import io.espalier.core.wrappers.ClipAction;
import io.espalier.core.wrappers.ConstantRewardScaling;
import io.espalier.core.wrappers.EnvironmentViolation;
import io.espalier.core.wrappers.EnvironmentWrapper;
import io.espalier.core.wrappers.FeatureMap;
import io.espalier.core.wrappers.FlattenObservation;
import io.espalier.core.wrappers.FrameStack;
import io.espalier.core.wrappers.NanGuard;
import io.espalier.core.wrappers.ObservationNormalisation;
import io.espalier.core.wrappers.RescaleAction;
import io.espalier.core.wrappers.RewardScaling;
import io.espalier.core.wrappers.TimeAware;
import io.espalier.core.wrappers.TimeLimit;
import io.espalier.testkit.FaultyEnvironment.Fault;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class WrappersTest {
    /** Shows scripted rows, gives scripted rewards, and remembers the last action. */
    private static final class Scripted implements Environment {
        private final Space observations;
        private final Space actions;
        private final float[][] rows;
        private final double[] rewards;
        private int now = -1;
        float[] acted = {};

        Scripted(Space observations, Space actions, float[][] rows, double[] rewards) {
            this.observations = observations;
            this.actions = actions;
            this.rows = rows;
            this.rewards = rewards;
        }

        @Override
        public Space observationSpace() {
            return observations;
        }

        @Override
        public Space actionSpace() {
            return actions;
        }

        @Override
        public void reset(long seed) {
            now = 0;
        }

        @Override
        public Step step(float[] row, int at) {
            acted = java.util.Arrays.copyOfRange(row, at, at + actions.size());
            double reward = rewards[now % rewards.length];
            now++;
            return now == rows.length - 1 ? Step.termination(reward) : Step.transition(reward);
        }

        @Override
        public void observe(float[] into, int at) {
            System.arraycopy(rows[now], 0, into, at, rows[now].length);
        }
    }

    private static Scripted numbers(float... values) {
        float[][] rows = new float[values.length][];
        for (int i = 0; i < values.length; i++) {
            rows[i] = new float[] {values[i]};
        }
        return new Scripted(Box.unbounded(1), new Discrete(1), rows, new double[] {0});
    }

    private static Scripted rewards(double... rewards) {
        return new Scripted(Box.unbounded(1), new Discrete(1), new float[100][1], rewards);
    }

    private static float[] seen(Environment environment) {
        float[] row = new float[environment.observationSpace().size()];
        environment.observe(row, 0);
        return row;
    }

    private static Step step(Environment environment, float... action) {
        return environment.step(action, 0);
    }

    /** Everything around a corridor, which changes nothing about the contract. */
    @Nested
    class AllTogether extends EnvironmentContract {
        @Override
        protected Environment create() {
            Environment corridor = new NanGuard(new TimeLimit(Corridor.tabular(10), 30));
            Environment mapped =
                    new FeatureMap(new FlattenObservation(corridor), Box.uniform(0, 20, 2), (observation, into, at) -> {
                        into[at] = observation[0];
                        into[at + 1] = 0;
                        for (int i = 0; i < observation.length; i++) {
                            into[at + 1] += i * observation[i];
                        }
                    });
            return new ConstantRewardScaling(new FrameStack(mapped, 3), 0.5);
        }

        @Override
        protected int timeLimit() {
            return 30;
        }

        @Override
        protected int bytesPerStep() {
            // A Step more, for the changed reward.
            return 64;
        }
    }

    @Nested
    class OfActions extends EnvironmentContract {
        @Override
        protected Environment create() {
            return new RescaleAction(new TimeLimit(new CountingEnvironment(40, true), 30));
        }
    }

    /** Frozen statistics make a normalised environment as deterministic as any. */
    @Nested
    class Frozen extends EnvironmentContract {
        @Override
        protected Environment create() {
            ObservationNormalisation normalised = new ObservationNormalisation(new Corridor(), 10);
            RewardScaling scaled = new RewardScaling(normalised, 0.9, 10);
            RandomPlayer player = new RandomPlayer(scaled);
            float[] action = new float[1];
            scaled.reset(1);
            for (int t = 0; t < 30; t++) {
                player.choose(scaled, action, 0);
                if (scaled.step(action, 0).last()) {
                    scaled.reset(t);
                }
            }
            normalised.freeze();
            scaled.freeze();
            return new EnvironmentWrapper(scaled) {
                private boolean begun;

                @Override
                public void reset(long seed) {
                    begun = true;
                    super.reset(seed);
                }

                @Override
                public Step step(float[] actions, int at) {
                    if (!begun) {
                        throw new IllegalStateException("reset first");
                    }
                    return super.step(actions, at);
                }

                @Override
                protected void loadOwn(State from) {
                    begun = true;
                }
            };
        }

        @Override
        protected int bytesPerStep() {
            return 64;
        }
    }

    @Test
    void everythingOptionalIsPassedOn() {
        Environment inner = Corridor.masked(4);
        EnvironmentWrapper wrapper = new EnvironmentWrapper(inner) {};
        wrapper.reset(3);
        boolean[] mask = new boolean[2];
        inner.reset(3);
        while (!inner.render().startsWith("@")) {
            step(inner, 0);
        }
        wrapper.actionMask(mask, 0);
        assertThat(mask).containsExactly(false, true);
        assertThat(wrapper.masksActions()).isTrue();
        assertThat(wrapper.reportsSuccess()).isTrue();
        assertThat(wrapper.render()).isEqualTo("@...");
        for (int t = 0; t < 3; t++) {
            step(wrapper, 1);
        }
        assertThat(wrapper.success()).isTrue();
        List<String> figures = new ArrayList<>();
        MetricSink sink = (name, value) -> figures.add(name + value);
        wrapper.episodeMetrics(sink);
        assertThat(figures).containsExactly("cell3.0");
        assertThat(wrapper.memory()).isNull();
        assertThat(wrapper.inner()).isSameAs(inner);
        CountingEnvironment counting = new CountingEnvironment(3, true);
        new EnvironmentWrapper(counting) {}.close();
        assertThat(counting.closed()).isEqualTo(1);
    }

    @Test
    void aTimeLimitTruncatesUnlessTheTaskEndsThen() {
        TimeLimit limited = new TimeLimit(new CountingEnvironment(5, false), 3);
        assertThatIllegalStateException().isThrownBy(() -> step(limited, 0));
        for (int episode = 0; episode < 2; episode++) {
            limited.reset(1);
            assertThat(step(limited, 0)).isEqualTo(Step.transition(1));
            assertThat(step(limited, 0)).isEqualTo(Step.transition(2));
            assertThat(step(limited, 0)).isEqualTo(Step.truncation(3));
            assertThatIllegalStateException().isThrownBy(() -> step(limited, 0));
        }
        TimeLimit both = new TimeLimit(new CountingEnvironment(3, false), 3);
        both.reset(1);
        step(both, 0);
        step(both, 0);
        assertThat(step(both, 0)).isEqualTo(Step.termination(3));
        assertThatIllegalArgumentException().isThrownBy(() -> new TimeLimit(both, 0));
    }

    @Test
    void timeIsPartOfTheTask() {
        TimeAware timed = new TimeAware(Corridor.tabular(10), 3);
        assertThat(timed.observationSpace()).isEqualTo(new MultiDiscrete(10, 4));
        assertThatIllegalStateException().isThrownBy(() -> step(timed, 1));
        float[] seen = new float[3];
        for (int episode = 0; episode < 2; episode++) {
            timed.reset(1);
            timed.observe(seen, 1);
            assertThat(seen[2]).isZero();
            assertThat(step(timed, 0).last()).isFalse();
            assertThat(step(timed, 0).last()).isFalse();
            assertThat(step(timed, 0).terminated()).isTrue();
            timed.observe(seen, 1);
            assertThat(seen[2]).isEqualTo(3);
            assertThatIllegalStateException().isThrownBy(() -> step(timed, 1));
        }
        TimeAware vector = new TimeAware(new Corridor(6), 4);
        vector.reset(1);
        step(vector, 0);
        float[] row = new float[vector.observationSpace().size()];
        vector.observe(row, 0);
        assertThat(row[row.length - 1]).isEqualTo(0.25f);
        assertThat(vector.observationSpace().violation(row, 0)).isEmpty();
        assertThatIllegalArgumentException().isThrownBy(() -> new TimeAware(vector, 0));
    }

    @Nested
    class Timed extends EnvironmentContract {
        @Override
        protected Environment create() {
            return new TimeAware(Corridor.tabular(10), 12);
        }

        @Override
        protected boolean fixedLength() {
            return true;
        }
    }

    @Test
    void observationsAreNormalisedByAllThatWasSeen() {
        ObservationNormalisation normalised = new ObservationNormalisation(numbers(2, 4, 9, 5), 1.3f);
        normalised.reset(0);
        assertThat(seen(normalised)).containsExactly(0);
        step(normalised, 0);
        // By hand: of 2, 4 the mean is 3, the variance 1.
        assertThat(seen(normalised)[0]).isCloseTo(1, within(1e-6f));
        step(normalised, 0);
        // Of 2, 4, 9 the mean is 5, the variance 26/3: (9 - 5) / 2.944 = 1.359, cut off at 1.3.
        assertThat(seen(normalised)).containsExactly(1.3f);
        assertThat(normalised.moments().means()).containsExactly(5);
        assertThat(normalised.moments().variances()[0]).isCloseTo(26.0 / 3, within(1e-12));
        normalised.freeze();
        step(normalised, 0);
        assertThat(seen(normalised)).containsExactly(0);
        assertThat(normalised.moments().count()).isEqualTo(3);
        assertThat(normalised.observationSpace()).isEqualTo(Box.uniform(-1.3f, 1.3f, 1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ObservationNormalisation(Corridor.tabular(3), 10))
                .withMessageContaining("Maybe wrap in FlattenObservation first");
    }

    @Test
    void rewardsAreScaledByTheDeviationOfTheDiscountedReturn() {
        RewardScaling scaled = new RewardScaling(rewards(2, -1, 4), 0.5, 10);
        scaled.reset(0);
        assertThat(step(scaled, 0).reward()).isEqualTo(10);
        // By hand: R = 2, 0, 4: of 2, 0 the deviation is 1; of 2, 0, 4 it is sqrt(8/3).
        assertThat(step(scaled, 0).reward()).isCloseTo(-1, within(1e-7));
        assertThat(step(scaled, 0).reward()).isCloseTo(4 / Math.sqrt(8.0 / 3), within(1e-7));
        // A new episode begins at R = 0: of 2, 0, 4, 2 the mean is 2, the variance 2.
        scaled.reset(0);
        assertThat(step(scaled, 0).reward()).isCloseTo(2 / Math.sqrt(2), within(1e-7));
        assertThat(scaled.moments().mean(0)).isCloseTo(2, within(1e-12));
        scaled.freeze();
        assertThat(step(scaled, 0).reward()).isCloseTo(-1 / Math.sqrt(2), within(1e-7));
        assertThat(scaled.moments().count()).isEqualTo(4);
        Environment constant = new ConstantRewardScaling(rewards(2), -0.25);
        constant.reset(0);
        assertThat(step(constant, 0).reward()).isEqualTo(-0.5);
        assertThatIllegalArgumentException().isThrownBy(() -> new ConstantRewardScaling(constant, 0));
    }

    @Test
    void statisticsThatOutliveEpisodesAreResumedBitForBit() {
        Supplier<Environment> factory =
                () -> new TimeLimit(new RewardScaling(new ObservationNormalisation(new Corridor(6), 10), 0.9, 10), 15);
        try (DefaultVectorEnvironment straight = new DefaultVectorEnvironment(factory, 2, Seeds.of(1), 0);
                DefaultVectorEnvironment resumed = new DefaultVectorEnvironment(factory, 2, Seeds.of(1), 0)) {
            straight.reset();
            float[] actions = new float[2];
            for (int t = 0; t < 100; t++) {
                actions[0] = t % 3 == 0 ? 0 : 1;
                actions[1] = t % 5 < 2 ? 0 : 1;
                straight.step(actions);
            }
            State state = new State();
            straight.save(state);
            resumed.load(state);
            for (int t = 0; t < 100; t++) {
                actions[0] = t % 4 == 0 ? 0 : 1;
                straight.step(actions);
                resumed.step(actions);
                assertThat(resumed.observations()).isEqualTo(straight.observations());
                assertThat(resumed.rewards()).isEqualTo(straight.rewards());
                assertThat(resumed.truncated()).isEqualTo(straight.truncated());
            }
        }
    }

    @Test
    void aNormalisedEnvironmentThatIsNotDeterministicIsFoundWhenResumed() {
        ObservationNormalisation one = new ObservationNormalisation(numbers(1, 2, 3, 4), 10);
        ObservationNormalisation other = new ObservationNormalisation(numbers(1, 5, 3, 4), 10);
        one.reset(0);
        step(one, 0);
        State state = new State();
        Stateful memory = one.memory();
        memory.save(state);
        assertThatIllegalStateException()
                .isThrownBy(() -> other.memory().load(state))
                .withMessageContaining("Maybe it is not deterministic");
    }

    @Test
    void framesAreStackedOldestFirst() {
        FrameStack stack = new FrameStack(numbers(1, 2, 3, 4, 5), 3);
        assertThat(((Box) stack.observationSpace()).shape()).containsExactly(3, 1);
        stack.reset(0);
        assertThat(seen(stack)).containsExactly(1, 1, 1);
        step(stack, 0);
        assertThat(seen(stack)).containsExactly(1, 1, 2);
        step(stack, 0);
        step(stack, 0);
        assertThat(seen(stack)).containsExactly(2, 3, 4);
        stack.reset(0);
        assertThat(seen(stack)).containsExactly(1, 1, 1);
    }

    @Test
    void actionsAreRescaledToTheBounds() {
        Scripted inner = new Scripted(
                Box.unbounded(1), Box.of(new float[] {0, -3}, new float[] {10, -1}), new float[9][1], new double[] {0});
        RescaleAction rescaled = new RescaleAction(inner);
        assertThat(rescaled.actionSpace()).isEqualTo(Box.uniform(-1, 1, 2));
        rescaled.reset(0);
        rescaled.step(new float[] {9, -1, 1}, 1);
        assertThat(inner.acted).containsExactly(0, -1);
        step(rescaled, 0, -0.5f);
        assertThat(inner.acted).containsExactly(5, -2.5f);
        step(rescaled, 7, -7);
        assertThat(inner.acted).containsExactly(10, -3);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RescaleAction(
                        new Scripted(Box.unbounded(1), Box.unbounded(1), new float[1][1], new double[1])))
                .withMessageContaining("all bounds must be finite");
        assertThatIllegalArgumentException().isThrownBy(() -> new RescaleAction(new Corridor()));
    }

    @Test
    void actionsAreClippedToTheBounds() {
        Scripted inner = new Scripted(
                Box.unbounded(1), Box.of(new float[] {0, -3}, new float[] {10, -1}), new float[9][1], new double[] {0});
        ClipAction clipped = new ClipAction(inner);
        assertThat(clipped.actionSpace()).isEqualTo(Box.unbounded(2));
        clipped.reset(0);
        clipped.step(new float[] {9, -1, 1}, 1);
        assertThat(inner.acted).containsExactly(0, -1);
        step(clipped, 3, -2);
        assertThat(inner.acted).containsExactly(3, -2);
        assertThatIllegalArgumentException().isThrownBy(() -> new ClipAction(new Corridor()));
    }

    @Test
    void observationsAreFlattened() {
        Environment tensor = new FlattenObservation(new Scripted(
                new Box(new int[] {2, 2}, new float[] {0, 1, 2, 3}, new float[] {4, 5, 6, 7}),
                new Discrete(1),
                new float[][] {{1, 2, 3, 4}, {0, 0, 0, 0}},
                new double[] {0}));
        assertThat(tensor.observationSpace()).isEqualTo(Box.of(new float[] {0, 1, 2, 3}, new float[] {4, 5, 6, 7}));
        tensor.reset(0);
        assertThat(seen(tensor)).containsExactly(1, 2, 3, 4);
        Environment discrete = new FlattenObservation(new Scripted(
                new MultiDiscrete(3, 2), new Discrete(1), new float[][] {{2, 0}, {0, 1}}, new double[] {0}));
        assertThat(discrete.observationSpace()).isEqualTo(Box.uniform(0, 1, 5));
        discrete.reset(0);
        assertThat(seen(discrete)).containsExactly(0, 0, 1, 1, 0);
        step(discrete, 0);
        assertThat(seen(discrete)).containsExactly(1, 0, 0, 0, 1);
    }

    @Test
    void theGuardNamesWhatIsWrong() {
        violates(Fault.NAN_OBSERVATION, "component 0 is NaN");
        violates(Fault.OUT_OF_SPACE, "component 0 is 1.0000001, outside 0.0 to 1.0");
        violates(Fault.INFINITE_REWARD, "reward (Infinity) must be finite");
        assertThatThrownBy(() -> twoSteps(FaultyEnvironment.once(new Corridor(), Fault.WRONG_SHAPE, 2)))
                .isInstanceOf(ArrayIndexOutOfBoundsException.class);
        Environment forgetful = new EnvironmentWrapper(new Corridor()) {
            @Override
            public void observe(float[] into, int at) {}
        };
        assertThatThrownBy(() -> twoSteps(forgetful)).hasMessageContaining("component 0 is NaN");
        Environment guarded = new NanGuard(new Corridor());
        guarded.reset(0);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> step(guarded, Float.NaN))
                .withMessageContaining("action is outside discrete(2): component 0 is NaN");
    }

    private static void violates(Fault fault, String what) {
        assertThatThrownBy(() -> twoSteps(FaultyEnvironment.once(new Corridor(), fault, 2)))
                .isInstanceOf(EnvironmentViolation.class)
                .hasMessageContaining("FaultyEnvironment (seed 17, step 2): ")
                .hasMessageContaining(what);
    }

    private static void twoSteps(Environment environment) {
        Consumer<Environment> act = guarded -> step(guarded, 0);
        Environment guarded = new NanGuard(environment);
        guarded.reset(17);
        act.accept(guarded);
        act.accept(guarded);
    }
}
