package io.espalier.testkit;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.core.DefaultVectorEnvironment;
import io.espalier.core.Environment;
import io.espalier.core.Seeds;
import io.espalier.core.Space;
import io.espalier.core.State;
import io.espalier.core.VectorEnvironment;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Breaks a sound vector environment in one way at a time, and sees the rule bite that is about it. */
class VectorEnvironmentContractTest {
    /** A sound one, to be spoiled. */
    private static class Spoiled implements VectorEnvironment {
        final DefaultVectorEnvironment sound;

        Spoiled(DefaultVectorEnvironment sound) {
            this.sound = sound;
        }

        @Override
        public int size() {
            return sound.size();
        }

        @Override
        public int first() {
            return sound.first();
        }

        @Override
        public Space observationSpace() {
            return sound.observationSpace();
        }

        @Override
        public Space actionSpace() {
            return sound.actionSpace();
        }

        @Override
        public void reset() {
            sound.reset();
        }

        @Override
        public void step(float[] actions) {
            sound.step(actions);
        }

        @Override
        public float[] observations() {
            return sound.observations();
        }

        @Override
        public float[] reached() {
            return sound.reached();
        }

        @Override
        public boolean[] actionMasks() {
            return sound.actionMasks();
        }

        @Override
        public boolean[] reachedMasks() {
            return sound.reachedMasks();
        }

        @Override
        public double[] rewards() {
            return sound.rewards();
        }

        @Override
        public boolean[] terminated() {
            return sound.terminated();
        }

        @Override
        public boolean[] truncated() {
            return sound.truncated();
        }

        @Override
        public boolean[] discarded() {
            return sound.discarded();
        }

        @Override
        public void onEpisode(EpisodeListener listener) {
            sound.onEpisode(listener);
        }

        @Override
        public void save(State into) {
            sound.save(into);
        }

        @Override
        public void load(State from) {
            sound.load(from);
        }

        @Override
        public void close() {
            sound.close();
        }
    }

    private interface Factory {
        VectorEnvironment create(int copies, Seeds seeds, int first);
    }

    private static DefaultVectorEnvironment sound(int copies, Seeds seeds, int first) {
        return new DefaultVectorEnvironment(() -> Corridor.masked(8), copies, seeds, first);
    }

    private static void bites(
            Consumer<VectorEnvironmentContract> rule,
            Function<DefaultVectorEnvironment, VectorEnvironment> spoil,
            String why) {
        bites(rule, (copies, seeds, first) -> spoil.apply(sound(copies, seeds, first)), why);
    }

    private static void bites(Consumer<VectorEnvironmentContract> rule, Factory factory, String why) {
        rule.accept(contract(VectorEnvironmentContractTest::sound));
        assertThatThrownBy(() -> rule.accept(contract(factory)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining(why);
    }

    private static VectorEnvironmentContract contract(Factory factory) {
        return new VectorEnvironmentContract() {
            @Override
            protected VectorEnvironment create(int copies, Seeds seeds, int first) {
                return factory.create(copies, seeds, first);
            }

            @Override
            protected Environment reference() {
                return Corridor.masked(8);
            }
        };
    }

    @Test
    void whatIsNextInPlaceOfWhatWasReached() {
        bites(
                VectorEnvironmentContract::doesWhatSingleEnvironmentsDo,
                sound -> new Spoiled(sound) {
                    @Override
                    public float[] reached() {
                        return sound.observations();
                    }
                },
                "reached after step");
    }

    @Test
    void masksOfTheNextEpisodeInPlaceOfThoseReached() {
        bites(
                VectorEnvironmentContract::doesWhatSingleEnvironmentsDo,
                sound -> new Spoiled(sound) {
                    @Override
                    public boolean[] reachedMasks() {
                        return sound.actionMasks();
                    }
                },
                "reached mask");
    }

    @Test
    void aTruncationReportedAsATermination() {
        bites(
                VectorEnvironmentContract::doesWhatSingleEnvironmentsDo,
                sound -> new Spoiled(sound) {
                    @Override
                    public void step(float[] actions) {
                        super.step(actions);
                        for (int i = 0; i < size(); i++) {
                            terminated()[i] |= truncated()[i];
                            truncated()[i] = false;
                        }
                    }
                },
                "terminated of copy");
    }

    @Test
    void episodesThatAreNotToldOf() {
        bites(
                VectorEnvironmentContract::doesWhatSingleEnvironmentsDo,
                sound -> new Spoiled(sound) {
                    @Override
                    public void onEpisode(EpisodeListener listener) {}
                },
                "episodes told of");
    }

    @Test
    void seedsThatDependOnTheGroup() {
        bites(
                VectorEnvironmentContract::groupingDoesNotMatter,
                (copies, seeds, first) -> sound(copies, seeds, 0),
                "but was");
    }

    @Test
    void anEpisodeThatIsNotResumed() {
        bites(
                VectorEnvironmentContract::isResumedBitForBitAlsoInOtherGroups,
                sound -> new Spoiled(sound) {
                    @Override
                    public void load(State from) {
                        sound.reset();
                    }
                },
                "but was");
    }

    @Test
    void aStateOfAnotherSeedThatIsTaken() {
        bites(
                VectorEnvironmentContract::refusesAnotherSeed,
                sound -> new Spoiled(sound) {
                    @Override
                    public void load(State from) {}
                },
                "load of a state saved under another seed");
    }

    @Test
    void aStepBeforeTheFirstReset() {
        bites(
                VectorEnvironmentContract::refusesAStepBeforeResetAndActionsOfAnotherLength,
                (copies, seeds, first) -> {
                    VectorEnvironment vector = sound(copies, seeds, first);
                    vector.reset();
                    return vector;
                },
                "step before the first reset");
    }

    @Test
    void arraysThatAreMadeAnew() {
        bites(
                VectorEnvironmentContract::itsArraysAreAlwaysTheSame,
                sound -> new Spoiled(sound) {
                    @Override
                    public double[] rewards() {
                        return sound.rewards().clone();
                    }
                },
                "same");
    }

    @Test
    void aStepThatAllocates() {
        bites(
                VectorEnvironmentContract::aStepAllocatesNothing,
                sound -> new Spoiled(sound) {
                    @Override
                    public void step(float[] actions) {
                        super.step(actions.clone());
                    }
                },
                "bytes allocated");
    }
}
