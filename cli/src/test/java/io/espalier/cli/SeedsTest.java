package io.espalier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.cluster.ClusterPool;
import io.espalier.cluster.ClusterSettings;
import io.espalier.cluster.ClusterWorker;
import io.espalier.cluster.WorkerSettings;
import io.espalier.runtime.RunConfig;
import io.espalier.runtime.RunDirectory;
import io.espalier.runtime.Trainer;
import io.espalier.runtime.events.RunEvent;
import io.espalier.runtime.tasks.Task;
import io.espalier.runtime.tasks.TaskListener;
import io.espalier.runtime.tasks.TaskParallel;
import io.espalier.runtime.tasks.TaskResult;
import io.espalier.runtime.tasks.TrainingTask;
import io.espalier.runtime.workers.Resources;
import io.espalier.testkit.Corridor;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Several runs of one command, here and over the nodes of a cluster. */
class SeedsTest {
    @TempDir
    Path folder;

    private record Result(int code, String out) {
        JsonNode json() {
            List<String> lines = out.strip().lines().toList();
            return new JsonMapper().readTree(lines.get(lines.size() - 1));
        }
    }

    private Result train(String run, String... more) {
        List<String> words =
                new ArrayList<>(List.of("train", "--algo", "ppo", "--set", "rolloutSteps=32", "--episodes", "2"));
        words.addAll(List.of("--out", folder.resolve(run).toString()));
        words.addAll(Arrays.asList(more));
        StringWriter out = new StringWriter();
        CommandLine command = Main.commandLine();
        command.setOut(new PrintWriter(out));
        command.setErr(new PrintWriter(out));
        int code = command.execute(words.toArray(new String[0]));
        return new Result(code, out.toString());
    }

    private void hasTheBitsOf(String run, String other) {
        assertThat(folder.resolve(run).resolve("policy.espalier"))
                .hasSameBinaryContentAs(folder.resolve(other).resolve("policy.espalier"));
        assertThat(folder.resolve(run).resolve("episodes.csv"))
                .hasSameTextualContentAs(folder.resolve(other).resolve("episodes.csv"));
    }

    @Test
    void eachSeedIsTheRunThatItWouldBeAlone() {
        Result all = train(
                "all",
                "cartpole",
                "--steps",
                "2048",
                "--stop",
                "budget",
                "--seed",
                "4",
                "--seeds",
                "3",
                "--threads",
                "2",
                "--json");
        assertThat(all.code()).as(all.out()).isEqualTo(Main.DONE);
        assertThat(all.out())
                .contains("ppo on CartPole-v1, seeds 4 to 6, 1 thread each")
                .contains("seed-5 begins")
                .contains("seed-6: not solved, mean return ")
                .contains("interquartile mean ")
                .contains("3 of 3 reached the stop rule, 0 failed");
        JsonNode json = all.json();
        assertThat(json.get("reached").asInt()).isEqualTo(3);
        assertThat(json.get("median").isNumber()).isTrue();
        assertThat(json.get("runs")).hasSize(3);
        for (int i = 0; i < 3; i++) {
            JsonNode run = json.get("runs").get(i);
            assertThat(run.get("seed").asInt()).isEqualTo(4 + i);
            assertThat(run.get("outcome").asString()).isEqualTo("not solved");
            assertThat(run.get("weightsDigest").asString()).matches("[0-9a-f]{64}");
            assertThat(run.get("run").asString()).endsWith("seed-" + (4 + i));
        }
        assertThat(folder.resolve("all/seed-5/learning-curve.svg")).isNotEmptyFile();
        assertThat(RunConfig.read(RunDirectory.open(folder.resolve("all/seed-5")))
                        .main()
                        .seed())
                .isEqualTo(5);
        train("alone", "cartpole", "--steps", "2048", "--stop", "budget", "--seed", "5");
        hasTheBitsOf("all/seed-5", "alone");
    }

    @Test
    void oneSeedThatDoesNotReachTheRuleMakesTheExitCodeOne() {
        Result all = train(
                "short", "cartpole", "--steps", "1024", "--stop", "return 499 over 20 episodes", "--seeds", "2", "-q");
        assertThat(all.code()).isEqualTo(Main.NOT_REACHED);
        assertThat(all.out()).contains("0 of 2 reached the stop rule, 0 failed").doesNotContain("begins");
    }

    @Test
    void whatCannotBeIsToldWithARemedy() {
        assertThat(train("a", "cartpole", "--seeds", "0").out()).contains("--seeds (0) must be from 1 to 100000");
        assertThat(train("b", "cartpole", "--cpus-per-run", "2").out())
                .contains("--cpus-per-run needs --seeds")
                .contains("Maybe");
        assertThat(train("c", "cartpole", "--seeds", "2", "--cpus-per-run", "0").out())
                .contains("--cpus-per-run (0) must be from 1 to 1024");
        assertThat(train("d", "cartpole", "--seeds", "2", "--metrics-port", "9000")
                        .out())
                .contains("--metrics-port tells of one run");
        assertThat(train("e", "cartpole", "--seeds", "2", "--learner", "pipeline(stages=2)")
                        .out())
                .contains("--learner cuts the network of one run");
    }

    @Test
    void seedsOnAUsersEnvironmentCrossToOtherProcessesByTheNameOfItsClass() {
        String corridor = Corridor.class.getName();
        Result all = train("nodes", "--env", corridor, "--steps", "2048", "--seeds", "3", "--workers", "2");
        assertThat(all.code()).as(all.out()).isEqualTo(Main.DONE);
        assertThat(all.out())
                .containsPattern("seed-1 begins on local-[01]")
                .containsPattern("seed-2 begins on local-[01]")
                .contains("3 of 3 reached the stop rule, 0 failed");
        train("alone", "--env", corridor, "--steps", "2048", "--seed", "3");
        hasTheBitsOf("nodes/seed-3", "alone");
    }

    /** A node in this process, which leaves when it is told to. */
    private static ClusterWorker node(int port, String name) {
        ClusterWorker worker = new ClusterWorker(
                new WorkerSettings(
                        "127.0.0.1",
                        port,
                        ClusterSettings.LOCAL,
                        name,
                        Resources.ONE_CPU,
                        SeedsTest.class.getClassLoader()),
                event -> {});
        Thread thread = new Thread(worker::run, "node-" + name);
        thread.setDaemon(true);
        thread.start();
        return worker;
    }

    @Test
    void aNodeThatLeavesHandsOverWhereItStoodAndIsNotDone() {
        Catalog catalog = Catalog.of(null);
        Map<String, Object> asked = new LinkedHashMap<>(
                Map.of("environment", "cartpole", "algorithm", "ppo", "environmentSteps", 60_000, "stop", "budget"));
        TrainRequest request = TrainRequest.resolve(catalog, asked).with(1, 1);
        Trainer alone = TrainingSession.trainer(catalog, request, catalog.environment("cartpole"));
        TrainingTask task = TrainingTask.of("one", alone.config()).in(folder.resolve("one"));
        Map<String, ClusterWorker> nodes = new ConcurrentHashMap<>();
        List<RunEvent> events = new ArrayList<>();
        List<Long> savedAt = new ArrayList<>();
        List<TaskResult> results = new ArrayList<>();
        try (ClusterPool pool = ClusterPool.start(ClusterSettings.LOCAL, event -> {})) {
            nodes.put("first", node(pool.port(), "first"));
            nodes.put("second", node(pool.port(), "second"));
            assertThat(pool.await(2, Duration.ofSeconds(60))).isTrue();
            TaskParallel.on(pool)
                    .listen(new TaskListener() {
                        @Override
                        public void started(Task which, String node, int attempt) {
                            ClusterWorker leaving = nodes.remove(node);
                            if (attempt == 1 && leaving != null) {
                                leaving.drain();
                            }
                        }

                        @Override
                        public void event(Task which, RunEvent event) {
                            events.add(event);
                            // None was due: it is what the node said when it left.
                            savedAt.add(RunDirectory.open(folder.resolve("one"))
                                    .newestCheckpoint(new ArrayList<>())
                                    .orElse(-1));
                        }

                        @Override
                        public void finished(TaskResult result) {
                            results.add(result);
                        }
                    })
                    .run(List.of(task));
        } finally {
            nodes.values().forEach(ClusterWorker::drain);
        }
        assertThat(results).hasSize(1);
        TaskResult result = results.get(0);
        assertThat(result.outcome()).as(String.valueOf(result.failure())).isEqualTo(TaskResult.Outcome.FINISHED);
        assertThat(result.attempts()).isEqualTo(2);
        assertThat(events).singleElement().satisfies(event -> {
            assertThat(event.type()).isEqualTo("task/lost");
            assertThat(event.message()).contains("draining");
        });
        assertThat(savedAt).singleElement().satisfies(steps -> assertThat(steps).isBetween(1L, 59_999L));
        assertThat(Objects.requireNonNull(result.training()).weightsDigest())
                .isEqualTo(alone.withoutFinalEvaluation().run().weightsDigest());
    }
}
