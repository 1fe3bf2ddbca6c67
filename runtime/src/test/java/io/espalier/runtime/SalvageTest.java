package io.espalier.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.core.Environment;
import io.espalier.core.EnvironmentSpec;
import io.espalier.core.State;
import io.espalier.core.Stateful;
import io.espalier.core.wrappers.EnvironmentWrapper;
import io.espalier.policy.Policy;
import io.espalier.runtime.events.RunEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When environments end a run, what was learned up to the last complete round is on the disk. */
class SalvageTest {
    /** Environment steps of a round: eight environments, 128 steps each. */
    private static final int ROUND = 1024;

    @TempDir
    Path folder;

    private final Stuck stuck = new Stuck();
    private final AtomicInteger made = new AtomicInteger();
    private final AtomicInteger closed = new AtomicInteger();

    @AfterEach
    void release() {
        stuck.release();
    }

    private static EnvironmentSpec spec(Supplier<Environment> factory) {
        return new EnvironmentSpec("CartPole-v1", List.of(), "", factory, 475);
    }

    private static Trainer trainer(Supplier<Environment> factory) {
        return Trainer.of(HillClimbing.standard(), spec(factory))
                .seed(11)
                .environmentSteps(20_000)
                .guard(GuardSettings.DEFAULT.withHangSeconds(0.3));
    }

    /** The weights after so many rounds without any trouble. */
    private static String after(int rounds) {
        return trainer(TrainerTest::cartPole)
                .environmentSteps((long) rounds * ROUND)
                .withoutFinalEvaluation()
                .run()
                .weightsDigest();
    }

    private static TrainingResult resume(Path run) {
        return Trainer.resume(RunDirectory.open(run), HillClimbing.standard(), spec(TrainerTest::cartPole))
                .run();
    }

    private static void assertKept(Path run, int rounds) throws IOException {
        assertThat(Policy.read(run.resolve("policy.espalier")).weights().digest())
                .isEqualTo(after(rounds));
        List<String> problems = new ArrayList<>();
        assertThat(RunDirectory.open(run).newestCheckpoint(problems)).hasValue((long) rounds * ROUND);
        assertThat(problems).isEmpty();
    }

    /** Number 5 throws in its step 300, in the third round; nothing that is made later works. */
    private Environment breaksInTheThirdRound() {
        int number = made.getAndIncrement();
        return new Scripted(TrainerTest.cartPole(), step -> {
            if (number > 7 || (number == 5 && step >= 300)) {
                throw new IllegalStateException("the licence has run out");
            }
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void afterTooManyFailuresTheRunGoesOnFromTheLastCompleteRound(int threads) throws IOException {
        Path run = folder.resolve("run");
        assertThatThrownBy(() -> trainer(this::breaksInTheThirdRound)
                        .threads(threads)
                        .directory(run)
                        .run())
                .isInstanceOf(EnvironmentFailure.class)
                .hasMessageContaining("the licence has run out");

        assertKept(run, 2);
        assertThat(run.resolve("result.json")).doesNotExist();
        List<String> log = Files.readAllLines(run.resolve("events.jsonl"));
        assertThat(log).filteredOn(line -> line.contains("\"run/failed\"")).hasSize(1);

        TrainingResult resumed = resume(run);
        assertThat(resumed.environmentSteps()).isEqualTo(20 * ROUND);
        assertThat(resumed.policy().weights().finite()).isTrue();
    }

    @Test
    void whatGoesOnAfterAFailureIsAsRepeatableAsAnyRun() throws IOException {
        String[] digests = new String[2];
        for (int way = 0; way < 2; way++) {
            made.set(0);
            Path run = folder.resolve("run-" + way);
            assertThatThrownBy(() ->
                            trainer(this::breaksInTheThirdRound).directory(run).run())
                    .isInstanceOf(EnvironmentFailure.class);
            if (way == 1) {
                Trainer first =
                        Trainer.resume(RunDirectory.open(run), HillClimbing.standard(), spec(TrainerTest::cartPole));
                first.threads(2)
                        .listen(new TrainingListener() {
                            @Override
                            public void round(Progress progress) {
                                if (progress.rounds() == 9) {
                                    first.requestStop("enough");
                                }
                            }
                        })
                        .run();
            }
            digests[way] = resume(run).weightsDigest();
        }
        assertThat(digests[1]).isEqualTo(digests[0]).isNotEqualTo(after(20));
    }

    @Test
    void aFailureInAnEvaluationLosesNothingEither() throws IOException {
        Path run = folder.resolve("run");
        assertThatThrownBy(() -> trainer(() -> {
                            boolean training = made.getAndIncrement() < 8;
                            return new Scripted(TrainerTest.cartPole(), step -> {
                                if (!training && step == 3) {
                                    throw new IllegalStateException("broken");
                                }
                            });
                        })
                        .evaluation(EvaluationSettings.DEFAULT.withEpisodes(5).every(3000))
                        .directory(run)
                        .run())
                .isInstanceOf(EnvironmentFailure.class)
                .hasMessageContaining("of an evaluation failed 5 times in a row");
        assertKept(run, 3);
        assertThat(resume(run).environmentSteps()).isEqualTo(20 * ROUND);
    }

    @Test
    void aFailureInTheLastEvaluationLeavesTheFinalPolicy() throws IOException {
        Path run = folder.resolve("run");
        assertThatThrownBy(() -> trainer(() -> {
                            if (made.getAndIncrement() >= 8) {
                                throw new IllegalStateException("broken");
                            }
                            return TrainerTest.cartPole();
                        })
                        .directory(run)
                        .run())
                .isInstanceOf(EnvironmentFailure.class);
        assertKept(run, 20);
    }

    @Test
    void anEnvironmentThatHangsWhileItIsSavedLosesNothing() throws IOException {
        Path run = folder.resolve("run");
        assertThatThrownBy(() -> trainer(() -> new EnvironmentWrapper(TrainerTest.cartPole()) {
                            @Override
                            public Stateful memory() {
                                return new Stateful() {
                                    @Override
                                    public void save(State into) {
                                        stuck.hang();
                                    }

                                    @Override
                                    public void load(State from) {}
                                };
                            }
                        })
                        .checkpoints(CheckpointSettings.DEFAULT.every(3000))
                        .directory(run)
                        .run())
                .isInstanceOf(EnvironmentFailure.class)
                .hasMessageContaining("hung while it was saved");
        assertKept(run, 3);
        assertThat(resume(run).environmentSteps()).isEqualTo(20 * ROUND);
    }

    /** Asks the run to stop, then hangs. */
    private Environment hangsInTheThirdRound(Trainer[] trainer) {
        int number = made.getAndIncrement();
        return new EnvironmentWrapper(new Scripted(TrainerTest.cartPole(), step -> {
            if (number == 5 && step == 300) {
                trainer[0].requestStop("no time left", 0.2);
                stuck.hang();
            }
        })) {
            @Override
            public void close() {
                closed.incrementAndGet();
                super.close();
            }
        };
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void whoCannotWaitForAnEnvironmentGetsTheLastCompleteRound(int threads) throws Exception {
        Path run = folder.resolve("run");
        Trainer[] trainer = new Trainer[1];
        List<String> events = new ArrayList<>();
        // The watchdog would wait for ten minutes.
        trainer[0] = trainer(() -> hangsInTheThirdRound(trainer))
                .guard(GuardSettings.DEFAULT.withHangSeconds(600))
                .threads(threads)
                .directory(run)
                .listen(new TrainingListener() {
                    @Override
                    public void event(RunEvent event) {
                        events.add(event.type());
                    }
                });
        TrainingResult result = trainer[0].run();

        assertThat(result.stopReason()).isEqualTo("no time left");
        assertThat(result.environmentSteps()).isEqualTo(2 * ROUND);
        assertThat(result.evaluation()).isNull();
        assertThat(result.weightsDigest()).isEqualTo(after(2));
        assertThat(events).containsExactly("run/cut-short");
        assertKept(run, 2);
        assertThat(Files.readString(run.resolve("result.json"))).contains("no time left");

        // What comes back late changes nothing, and cleans up behind itself.
        stuck.release();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (closed.get() < 8 && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
        assertThat(closed).hasValue(8);
        assertKept(run, 2);
        assertThat(resume(run).environmentSteps()).isEqualTo(20 * ROUND);
    }

    @Test
    void aRoundThatEndsInTimeIsKeptAndTheRunStaysTheSame() throws IOException {
        Path run = folder.resolve("run");
        Trainer first = trainer(TrainerTest::cartPole).directory(run);
        TrainingResult stopped = first.listen(new TrainingListener() {
                    @Override
                    public void round(Progress progress) {
                        if (progress.rounds() == 4) {
                            first.requestStop("no time left", 600);
                        }
                    }
                })
                .run();
        assertThat(stopped.environmentSteps()).isEqualTo(4 * ROUND);
        assertThat(resume(run).weightsDigest()).isEqualTo(after(20));
    }

    @Test
    void anEvaluationThatHangsIsLeftOutAndTheRunStaysTheSame() throws IOException {
        Path run = folder.resolve("run");
        Trainer[] trainer = new Trainer[1];
        trainer[0] = trainer(() -> {
                    boolean training = made.getAndIncrement() < 8;
                    return new Scripted(TrainerTest.cartPole(), step -> {
                        if (!training) {
                            trainer[0].requestStop("no time left", 0.2);
                            stuck.hang();
                        }
                    });
                })
                .guard(GuardSettings.DEFAULT.withHangSeconds(600))
                .evaluation(EvaluationSettings.DEFAULT.withEpisodes(5).every(3000))
                .directory(run);
        assertThat(trainer[0].run().environmentSteps()).isEqualTo(3 * ROUND);
        assertKept(run, 3);
        assertThat(resume(run).weightsDigest()).isEqualTo(after(20));
    }
}
