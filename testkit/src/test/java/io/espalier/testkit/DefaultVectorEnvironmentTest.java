package io.espalier.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.espalier.core.DefaultVectorEnvironment;
import io.espalier.core.Environment;
import io.espalier.core.EnvironmentException;
import io.espalier.core.EpisodeRecord;
import io.espalier.core.Replacement;
import io.espalier.core.Seeds;
import io.espalier.core.State;
import io.espalier.core.Step;
import io.espalier.core.VectorEnvironment;
import io.espalier.core.wrappers.EnvironmentWrapper;
import io.espalier.testkit.FaultyEnvironment.Fault;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class DefaultVectorEnvironmentTest {
    private static final Seeds SEEDS = Seeds.of(5);

    @Nested
    class OfCorridors extends VectorEnvironmentContract {
        @Override
        protected VectorEnvironment create(int copies, Seeds seeds, int first) {
            return new DefaultVectorEnvironment(this::reference, copies, seeds, first);
        }

        @Override
        protected Environment reference() {
            return Corridor.masked(8);
        }
    }

    /** Three counting copies with episodes of three steps, and what they told. */
    private static final class Three {
        final List<String> told = new ArrayList<>();
        final DefaultVectorEnvironment vector;

        Three(Fault fault, long step, Replacement replacement) {
            List<Environment> copies = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                CountingEnvironment counting = new CountingEnvironment(3, true);
                copies.add(i == 1 && fault != null ? FaultyEnvironment.once(counting, fault, step) : counting);
            }
            vector = new DefaultVectorEnvironment(copies, SEEDS, 10, replacement);
            vector.onEpisode(new VectorEnvironment.EpisodeListener() {
                @Override
                public void ended(int copy, double episodeReturn, int length, boolean success) {
                    told.add(copy + ":" + episodeReturn + "/" + length);
                }

                @Override
                public void metric(int copy, String name, double value) {
                    told.add(copy + "." + name + "=" + value);
                }
            });
        }
    }

    private static float shown(long copy, long episode) {
        return SEEDS.child("environment", copy).seedOf(episode) & 0xFFFF;
    }

    @Test
    void whatWasReachedIsKeptApartFromWhatComesNext() {
        Three three = new Three(null, 0, null);
        three.vector.reset();
        assertThat(three.vector.observations()).containsExactly(shown(10, 0), 0, shown(11, 0), 0, shown(12, 0), 0);
        for (int t = 0; t < 3; t++) {
            three.vector.step(new float[] {0, 1, -1});
        }
        // By hand: rewards 100 a + k, k = 1, 2, 3: sums 6, 306, -294.
        assertThat(three.vector.rewards()).containsExactly(3, 103, -97);
        assertThat(three.vector.reached()).containsExactly(shown(10, 0), 3, shown(11, 0), 3, shown(12, 0), 3);
        assertThat(three.vector.observations()).containsExactly(shown(10, 1), 0, shown(11, 1), 0, shown(12, 1), 0);
        assertThat(three.vector.truncated()).containsExactly(true, true, true);
        assertThat(three.vector.terminated()).containsExactly(false, false, false);
        assertThat(three.told).containsExactly("10:6.0/3", "11:306.0/3", "12:-294.0/3");
        three.vector.step(new float[3]);
        assertThat(three.vector.reached()).isEqualTo(three.vector.observations());
        assertThat(three.vector.truncated()).containsExactly(false, false, false);
    }

    @Test
    void figuresOfAnEpisodeAreToldBeforeItsEnd() {
        List<String> told = new ArrayList<>();
        VectorEnvironment vector = new DefaultVectorEnvironment(() -> new Corridor(2), 1, SEEDS, 4);
        vector.onEpisode(new VectorEnvironment.EpisodeListener() {
            @Override
            public void ended(int copy, double episodeReturn, int length, boolean success) {
                told.add(copy + " ended " + success);
            }

            @Override
            public void metric(int copy, String name, double value) {
                told.add(copy + " " + name + " " + value);
            }
        });
        vector.reset();
        vector.step(new float[] {1});
        assertThat(told).containsExactly("4 cell 1.0", "4 ended true");
    }

    @Test
    void aFailureNamesCopySeedAndStep() {
        Three three = new Three(Fault.EXCEPTION, 5, null);
        three.vector.reset();
        for (int t = 0; t < 4; t++) {
            three.vector.step(new float[3]);
        }
        EnvironmentException failure =
                catchThrowableOfType(EnvironmentException.class, () -> three.vector.step(new float[3]));
        long seed = SEEDS.child("environment", 11).seedOf(1);
        assertThat(failure)
                .hasMessageContaining("environment 11 (episode 1, seed " + seed + ", step 1) failed: ")
                .hasCauseInstanceOf(ArithmeticException.class);
        assertThat(failure.copy()).isEqualTo(11);
        assertThat(failure.seed()).isEqualTo(seed);
        assertThat(failure.step()).isEqualTo(1);
        assertThatIllegalStateException()
                .isThrownBy(() -> three.vector.step(new float[3]))
                .withMessageContaining("the last call failed");
        three.vector.reset();
        three.vector.step(new float[3]);
        assertThat(three.vector.rewards()).containsExactly(1, 1, 1);
    }

    @Test
    void aReplacedCopyCostsOneDiscardedTransition() {
        List<String> asked = new ArrayList<>();
        Three three = new Three(Fault.EXCEPTION, 2, (copy, failed, cause) -> {
            asked.add(copy + " " + cause.getClass().getSimpleName());
            assertThat(failed).isInstanceOf(FaultyEnvironment.class);
            return new CountingEnvironment(3, true);
        });
        three.vector.reset();
        three.vector.step(new float[3]);
        three.vector.step(new float[3]);
        assertThat(asked).containsExactly("11 ArithmeticException");
        assertThat(three.vector.discarded()).containsExactly(false, true, false);
        assertThat(three.vector.truncated()).containsExactly(false, true, false);
        assertThat(three.vector.rewards()).containsExactly(2, 0, 2);
        assertThat(three.vector.reached()).containsExactly(shown(10, 0), 2, shown(11, 0), 1, shown(12, 0), 2);
        assertThat(three.vector.observations()).containsExactly(shown(10, 0), 2, shown(11, 1), 0, shown(12, 0), 2);
        assertThat(three.told).isEmpty();
        three.vector.step(new float[3]);
        assertThat(three.vector.discarded()).containsExactly(false, false, false);
        assertThat(three.vector.rewards()).containsExactly(3, 1, 3);
        assertThat(three.vector.episode(1)).isEqualTo(1);
        assertThat(three.vector.length(1)).isEqualTo(1);
        assertThat(three.vector.seed(1))
                .isEqualTo(SEEDS.child("environment", 11).seedOf(1));
    }

    /** Refuses its first resets. */
    private static Environment stubborn(Environment inner, int refusals) {
        return new EnvironmentWrapper(inner) {
            private int left = refusals;

            @Override
            public void reset(long seed) {
                if (left-- > 0) {
                    throw new ArithmeticException("will not begin");
                }
                super.reset(seed);
            }
        };
    }

    @Test
    void aCopyThatWillNotBeginIsReplacedAndSpoilsNoTransition() {
        List<Integer> asked = new ArrayList<>();
        DefaultVectorEnvironment vector = new DefaultVectorEnvironment(
                List.of(new CountingEnvironment(3, true), new EnvironmentWrapper(new CountingEnvironment(1, false)) {
                    private boolean begun;

                    @Override
                    public void reset(long seed) {
                        if (begun) {
                            throw new ArithmeticException("only once");
                        }
                        begun = true;
                        super.reset(seed);
                    }
                }),
                SEEDS,
                0,
                (copy, failed, cause) -> {
                    asked.add(copy);
                    return stubborn(new CountingEnvironment(1, false), asked.size() < 3 ? 1 : 0);
                });
        vector.reset();
        vector.step(new float[2]);
        assertThat(asked).containsExactly(1, 1, 1);
        assertThat(vector.discarded()).containsExactly(false, false);
        assertThat(vector.terminated()).containsExactly(false, true);
        assertThat(vector.reached()).containsExactly(shown(0, 0), 1, shown(1, 0), 1);
        // Episodes 1, 2 and 3 could not begin.
        assertThat(vector.episode(1)).isEqualTo(4);
        assertThat(vector.observations()).containsExactly(shown(0, 0), 1, shown(1, 4), 0);
    }

    @Test
    void aReplacementMayStopTheRun() {
        DefaultVectorEnvironment vector =
                new DefaultVectorEnvironment(List.of(stubborn(new Corridor(), 1)), SEEDS, 0, (copy, failed, cause) -> {
                    throw new IllegalStateException("too many failures", cause);
                });
        assertThatIllegalStateException().isThrownBy(vector::reset).withMessage("too many failures");
    }

    @Test
    void replacingForEverIsNoWayOut() {
        int[] asked = {0};
        DefaultVectorEnvironment vector =
                new DefaultVectorEnvironment(List.of(stubborn(new Corridor(), 1)), SEEDS, 0, (copy, failed, cause) -> {
                    asked[0]++;
                    return stubborn(new Corridor(), 1);
                });
        assertThatThrownBy(vector::reset)
                .isInstanceOf(EnvironmentException.class)
                .hasMessageContaining("times in a row");
        assertThat(asked[0]).isLessThan(2000);
    }

    @Test
    void aReplacementWithOtherSpacesIsRefused() {
        DefaultVectorEnvironment vector = new DefaultVectorEnvironment(
                List.of(stubborn(new Corridor(), 1)),
                SEEDS,
                0,
                (copy, failed, cause) -> new CountingEnvironment(3, true));
        assertThatIllegalArgumentException().isThrownBy(vector::reset).withMessageContaining("environment 0 has the");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new DefaultVectorEnvironment(
                        List.of(new Corridor(), new CountingEnvironment(3, true)), SEEDS, 0))
                .withMessageContaining("environment 1 has the spaces");
    }

    @Test
    void aCopyThatIsNotDeterministicIsFoundWhenResumed() {
        int[] made = {0};
        VectorEnvironment[] pair = new VectorEnvironment[2];
        for (int k = 0; k < 2; k++) {
            pair[k] = new DefaultVectorEnvironment(
                    () -> new EnvironmentWrapper(new CountingEnvironment(30, true)) {
                        private final int number = made[0]++;

                        @Override
                        public void observe(float[] into, int at) {
                            super.observe(into, at);
                            into[at + 1] += number == 4 ? 0.5f : 0;
                        }
                    },
                    3,
                    SEEDS,
                    0);
        }
        pair[0].reset();
        pair[0].step(new float[3]);
        State state = new State();
        pair[0].save(state);
        assertThatThrownBy(() -> pair[1].load(state))
                .isInstanceOf(EnvironmentException.class)
                .hasMessageContaining("environment 1 (episode 0, seed ")
                .hasMessageContaining("is not deterministic")
                .hasMessageContaining("observation component 1 is 1.5, was 1.0")
                .hasMessageContaining("Maybe it draws random numbers");
    }

    @Test
    void aCopyWhoseRewardsAreNotDeterministicIsFoundToo() {
        int[] made = {0};
        VectorEnvironment[] pair = new VectorEnvironment[2];
        for (int k = 0; k < 2; k++) {
            pair[k] = new DefaultVectorEnvironment(
                    () -> new EnvironmentWrapper(new CountingEnvironment(30, true)) {
                        private final int number = made[0]++;

                        @Override
                        public Step step(float[] actions, int at) {
                            return super.step(actions, at).withReward(number);
                        }
                    },
                    1,
                    SEEDS,
                    0);
        }
        pair[0].reset();
        pair[0].step(new float[1]);
        State state = new State();
        pair[0].save(state);
        assertThatThrownBy(() -> pair[1].load(state)).hasMessageContaining("return is 1.0, was 0.0");
    }

    @Test
    void anEpisodeTooLongToRecordCannotBeSaved() {
        VectorEnvironment vector =
                new DefaultVectorEnvironment(() -> new CountingEnvironment(1 << 24, true), 1, SEEDS, 0);
        vector.reset();
        float[] action = new float[1];
        for (int t = 0; t < EpisodeRecord.MOST_STEPS; t++) {
            vector.step(action);
        }
        vector.save(new State());
        vector.step(action);
        assertThatIllegalStateException()
                .isThrownBy(() -> vector.save(new State()))
                .withMessageContaining("environment 0")
                .withMessageContaining("Maybe give the environment a time limit");
    }

    @Test
    void closesAllCopiesEvenIfOneFails() {
        List<CountingEnvironment> sound = List.of(new CountingEnvironment(3, true), new CountingEnvironment(3, true));
        VectorEnvironment vector = new DefaultVectorEnvironment(
                List.of(
                        sound.get(0),
                        new EnvironmentWrapper(new CountingEnvironment(3, true)) {
                            @Override
                            public void close() {
                                throw new ArithmeticException("will not close");
                            }
                        },
                        sound.get(1)),
                SEEDS,
                0);
        assertThatThrownBy(vector::close).hasMessageContaining("will not close");
        assertThat(sound).allMatch(copy -> copy.closed() == 1);
    }

    @Test
    void savingNeedsARunningEpisode() {
        VectorEnvironment vector = new DefaultVectorEnvironment(Corridor::new, 1, SEEDS, 0);
        assertThatIllegalStateException().isThrownBy(() -> vector.save(new State()));
        assertThat(Arrays.asList(vector.size(), vector.first())).containsExactly(1, 0);
    }
}
