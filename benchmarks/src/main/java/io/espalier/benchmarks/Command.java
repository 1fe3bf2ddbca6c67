package io.espalier.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Runs the {@code espalier} command as a user does: as a process of its own. */
final class Command {
    private final List<String> words = new ArrayList<>();
    private final Map<String, String> environment;

    /**
     * Prepares a command.
     *
     * @param environment variables for the launcher, such as ESPALIER_JAVA_HOME
     */
    Command(Map<String, String> environment, String... words) {
        this.environment = environment;
        this.words.add(Path.of("espalier").toAbsolutePath().toString());
        this.words.addAll(List.of(words));
    }

    /** What came of it. */
    record Result(int exitCode, String out, double seconds) {
        /** The JSON object of the last line. */
        JsonNode summary() {
            List<String> lines = out.lines().toList();
            if (lines.isEmpty() || !lines.get(lines.size() - 1).startsWith("{")) {
                throw new IllegalStateException("The command ended with " + exitCode + " and no summary: " + out);
            }
            return new JsonMapper().readTree(lines.get(lines.size() - 1));
        }

        /** The digest of the final weights. */
        String digest() {
            return summary().get("weightsDigest").asString();
        }
    }

    /** Starts the process; standard error is joined to standard output. */
    Process start() throws IOException {
        ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(false);
        builder.redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().remove("ESPALIER_MAIN");
        builder.environment().putAll(environment);
        return builder.start();
    }

    /** Runs to the end. */
    Result run() throws IOException, InterruptedException {
        long start = System.nanoTime();
        Process process = start();
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(10, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            throw new IllegalStateException("The command did not end within ten minutes: " + words);
        }
        return new Result(process.exitValue(), out, (System.nanoTime() - start) / 1e9);
    }
}
