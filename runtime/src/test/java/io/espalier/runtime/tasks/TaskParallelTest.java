package io.espalier.runtime.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.core.Environment;
import io.espalier.core.wrappers.EnvironmentWrapper;
import io.espalier.envs.CartPole;
import io.espalier.policy.Policy;
import io.espalier.runtime.Evaluation;
import io.espalier.runtime.EvaluationResult;
import io.espalier.runtime.EvaluationSettings;
import io.espalier.runtime.ExecutionMode;
import io.espalier.runtime.LossyPool;
import io.espalier.runtime.Trainer;
import io.espalier.runtime.TrainingResult;
import io.espalier.runtime.tasks.TaskResult.Outcome;
import io.espalier.runtime.workers.LocalPool;
import io.espalier.runtime.workers.Resources;
import io.espalier.runtime.workers.WorkerPool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trainings and evaluations as tasks, here and, for all they can tell, elsewhere. */
class TaskParallelTest {
    @TempDir
    Path folder;

    private final Seen seen = new Seen();
    private List<Path> before = List.of();

    /** Fails whenever it is stepped. */
    public static final class Broken extends EnvironmentWrapper {
        /** Anew. */
        public Broken() {
            super(new CartPole());
        }

        @Override
        public io.espalier.core.Step step(float[] actions, int at) {
            throw new IllegalStateException("the pole is broken");
        }
    }

    /** Counts how many of it have ever been made. */
    public static final class Counted extends EnvironmentWrapper {
        static final AtomicInteger MADE = new AtomicInteger();

        /** Anew. */
        public Counted() {
            super(new CartPole());
            MADE.incrementAndGet();
        }
    }

    private static List<Path> temporary() throws IOException {
        try (Stream<Path> all = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return all.filter(path -> path.getFileName().toString().matches("espalier-(task|run)-.*"))
                    .sorted()
                    .toList();
        }
    }

    @BeforeEach
    void look() throws IOException {
        before = temporary();
    }

    @AfterEach
    void nothingIsLeftBehind() throws IOException, InterruptedException {
        for (int i = 0; i < 100 && !before.containsAll(temporary()); i++) {
            Thread.sleep(50);
        }
        assertThat(before).containsAll(temporary());
    }

    private void run(WorkerPool pool, double atOnce, List<? extends Task> tasks) {
        TaskParallel.on(pool).atOnce(atOnce).listen(seen).run(tasks);
    }

    @Test
    void moreTasksThanCoresComeToTheBitsOfEachAlone() {
        try (WorkerPool pool = new LocalPool(2)) {
            run(pool, 64, Runs.tasks(5));
        }
        assertThat(seen.digests()).containsExactlyInAnyOrderEntriesOf(Runs.alone(5));
        assertThat(seen.most).isEqualTo(2);
        TrainingResult alone = Runs.trainer(3).run();
        TrainingResult there = Objects.requireNonNull(seen.of("seed-3").training());
        assertThat(there.policy()).isEqualTo(alone.policy());
        assertThat(there.evaluation()).isEqualTo(alone.evaluation());
        assertThat(there.episodes()).isEqualTo(alone.episodes());
        assertThat(there.environmentSteps()).isEqualTo(Runs.STEPS);
        assertThat(there.run()).isNull();
        assertThat(seen.events).isEmpty();
    }

    @Test
    void nodesThatAreLostChangeNoBitAndCostNoMoreThanWhatWasNotSaved() {
        try (LossyPool pool = new LossyPool(7)) {
            TaskParallel.on(pool).attempts(50).listen(seen).run(Runs.tasks(4));
            assertThat(pool.lost()).isGreaterThan(2);
            assertThat(pool.bytes()).isPositive();
        }
        assertThat(seen.digests()).containsExactlyInAnyOrderEntriesOf(Runs.alone(4));
        assertThat(seen.events).isNotEmpty().allSatisfy(event -> {
            assertThat(event.type()).isEqualTo("task/lost");
            assertThat(event.message()).contains("seed-").contains("on purpose");
        });
        assertThat(seen.results.values().stream().mapToInt(TaskResult::attempts).sum())
                .isEqualTo(4 + seen.events.size());
    }

    @Test
    void aTrainingGoesOnFromTheLastCheckpointThatItTold() throws IOException {
        TrainingTask task = TrainingTask.of("seed-1", Runs.longer(1).config()).in(folder.resolve("run"));
        try (LossyPool pool = new LossyPool(0)) {
            List<Long> afterwards = new ArrayList<>();
            TaskParallel.on(pool)
                    .listen(new Seen() {
                        @Override
                        public void progress(Task which, TaskProgress progress) {
                            if (pool.lost() > 0) {
                                afterwards.add(progress.environmentSteps());
                            } else if (progress.environmentSteps() >= 4096) {
                                pool.loseOne();
                            }
                        }

                        @Override
                        public void finished(TaskResult result) {
                            seen.finished(result);
                        }
                    })
                    .run(List.of(task));
            assertThat(afterwards).first().satisfies(steps -> assertThat(steps).isGreaterThan(1024));
        }
        assertThat(seen.of("seed-1").attempts()).isEqualTo(2);
        Trainer alone = Runs.longer(1).directory(folder.resolve("alone"));
        assertThat(seen.digests()).containsEntry("seed-1", alone.run().weightsDigest());
        // Every episode once, in its place, whatever the lost node had told after its last checkpoint.
        assertThat(folder.resolve("run/episodes.csv")).hasSameTextualContentAs(folder.resolve("alone/episodes.csv"));
        assertThat(folder.resolve("run/policy.espalier"))
                .hasSameBinaryContentAs(folder.resolve("alone/policy.espalier"));
        assertThat(folder.resolve("run/config.yaml")).hasSameTextualContentAs(folder.resolve("alone/config.yaml"));
        assertThat(Files.readAllLines(folder.resolve("run/metrics.csv")))
                .hasSameSizeAs(Files.readAllLines(folder.resolve("alone/metrics.csv")));
        assertThat(Files.readString(folder.resolve("run/result.json")))
                .contains(folder.resolve("run").toString());
    }

    @Test
    void aTaskThatIsLostTooOftenFailsWithTheCause() {
        try (LossyPool pool = new LossyPool(1)) {
            TaskParallel.on(pool).attempts(3).listen(seen).run(Runs.tasks(1));
            assertThat(pool.lost()).isEqualTo(3);
        }
        TaskResult result = seen.of("seed-1");
        assertThat(result.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(result.attempts()).isEqualTo(3);
        assertThat(result.failure()).hasMessageContaining("task seed-1 was lost with its node 3 times");
        assertThat(result.failure()).hasMessageContaining("last: on purpose");
    }

    @Test
    void oneThatFailsEndsNoOther() {
        List<TrainingTask> tasks = new ArrayList<>(Runs.tasks(2));
        tasks.add(
                1,
                TrainingTask.of(
                        "broken", Runs.trainer(9, Broken.class.getName()).config()));
        TrainingTask missing = TrainingTask.of("missing", Runs.trainer(9).config());
        Map<String, Object> words = missing.config().toMap();
        words.put("environment", "com.acme.Warehouse");
        tasks.add(0, TrainingTask.of("missing", io.espalier.runtime.RunConfig.of(words, "a test")));
        for (WorkerPool pool : List.of(new LocalPool(2), new LossyPool(0))) {
            seen.results.clear();
            run(pool, 2, tasks);
            pool.close();
            assertThat(seen.results).hasSize(4);
            assertThat(seen.of("broken").outcome()).isEqualTo(Outcome.FAILED);
            assertThat(seen.of("broken").failure())
                    .hasMessageContaining("EnvironmentFailure")
                    .hasMessageContaining("the pole is broken");
            assertThat(seen.of("missing").outcome()).isEqualTo(Outcome.FAILED);
            assertThat(seen.of("missing").failure()).hasMessageContaining("There is no class com.acme.Warehouse");
            seen.results.remove("broken");
            seen.results.remove("missing");
            assertThat(seen.digests()).containsExactlyInAnyOrderEntriesOf(Runs.alone(2));
        }
    }

    @Test
    void cancelledTasksSaveAndGoOnLaterToTheSameBits() {
        List<TrainingTask> tasks = new ArrayList<>();
        for (long seed = 1; seed <= 3; seed++) {
            tasks.add(
                    TrainingTask.of("seed-" + seed, Runs.longer(seed).config()).in(folder.resolve("run-" + seed)));
        }
        try (WorkerPool pool = new LossyPool(0)) {
            TaskParallel parallel = TaskParallel.on(pool).atOnce(2);
            parallel.listen(new Seen() {
                        @Override
                        public void progress(Task which, TaskProgress progress) {
                            parallel.cancel("that is enough", 30);
                        }

                        @Override
                        public void finished(TaskResult result) {
                            seen.finished(result);
                        }
                    })
                    .run(tasks);
        }
        assertThat(seen.results).hasSize(3);
        assertThat(seen.of("seed-3").outcome()).isEqualTo(Outcome.STOPPED);
        assertThat(seen.of("seed-3").attempts()).isZero();
        for (String name : List.of("seed-1", "seed-2")) {
            assertThat(seen.of(name).outcome()).isEqualTo(Outcome.STOPPED);
            TrainingResult stopped = Objects.requireNonNull(seen.of(name).training());
            assertThat(stopped.stopReason()).isEqualTo("that is enough");
            assertThat(stopped.environmentSteps()).isBetween(1L, 29_999L);
        }

        seen.results.clear();
        try (WorkerPool pool = new LossyPool(0)) {
            run(pool, 2, tasks);
        }
        for (long seed = 1; seed <= 3; seed++) {
            assertThat(seen.digests())
                    .containsEntry("seed-" + seed, Runs.longer(seed).run().weightsDigest());
        }
    }

    @Test
    void eachTaskMayHaveWorkersOfItsOwn() {
        List<TrainingTask> tasks = new ArrayList<>();
        for (int seed = 1; seed <= 3; seed++) {
            TrainingTask task = Runs.task(seed, "synchronous(workers=2)");
            tasks.add(new TrainingTask(task.name(), task.config(), Resources.cpus(2), null));
        }
        Map<String, String> alone = Runs.alone(3);
        try (LossyPool pool = new LossyPool(9)) {
            TaskParallel.on(pool).atOnce(4).attempts(50).listen(seen).run(tasks);
            assertThat(pool.lost()).isPositive();
        }
        assertThat(seen.digests()).containsExactlyInAnyOrderEntriesOf(alone);

        Seen others = new Seen();
        try (LossyPool pool = new LossyPool(11);
                LocalPool here = new LocalPool(4)) {
            TaskParallel.on(here).workers(pool).listen(others).run(tasks);
            // Every block of steps came from there, some of them twice.
            assertThat(pool.lost()).isPositive();
            assertThat(pool.bytes()).isPositive();
        }
        assertThat(others.digests()).containsExactlyInAnyOrderEntriesOf(alone);
    }

    @Test
    void tasksWhoseWorkersAreElsewhereMustBeHere() {
        try (LossyPool pool = new LossyPool(0)) {
            assertThatThrownBy(() -> TaskParallel.on(pool).workers(pool))
                    .hasMessageContaining("must run in this process")
                    .hasMessageContaining("Maybe");
        }
    }

    @Test
    void evaluationsComeToTheFiguresOfEachAlone() {
        Policy policy = Runs.trainer(1).run().policy();
        EvaluationSettings settings = EvaluationSettings.DEFAULT.withEpisodes(5);
        List<EvaluationTask> tasks = new ArrayList<>();
        for (long seed = 1; seed <= 4; seed++) {
            tasks.add(EvaluationTask.of("play-" + seed, policy, "CartPole-v1", settings, seed));
        }
        try (LossyPool pool = new LossyPool(3)) {
            TaskParallel.on(pool).attempts(50).listen(seen).run(tasks);
            assertThat(pool.lost()).isPositive();
        }
        for (long seed = 1; seed <= 4; seed++) {
            EvaluationResult alone = Evaluation.of(policy, () -> environment("CartPole-v1"), settings, seed, 1);
            assertThat(seen.of("play-" + seed).outcome()).isEqualTo(Outcome.FINISHED);
            assertThat(seen.of("play-" + seed).evaluation()).isEqualTo(alone);
        }
    }

    private static Environment environment(String name) {
        return io.espalier.runtime.Registry.here().environment(name).factory().get();
    }

    @Test
    void anEvaluationThatIsCancelledHasNoFigures() {
        Policy policy = Runs.trainer(1).run().policy();
        EvaluationTask endless = EvaluationTask.of(
                "endless", policy, Counted.class.getName(), EvaluationSettings.DEFAULT.withEpisodes(10_000_000), 1);
        try (WorkerPool pool = new LocalPool(1)) {
            TaskParallel parallel = TaskParallel.on(pool);
            parallel.listen(new Seen() {
                        @Override
                        public void started(Task task, String node, int attempt) {
                            parallel.cancel("that is enough", 10);
                        }

                        @Override
                        public void finished(TaskResult result) {
                            seen.finished(result);
                        }
                    })
                    .run(List.of(endless));
        }
        assertThat(seen.of("endless").outcome()).isEqualTo(Outcome.STOPPED);
        assertThat(seen.of("endless").evaluation()).isNull();
    }

    @Test
    void tasksAreTakenWhenThereIsRoomNotBefore() {
        AtomicInteger taken = new AtomicInteger();
        AtomicInteger ahead = new AtomicInteger();
        Iterable<TrainingTask> lazy = () -> Stream.iterate(1L, seed -> seed + 1)
                .limit(6)
                .map(seed -> {
                    taken.incrementAndGet();
                    return Runs.task(seed, "pipelined(workers=1)");
                })
                .iterator();
        try (WorkerPool pool = new LocalPool(2)) {
            TaskParallel.on(pool)
                    .listen(new Seen() {
                        @Override
                        public void started(Task task, String node, int attempt) {
                            super.started(task, node, attempt);
                            ahead.accumulateAndGet(taken.get() - starts.size(), Math::max);
                        }

                        @Override
                        public void finished(TaskResult result) {
                            super.finished(result);
                            seen.finished(result);
                        }
                    })
                    .run(lazy);
        }
        assertThat(seen.results).hasSize(6);
        assertThat(ahead.get()).isLessThanOrEqualTo(2);
        Trainer alone = Runs.trainer(4).mode(ExecutionMode.parse("pipelined(workers=1)"));
        assertThat(seen.digests()).containsEntry("seed-4", alone.run().weightsDigest());
    }

    @Test
    void whatAListenerThrowsEndsAll() throws InterruptedException {
        try (WorkerPool pool = new LocalPool(2)) {
            TaskParallel parallel = TaskParallel.on(pool).listen(new TaskListener() {
                @Override
                public void started(Task task, String node, int attempt) {
                    throw new IllegalArgumentException("not today");
                }
            });
            assertThatThrownBy(() -> parallel.run(Runs.tasks(3))).hasMessage("not today");
        }
    }
}
