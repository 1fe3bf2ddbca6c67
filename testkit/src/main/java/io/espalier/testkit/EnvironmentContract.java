package io.espalier.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.sun.management.ThreadMXBean;
import io.espalier.core.Environment;
import io.espalier.core.MetricSink;
import io.espalier.core.RandomStream;
import io.espalier.core.Sketch;
import io.espalier.core.Space;
import io.espalier.core.State;
import io.espalier.core.Stateful;
import io.espalier.core.Step;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What every {@link Environment} must do. An author extends it and says how to make one:
 *
 * <pre>
 *   class CorridorTest extends EnvironmentContract {
 *       &#64;Override protected Environment create() { return new Corridor(); }
 *   }
 * </pre>
 *
 * <p>It plays episodes of random allowed actions. The methods below {@link #create} tell what is special about a task;
 * most tasks override none of them.
 */
public abstract class EnvironmentContract {
    private static final int EPISODES = 12;
    private static final float JUNK = -1234.5f;

    /** Makes a new environment. All made must be alike and share nothing that changes. */
    protected abstract Environment create();

    /** Whether the seed makes a difference. False for a task without any chance in it. */
    protected boolean usesSeed() {
        return true;
    }

    /** The time limit in environment steps; 0 to conclude it from the first episode that is truncated. */
    protected int timeLimit() {
        return 0;
    }

    /** Whether the task, as opposed to a time limit, ends after the same number of steps whatever happens. */
    protected boolean fixedLength() {
        return false;
    }

    /** Whether episodes may be truncated for other reasons than a time limit. */
    protected boolean truncatesEarly() {
        return false;
    }

    /** Within how many environment steps an episode of random actions surely ends. */
    protected int mostSteps() {
        return 20_000;
    }

    /** How many bytes a step may allocate: by default one {@link Step}, none besides. */
    protected int bytesPerStep() {
        return 32;
    }

    @Test
    protected void spacesNeverChange() {
        try (Environment environment = create()) {
            Space observations = environment.observationSpace();
            Space actions = environment.actionSpace();
            boolean masks = environment.masksActions();
            boolean success = environment.reportsSuccess();
            play(environment, 1, 2);
            environment.reset(3);
            try (Environment other = create()) {
                for (Environment each : List.of(environment, other)) {
                    assertThat(each.observationSpace()).as("observationSpace").isEqualTo(observations);
                    assertThat(each.actionSpace()).as("actionSpace").isEqualTo(actions);
                    assertThat(each.masksActions()).as("masksActions").isEqualTo(masks);
                    assertThat(each.reportsSuccess()).as("reportsSuccess").isEqualTo(success);
                }
            }
        }
    }

    @Test
    protected void theSameSeedAndActionsGiveTheSameEpisode() {
        try (Environment environment = create();
                Environment other = create()) {
            Trace fresh = play(environment, 0, 100);
            assertSame("Maybe it draws random numbers from elsewhere than reset's seed.", play(other, 0, 100), fresh);
            for (int seed = 1; seed < EPISODES; seed++) {
                Trace first = play(environment, seed, 100 + seed);
                assertSame(
                        "Maybe it draws random numbers from elsewhere than reset's seed.",
                        play(other, seed, 100 + seed),
                        first);
            }
            assertSame("Maybe reset leaves something of the episode before.", play(other, 0, 100), fresh);
        }
    }

    @Test
    protected void theSeedMatters() {
        try (Environment environment = create()) {
            Trace first = play(environment, 0, 5);
            boolean differs = false;
            for (int seed = 1; seed <= 50 && !differs; seed++) {
                differs = !play(environment, seed, 5).difference(first).isEmpty();
            }
            assertThat(differs)
                    .as(
                            "whether any of 50 seeds gives another episode. Maybe reset ignores its seed; if the task has no"
                                    + " chance in it, override usesSeed to say so.")
                    .isEqualTo(usesSeed());
        }
    }

    @Test
    protected void aStepBeforeTheFirstResetIsRefused() {
        try (Environment environment = create()) {
            float[] action = new float[environment.actionSpace().size()];
            environment.actionSpace().sample(new RandomStream(1), action, 0);
            assertThatIllegalStateException()
                    .as("step before the first reset")
                    .isThrownBy(() -> environment.step(action, 0));
        }
    }

    @Test
    protected void aStepAfterTheLastIsRefused() {
        try (Environment environment = create()) {
            for (int seed = 0; seed < EPISODES; seed++) {
                Player player = new Player(environment, seed);
                Trace trace = player.toTheEnd(environment, seed);
                // The last action again: after the end, a mask may allow none.
                for (int attempt = 0; attempt < 2; attempt++) {
                    assertThatIllegalStateException()
                            .as("step after the end of the episode (" + trace.last() + ")")
                            .isThrownBy(() -> environment.step(player.action, 0));
                }
                assertThat(player.seen(environment))
                        .as("observation after a refused step")
                        .containsExactly(player.observation);
            }
        }
    }

    @Test
    protected void observationsAreInTheirSpaceAndRewardsFinite() {
        try (Environment environment = create()) {
            Space space = environment.observationSpace();
            for (int seed = 0; seed < EPISODES; seed++) {
                Player player = new Player(environment, seed);
                environment.reset(seed);
                Step step = Step.transition(0);
                for (int t = 0; ; t++) {
                    String where = "seed " + seed + ", after " + t + " steps";
                    assertThat(space.violation(player.seen(environment), 0))
                            .as("why the observation is outside " + space + " (" + where + ")")
                            .isEmpty();
                    assertThat(step.reward()).as("reward (" + where + ")").isFinite();
                    if (step.last() || t == mostSteps()) {
                        break;
                    }
                    player.choose(environment);
                    step = environment.step(player.action, 0);
                }
            }
        }
    }

    @Test
    protected void writesItsOwnRowAndAllOfIt() {
        try (Environment environment = create()) {
            Player player = new Player(environment, 3);
            environment.reset(3);
            int size = environment.observationSpace().size();
            int choices = environment.actionSpace().choices();
            for (int t = 0; t < 200; t++) {
                float[] row = new float[0];
                for (float junk : new float[] {JUNK, Float.NaN}) {
                    float[] around = new float[size + 7];
                    Arrays.fill(around, junk);
                    float[] expected = around.clone();
                    environment.observe(around, 5);
                    row = row.length == 0 ? Arrays.copyOfRange(around, 5, 5 + size) : row;
                    System.arraycopy(row, 0, expected, 5, size);
                    assertThat(around)
                            .as("observation of " + size + " floats written at index 5 of a larger array")
                            .containsExactly(expected);
                }
                if (environment.masksActions()) {
                    boolean[] mask = new boolean[choices];
                    environment.actionMask(mask, 0);
                    for (boolean junk : new boolean[] {true, false}) {
                        boolean[] around = new boolean[choices + 7];
                        Arrays.fill(around, junk);
                        boolean[] expected = around.clone();
                        System.arraycopy(mask, 0, expected, 5, choices);
                        environment.actionMask(around, 5);
                        assertThat(around)
                                .as("mask of " + choices + " flags written at index 5 of a larger array")
                                .containsExactly(expected);
                    }
                }
                player.choose(environment);
                float[] given = player.action.clone();
                Step step = environment.step(player.action, 0);
                assertThat(player.action)
                        .as("actions after step, which only reads them")
                        .containsExactly(given);
                if (step.last()) {
                    environment.reset(t);
                }
            }
        }
    }

    @Test
    protected void keepsNoReferenceToArraysAndWorksAtAnyOffset() {
        try (Environment environment = create();
                Environment other = create()) {
            for (int seed = 0; seed < EPISODES; seed++) {
                Trace plain = play(environment, seed, seed);
                int size = other.observationSpace().size();
                int actionSize = other.actionSpace().size();
                Player player = new Player(other, seed);
                Trace trace = new Trace(other);
                other.reset(seed);
                float[] kept = new float[size + 9];
                trace.look(other, kept, 4);
                while (trace.length() < plain.length()) {
                    player.choose(other);
                    float[] actions = new float[actionSize + 9];
                    Arrays.fill(actions, Float.NaN);
                    System.arraycopy(player.action, 0, actions, 6, actionSize);
                    float[] before = kept.clone();
                    Step step = other.step(actions, 6);
                    assertThat(kept)
                            .as("an observation that the caller keeps, after the next step")
                            .containsExactly(before);
                    Arrays.fill(actions, JUNK);
                    Arrays.fill(kept, JUNK);
                    trace.step(other, step);
                    kept = new float[size + 9];
                    trace.look(other, kept, 4);
                }
                assertSame("Maybe it keeps a reference to an array of its caller, or ignores \"at\".", trace, plain);
            }
        }
    }

    @Test
    protected void lookingChangesNothing() {
        try (Environment environment = create();
                Environment other = create()) {
            for (int seed = 0; seed < EPISODES; seed++) {
                Trace plain = play(environment, seed, seed);
                Player player = new Player(other, seed);
                Trace trace = new Trace(other);
                other.reset(seed);
                trace.look(other);
                while (trace.length() < plain.length()) {
                    lookAtAll(other, player, false);
                    player.choose(other);
                    trace.step(other, other.step(player.action, 0));
                    lookAtAll(other, player, trace.last().last());
                    trace.look(other);
                }
                assertSame(
                        "Maybe observe, actionMask, render, draw, success or episodeMetrics change something.",
                        trace,
                        plain);
            }
        }
    }

    private static void lookAtAll(Environment environment, Player player, boolean ended) {
        boolean[] mask = new boolean[environment.actionSpace().choices()];
        for (int i = 0; i < 3; i++) {
            float[] seen = player.seen(environment).clone();
            assertThat(player.seen(environment))
                    .as("the same observation again")
                    .containsExactly(seen);
            if (!ended) {
                environment.actionMask(mask, 0);
            } else {
                environment.success();
                environment.episodeMetrics(MetricSink.NONE);
            }
            assertThat(environment.render()).as("render").isNotNull();
            environment.draw(new Sketch(40, 20));
        }
    }

    @Test
    protected void masksLeaveAChoice() {
        try (Environment environment = create()) {
            if (!environment.masksActions()) {
                boolean[] mask = new boolean[environment.actionSpace().choices()];
                environment.reset(1);
                environment.actionMask(mask, 0);
                assertThat(mask).as("mask where masksActions is false").doesNotContain(false);
                return;
            }
            boolean forbids = false;
            for (int seed = 0; seed < EPISODES; seed++) {
                Player player = new Player(environment, seed);
                environment.reset(seed);
                boolean[] mask = new boolean[environment.actionSpace().choices()];
                for (int t = 0; t < mostSteps(); t++) {
                    environment.actionMask(mask, 0);
                    for (boolean allowed : mask) {
                        forbids |= !allowed;
                    }
                    String where = "seed " + seed + ", after " + t + " steps";
                    try {
                        player.choose(environment);
                    } catch (IllegalStateException e) {
                        throw new AssertionError(e.getMessage() + " (" + where + ")", e);
                    }
                    if (environment.step(player.action, 0).last()) {
                        break;
                    }
                }
            }
            assertThat(forbids)
                    .as("whether any action was ever forbidden in " + EPISODES
                            + " episodes. Maybe masksActions should be false.")
                    .isTrue();
        }
    }

    @Test
    protected void endsAreNamedForWhatTheyAre() {
        try (Environment environment = create()) {
            int limit = timeLimit();
            int most = 0;
            int atLimit = 0;
            int truncated = 0;
            List<Integer> lengths = new ArrayList<>();
            boolean allTerminated = true;
            for (int seed = 0; seed < 2 * EPISODES; seed++) {
                Trace trace = play(environment, seed, 1000 + seed);
                int length = trace.length();
                assertThat(trace.last().last())
                        .as("whether an episode of random actions (seed " + seed + ") ends within " + mostSteps()
                                + " steps. Maybe it needs a TimeLimit, or override mostSteps.")
                        .isTrue();
                most = Math.max(most, length);
                lengths.add(length);
                if (trace.last().truncated()) {
                    allTerminated = false;
                    truncated++;
                    limit = limit == 0 && !truncatesEarly() ? length : limit;
                    assertThat(length == limit || truncatesEarly())
                            .as("whether an episode was truncated at its time limit of " + limit + ", not after "
                                    + length + " steps (seed " + seed + "). Maybe the task itself ended, which is a"
                                    + " termination; if not, override truncatesEarly.")
                            .isTrue();
                }
                atLimit += length == limit ? 1 : 0;
            }
            if (limit > 0) {
                assertThat(most)
                        .as("the longest episode, where the time limit is " + limit)
                        .isLessThanOrEqualTo(limit);
            }
            boolean suspicious =
                    most > 1 && allTerminated && lengths.stream().distinct().count() == 1;
            suspicious |= timeLimit() > 1 && atLimit >= 3 && truncated == 0;
            assertThat(suspicious && !fixedLength())
                    .as("whether every episode that lasted " + most + " steps was terminated then. Maybe a time limit"
                            + " is reported as a termination; if the task does end then, override fixedLength.")
                    .isFalse();
        }
    }

    @Test
    protected void successAndFiguresBelongToTheEnd() {
        try (Environment environment = create()) {
            for (int seed = 0; seed < EPISODES; seed++) {
                Player player = new Player(environment, seed);
                environment.reset(seed);
                for (int t = 0; t < mostSteps(); t++) {
                    assertThat(environment.success())
                            .as("success after " + t + " steps of an episode under way (seed " + seed
                                    + "). Maybe reset leaves it as it was.")
                            .isFalse();
                    player.choose(environment);
                    if (environment.step(player.action, 0).last()) {
                        break;
                    }
                }
                if (!environment.reportsSuccess()) {
                    assertThat(environment.success())
                            .as("success where reportsSuccess is false")
                            .isFalse();
                }
                List<String> names = new ArrayList<>();
                environment.episodeMetrics((name, value) -> {
                    assertThat(name).as("name of a figure").isNotBlank();
                    assertThat(value).as("figure \"" + name + "\"").isFinite();
                    names.add(name);
                });
                assertThat(names).as("names of an episode's figures").doesNotHaveDuplicates();
            }
        }
    }

    @Test
    protected void resetWorksInMidEpisode() {
        try (Environment environment = create();
                Environment other = create()) {
            for (int seed = 0; seed < EPISODES; seed++) {
                Trace plain = play(environment, seed, seed);
                Player player = new Player(other, 50 + seed);
                other.reset(50 + seed);
                for (int t = 0; t < seed; t++) {
                    player.choose(other);
                    if (other.step(player.action, 0).last()) {
                        break;
                    }
                }
                assertSame("Maybe a reset in mid-episode leaves something.", play(other, seed, seed), plain);
            }
        }
    }

    @Test
    protected void copiesShareNothing() {
        try (Environment environment = create();
                Environment one = create();
                Environment two = create()) {
            Trace plain = play(environment, 1, 1);
            Trace otherPlain = play(environment, 2, 2);
            Player first = new Player(one, 1);
            Player second = new Player(two, 2);
            Trace trace = new Trace(one);
            Trace otherTrace = new Trace(two);
            one.reset(1);
            two.reset(2);
            trace.look(one);
            otherTrace.look(two);
            for (int t = 0; t < Math.max(plain.length(), otherPlain.length()); t++) {
                if (t < plain.length()) {
                    first.step(one, trace);
                }
                if (t < otherPlain.length()) {
                    second.step(two, otherTrace);
                }
            }
            assertSame("Maybe copies share a static field.", trace, plain);
            assertSame("Maybe copies share a static field.", otherTrace, otherPlain);
        }
    }

    @Test
    protected void closesAtAnyTimeAndTwice() {
        Environment unused = create();
        unused.close();
        unused.close();
        Environment used = create();
        Player player = new Player(used, 1);
        used.reset(1);
        player.choose(used);
        used.step(player.action, 0);
        used.close();
        used.close();
        try (Environment environment = create()) {
            play(environment, 1, 1);
        }
    }

    @Test
    protected void aMemoryRestoresEverything() {
        try (Environment environment = create();
                Environment other = create()) {
            Stateful memory = environment.memory();
            if (memory == null) {
                return;
            }
            Stateful otherMemory = other.memory();
            if (otherMemory == null) {
                throw new AssertionError("One copy has a memory, another has none.");
            }
            for (int stop : new int[] {0, 1, 5, 20}) {
                Player player = new Player(environment, 4);
                environment.reset(4);
                boolean ended = false;
                for (int t = 0; t < stop && !ended; t++) {
                    player.choose(environment);
                    ended = environment.step(player.action, 0).last();
                }
                if (ended) {
                    return;
                }
                play(other, 9, 9);
                State state = new State();
                memory.save(state);
                otherMemory.load(state);
                Trace trace = new Trace(environment);
                Trace otherTrace = new Trace(other);
                trace.look(environment);
                otherTrace.look(other);
                for (boolean last = false;
                        !last && trace.length() < mostSteps();
                        last = trace.last().last()) {
                    player.step(environment, trace);
                    otherTrace.step(other, other.step(player.action, 0));
                    otherTrace.look(other);
                }
                assertSame("Maybe save forgets a field.", otherTrace, trace);
            }
        }
    }

    @Test
    protected void aSearchCopyGoesOnLikeTheOriginal() {
        try (Environment environment = create()) {
            CopyChecks.goesOnLikeTheOriginal(environment);
        }
    }

    @Test
    protected void neitherASearchCopyNorTheOriginalDisturbsTheOther() {
        try (Environment environment = create()) {
            CopyChecks.neitherDisturbsTheOther(environment);
        }
    }

    @Test
    protected void aSeedDecidesWhatASearchCopyMeets() {
        try (Environment environment = create()) {
            CopyChecks.aSeedDecidesWhatIsToCome(environment);
        }
    }

    @Test
    protected void aSearchCopyRefusesToBecomeSomethingElse() {
        try (Environment environment = create()) {
            CopyChecks.refusesToBecomeSomethingElse(environment);
        }
    }

    @Test
    protected void aStepAllocatesNoMoreThanAStep() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (Environment environment = create()) {
            Player player = new Player(environment, 6);
            environment.reset(6);
            long least = Long.MAX_VALUE;
            // The least of several windows: compiling the code in the background allocates in this thread too.
            for (int window = 0; window < 8 && least > bytesPerStep(); window++) {
                long bytes = 0;
                int steps = 1000;
                for (int t = 0; t < steps; t++) {
                    long before = threads.getCurrentThreadAllocatedBytes();
                    player.choose(environment);
                    boolean last = environment.step(player.action, 0).last();
                    player.seen(environment);
                    bytes += threads.getCurrentThreadAllocatedBytes() - before;
                    if (last) {
                        environment.reset(t);
                    }
                }
                least = Math.min(least, bytes / steps);
            }
            assertThat(least)
                    .as(
                            "bytes allocated by step, observe and actionMask together, per step. Maybe keep arrays and Steps"
                                    + " in fields; if that cannot be, override bytesPerStep.")
                    .isLessThanOrEqualTo(bytesPerStep());
        }
    }

    private Trace play(Environment environment, long seed, long actionSeed) {
        return new Player(environment, actionSeed).toTheEnd(environment, seed);
    }

    private static void assertSame(String maybe, Trace trace, Trace expected) {
        assertThat(trace.difference(expected))
                .as("first difference between two episodes of the same seed and actions. " + maybe)
                .isEmpty();
    }

    /** Plays one environment at random, and owns the arrays for it. */
    private final class Player {
        final float[] action;
        final float[] observation;
        private final RandomPlayer player;

        Player(Environment environment, long seed) {
            action = new float[environment.actionSpace().size()];
            observation = new float[environment.observationSpace().size()];
            player = new RandomPlayer(environment);
            player.reseed(seed);
        }

        void choose(Environment environment) {
            player.choose(environment, action, 0);
        }

        float[] seen(Environment environment) {
            environment.observe(observation, 0);
            return observation;
        }

        void step(Environment environment, Trace trace) {
            choose(environment);
            trace.step(environment, environment.step(action, 0));
            trace.look(environment);
        }

        Trace toTheEnd(Environment environment, long seed) {
            Trace trace = new Trace(environment);
            environment.reset(seed);
            trace.look(environment);
            do {
                step(environment, trace);
            } while (!trace.last().last() && trace.length() < mostSteps());
            return trace;
        }
    }
}
