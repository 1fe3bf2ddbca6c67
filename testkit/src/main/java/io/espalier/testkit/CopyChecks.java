package io.espalier.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.espalier.core.CopyableEnvironment;
import io.espalier.core.Environment;
import io.espalier.core.Space;
import io.espalier.core.Step;
import org.jspecify.annotations.Nullable;

/** What the copies of an environment must do; part of {@link EnvironmentContract}. */
final class CopyChecks {
    private static final int[] STOPS = {0, 1, 3, 5, 20};
    private static final int LOOKAHEAD = 300;

    private CopyChecks() {}

    /** A copy, given the same actions, goes on as the original does. */
    static void goesOnLikeTheOriginal(Environment environment) {
        for (int stop : STOPS) {
            CopyableEnvironment copy = copyAfter(environment, stop);
            if (copy == null) {
                return;
            }
            assertThat(copy.observationSpace())
                    .as("observationSpace of a copy")
                    .isEqualTo(environment.observationSpace());
            assertThat(copy.actionSpace()).as("actionSpace of a copy").isEqualTo(environment.actionSpace());
            assertThat(copy.masksActions()).as("masksActions of a copy").isEqualTo(environment.masksActions());
            assertThat(look(copy))
                    .as("what a copy shows after " + stop + " steps")
                    .isEqualTo(look(environment));
            CopyableEnvironment reused = copy.copy();
            reused.reset(77);
            walk(reused, 5, 3);
            reused.copyFrom(copy);
            String original = walk(environment, stop, LOOKAHEAD);
            assertThat(walk(copy, stop, LOOKAHEAD))
                    .as("what a copy made after " + stop + " steps lives through. Maybe copy forgets a field.")
                    .startsWith(original);
            assertThat(walk(reused, stop, LOOKAHEAD))
                    .as("what a copy refilled after " + stop + " steps lives through. Maybe copyFrom forgets a field.")
                    .startsWith(original);
        }
    }

    /** Neither the original nor a copy is disturbed by what the other does. */
    static void neitherDisturbsTheOther(Environment environment) {
        for (int stop : STOPS) {
            CopyableEnvironment copy = copyAfter(environment, stop);
            if (copy == null) {
                return;
            }
            CopyableEnvironment witness = copy.copy();
            String before = look(environment);
            walk(copy, 900, LOOKAHEAD);
            copy.reset(901);
            walk(copy, 902, 2);
            copy.reseed(903);
            assertThat(look(environment))
                    .as("what the original shows after its copy went on. Maybe they share an array.")
                    .isEqualTo(before);
            String undisturbed = walk(witness.copy(), stop, LOOKAHEAD);
            assertThat(undisturbed)
                    .as(
                            "what the original lives through after its copy went on. Maybe they share randomness or an array.")
                    .startsWith(walk(environment, stop, LOOKAHEAD));
            assertThat(walk(witness, stop, LOOKAHEAD))
                    .as("what a copy lives through after the original went on. Maybe they share an array.")
                    .isEqualTo(undisturbed);
        }
    }

    /** Reseeding leaves the present as it is, and decides the future where there is chance in it. */
    static void aSeedDecidesWhatIsToCome(Environment environment) {
        CopyableEnvironment copy = copyAfter(environment, 1);
        if (copy == null) {
            return;
        }
        boolean differs = false;
        for (int seed = 0; seed < 50; seed++) {
            CopyableEnvironment one = copy.copy();
            CopyableEnvironment other = copy.copy();
            one.reseed(seed);
            assertThat(look(one)).as("what is shown after reseed").isEqualTo(look(copy));
            walk(other, 7, 1);
            other.copyFrom(copy);
            other.reseed(seed);
            String lived = walk(one, 7, 20);
            assertThat(walk(other, 7, 20)).as("what follows from one seed").isEqualTo(lived);
            differs |= !walk(copy.copy(), 7, 20).equals(lived);
        }
        assertThat(differs)
                .as("whether any of 50 seeds gives another future. Maybe reseed or hasChance is wrong.")
                .isEqualTo(copy.hasChance());
    }

    /** A copy cannot become something else. */
    static void refusesToBecomeSomethingElse(Environment environment) {
        CopyableEnvironment copy = copyAfter(environment, 1);
        if (copy == null) {
            return;
        }
        assertThatIllegalArgumentException()
                .as("copyFrom an environment of another class")
                .isThrownBy(() -> copy.copyFrom(new Stranger()));
    }

    /** A copy after some random steps of an episode that lasts longer; null if there are no copies, or no such episodes. */
    private static @Nullable CopyableEnvironment copyAfter(Environment environment, int steps) {
        for (int seed = 4; seed < 54; seed++) {
            environment.reset(seed);
            String lived = walk(environment, seed, steps);
            if (steps == 0 || (lived.endsWith("\n") && lived.lines().count() == steps)) {
                return environment.searchCopy();
            }
        }
        return null;
    }

    /**
     * What random actions lead to, as text, up to the end of the task, that of a time limit, or so many steps. A copy may
     * be without the limit; then its text begins like the original's and is longer.
     */
    private static String walk(Environment environment, long seed, int most) {
        StringBuilder lived = new StringBuilder();
        RandomPlayer player = new RandomPlayer(environment);
        player.reseed(seed);
        float[] action = new float[environment.actionSpace().size()];
        for (int t = 0; t < most; t++) {
            player.choose(environment, action, 0);
            Step step = environment.step(action, 0);
            lived.append(step.reward()).append(step.terminated() ? " last " : " ");
            if (step.terminated()) {
                environment.episodeMetrics(
                        (name, value) -> lived.append(name).append(value).append(' '));
                return lived.append(environment.success()).toString();
            }
            lived.append(look(environment)).append('\n');
            if (step.truncated()) {
                break;
            }
        }
        return lived.toString();
    }

    private static String look(Environment environment) {
        Space space = environment.observationSpace();
        float[] observation = new float[space.size()];
        environment.observe(observation, 0);
        boolean[] mask = new boolean[environment.actionSpace().choices()];
        environment.actionMask(mask, 0);
        return java.util.Arrays.toString(observation) + java.util.Arrays.toString(mask);
    }

    /** Another class than any that is checked. */
    private static final class Stranger implements CopyableEnvironment {
        private final Corridor corridor = new Corridor();

        @Override
        public CopyableEnvironment copy() {
            return new Stranger();
        }

        @Override
        public void copyFrom(CopyableEnvironment other) {
            CopyableEnvironment.same(Stranger.class, other);
        }

        @Override
        public void reseed(long seed) {}

        @Override
        public Space observationSpace() {
            return corridor.observationSpace();
        }

        @Override
        public Space actionSpace() {
            return corridor.actionSpace();
        }

        @Override
        public void reset(long seed) {
            corridor.reset(seed);
        }

        @Override
        public Step step(float[] actions, int at) {
            return corridor.step(actions, at);
        }

        @Override
        public void observe(float[] into, int at) {
            corridor.observe(into, at);
        }
    }
}
