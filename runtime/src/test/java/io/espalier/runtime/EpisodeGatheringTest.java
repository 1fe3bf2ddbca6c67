package io.espalier.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.core.Environment;
import io.espalier.core.EnvironmentSpec;
import io.espalier.core.MetricSink;
import io.espalier.core.wrappers.EnvironmentWrapper;
import io.espalier.policy.Policy;
import io.espalier.runtime.events.RunEvent;
import io.espalier.runtime.workers.LocalPool;
import io.espalier.testkit.FaultyEnvironment;
import io.espalier.testkit.FaultyEnvironment.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole runs of an algorithm that plays episodes of its own. */
class EpisodeGatheringTest {
    private static final long STEPS = 20_000;

    @TempDir
    Path folder;

    private final List<RunEvent> events = new ArrayList<>();
    private final List<FaultyEnvironment> made = new CopyOnWriteArrayList<>();
    private final Stuck stuck = new Stuck();

    private Trainer trainer(Supplier<Environment> factory) {
        return Trainer.of(Offspring.standard(), new EnvironmentSpec("CartPole-v1", List.of(), "", factory, 475))
                .seed(4)
                .environmentSteps(STEPS)
                .evaluation(EvaluationSettings.DEFAULT.withEpisodes(20).every(7000))
                .guard(GuardSettings.DEFAULT.withHangSeconds(0.3).withLongestEpisode(600))
                .listen(new TrainingListener() {
                    @Override
                    public void event(RunEvent event) {
                        events.add(event);
                    }
                });
    }

    /** Environments report how many steps of their lives went before: what depends on who plays would show. */
    private static Environment talkative() {
        return new EnvironmentWrapper(TrainerTest.cartPole()) {
            private int steps;

            @Override
            public void reset(long seed) {
                steps = 0;
                super.reset(seed);
            }

            @Override
            public io.espalier.core.Step step(float[] actions, int at) {
                steps++;
                return super.step(actions, at);
            }

            @Override
            public void episodeMetrics(MetricSink sink) {
                sink.put("moves", steps);
            }
        };
    }

    private static List<String> lines(Path run, String name) throws IOException {
        List<String> lines = Files.readAllLines(run.resolve(name));
        int seconds = List.of(lines.get(0).split(",", -1)).indexOf("seconds");
        if (seconds < 0) {
            return lines;
        }
        List<String> rest = new ArrayList<>();
        for (String line : lines) {
            List<String> cells = new ArrayList<>(List.of(line.split(",", -1)));
            cells.remove(seconds);
            rest.add(String.join(",", cells));
        }
        return rest;
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 16})
    void theNumberOfThreadsDoesNotMatter(int threads) throws IOException {
        Path serial = folder.resolve("serial");
        Path parallel = folder.resolve("parallel");
        TrainingResult one =
                trainer(EpisodeGatheringTest::talkative).directory(serial).run();
        TrainingResult many = trainer(EpisodeGatheringTest::talkative)
                .threads(threads)
                .directory(parallel)
                .run();
        assertThat(many.weightsDigest()).isEqualTo(one.weightsDigest());
        assertThat(many.evaluation()).isEqualTo(one.evaluation());
        assertThat(many.environmentSteps()).isEqualTo(one.environmentSteps()).isGreaterThanOrEqualTo(STEPS);
        assertThat(lines(parallel, "episodes.csv"))
                .isEqualTo(lines(serial, "episodes.csv"))
                .hasSizeGreaterThan(100);
        assertThat(lines(parallel, "metrics.csv"))
                .isEqualTo(lines(serial, "metrics.csv"))
                .anySatisfy(line -> assertThat(line).contains("episode/moves"));
    }

    @Test
    void everyStepBelongsToAnEpisodeAndIsCountedWhereItEnded() throws IOException {
        Path run = folder.resolve("run");
        TrainingResult result = trainer(TrainerTest::cartPole).directory(run).run();
        List<String> rows = lines(run, "episodes.csv");
        List<String> header = List.of(rows.get(0).split(",", -1));
        long sum = 0;
        for (String row : rows.subList(1, rows.size())) {
            List<String> cells = List.of(row.split(",", -1));
            sum += (long) Double.parseDouble(cells.get(header.indexOf("length")));
            assertThat((long) Double.parseDouble(cells.get(header.indexOf("environmentSteps"))))
                    .isEqualTo(sum);
        }
        assertThat(sum).isEqualTo(result.environmentSteps());
        assertThat(result.episodes()).isEqualTo(rows.size() - 1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 8})
    void aRunThatWasStoppedEndsLikeAStraightOne(int rounds) throws IOException {
        Path straight = folder.resolve("straight");
        String digest = trainer(TrainerTest::cartPole).directory(straight).run().weightsDigest();
        Path run = folder.resolve("stopped");
        Trainer first = trainer(TrainerTest::cartPole).directory(run).threads(2);
        first.listen(new TrainingListener() {
                    @Override
                    public void round(Progress progress) {
                        if (progress.rounds() == rounds) {
                            first.requestStop("stopped by the test");
                        }
                    }
                })
                .run();
        assertThat(Trainer.resume(run).run().weightsDigest()).isEqualTo(digest);
        assertThat(lines(run, "episodes.csv")).isEqualTo(lines(straight, "episodes.csv"));
        assertThat(lines(run, "metrics.csv")).isEqualTo(lines(straight, "metrics.csv"));
    }

    /**
     * The environment that takes the hundredth step of the run, whoever plays it, fails from then on; the others do not.
     * A seat that is late may find no play left in any round, so no seat can be chosen beforehand.
     */
    private Supplier<Environment> oneBad(Fault fault) {
        AtomicInteger steps = new AtomicInteger();
        AtomicReference<Object> culprit = new AtomicReference<>();
        return () -> {
            Object self = new Object();
            FaultyEnvironment prone = FaultyEnvironment.when(
                    TrainerTest.cartPole(),
                    fault,
                    lived -> (steps.incrementAndGet() == 100 && culprit.compareAndSet(null, self))
                            || culprit.get() == self);
            made.add(prone);
            return prone;
        };
    }

    @ParameterizedTest
    @CsvSource({
        "EXCEPTION, exception, 1",
        "EXCEPTION, exception, 2",
        "NAN_OBSERVATION, not_finite, 1",
        "INFINITE_REWARD, not_finite, 2",
        "OUT_OF_SPACE, out_of_space, 2",
        "WRONG_SHAPE, wrong_shape, 2",
        "NEVER_DONE, never_done, 1",
        "HANG, hang, 1",
        "HANG, hang, 2",
    })
    void theRunGoesOnAndTheEventNamesTheCulprit(Fault fault, String kind, int threads) {
        TrainingResult result = trainer(oneBad(fault)).threads(threads).run();
        made.forEach(FaultyEnvironment::release);
        assertThat(result.environmentSteps()).isGreaterThanOrEqualTo(STEPS);
        assertThat(events).hasSize(1);
        assertThat(events.get(0).type()).isEqualTo("environment/" + kind);
        assertThat(events.get(0).message())
                .containsPattern("environment \\d+ \\(seed ")
                .contains("last actions [");
    }

    /** Fails in the fifth step of every 23rd episode, whoever plays it. */
    private static Supplier<Environment> failingSeeds(AtomicInteger faults, int bad) {
        return () -> new EnvironmentWrapper(TrainerTest.cartPole()) {
            private boolean fails;
            private int steps;

            @Override
            public void reset(long seed) {
                fails = Math.floorMod(seed, 23) == bad;
                steps = 0;
                super.reset(seed);
            }

            @Override
            public io.espalier.core.Step step(float[] actions, int at) {
                if (++steps == 5 && fails) {
                    faults.incrementAndGet();
                    throw new IllegalStateException("unlucky seed");
                }
                return super.step(actions, at);
            }
        };
    }

    @Test
    void faultsCostTheSameForAnyNumberOfThreads() throws IOException {
        AtomicInteger count = new AtomicInteger();
        Path one = folder.resolve("one");
        Path three = folder.resolve("three");
        TrainingResult result = trainer(failingSeeds(count, 3)).directory(one).run();
        assertThat(count.get()).isGreaterThan(10);
        assertThat(trainer(failingSeeds(count, 3))
                        .directory(three)
                        .threads(3)
                        .run()
                        .weightsDigest())
                .isEqualTo(result.weightsDigest());
        assertThat(lines(three, "episodes.csv")).isEqualTo(lines(one, "episodes.csv"));
        // Two episodes of each play count, not those of attempts that failed.
        int environment =
                List.of(lines(one, "episodes.csv").get(0).split(",", -1)).indexOf("environment");
        for (String play : List.of("0", "4", "9")) {
            assertThat(lines(one, "episodes.csv"))
                    .filteredOn(line ->
                            line.split(",", -1)[environment].replace(".0", "").equals(play))
                    .hasSize((int) (2 * result.updates()));
        }
        assertThat(lines(three, "metrics.csv")).isEqualTo(lines(one, "metrics.csv"));
    }

    @Test
    void faultsCostTheSameOnWorkers() throws IOException {
        AtomicInteger count = new AtomicInteger();
        Path here = folder.resolve("here");
        Path there = folder.resolve("there");
        TrainingResult expected =
                trainer(failingSeeds(count, 3)).directory(here).run();
        assertThat(count.get()).isGreaterThan(10);
        try (LocalPool pool = new LocalPool()) {
            TrainingResult result = trainer(failingSeeds(count, 3))
                    .directory(there)
                    .mode(ExecutionMode.parse("synchronous(workers=3)"))
                    .workers(pool)
                    .run();
            assertThat(result.weightsDigest()).isEqualTo(expected.weightsDigest());
        }
        assertThat(lines(there, "episodes.csv")).isEqualTo(lines(here, "episodes.csv"));
    }

    @Test
    void faultsAreCountedOnAfterResuming() throws IOException {
        AtomicInteger count = new AtomicInteger();
        Path straight = folder.resolve("straight");
        Path run = folder.resolve("run");
        trainer(failingSeeds(count, 3)).directory(straight).run();
        Trainer first = trainer(failingSeeds(count, 3)).directory(run);
        first.listen(new TrainingListener() {
                    @Override
                    public void round(Progress progress) {
                        if (progress.rounds() == 4) {
                            first.requestStop("stopped by the test");
                        }
                    }
                })
                .run();
        EnvironmentSpec same = new EnvironmentSpec("CartPole-v1", List.of(), "", failingSeeds(count, 3), 475);
        Trainer.resume(RunDirectory.open(run), Offspring.standard(), same).run();
        assertThat(lines(run, "metrics.csv")).isEqualTo(lines(straight, "metrics.csv"));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aPlayThatAlwaysFailsStopsTheRunWithItsCause(int threads) {
        assertThatThrownBy(() -> trainer(() -> FaultyEnvironment.from(TrainerTest.cartPole(), Fault.EXCEPTION, 3))
                        .threads(threads)
                        .run())
                .isInstanceOf(EnvironmentFailure.class)
                .hasMessageContaining("of a round failed 5 times in a row, from different seeds")
                .hasMessageContaining("fault on purpose");
    }

    @Test
    void environmentsThatFailOftenStopTheRunThoughPlaysComeToAnEnd() {
        GuardSettings usual = GuardSettings.DEFAULT;
        GuardSettings strict =
                new GuardSettings(usual.hangSeconds(), usual.hangFactor(), 600, usual.slowFactor(), 100, 1);
        assertThatThrownBy(() -> trainer(failingSeeds(new AtomicInteger(), 3))
                        .guard(strict)
                        .run())
                .isInstanceOf(EnvironmentFailure.class)
                .hasMessageContaining("failed 2 times within 1000 of its steps");
    }

    private Trainer failingInRound(int round, Path run) {
        Trainer[] trainer = new Trainer[1];
        trainer[0] = trainer(() -> new Scripted(TrainerTest.cartPole(), step -> {
                    if (trainer[0].progress().rounds() == round) {
                        throw new IllegalStateException("the licence has run out");
                    }
                }))
                .directory(run);
        return trainer[0];
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void afterTooManyFailuresNothingIsLostAndTheRunIsTheSame(int threads) throws IOException {
        Path run = folder.resolve("run");
        assertThatThrownBy(() -> failingInRound(3, run).threads(threads).run())
                .isInstanceOf(EnvironmentFailure.class)
                .hasMessageContaining("the licence has run out");
        assertThat(Policy.read(run.resolve("policy.espalier")).weights().version())
                .isEqualTo(3);
        assertThat(Trainer.resume(run).run().weightsDigest())
                .isEqualTo(trainer(TrainerTest::cartPole).run().weightsDigest());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void whoCannotWaitForAnEnvironmentGetsTheLastCompleteRound(int threads) throws IOException {
        Path run = folder.resolve("run");
        Trainer[] trainer = new Trainer[1];
        trainer[0] = trainer(() -> new Scripted(TrainerTest.cartPole(), step -> {
                    if (trainer[0].progress().rounds() == 2) {
                        trainer[0].requestStop("no time left", 0.2);
                        stuck.hang();
                    }
                }))
                .guard(GuardSettings.DEFAULT.withHangSeconds(600))
                .threads(threads)
                .directory(run);
        TrainingResult result = trainer[0].run();
        stuck.release();
        assertThat(result.stopReason()).isEqualTo("no time left");
        assertThat(result.updates()).isEqualTo(2);
        assertThat(Trainer.resume(run).run().weightsDigest())
                .isEqualTo(trainer(TrainerTest::cartPole).run().weightsDigest());
    }

    @Test
    void learns() {
        TrainingResult result = trainer(TrainerTest::cartPole)
                .environmentSteps(100_000)
                .stop(StopRule.targetReturn(150, 10))
                .threads(2)
                .run();
        assertThat(result.stopReason()).contains("reached 150");
        assertThat(events).isEmpty();
    }
}
