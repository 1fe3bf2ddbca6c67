package io.espalier.testkit;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.core.Box;
import io.espalier.core.CopyableEnvironment;
import io.espalier.core.Environment;
import io.espalier.core.MetricSink;
import io.espalier.core.RandomStream;
import io.espalier.core.Space;
import io.espalier.core.State;
import io.espalier.core.Stateful;
import io.espalier.core.Step;
import io.espalier.core.wrappers.EnvironmentWrapper;
import io.espalier.core.wrappers.TimeLimit;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Breaks a sound environment in one way at a time, and sees the rule bite that is about it. */
class EnvironmentContractTest {
    /** A sound environment, to be spoiled. */
    private static class Spoiled extends EnvironmentWrapper {
        Spoiled() {
            super(new Corridor());
        }

        Spoiled(Environment inner) {
            super(inner);
        }
    }

    private static class Contract extends EnvironmentContract {
        private final Supplier<Environment> factory;

        Contract(Supplier<Environment> factory) {
            this.factory = factory;
        }

        @Override
        protected Environment create() {
            return factory.get();
        }
    }

    private static void bites(Consumer<EnvironmentContract> rule, Supplier<Environment> broken, String why) {
        rule.accept(new Contract(Corridor::new));
        bites(rule, new Contract(broken), why);
    }

    private static void bites(Consumer<EnvironmentContract> rule, EnvironmentContract contract, String why) {
        assertThatThrownBy(() -> rule.accept(contract))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining(why);
    }

    @Test
    void aSpaceThatChanges() {
        bites(
                EnvironmentContract::spacesNeverChange,
                () -> new Spoiled() {
                    private float high = 1;

                    @Override
                    public Space observationSpace() {
                        return Box.uniform(0, high, 1);
                    }

                    @Override
                    public void reset(long seed) {
                        high++;
                        super.reset(seed);
                    }
                },
                "observationSpace");
    }

    @Test
    void hiddenRandomness() {
        // Stands for Math.random(): a source that the seed does not reach.
        RandomStream elsewhere = new RandomStream(1);
        bites(
                EnvironmentContract::theSameSeedAndActionsGiveTheSameEpisode,
                () -> new Spoiled() {
                    @Override
                    public Step step(float[] actions, int at) {
                        return super.step(new float[] {elsewhere.nextInt(2)}, 0);
                    }
                },
                "elsewhere than reset's seed");
    }

    @Test
    void somethingLeftFromTheEpisodeBefore() {
        bites(
                EnvironmentContract::theSameSeedAndActionsGiveTheSameEpisode,
                () -> new Spoiled() {
                    private float last;

                    @Override
                    public Step step(float[] actions, int at) {
                        Step step = super.step(actions, at);
                        last = step.last() ? 1 : 0;
                        return step.last() ? step : step.withReward(last);
                    }

                    @Override
                    public void observe(float[] into, int at) {
                        super.observe(into, at);
                        into[at] = Math.min(1, into[at] + last / 2);
                    }
                },
                "leaves something of the episode before");
    }

    @Test
    void anIgnoredSeed() {
        bites(
                EnvironmentContract::theSeedMatters,
                () -> new Spoiled() {
                    @Override
                    public void reset(long seed) {
                        super.reset(0);
                    }
                },
                "ignores its seed");
    }

    @Test
    void aSeedThatMattersThoughSaidNotTo() {
        bites(
                EnvironmentContract::theSeedMatters,
                new Contract(Corridor::new) {
                    @Override
                    protected boolean usesSeed() {
                        return false;
                    }
                },
                "usesSeed");
    }

    @Test
    void aStepBeforeTheFirstReset() {
        bites(
                EnvironmentContract::aStepBeforeTheFirstResetIsRefused,
                () -> {
                    Environment environment = new Corridor();
                    environment.reset(0);
                    return environment;
                },
                "step before the first reset");
    }

    @Test
    void aStepAfterTheEnd() {
        bites(
                EnvironmentContract::aStepAfterTheLastIsRefused,
                () -> new Spoiled() {
                    private boolean over;

                    @Override
                    public void reset(long seed) {
                        over = false;
                        super.reset(seed);
                    }

                    @Override
                    public Step step(float[] actions, int at) {
                        if (over) {
                            return Step.transition(0);
                        }
                        Step step = super.step(actions, at);
                        over = step.last();
                        return step;
                    }
                },
                "step after the end");
    }

    @Test
    void anEpisodeThatGoesOnAfterItsEndWasTold() {
        bites(
                EnvironmentContract::aStepAfterTheLastIsRefused,
                () -> new Spoiled(new CountingEnvironment(50, true)) {
                    private int elapsed;

                    @Override
                    public void reset(long seed) {
                        elapsed = 0;
                        super.reset(seed);
                    }

                    @Override
                    public Step step(float[] actions, int at) {
                        Step step = super.step(actions, at);
                        return ++elapsed == 10 ? Step.termination(step.reward()) : step;
                    }
                },
                "step after the end");
    }

    @ParameterizedTest
    @EnumSource(names = {"NAN_OBSERVATION", "OUT_OF_SPACE", "INFINITE_REWARD"})
    void valuesThatAreNotLegal(FaultyEnvironment.Fault fault) {
        bites(
                EnvironmentContract::observationsAreInTheirSpaceAndRewardsFinite,
                () -> FaultyEnvironment.once(new Corridor(), fault, 5),
                fault == FaultyEnvironment.Fault.INFINITE_REWARD ? "reward (seed" : "why the observation is outside");
    }

    @Test
    void aRowTooLong() {
        bites(
                EnvironmentContract::writesItsOwnRowAndAllOfIt,
                () -> FaultyEnvironment.from(new Corridor(), FaultyEnvironment.Fault.WRONG_SHAPE, 0),
                "written at index 5");
    }

    @Test
    void aRowTooShort() {
        bites(
                EnvironmentContract::writesItsOwnRowAndAllOfIt,
                () -> new Spoiled() {
                    @Override
                    public void observe(float[] into, int at) {
                        float[] row = new float[1];
                        super.observe(row, 0);
                        if (row[0] > 0) {
                            into[at] = row[0];
                        }
                    }
                },
                "written at index 5");
    }

    @Test
    void actionsThatAreOverwritten() {
        bites(
                EnvironmentContract::writesItsOwnRowAndAllOfIt,
                () -> new Spoiled() {
                    @Override
                    public Step step(float[] actions, int at) {
                        Step step = super.step(actions, at);
                        actions[at] = 7;
                        return step;
                    }
                },
                "actions after step");
    }

    @Test
    void anArrayThatIsKept() {
        bites(
                EnvironmentContract::keepsNoReferenceToArraysAndWorksAtAnyOffset,
                () -> new Spoiled() {
                    private float[] kept = new float[1];
                    private int start;

                    @Override
                    public Step step(float[] actions, int at) {
                        Step step = super.step(actions, at);
                        super.observe(kept, start);
                        return step;
                    }

                    @Override
                    public void observe(float[] into, int at) {
                        kept = into;
                        start = at;
                        super.observe(into, at);
                    }
                },
                "an observation that the caller keeps");
    }

    @Test
    void actionsThatAreReadFromTheStartOfTheArray() {
        bites(
                EnvironmentContract::keepsNoReferenceToArraysAndWorksAtAnyOffset,
                () -> new Spoiled() {
                    @Override
                    public Step step(float[] actions, int at) {
                        return super.step(actions, 0);
                    }
                },
                "ignores \"at\"");
    }

    @Test
    void aLookThatChangesSomething() {
        bites(
                EnvironmentContract::lookingChangesNothing,
                () -> new Spoiled(new CountingEnvironment(30, true)) {
                    private int looks;

                    @Override
                    public void observe(float[] into, int at) {
                        super.observe(into, at);
                        into[at] = looks++;
                    }
                },
                "the same observation again");
    }

    @Test
    void aMaskThatForbidsEverything() {
        bites(
                EnvironmentContract::masksLeaveAChoice,
                () -> new Spoiled(Corridor.masked(10)) {
                    @Override
                    public void actionMask(boolean[] into, int at) {
                        super.actionMask(into, at);
                        into[at + 1] = into[at];
                    }
                },
                "forbids all 2 choices");
    }

    @Test
    void aMaskThatIsNotAnnounced() {
        bites(
                EnvironmentContract::masksLeaveAChoice,
                () -> new Spoiled() {
                    @Override
                    public void actionMask(boolean[] into, int at) {
                        Arrays.fill(into, at, at + 2, false);
                    }
                },
                "masksActions is false");
    }

    @Test
    void aMaskThatNeverForbids() {
        bites(
                EnvironmentContract::masksLeaveAChoice,
                () -> new Spoiled() {
                    @Override
                    public boolean masksActions() {
                        return true;
                    }
                },
                "Maybe masksActions should be false");
    }

    @Test
    void aTimeLimitReportedAsATermination() {
        bites(
                EnvironmentContract::endsAreNamedForWhatTheyAre,
                () -> new CountingEnvironment(20, false),
                "a time limit is reported as a termination");
    }

    @Test
    void aDeclaredTimeLimitReportedAsATermination() {
        bites(
                EnvironmentContract::endsAreNamedForWhatTheyAre,
                new Contract(() -> new Spoiled() {
                    @Override
                    public Step step(float[] actions, int at) {
                        Step step = super.step(actions, at);
                        return step.last() ? Step.termination(step.reward()) : step;
                    }
                }) {
                    @Override
                    protected int timeLimit() {
                        return 40;
                    }
                },
                "a time limit is reported as a termination");
    }

    @Test
    void aTaskOfFixedLengthMaySaySo() {
        new Contract(() -> new CountingEnvironment(20, false)) {
            @Override
            protected boolean fixedLength() {
                return true;
            }
        }.endsAreNamedForWhatTheyAre();
    }

    @Test
    void aTerminationReportedAsATruncation() {
        bites(
                EnvironmentContract::endsAreNamedForWhatTheyAre,
                () -> new Spoiled() {
                    @Override
                    public Step step(float[] actions, int at) {
                        Step step = super.step(actions, at);
                        return step.last() ? Step.truncation(step.reward()) : step;
                    }
                },
                "Maybe the task itself ended, which is a");
    }

    @Test
    void anEpisodeWithoutEnd() {
        bites(
                EnvironmentContract::endsAreNamedForWhatTheyAre,
                () -> FaultyEnvironment.from(new Corridor(), FaultyEnvironment.Fault.NEVER_DONE, 0),
                "Maybe it needs a TimeLimit");
    }

    @Test
    void anEpisodeBeyondItsLimit() {
        bites(
                EnvironmentContract::endsAreNamedForWhatTheyAre,
                new Contract(Corridor::new) {
                    @Override
                    protected int timeLimit() {
                        return 39;
                    }
                },
                "time limit of 39");
    }

    @Test
    void aSuccessLeftFromTheEpisodeBefore() {
        bites(
                EnvironmentContract::successAndFiguresBelongToTheEnd,
                () -> new Spoiled() {
                    private boolean success;

                    @Override
                    public Step step(float[] actions, int at) {
                        Step step = super.step(actions, at);
                        success |= step.terminated();
                        return step;
                    }

                    @Override
                    public boolean success() {
                        return success;
                    }
                },
                "Maybe reset leaves it as it was");
    }

    @Test
    void figuresThatAreNone() {
        bites(
                EnvironmentContract::successAndFiguresBelongToTheEnd,
                () -> new Spoiled() {
                    @Override
                    public void episodeMetrics(MetricSink sink) {
                        sink.put("fuel", 0.0 / 0.0);
                    }
                },
                "fuel");
        bites(
                EnvironmentContract::successAndFiguresBelongToTheEnd,
                () -> new Spoiled() {
                    @Override
                    public void episodeMetrics(MetricSink sink) {
                        sink.put("fuel", 1);
                        sink.put("fuel", 2);
                    }
                },
                "names of an episode's figures");
    }

    @Test
    void aResetInMidEpisodeThatDoesNothing() {
        bites(
                EnvironmentContract::resetWorksInMidEpisode,
                () -> new Spoiled() {
                    private boolean underWay;

                    @Override
                    public void reset(long seed) {
                        if (!underWay) {
                            super.reset(seed);
                        }
                    }

                    @Override
                    public Step step(float[] actions, int at) {
                        Step step = super.step(actions, at);
                        underWay = !step.last();
                        return step;
                    }
                },
                "a reset in mid-episode leaves something");
    }

    @Test
    void aStaticFieldThatCopiesShare() {
        float[] shared = new float[2];
        bites(
                EnvironmentContract::copiesShareNothing,
                () -> new Spoiled(new CountingEnvironment(30, true)) {
                    @Override
                    public void reset(long seed) {
                        super.reset(seed);
                        super.observe(shared, 0);
                    }

                    @Override
                    public Step step(float[] actions, int at) {
                        Step step = super.step(actions, at);
                        super.observe(shared, 0);
                        return step;
                    }

                    @Override
                    public void observe(float[] into, int at) {
                        System.arraycopy(shared, 0, into, at, 2);
                    }
                },
                "share a static field");
    }

    @Test
    void aSecondCloseThatFails() {
        assertThatThrownBy(() -> new Contract(() -> new Spoiled() {
                            private boolean closed;

                            @Override
                            public void close() {
                                if (closed) {
                                    throw new IllegalStateException("closed twice");
                                }
                                closed = true;
                            }
                        })
                        .closesAtAnyTimeAndTwice())
                .hasMessage("closed twice");
    }

    @Test
    void aMemoryWithAGap() {
        bites(
                EnvironmentContract::aMemoryRestoresEverything,
                () -> new TimeLimit(
                        new Spoiled(new Counter()) {
                            private float last;

                            @Override
                            public Step step(float[] actions, int at) {
                                last = last + actions[at];
                                return super.step(actions, at).withReward(last);
                            }

                            @Override
                            public void reset(long seed) {
                                last = 0;
                                super.reset(seed);
                            }
                        },
                        30),
                "Maybe save forgets a field");
        new Contract(() -> new TimeLimit(new Counter(), 30)).aMemoryRestoresEverything();
    }

    /** A walk on numbers, copied as told: what is spoiled is told by name. */
    private static final class Walk implements CopyableEnvironment {
        private final String spoiled;
        private RandomStream random = new RandomStream(0);
        private int[] place = {0};
        private int steps = -1;

        Walk(String spoiled) {
            this.spoiled = spoiled;
        }

        @Override
        public Space observationSpace() {
            return Box.uniform(-100, 100, 1);
        }

        @Override
        public Space actionSpace() {
            return new io.espalier.core.Discrete(3);
        }

        @Override
        public void reset(long seed) {
            random.reseed(seed);
            place[0] = random.nextInt(5);
            steps = 0;
        }

        @Override
        public Step step(float[] actions, int at) {
            if (steps < 0 || steps == 30) {
                throw new IllegalStateException("reset comes next");
            }
            place[0] += (int) actions[at] + random.nextInt(2) - 1;
            steps++;
            return steps == 30 ? Step.truncation(1) : Step.transition(place[0]);
        }

        @Override
        public void observe(float[] into, int at) {
            into[at] = place[0];
        }

        @Override
        public Walk copy() {
            Walk copy = new Walk(spoiled);
            copy.copyFrom(this);
            if (spoiled.equals("shared array")) {
                copy.place = place;
            } else if (spoiled.equals("shared randomness")) {
                copy.random = random;
            } else if (spoiled.equals("copy forgets")) {
                copy.steps = 0;
            }
            return copy;
        }

        @Override
        public void copyFrom(CopyableEnvironment other) {
            Walk that = spoiled.equals("becomes anything") && !(other instanceof Walk)
                    ? this
                    : CopyableEnvironment.same(Walk.class, other);
            random.copyFrom(that.random);
            place[0] = that.place[0];
            steps = spoiled.equals("refill forgets") && steps >= 0 ? steps : that.steps;
        }

        @Override
        public void reseed(long seed) {
            if (spoiled.equals("moves at reseed")) {
                place[0]++;
            }
            if (!spoiled.equals("deaf to seeds")) {
                random.reseed(seed);
            }
        }

        @Override
        public boolean hasChance() {
            return !spoiled.equals("denies chance");
        }
    }

    private static void copyBites(Consumer<EnvironmentContract> rule, String spoiled, String why) {
        rule.accept(new Contract(() -> new Walk("")));
        bites(rule, () -> new Walk(spoiled), why);
    }

    @Test
    void aCopyThatForgets() {
        copyBites(EnvironmentContract::aSearchCopyGoesOnLikeTheOriginal, "copy forgets", "Maybe copy forgets a field");
        copyBites(
                EnvironmentContract::aSearchCopyGoesOnLikeTheOriginal,
                "refill forgets",
                "Maybe copyFrom forgets a field");
    }

    @Test
    void aCopyThatShares() {
        Consumer<EnvironmentContract> rule = EnvironmentContract::neitherASearchCopyNorTheOriginalDisturbsTheOther;
        copyBites(rule, "shared array", "Maybe they share an array");
        copyBites(rule, "shared randomness", "Maybe they share randomness");
    }

    @Test
    void aSeedThatIsIgnoredOrDoesTooMuch() {
        Consumer<EnvironmentContract> rule = EnvironmentContract::aSeedDecidesWhatASearchCopyMeets;
        copyBites(rule, "deaf to seeds", "Maybe reseed or hasChance is wrong");
        copyBites(rule, "denies chance", "Maybe reseed or hasChance is wrong");
        copyBites(rule, "moves at reseed", "what is shown after reseed");
    }

    @Test
    void aCopyThatBecomesAnything() {
        copyBites(
                EnvironmentContract::aSearchCopyRefusesToBecomeSomethingElse,
                "becomes anything",
                "copyFrom an environment of another class");
    }

    /** Remembers everything by itself. */
    private static final class Counter implements Environment, Stateful {
        private int count;

        @Override
        public Space observationSpace() {
            return Box.unbounded(1);
        }

        @Override
        public Space actionSpace() {
            return Box.uniform(0, 1, 1);
        }

        @Override
        public void reset(long seed) {
            count = 0;
        }

        @Override
        public Step step(float[] actions, int at) {
            count++;
            return Step.transition(actions[at]);
        }

        @Override
        public void observe(float[] into, int at) {
            into[at] = count;
        }

        @Override
        public void save(State into) {
            into.putLong("count", count);
        }

        @Override
        public void load(State from) {
            count = (int) from.getLong("count");
        }
    }

    @Test
    void aStepThatAllocates() {
        bites(
                EnvironmentContract::aStepAllocatesNoMoreThanAStep,
                () -> new Spoiled() {
                    private float[] scratch = new float[1];

                    @Override
                    public Step step(float[] actions, int at) {
                        scratch = new float[16];
                        scratch[0] = actions[at];
                        return super.step(scratch, 0);
                    }
                },
                "bytes allocated");
    }
}
