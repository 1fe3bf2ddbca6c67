package io.espalier.benchmarks;

import io.espalier.core.RandomStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Trains the same run in many ways and compares the digests of the final weights: threads 1, 2, 3, 4, 8; SIMD and
 * portable kernels; this JDK and another; straight, and stopped and resumed at random points by its own stop rule, by
 * SIGTERM and by kill -9. That is of four algorithms, as processes; then a short run of each there is ({@link
 * EveryAlgorithm}). {@code benchmarks/run SameBits [HOME_OF_ANOTHER_JDK]}
 */
public final class SameBits {
    private static final String[][] RUNS = {
        {"ppo", "cartpole", "20480"},
        {"dqn", "cartpole", "12288"},
        {"qlearning", "taxi", "200000"},
        {"cma-es", "pendulum", "300000"}
    };

    private final Path folder;
    private final Report report;
    private int different;
    private int compared;
    private int next;

    private SameBits(Path folder, Report report) {
        this.folder = folder;
        this.report = report;
    }

    /** Runs it. */
    public static void main(String[] words) throws IOException, InterruptedException {
        Report report = new Report("same-bits", "Same seed, same bits");
        SameBits study = new SameBits(Files.createTempDirectory("espalier-same-bits"), report);
        for (String[] run : RUNS) {
            study.compare(run, words.length > 0 ? words[0] : "");
        }
        EveryAlgorithm every = new EveryAlgorithm(study.folder, report);
        every.run();
        study.compared += every.compared();
        study.different += every.different();
        report.line("");
        report.line("Compared %d runs with their straight twin: **%d differ**.", study.compared, study.different);
        report.store();
        if (study.different > 0) {
            throw new IllegalStateException(study.different + " runs differ.");
        }
    }

    private void compare(String[] run, String otherJdk) throws IOException, InterruptedException {
        report.line("");
        report.line("## %s on %s, %s environment steps", (Object[]) run);
        report.line("");
        String straight = train(run, Map.of(), 1).digest();
        report.line("- one thread, straight: `%s`", straight.substring(0, 16));
        List<String> same = new ArrayList<>();
        for (int threads : new int[] {2, 3, 4, 8}) {
            check(straight, train(run, Map.of(), threads).digest(), threads + " threads", same);
        }
        check(straight, train(run, Map.of("ESPALIER_VECTOR", "off"), 2).digest(), "portable kernels", same);
        if (!otherJdk.isEmpty()) {
            check(
                    straight,
                    train(run, Map.of("ESPALIER_JAVA_HOME", otherJdk), 2).digest(),
                    "another JDK",
                    same);
            check(
                    straight,
                    train(run, Map.of("ESPALIER_JAVA_HOME", otherJdk, "ESPALIER_VECTOR", "off"), 1)
                            .digest(),
                    "another JDK, portable kernels",
                    same);
        }
        RandomStream random = new RandomStream(run[0].hashCode());
        for (int i = 0; i < 4; i++) {
            long at = 1L + random.nextInt(Integer.parseInt(run[2]) - 1);
            check(straight, saved(run, at).digest(), "stopped at " + at + " and resumed", same);
        }
        for (int i = 0; i < 3; i++) {
            check(straight, signalled(run, random, false).digest(), "SIGTERM and resumed", same);
            check(straight, signalled(run, random, true).digest(), "kill -9 and resumed", same);
        }
        report.line("- the same: %s", String.join("; ", same));
    }

    private void check(String straight, String digest, String how, List<String> same) {
        compared++;
        if (straight.equals(digest)) {
            same.add(how);
        } else {
            different++;
            report.line("- DIFFERS: %s: `%s`", how, digest.substring(0, 16));
        }
    }

    private Path directory() {
        return folder.resolve("run-" + next++);
    }

    private static String[] words(String[] run, Path out, String stop, String... more) {
        List<String> words = new ArrayList<>(List.of(
                "train",
                run[1],
                "--algo",
                run[0],
                "--steps",
                run[2],
                "--stop",
                stop,
                "--episodes",
                "1",
                "--out",
                out.toString(),
                "--json",
                "--quiet"));
        words.addAll(List.of(more));
        return words.toArray(new String[0]);
    }

    private Command.Result train(String[] run, Map<String, String> environment, int threads)
            throws IOException, InterruptedException {
        return new Command(environment, words(run, directory(), "budget", "--threads", Integer.toString(threads)))
                .run();
    }

    /** Stops by a rule, then lifts the rule from the run's settings and goes on. */
    private Command.Result saved(String[] run, long at) throws IOException, InterruptedException {
        Path out = directory();
        new Command(Map.of(), words(run, out, "environment-steps " + at)).run();
        return resume(out);
    }

    private Command.Result signalled(String[] run, RandomStream random, boolean hard)
            throws IOException, InterruptedException {
        Path out = directory();
        Process process = new Command(
                        Map.of(),
                        words(run, out, "budget", "--checkpoint-every", Integer.toString(500 + random.nextInt(2000))))
                .start();
        // Long enough to have started, short enough that some runs are killed before their first checkpoint.
        boolean ended = process.waitFor(400 + random.nextInt(1500), TimeUnit.MILLISECONDS);
        if (!ended && hard) {
            process.destroyForcibly();
        } else if (!ended) {
            process.destroy();
        }
        process.waitFor();
        return Files.exists(out.resolve("config.yaml")) ? resume(out) : train(run, Map.of(), 2);
    }

    private static Command.Result resume(Path out) throws IOException, InterruptedException {
        Path config = out.resolve("config.yaml");
        Files.writeString(config, Files.readString(config).replaceFirst("(?m)^stop: .*$", "stop: budget"));
        return new Command(Map.of(), "resume", out.toString(), "--json", "--quiet").run();
    }
}
