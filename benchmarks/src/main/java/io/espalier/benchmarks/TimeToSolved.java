package io.espalier.benchmarks;

import io.espalier.runtime.SeedStatistics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * From the start of the process to "solved" on CartPole, two threads, JIT warm-up and all: the whole command, timed from
 * outside, over seeds: {@code benchmarks/run TimeToSolved 10}.
 */
public final class TimeToSolved {
    private TimeToSolved() {}

    /** Runs it. */
    public static void main(String[] words) throws IOException, InterruptedException {
        int seeds = words.length > 0 ? Integer.parseInt(words[0]) : 10;
        Path folder = Files.createTempDirectory("espalier-time-to-solved");
        Report report = new Report("time-to-solved", "From process start to solved: CartPole-v1, PPO, two threads");
        report.line("| seed | seconds, whole process | environment steps | final mean return |");
        report.line("|---|---|---|---|");
        double[] seconds = new double[seeds];
        int solved = 0;
        for (int seed = 0; seed <= seeds; seed++) {
            Command.Result result = new Command(
                            Map.of(),
                            "train",
                            "cartpole",
                            "--threads",
                            "2",
                            "--seed",
                            Integer.toString(Math.max(1, seed)),
                            "--out",
                            folder.resolve("run-" + seed).toString(),
                            "--json",
                            "--quiet")
                    .run();
            // The first one may build and fill the disk's cache; it does not count.
            if (seed > 0) {
                seconds[seed - 1] = result.seconds();
                solved += result.summary().get("solved").asBoolean() ? 1 : 0;
                report.line(
                        "| %d | %.2f | %,d | %.1f |",
                        seed,
                        result.seconds(),
                        result.summary().get("environmentSteps").asLong(),
                        result.summary().get("meanReturn").asDouble());
            }
        }
        report.line("");
        report.line("Median **%.2f s**; solved %d of %d.", SeedStatistics.median(seconds), solved, seeds);
        report.store();
    }
}
