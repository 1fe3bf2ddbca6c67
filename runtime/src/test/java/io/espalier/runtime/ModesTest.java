package io.espalier.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.algorithms.onpolicy.VTrace;
import io.espalier.core.EnvironmentSpec;
import io.espalier.policy.Algorithm;
import io.espalier.policy.AlgorithmProvider;
import io.espalier.runtime.events.RunEvent;
import io.espalier.runtime.workers.LocalPool;
import io.espalier.runtime.workers.WorkerFailure;
import io.espalier.testkit.FaultyEnvironment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs whose environments are stepped by workers, here and, for all they can tell, elsewhere. */
class ModesTest {
    private static final long STEPS = 12_288;

    @TempDir
    Path folder;

    private final List<RunEvent> events = new ArrayList<>();

    private static EnvironmentSpec environment(String name) {
        return Registry.here().environment(name);
    }

    private static Algorithm algorithm(String name, Map<String, ?> settings) {
        return create(Registry.here().algorithm(name), settings);
    }

    private static <S extends Record> Algorithm create(AlgorithmProvider<S> provider, Map<String, ?> settings) {
        return provider.create(SettingsBinder.bind(provider.defaults(), settings));
    }

    private Trainer trainer(Algorithm algorithm) {
        return Trainer.of(algorithm, environment("CartPole-v1"))
                .seed(5)
                .environmentSteps(STEPS)
                .evaluation(EvaluationSettings.DEFAULT.withEpisodes(5))
                .listen(new TrainingListener() {
                    @Override
                    public void event(RunEvent event) {
                        events.add(event);
                    }
                });
    }

    private Trainer ppo() {
        return trainer(algorithm("ppo", Map.of("environments", 8, "rolloutSteps", 64)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 8, 16})
    void dividedAmongWorkersTheBitsStay(int workers) throws IOException {
        Path serial = folder.resolve("serial");
        Path divided = folder.resolve("divided");
        TrainingResult expected = ppo().directory(serial).run();
        try (LossyPool pool = new LossyPool(0)) {
            TrainingResult result = ppo().directory(divided)
                    .mode(ExecutionMode.parse("synchronous(workers=" + workers + ")"))
                    .workers(pool)
                    .run();
            assertThat(result.weightsDigest()).isEqualTo(expected.weightsDigest());
            assertThat(result.environmentSteps()).isEqualTo(expected.environmentSteps());
        }
        assertThat(Files.readAllLines(divided.resolve("episodes.csv")))
                .isEqualTo(Files.readAllLines(serial.resolve("episodes.csv")))
                .hasSizeGreaterThan(50);
    }

    @ParameterizedTest
    @CsvSource({"ppo, 2, 5", "ppo, 8, 7", "dqn, 1, 50", "a2c, 3, 40", "ppo-recurrent, 4, 9"})
    void workersThatAreLostChangeNoBit(String name, int workers, int every) {
        Algorithm algorithm = algorithm(name, Map.of());
        TrainingResult expected = trainer(algorithm).environmentSteps(4096).run();
        try (LossyPool pool = new LossyPool(every)) {
            TrainingResult result = trainer(algorithm)
                    .environmentSteps(4096)
                    .mode(ExecutionMode.parse("synchronous(workers=" + workers + ")"))
                    .workers(pool)
                    .run();
            assertThat(result.weightsDigest()).isEqualTo(expected.weightsDigest());
            assertThat(pool.lost()).isPositive();
            assertThat(events.stream().filter(event -> event.type().equals("worker/lost")))
                    .hasSize((int) pool.lost());
        }
    }

    @ParameterizedTest
    @CsvSource({"openai-es, 1, 0", "openai-es, 3, 11", "cma-es, 2, 9", "alphazero, 2, 13"})
    void playsAreDividedAmongWorkersWithTheSameBits(String name, int workers, int every) throws IOException {
        EnvironmentSpec on = environment(name.equals("alphazero") ? "TicTacToeSelfPlay-v0" : "CartPole-v1");
        Algorithm algorithm = algorithm(name, Map.of());
        Path serial = folder.resolve("serial");
        Path divided = folder.resolve("divided");
        TrainingResult expected = Trainer.of(algorithm, on)
                .environmentSteps(3000)
                .evaluation(EvaluationSettings.DEFAULT.withEpisodes(5))
                .directory(serial)
                .run();
        try (LossyPool pool = new LossyPool(every)) {
            TrainingResult result = Trainer.of(algorithm, on)
                    .environmentSteps(3000)
                    .evaluation(EvaluationSettings.DEFAULT.withEpisodes(5))
                    .directory(divided)
                    .mode(ExecutionMode.parse("synchronous(workers=" + workers + ")"))
                    .workers(pool)
                    .run();
            assertThat(result.weightsDigest()).isEqualTo(expected.weightsDigest());
            assertThat(result.environmentSteps()).isEqualTo(expected.environmentSteps());
            assertThat(pool.lost() > 0).isEqualTo(every > 0);
        }
        assertThat(Files.readAllLines(divided.resolve("episodes.csv")))
                .isEqualTo(Files.readAllLines(serial.resolve("episodes.csv")));
    }

    @ParameterizedTest
    @CsvSource({"ppo", "openai-es", "vtrace"})
    void nodesMayComeAndGo(String name) {
        Algorithm algorithm = algorithm(name, Map.of());
        boolean asynchronous = name.equals("vtrace");
        TrainingResult expected = trainer(algorithm).environmentSteps(8000).run();
        try (NodesPool pool = new NodesPool(1)) {
            Trainer trainer = trainer(algorithm)
                    .environmentSteps(8000)
                    .mode(asynchronous ? ExecutionMode.parse("asynchronous") : ExecutionMode.synchronous())
                    .workers(pool);
            trainer.listen(new TrainingListener() {
                @Override
                public void round(Progress progress) {
                    if (progress.rounds() == 2) {
                        pool.come();
                        pool.come();
                    } else if (progress.rounds() == 4) {
                        pool.go();
                        pool.go();
                    }
                }
            });
            TrainingResult result = trainer.run();
            assertThat(pool.most()).isEqualTo(3);
            assertThat(events).anySatisfy(event -> assertThat(event.type()).isEqualTo("worker/lost"));
            if (!asynchronous) {
                assertThat(result.weightsDigest()).isEqualTo(expected.weightsDigest());
            }
        }
    }

    @Test
    void aRunGoesOnWithOtherWorkersThanItBeganWith() {
        String expected = ppo().run().weightsDigest();
        Path run = folder.resolve("run");
        try (LocalPool pool = new LocalPool()) {
            Trainer first = ppo().directory(run)
                    .mode(ExecutionMode.parse("synchronous(workers=3)"))
                    .workers(pool);
            first.listen(new TrainingListener() {
                        @Override
                        public void round(Progress progress) {
                            if (progress.rounds() == 7) {
                                first.requestStop("stopped by the test");
                            }
                        }
                    })
                    .run();
            Path second = folder.resolve("second");
            assertThat(Trainer.resume(run).workers(pool).run().weightsDigest()).isEqualTo(expected);
            assertThat(second).doesNotExist();
        }
    }

    @ParameterizedTest
    @CsvSource({"vtrace", "appo", "dqn", "ppo"})
    void withoutWaitingForEachOtherItLearns(String name) {
        Path run = folder.resolve("run");
        TrainingResult result = trainer(algorithm(name, Map.of()))
                .environmentSteps(20_000)
                .mode(ExecutionMode.parse("asynchronous(workers=3, maxStaleness=1000)"))
                .directory(run)
                .run();
        assertThat(result.environmentSteps()).isGreaterThanOrEqualTo(20_000);
        assertThat(result.updates()).isPositive();
        assertThat(result.meanReturn()).isGreaterThan(12);
        assertThat(run.resolve("metrics.csv"))
                .content()
                .contains("workers/staleness", "workers/dropped", "workers/queue", "workers/samples-per-second");
        assertThat(events).isEmpty();
    }

    @Test
    void blocksThatAreTooOldAreDroppedAndCounted() {
        // With one block asked ahead, a second worker's block is at least one version old as soon as the first has been
        // learned from; so with a bound of 0 there must be drops, and what is learned from is never old.
        List<Double> staleness = new ArrayList<>();
        List<Double> dropped = new ArrayList<>();
        trainer(new VTrace(VTrace.Settings.defaults()))
                .mode(ExecutionMode.parse("asynchronous(workers=3, maxStaleness=0, ahead=2)"))
                .listen(new TrainingListener() {
                    @Override
                    public void round(Progress progress) {
                        Map<String, Double> metrics = progress.metrics();
                        staleness.add(metrics.getOrDefault("workers/staleness/mean", 0.0));
                        dropped.add(metrics.getOrDefault("workers/dropped", 0.0));
                    }
                })
                .run();
        assertThat(staleness).containsOnly(0.0);
        assertThat(dropped.get(dropped.size() - 1)).isPositive();
    }

    @Test
    void withoutWaitingForEachOtherLostWorkersAreReplaced() {
        try (LossyPool pool = new LossyPool(20)) {
            TrainingResult result = trainer(algorithm("vtrace", Map.of()))
                    .mode(ExecutionMode.parse("asynchronous(workers=4)"))
                    .workers(pool)
                    .run();
            assertThat(result.environmentSteps()).isGreaterThanOrEqualTo(STEPS);
            assertThat(pool.lost()).isPositive();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"synchronous(workers=2)", "asynchronous(workers=1)"})
    void aWorkersStuckEnvironmentIsReplacedAndNamed(String mode) {
        List<FaultyEnvironment> made = new CopyOnWriteArrayList<>();
        AtomicInteger steps = new AtomicInteger();
        EnvironmentSpec faulty = new EnvironmentSpec(
                "CartPole-v1",
                List.of(),
                "",
                () -> {
                    FaultyEnvironment prone = FaultyEnvironment.when(
                            TrainerTest.cartPole(),
                            FaultyEnvironment.Fault.HANG,
                            lived -> steps.incrementAndGet() == 300);
                    made.add(prone);
                    return prone;
                },
                475);
        try (LocalPool pool = new LocalPool()) {
            TrainingResult result = Trainer.of(algorithm("ppo", Map.of("environments", 4, "rolloutSteps", 64)), faulty)
                    .environmentSteps(30_000)
                    .evaluation(EvaluationSettings.DEFAULT.withEpisodes(5))
                    .guard(GuardSettings.DEFAULT.withHangSeconds(0.3))
                    .mode(ExecutionMode.parse(mode))
                    .workers(pool)
                    .listen(new TrainingListener() {
                        @Override
                        public void event(RunEvent event) {
                            events.add(event);
                        }
                    })
                    .run();
            assertThat(result.environmentSteps()).isGreaterThanOrEqualTo(30_000);
        }
        made.forEach(FaultyEnvironment::release);
        assertThat(events).anySatisfy(event -> {
            assertThat(event.type()).isEqualTo("environment/hang");
            assertThat(String.valueOf(event.details().get("stack"))).contains("FaultyEnvironment");
            assertThat(event.details()).containsKeys("worker", "node");
        });
    }

    @Test
    void aWorkerThatFailsEndsTheRunWithItsCause() {
        EnvironmentSpec hopeless = new EnvironmentSpec(
                "CartPole-v1",
                List.of(),
                "",
                () -> FaultyEnvironment.from(TrainerTest.cartPole(), FaultyEnvironment.Fault.EXCEPTION, 1),
                475);
        try (LocalPool pool = new LocalPool()) {
            Trainer trainer = Trainer.of(algorithm("ppo", Map.of()), hopeless)
                    .directory(folder.resolve("run"))
                    .mode(ExecutionMode.parse("synchronous(workers=2)"))
                    .workers(pool);
            assertThatThrownBy(trainer::run)
                    .isInstanceOfAny(EnvironmentFailure.class, WorkerFailure.class)
                    .hasMessageContaining("fault on purpose");
        }
        assertThat(folder.resolve("run").resolve("policy.espalier")).exists();
    }

    @Test
    void aModeIsReadAsItIsWritten() {
        for (String text : List.of("synchronous", "asynchronous", "asynchronous(workers=3, maxStaleness=4)")) {
            assertThat(ExecutionMode.parse(text).text()).isEqualTo(text);
        }
        assertThatThrownBy(() -> ExecutionMode.parse("asynchronos"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Maybe you mean asynchronous");
        assertThatThrownBy(() -> ExecutionMode.parse("asynchronous(maxStalenes=1)"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("maxStaleness");
        assertThatThrownBy(() -> ExecutionMode.parse("asynchronous(ahead=65)"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("ahead (65) must be from 0 to 64");
    }
}
