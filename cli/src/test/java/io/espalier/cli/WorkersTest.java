package io.espalier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Runs whose workers are other processes. */
class WorkersTest {
    private static final int MOST_SECONDS = 60;

    @TempDir
    Path folder;

    private final List<Process> children = new ArrayList<>();

    @AfterEach
    void end() {
        children.forEach(Process::destroyForcibly);
    }

    private record Result(int code, String out) {}

    private static Result run(String... words) {
        StringWriter out = new StringWriter();
        CommandLine command = Main.commandLine();
        command.setOut(new PrintWriter(out));
        command.setErr(new PrintWriter(out));
        int code = command.execute(words);
        return new Result(code, out.toString());
    }

    private Result train(String run, String... more) {
        List<String> words = new ArrayList<>(List.of(
                "train",
                "cartpole",
                "--algo",
                "ppo",
                "--steps",
                "4096",
                "--stop",
                "budget",
                "--episodes",
                "1",
                "--out"));
        words.add(folder.resolve(run).toString());
        words.addAll(Arrays.asList(more));
        return run(words.toArray(new String[0]));
    }

    private Process child(Path out, String... words) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                "-XX:TieredStopAtLevel=1",
                "-Despalier.vector=off",
                Main.class.getName()));
        command.addAll(Arrays.asList(words));
        Process child = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        children.add(child);
        return child;
    }

    @Test
    void twoProcessesLearnTheSameBitsAsThisOne() throws IOException {
        assertThat(train("alone").code()).isEqualTo(Main.DONE);
        Result beside = train("beside", "--workers", "2");
        assertThat(beside.code()).isEqualTo(Main.DONE);
        assertThat(beside.out())
                .contains("listening for workers on 127.0.0.1:")
                .contains("worker local-0 joined")
                .contains("worker local-1 joined");
        assertThat(folder.resolve("beside/policy.espalier"))
                .hasSameBinaryContentAs(folder.resolve("alone/policy.espalier"));
        assertThat(ProcessHandle.current().children().filter(ProcessHandle::isAlive))
                .isEmpty();
    }

    @Test
    void aWorkerServesOneHeadAfterTheOtherAndEndsWithCodeZero() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        String head = "127.0.0.1:" + port;
        Path log = folder.resolve("worker.log");
        Process worker = child(log, "worker", "--join", head, "--name", "one", "--cpus", "2");
        assertThat(train("first", "--cluster", head).code()).isEqualTo(Main.DONE);
        assertThat(train("second", "--cluster", head).code()).isEqualTo(Main.DONE);
        assertThat(folder.resolve("second/policy.espalier"))
                .hasSameBinaryContentAs(folder.resolve("first/policy.espalier"));

        worker.destroy();
        assertThat(worker.waitFor(MOST_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(worker.exitValue()).isEqualTo(Main.DONE);
        assertThat(Files.readString(log))
                .contains("one lends 2 cpus")
                .containsSubsequence(
                        "working for the head at " + head,
                        "the head at " + head + " is gone",
                        "working for the head at " + head,
                        "stopped by SIGTERM");
    }

    @Test
    void whatCannotBeIsToldWithARemedy() {
        assertThat(train("a", "--workers", "0").out()).contains("--workers (0) must be from 1 to 1024");
        assertThat(train("b", "--cluster", "0.0.0.0:7000").out())
                .contains("host (0.0.0.0)")
                .contains("--insecure");
        assertThat(train("c", "--cluster", "here:there").out()).contains("an address (here:there) must be HOST:PORT");
        assertThat(run("worker", "--join", "127.0.0.1:1", "--tls-ca", "ca.crt").out())
                .contains("--tls-key is missing");
        assertThat(run("worker", "--join", "127.0.0.1:1", "--tls-key", "no.p12", "--tls-password-file", "none")
                        .out())
                .contains("--tls-password-file names none");
    }
}
