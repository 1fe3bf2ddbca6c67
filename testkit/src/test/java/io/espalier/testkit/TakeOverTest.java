package io.espalier.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.espalier.core.AbandonedCall;
import io.espalier.core.DefaultVectorEnvironment;
import io.espalier.core.Environment;
import io.espalier.core.Seeds;
import io.espalier.core.State;
import io.espalier.core.Step;
import io.espalier.core.wrappers.EnvironmentWrapper;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** One thread hangs in a copy; another finishes the step; the first comes back later and must do no harm. */
class TakeOverTest {
    private enum Place {
        RESET,
        STEP,
        OBSERVE
    }

    /** Hangs once, in one place at one call, and unwinds the thread that hung when it is let go. */
    private static final class Hanging extends EnvironmentWrapper {
        final CountDownLatch stuck = new CountDownLatch(1);
        final CountDownLatch letGo = new CountDownLatch(1);
        private final Place place;
        private int left;

        Hanging(Place place, int call) {
            super(new CountingEnvironment(3, true));
            this.place = place;
            left = call;
        }

        private boolean hung(Place here) {
            if (here != place || --left != 0) {
                return false;
            }
            stuck.countDown();
            try {
                letGo.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return true;
        }

        @Override
        public void reset(long seed) {
            boolean hung = hung(Place.RESET);
            super.reset(seed);
            unwind(hung);
        }

        @Override
        public Step step(float[] actions, int at) {
            boolean hung = hung(Place.STEP);
            Step step = super.step(actions, at);
            unwind(hung);
            return step;
        }

        @Override
        public void observe(float[] into, int at) {
            boolean hung = hung(Place.OBSERVE);
            super.observe(into, at);
            if (hung) {
                into[at] = Float.NaN;
            }
            unwind(hung);
        }

        private static void unwind(boolean hung) {
            if (hung) {
                throw new AbandonedCall("given up");
            }
        }
    }

    private static String all(DefaultVectorEnvironment vector) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 3; i++) {
            text.append(vector.observations()[2 * i])
                    .append('/')
                    .append(vector.observations()[2 * i + 1])
                    .append(" reached ")
                    .append(vector.reached()[2 * i + 1])
                    .append(" reward ")
                    .append(vector.rewards()[i])
                    .append(vector.terminated()[i] ? " terminated" : "")
                    .append(vector.truncated()[i] ? " truncated" : "")
                    .append(vector.discarded()[i] ? " discarded; " : "; ");
        }
        return text.toString();
    }

    /** Runs until the hang, takes over, and gives what stood there before and after the first thread came back. */
    private static List<String> hang(Place place, int call, int stepsBefore) throws Exception {
        Hanging hanging = new Hanging(place, call);
        List<Environment> copies = List.of(new CountingEnvironment(3, true), hanging, new CountingEnvironment(3, true));
        List<String> asked = new ArrayList<>();
        DefaultVectorEnvironment vector =
                new DefaultVectorEnvironment(copies, Seeds.of(5), 0, (copy, failed, cause) -> {
                    asked.add(copy + " " + cause.getMessage());
                    return new CountingEnvironment(3, true);
                });
        AtomicReference<Throwable> unwound = new AtomicReference<>();
        Thread first = new Thread(() -> {
            try {
                vector.reset();
                for (int t = 0; t <= stepsBefore; t++) {
                    vector.step(new float[] {0, 0, t == stepsBefore ? 1 : 0});
                }
            } catch (AbandonedCall e) {
                unwound.set(e);
            }
        });
        first.start();
        assertThat(hanging.stuck.await(10, TimeUnit.SECONDS)).isTrue();
        vector.takeOver(new TimeoutException("stuck"));
        assertThat(asked).containsExactly("1 stuck");
        List<String> seen = new ArrayList<>();
        seen.add(all(vector));
        hanging.letGo.countDown();
        first.join();
        assertThat(unwound.get()).isInstanceOf(AbandonedCall.class);
        seen.add(all(vector));
        vector.step(new float[3]);
        return seen;
    }

    private static float shown(int copy, int episode) {
        return Seeds.of(5).child("environment", copy).seedOf(episode) & 0xFFFF;
    }

    @Test
    void aHangInAStepCostsOneTransitionAndTheCopiesAfterItGoOn() throws Exception {
        // The second step hangs, in copy 1, with action 1 for copy 2.
        List<String> seen = hang(Place.STEP, 2, 1);
        assertThat(seen.get(0))
                .isEqualTo(shown(0, 0) + "/2.0 reached 2.0 reward 2.0; " + shown(1, 1)
                        + "/0.0 reached 1.0 reward 0.0 truncated discarded; " + shown(2, 0)
                        + "/2.0 reached 2.0 reward 102.0; ");
        assertThat(seen.get(1)).isEqualTo(seen.get(0));
    }

    @Test
    void aHangInAnObservationToo() throws Exception {
        // Calls of observe: one after reset, one per step; the third is that of the second step.
        List<String> seen = hang(Place.OBSERVE, 3, 1);
        assertThat(seen.get(0))
                .contains("reached 1.0 reward 0.0 truncated discarded; ")
                .doesNotContain("NaN");
        assertThat(seen.get(1)).isEqualTo(seen.get(0));
    }

    @Test
    void aHangBetweenEpisodesCostsNoTransition() throws Exception {
        // The third step ends the episode; the reset after it hangs.
        List<String> seen = hang(Place.RESET, 2, 2);
        assertThat(seen.get(0))
                .isEqualTo(shown(0, 1) + "/0.0 reached 3.0 reward 3.0 truncated; " + shown(1, 2)
                        + "/0.0 reached 3.0 reward 3.0 truncated; " + shown(2, 1)
                        + "/0.0 reached 3.0 reward 103.0 truncated; ");
        assertThat(seen.get(1)).isEqualTo(seen.get(0));
    }

    @Test
    void theFirstResetCanBeTakenOver() throws Exception {
        Hanging hanging = new Hanging(Place.RESET, 1);
        DefaultVectorEnvironment vector = new DefaultVectorEnvironment(
                List.of(new CountingEnvironment(3, true), hanging, new CountingEnvironment(3, true)),
                Seeds.of(5),
                0,
                (copy, failed, cause) -> new CountingEnvironment(3, true));
        Thread first = new Thread(() -> {
            try {
                vector.reset();
            } catch (AbandonedCall e) {
                assertThat(e).hasMessage("given up");
            }
        });
        first.start();
        assertThat(hanging.stuck.await(10, TimeUnit.SECONDS)).isTrue();
        vector.takeOver(new TimeoutException("stuck"));
        assertThat(vector.observations()).containsExactly(shown(0, 0), 0, shown(1, 1), 0, shown(2, 0), 0);
        vector.step(new float[3]);
        assertThat(vector.rewards()).containsExactly(1, 1, 1);
        hanging.letGo.countDown();
        first.join();
        assertThat(vector.rewards()).containsExactly(1, 1, 1);
    }

    @Test
    void theStateAfterATakeOverCanBeSavedAndResumed() throws Exception {
        Hanging hanging = new Hanging(Place.STEP, 1);
        DefaultVectorEnvironment vector = new DefaultVectorEnvironment(
                List.of(hanging), Seeds.of(5), 0, (copy, failed, cause) -> new CountingEnvironment(3, true));
        Thread first = new Thread(() -> {
            try {
                vector.reset();
                vector.step(new float[1]);
            } catch (AbandonedCall e) {
                assertThat(e).hasMessage("given up");
            }
        });
        first.start();
        assertThat(hanging.stuck.await(10, TimeUnit.SECONDS)).isTrue();
        vector.takeOver(new TimeoutException("stuck"));
        hanging.letGo.countDown();
        first.join();
        vector.step(new float[1]);
        State state = new State();
        vector.save(state);
        DefaultVectorEnvironment other =
                new DefaultVectorEnvironment(() -> new CountingEnvironment(3, true), 1, Seeds.of(5), 0);
        other.load(state);
        assertThat(other.observations()).isEqualTo(vector.observations());
        assertThat(other.episode(0)).isEqualTo(1);
    }

    @Test
    void thereMustBeSomethingToTakeOver() {
        DefaultVectorEnvironment vector = new DefaultVectorEnvironment(Corridor::new, 1, Seeds.of(5), 0);
        assertThatIllegalStateException().isThrownBy(() -> vector.takeOver(new TimeoutException()));
        vector.reset();
        assertThatIllegalStateException().isThrownBy(() -> vector.takeOver(new TimeoutException()));
    }
}
