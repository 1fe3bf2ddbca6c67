package io.espalier.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.espalier.runtime.RunDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The command in a process of its own, and real signals. */
class CommandSignalsTest {
    private static final int MOST_SECONDS = 60;

    @TempDir
    Path folder;

    private Path run;
    private Path out;
    private Process child;

    @BeforeEach
    void prepare() throws IOException {
        // A process that is started with SIGINT ignored, as in the background of a shell, goes on ignoring it.
        Path status = Path.of("/proc/self/status");
        assumeThat(status).exists();
        assumeThat(Files.readAllLines(status).stream()
                        .filter(line -> line.startsWith("SigIgn:"))
                        .noneMatch(line ->
                                (Long.parseUnsignedLong(line.substring(7).strip(), 16) & 2) != 0))
                .as("SIGINT is heard here")
                .isTrue();
        run = folder.resolve("run");
        out = folder.resolve("out");
    }

    @AfterEach
    void end() {
        if (child != null) {
            child.destroyForcibly();
        }
    }

    private void train(String... more) throws IOException {
        List<String> words = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                "-XX:TieredStopAtLevel=1",
                "-Despalier.vector=off",
                "-Dtroubled.mark=" + folder.resolve("mark"),
                Main.class.getName(),
                "train",
                "--algo",
                "ppo",
                "--out",
                run.toString(),
                "--steps",
                "1000000000",
                "--stop",
                "budget",
                "--json",
                "--quiet"));
        words.addAll(List.of(more));
        child = new ProcessBuilder(words)
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
    }

    private void send(String signal) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder("kill", "-" + signal, Long.toString(child.pid()))
                        .start()
                        .waitFor())
                .isZero();
    }

    private void await(Path file) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(MOST_SECONDS);
        while (!Files.exists(file) && child.isAlive() && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    private int exitCode() throws Exception {
        assertThat(child.waitFor(MOST_SECONDS, TimeUnit.SECONDS))
                .as(Files.readString(out))
                .isTrue();
        return child.exitValue();
    }

    @Test
    void terminationSavesTellsWhatCameOfItAndIsNoFailure() throws Exception {
        train("cartpole", "--checkpoint-every", "1000");
        await(run.resolve("checkpoints/checkpoint-000001.manifest"));
        send("TERM");

        assertThat(exitCode()).as(Files.readString(out)).isZero();
        List<String> lines = Files.readAllLines(out);
        JsonNode summary = new JsonMapper().readTree(lines.get(lines.size() - 1));
        assertThat(summary.get("stopReason").asString()).isEqualTo("stopped by SIGTERM");
        assertThat(RunDirectory.open(run).newestCheckpoint(new ArrayList<>()))
                .hasValue(summary.get("environmentSteps").asLong());
        assertThat(TrainedPolicy.read(run.resolve("policy.espalier")).weights().digest())
                .isEqualTo(summary.get("weightsDigest").asString());
        assertThat(run.resolve("learning-curve.svg")).exists();
    }

    @Test
    void aSecondInterruptDoesNotWaitForAnEnvironmentThatHangs() throws Exception {
        train("--env", Troubled.class.getName());
        await(folder.resolve("mark"));
        send("INT");
        TimeUnit.MILLISECONDS.sleep(200);
        assertThat(child.isAlive()).as(Files.readString(out)).isTrue();
        send("INT");

        assertThat(exitCode()).as(Files.readString(out)).isEqualTo(130);
    }
}
