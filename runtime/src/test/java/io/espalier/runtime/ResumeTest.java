package io.espalier.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.core.EnvironmentSpec;
import io.espalier.policy.Policy;
import io.espalier.runtime.events.RunEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Stopped and resumed is the same as never stopped. */
class ResumeTest {
    private static final long STEPS = 20_000;
    private static final EnvironmentSpec CART_POLE =
            new EnvironmentSpec("CartPole-v1", List.of(), "", TrainerTest::cartPole, 475);

    @TempDir
    Path folder;

    static Trainer trainer() {
        return trainer(CART_POLE);
    }

    static Trainer trainer(EnvironmentSpec environment) {
        return Trainer.of(HillClimbing.standard(), environment)
                .seed(11)
                .environmentSteps(STEPS)
                .evaluation(EvaluationSettings.DEFAULT.withEpisodes(20).every(7000));
    }

    private TrainingResult straight(Path run) {
        return trainer().directory(run).run();
    }

    private static TrainingListener stopAfter(int rounds, Trainer trainer) {
        return new TrainingListener() {
            @Override
            public void round(Progress progress) {
                if (progress.rounds() == rounds) {
                    trainer.requestStop("stopped by the test");
                }
            }
        };
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 13, 19})
    void aRunThatWasStoppedEndsLikeAStraightOne(int rounds) throws IOException {
        TrainingResult straight = straight(folder.resolve("straight"));
        Path run = folder.resolve("stopped");
        Trainer first = trainer().directory(run).threads(2);
        TrainingResult stopped = first.listen(stopAfter(rounds, first)).run();
        assertThat(stopped.stopReason()).isEqualTo("stopped by the test");

        TrainingResult resumed = Trainer.resume(run).run();

        assertThat(resumed.weightsDigest()).isEqualTo(straight.weightsDigest()).isNotEqualTo(stopped.weightsDigest());
        assertThat(resumed.evaluation()).isEqualTo(straight.evaluation());
        assertThat(resumed.episodes()).isEqualTo(straight.episodes());
        assertThat(rows(run, "episodes.csv")).isEqualTo(rows(folder.resolve("straight"), "episodes.csv"));
        assertThat(rows(run, "metrics.csv")).isEqualTo(rows(folder.resolve("straight"), "metrics.csv"));
        assertThat(Policy.read(run.resolve("policy.espalier")).weights().digest())
                .isEqualTo(straight.weightsDigest());
        assertThat(Files.readString(run.resolve("result.json"))).contains(straight.weightsDigest());
    }

    /** Without the column of seconds. */
    private static List<String> rows(Path run, String name) throws IOException {
        List<String> lines = Files.readAllLines(run.resolve(name));
        List<String> header = Arrays.asList(lines.get(0).split(",", -1));
        int seconds = header.indexOf("seconds");
        List<String> rows = new ArrayList<>();
        for (String line : lines) {
            List<String> cells = new ArrayList<>(Arrays.asList(line.split(",", -1)));
            if (seconds >= 0) {
                cells.remove(seconds);
            }
            rows.add(String.join(",", cells));
        }
        return rows;
    }

    @ParameterizedTest
    @ValueSource(strings = {"environment-steps 6000", "budget"})
    void aRunThatHasComeToItsEndStaysAsItIs(String rule) throws IOException {
        Path run = folder.resolve("run");
        Trainer trainer = trainer().directory(run);
        TrainingResult straight = (rule.equals("budget") ? trainer : trainer.stop(StopRule.parse(rule))).run();
        List<String> rows = rows(run, "episodes.csv");
        // As if it had been killed between its last checkpoint and its result.
        Files.delete(run.resolve("result.json"));
        Files.delete(run.resolve("policy.espalier"));

        TrainingResult resumed = Trainer.resume(run).run();

        assertThat(resumed.weightsDigest()).isEqualTo(straight.weightsDigest());
        assertThat(resumed.environmentSteps()).isEqualTo(straight.environmentSteps());
        assertThat(resumed.stopReason()).isEqualTo(straight.stopReason());
        assertThat(resumed.evaluation()).isEqualTo(straight.evaluation());
        assertThat(rows(run, "episodes.csv")).isEqualTo(rows);
        assertThat(Policy.read(run.resolve("policy.espalier")).weights().digest())
                .isEqualTo(straight.weightsDigest());
    }

    @Test
    void aRunThatWasKilledGoesOnFromItsLastCheckpoint() throws Exception {
        Path run = folder.resolve("killed");
        Process child = Child.start("slowly", run);
        Path second = run.resolve("checkpoints/checkpoint-000002.manifest");
        await(() -> Files.exists(second) || !child.isAlive());
        child.destroyForcibly().waitFor();
        assertThat(second).as(Child.output(run)).exists();
        assertThat(run.resolve("result.json")).doesNotExist();

        TrainingResult resumed = Trainer.resume(run).run();

        assertThat(resumed.weightsDigest())
                .isEqualTo(straight(folder.resolve("straight")).weightsDigest());
    }

    @Test
    void terminatedRunsSaveAndExitWithZero() throws Exception {
        Path run = folder.resolve("terminated");
        Process child = Child.start("slowly", run);
        await(() -> Files.exists(run.resolve("checkpoints/checkpoint-000001.manifest")) || !child.isAlive());
        child.destroy();
        assertThat(child.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(child.exitValue()).as(Child.output(run)).isZero();
        assertThat(Files.readString(run.resolve("result.json"))).contains("stopped by SIGTERM");

        assertThat(Trainer.resume(run).run().weightsDigest())
                .isEqualTo(straight(folder.resolve("straight")).weightsDigest());
    }

    @Test
    void aDamagedCheckpointIsNamedAndTheOneBeforeIsUsed() throws IOException {
        Path run = folder.resolve("run");
        Trainer first = trainer().directory(run).checkpoints(CheckpointSettings.DEFAULT.every(3000));
        first.listen(stopAfter(10, first)).run();
        Path newest = newest(run, ".safetensors");
        byte[] bytes = Files.readAllBytes(newest);
        bytes[bytes.length / 2] ^= 4;
        Files.write(newest, bytes);
        List<String> messages = new ArrayList<>();

        TrainingResult resumed = Trainer.resume(run)
                .listen(new TrainingListener() {
                    @Override
                    public void event(RunEvent event) {
                        if (event.type().equals("checkpoint/corrupt")) {
                            messages.add(event.message());
                        }
                    }
                })
                .run();

        assertThat(messages).hasSize(1);
        assertThat(messages.get(0)).contains("does not match its checksum", "000");
        assertThat(resumed.weightsDigest())
                .isEqualTo(straight(folder.resolve("straight")).weightsDigest());
    }

    @Test
    void ifNoCheckpointIsGoodTheRunIsNotSilentlyStartedAnew() throws IOException {
        Path run = folder.resolve("run");
        Trainer first = trainer().directory(run);
        first.listen(stopAfter(2, first)).run();
        Files.write(newest(run, ".manifest"), new byte[] {1, 2, 3});
        assertThatThrownBy(() -> Trainer.resume(run).run())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("No checkpoint")
                .hasMessageContaining("manifest");
    }

    @Test
    void aFullDiskKeepsTheLastCheckpointAndTheRunGoesOn() throws IOException {
        Path run = folder.resolve("run");
        List<String> events = new ArrayList<>();
        int[] writes = {0};
        TrainingResult result = trainer()
                .directory(run)
                .checkpoints(CheckpointSettings.DEFAULT.every(2000))
                .disk((target, bytes) -> {
                    boolean checkpoint = target.getParent().endsWith("checkpoints");
                    if (checkpoint && ++writes[0] > 4) {
                        throw new IOException("No space left on device");
                    }
                    Files.write(target, bytes);
                })
                .listen(new TrainingListener() {
                    @Override
                    public void event(RunEvent event) {
                        events.add(event.type() + " " + event.message());
                    }
                })
                .run();
        assertThat(result.environmentSteps()).isGreaterThanOrEqualTo(STEPS);
        assertThat(events)
                .isNotEmpty()
                .anySatisfy(event -> assertThat(event)
                        .startsWith("checkpoint/failed")
                        .contains("No space left on device", "the one before is kept"));
        assertThat(Checkpoints.newest(run.resolve("checkpoints"), new ArrayList<>()))
                .isNotNull();
        assertThat(Trainer.resume(run).run().weightsDigest()).isEqualTo(result.weightsDigest());
    }

    @Test
    void twoProcessesDoNotWriteToOneRun() {
        Path run = folder.resolve("run");
        Trainer first = trainer().directory(run);
        List<Throwable> refused = new ArrayList<>();
        first.listen(new TrainingListener() {
                    @Override
                    public void round(Progress progress) {
                        if (progress.rounds() == 2) {
                            try {
                                Trainer.resume(run).run();
                            } catch (IllegalStateException e) {
                                refused.add(e);
                            }
                        }
                    }
                })
                .run();
        assertThat(refused).hasSize(1);
        assertThat(refused.get(0)).hasMessageContaining("Another process is writing");
    }

    @Test
    void onlyTheNewestTwoCheckpointsStay() throws IOException {
        Path run = folder.resolve("run");
        trainer()
                .directory(run)
                .checkpoints(CheckpointSettings.DEFAULT.every(1000))
                .run();
        try (var files = Files.list(run.resolve("checkpoints"))) {
            assertThat(files).hasSize(4);
        }
    }

    @Test
    void settingsThatAreNoLongerValidAreReportedTogether() throws IOException {
        Path run = folder.resolve("run");
        straight(run);
        Path config = run.resolve("config.yaml");
        Files.writeString(
                config,
                Files.readString(config).replace("seed:", "sead:").replace("hangFactor: 20.0", "hangFactor: -1"));
        assertThatThrownBy(() -> Trainer.resume(run))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"sead\" is not a setting")
                .hasMessageContaining("seed")
                .hasMessageContaining("hangFactor (-1.0)");
    }

    private static Path newest(Path run, String suffix) throws IOException {
        try (var files = Files.list(run.resolve("checkpoints"))) {
            return files.filter(file -> file.toString().endsWith(suffix))
                    .max(Path::compareTo)
                    .orElseThrow();
        }
    }

    private interface Condition {
        boolean holds();
    }

    private static void await(Condition condition) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!condition.holds() && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }
}
