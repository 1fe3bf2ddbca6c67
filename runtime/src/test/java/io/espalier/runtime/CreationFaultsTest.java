package io.espalier.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.core.Environment;
import io.espalier.core.EnvironmentSpec;
import io.espalier.core.Space;
import io.espalier.core.wrappers.EnvironmentWrapper;
import io.espalier.runtime.events.RunEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Environments that fail while they are made, or asked for their spaces. Eight are made for training, in order. */
class CreationFaultsTest {
    private final List<RunEvent> events = new ArrayList<>();
    private final Stuck stuck = new Stuck();
    private final AtomicInteger made = new AtomicInteger();
    private final AtomicInteger closed = new AtomicInteger();

    @AfterEach
    void release() {
        stuck.release();
    }

    private Trainer trainer(Supplier<Environment> factory) {
        return Trainer.of(HillClimbing.standard(), new EnvironmentSpec("Lathe-v2", List.of(), "", factory, 475))
                .seed(3)
                .environmentSteps(8_000)
                .withoutFinalEvaluation()
                .guard(GuardSettings.DEFAULT.withHangSeconds(0.2))
                .listen(new TrainingListener() {
                    @Override
                    public void event(RunEvent event) {
                        events.add(event);
                    }
                });
    }

    private Environment sound() {
        return new EnvironmentWrapper(TrainerTest.cartPole()) {
            @Override
            public void close() {
                closed.incrementAndGet();
                super.close();
            }
        };
    }

    private String undisturbed() {
        return trainer(TrainerTest::cartPole).run().weightsDigest();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aCopyThatHangsWhileItIsMadeIsGivenUpAndMadeAgain(int threads) {
        TrainingResult result = trainer(() -> {
                    if (made.getAndIncrement() == 5) {
                        stuck.hang();
                    }
                    return sound();
                })
                .threads(threads)
                .run();
        assertThat(result.weightsDigest()).isEqualTo(undisturbed());
        assertThat(made).hasValue(9);
        assertThat(events).hasSize(1);
        assertThat(events.get(0).type()).isEqualTo("environment/hang");
        assertThat(events.get(0).message()).contains("environment 5 (seed 0, step 0) has not returned");
        assertThat((String) events.get(0).details().get("stack")).contains("Stuck.hang", "CreationFaultsTest");
    }

    @Test
    void aCopyWhoseMakingThrowsIsMadeAgain() {
        TrainingResult result = trainer(() -> {
                    if (made.getAndIncrement() == 5) {
                        throw new IllegalStateException("no licence free");
                    }
                    return sound();
                })
                .run();
        assertThat(result.weightsDigest()).isEqualTo(undisturbed());
        assertThat(events).hasSize(1);
        assertThat(events.get(0).message()).contains("environment 5 ", "no licence free");
    }

    @Test
    void aCopyThatHangsWhenAskedForItsSpacesIsMadeAgain() {
        TrainingResult result = trainer(() -> {
                    boolean bad = made.getAndIncrement() == 5;
                    return new EnvironmentWrapper(sound()) {
                        @Override
                        public Space observationSpace() {
                            if (bad) {
                                stuck.hang();
                            }
                            return super.observationSpace();
                        }
                    };
                })
                .run();
        assertThat(result.weightsDigest()).isEqualTo(undisturbed());
        assertThat(events).hasSize(1);
        assertThat((String) events.get(0).details().get("stack")).contains("observationSpace");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aReplacementThatHangsWhileItIsMadeIsMadeAgain(int threads) {
        // Number 5 throws in its step 100; number 8 is to replace it, and hangs; number 9 is sound.
        TrainingResult result = trainer(() -> {
                    int number = made.getAndIncrement();
                    if (number == 8) {
                        stuck.hang();
                    }
                    return new Scripted(sound(), step -> {
                        if (number == 5 && step == 100) {
                            throw new IllegalStateException("broken");
                        }
                    });
                })
                .threads(threads)
                .run();
        assertThat(result.environmentSteps()).isGreaterThanOrEqualTo(8_000);
        assertThat(events.stream().map(RunEvent::type)).containsExactly("environment/exception", "environment/hang");
        assertThat(events.get(1).message()).contains("environment 5 (seed 0, step 0)");
        assertThat(made).hasValue(10);
    }

    @Test
    void aCopyThatCanNeverBeMadeEndsTheRunUnderTheSameLimitAndTheOthersAreClosed() {
        assertThatThrownBy(() -> trainer(() -> {
                            if (made.getAndIncrement() >= 5) {
                                throw new IllegalStateException("no licence free");
                            }
                            return sound();
                        })
                        .run())
                .isInstanceOf(EnvironmentFailure.class)
                .hasMessageContaining("Environment 5 failed 5 times in a row without one good step")
                .hasMessageContaining("no licence free");
        assertThat(made).hasValue(10);
        assertThat(closed).hasValue(5);
        assertThat(events.stream().map(RunEvent::type))
                .containsExactly(
                        "environment/exception",
                        "environment/exception",
                        "environment/exception",
                        "environment/exception",
                        "environment/exception",
                        "run/failed");
    }

    @Test
    void theVeryFirstOneEndsTheRunWithTheNameOfTheEnvironment() {
        assertThatThrownBy(() -> trainer(() -> {
                            stuck.hang();
                            return sound();
                        })
                        .run())
                .isInstanceOf(EnvironmentFailure.class)
                .hasMessageStartingWith("The first environment of Lathe-v2 could not be made: environment 0 ")
                .hasMessageContaining("Stuck.hang")
                .hasMessageContaining("Maybe it needs longer than hangSeconds (0.2) to start");
        assertThatThrownBy(() -> trainer(() -> {
                            throw new IllegalStateException("no display");
                        })
                        .run())
                .isInstanceOf(EnvironmentFailure.class)
                .hasMessageStartingWith("The first environment of Lathe-v2 could not be made: environment 0 ")
                .hasMessageContaining("no display");
    }

    @Test
    void anEnvironmentOfTheEvaluationThatHangsWhileItIsMadeIsMadeAgain() {
        EvaluationResult result = Evaluation.of(
                trainer(TrainerTest::cartPole).run().policy(),
                () -> {
                    // The first is asked for its spaces.
                    if (made.getAndIncrement() == 1) {
                        stuck.hang();
                    }
                    return sound();
                },
                EvaluationSettings.DEFAULT.withEpisodes(4),
                GuardSettings.DEFAULT.withHangSeconds(0.2),
                1,
                2);
        assertThat(result.episodes()).isEqualTo(4);
        assertThat(result.faults()).isEqualTo(1);
    }

    @Test
    void theFactsOfAnEnvironmentAreAskedOnWatchToo() {
        EnvironmentSpec hanging = new EnvironmentSpec(
                "Lathe-v2",
                List.of(),
                "",
                () -> {
                    stuck.hang();
                    return sound();
                },
                475);
        assertThatThrownBy(() -> EnvironmentFacts.of(hanging, GuardSettings.DEFAULT.withHangSeconds(0.2)))
                .isInstanceOf(EnvironmentFailure.class)
                .hasMessageContaining("Lathe-v2");
        EnvironmentFacts facts = EnvironmentFacts.of(
                new EnvironmentSpec("Lathe-v2", List.of(), "", this::sound, 475), GuardSettings.DEFAULT);
        assertThat(facts.observationSpace()).isEqualTo(TrainerTest.cartPole().observationSpace());
        assertThat(facts.actionSpace()).isEqualTo(TrainerTest.cartPole().actionSpace());
        assertThat(closed).hasValue(1);
    }
}
