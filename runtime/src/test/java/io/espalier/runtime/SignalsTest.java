package io.espalier.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.espalier.policy.Policy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Real signals, sent to real processes. */
class SignalsTest {
    private static final int MOST_SECONDS = 60;
    private static final long ROUND = 1024;

    @TempDir
    Path folder;

    private Process child;

    /** A process that is started with a signal ignored, as by nohup, goes on ignoring it, and so do its children. */
    @BeforeAll
    static void signalsAreNotIgnored() throws IOException {
        Path status = Path.of("/proc/self/status");
        assumeThat(status).exists();
        long ignored = Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("SigIgn:"))
                .mapToLong(line -> Long.parseUnsignedLong(line.substring(7).strip(), 16))
                .findFirst()
                .orElse(0);
        assumeThat(ignored & (1L << (2 - 1) | 1L << (15 - 1)))
                .as("SIGINT and SIGTERM ignored here")
                .isZero();
    }

    @AfterEach
    void end() {
        child.destroyForcibly();
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

    private int exitCode(Path run) throws Exception {
        assertThat(child.waitFor(MOST_SECONDS, TimeUnit.SECONDS))
                .as(Child.output(run))
                .isTrue();
        return child.exitValue();
    }

    @ParameterizedTest
    @CsvSource({"stuck, TERM, 2", "crawling, TERM, 1", "stuck, INT, 2"})
    void aRunWhoseEnvironmentDoesNotComeBackStillSavesAndExitsWithZero(String how, String signal, int rounds)
            throws Exception {
        Path run = folder.resolve("run");
        child = Child.start(how, run);
        await(Child.mark(run, "in-trouble"));
        send(signal);

        assertThat(exitCode(run)).as(Child.output(run)).isZero();
        assertThat(Files.readString(run.resolve("result.json")))
                .contains("stopped by SIG" + signal, "\"environmentSteps\" : " + rounds * ROUND);
        assertThat(RunDirectory.open(run).newestCheckpoint(new ArrayList<>())).hasValue(rounds * ROUND);
        assertThat(Policy.read(run.resolve("policy.espalier")).weights().digest())
                .isEqualTo(ResumeTest.trainer()
                        .environmentSteps(rounds * ROUND)
                        .withoutFinalEvaluation()
                        .run()
                        .weightsDigest());
        assertThat(Trainer.resume(run).run().environmentSteps()).isEqualTo(20 * ROUND);
    }

    @ParameterizedTest
    @ValueSource(strings = {"INT", "TERM"})
    void aSecondInterruptEndsTheProcessAtOnce(String first) throws Exception {
        Path run = folder.resolve("run");
        child = Child.start("stuck-patiently", run);
        await(Child.mark(run, "in-trouble"));
        await(run.resolve("checkpoints/checkpoint-000001.manifest"));
        send(first);
        await(Child.mark(run, "asked"));
        assertThat(child.isAlive()).as(Child.output(run)).isTrue();
        send("INT");

        assertThat(exitCode(run)).as(Child.output(run)).isEqualTo(130);
        assertThat(run.resolve("result.json")).doesNotExist();
        assertThat(RunDirectory.open(run).newestCheckpoint(new ArrayList<>())).hasValue(2 * ROUND);
    }

    @Test
    void aSecondTerminationIsNoReasonToHurry() throws Exception {
        Path run = folder.resolve("run");
        child = Child.start("slowly", run);
        await(run.resolve("checkpoints/checkpoint-000001.manifest"));
        send("TERM");
        send("TERM");
        assertThat(exitCode(run)).as(Child.output(run)).isZero();
        assertThat(Files.readString(run.resolve("result.json"))).contains("stopped by SIGTERM");
    }
}
