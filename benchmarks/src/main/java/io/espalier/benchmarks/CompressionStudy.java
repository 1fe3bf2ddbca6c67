package io.espalier.benchmarks;

import io.espalier.cli.Catalog;
import io.espalier.runtime.ExecutionMode;
import io.espalier.runtime.Progress;
import io.espalier.runtime.SeedStatistics;
import io.espalier.runtime.Trainer;
import io.espalier.runtime.TrainingListener;
import io.espalier.runtime.TrainingResult;
import io.espalier.runtime.TunedSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Whether fewer bytes win time on a slow link, and what they cost in experience: a synchronous parameter server whose
 * workers are behind links of 10 Mb/s, with and without compression of gradients, from the first update until the mean return
 * of the last 100 training episodes reaches a bar.
 *
 * <pre>benchmarks/run CompressionStudy [seeds] [environment steps] [bar] [Mb/s] [workers]</pre>
 */
public final class CompressionStudy {
    private static final String ENVIRONMENT = "CartPole-v1";
    private static final String[] COMPRESSIONS = {
        "none", "int8", "1-bit", "int8, pull=int8", "1-bit, pull=int8", "top-k(0.1), pull=int8"
    };

    private final int seeds;
    private final long budget;
    private final double bar;
    private final double megabits;
    private final int workers;

    private CompressionStudy(int seeds, long budget, double bar, double megabits, int workers) {
        this.seeds = seeds;
        this.budget = budget;
        this.bar = bar;
        this.megabits = megabits;
        this.workers = workers;
    }

    /** A run until it reached the bar, or not. */
    private record Outcome(boolean reached, long steps, long updates, double seconds, long sent, long received) {}

    /** Runs the study. */
    public static void main(String[] words) throws InterruptedException, ExecutionException {
        new CompressionStudy(
                        words.length > 0 ? Integer.parseInt(words[0]) : 5,
                        words.length > 1 ? Long.parseLong(words[1]) : 400_000,
                        words.length > 2 ? Double.parseDouble(words[2]) : 300,
                        words.length > 3 ? Double.parseDouble(words[3]) : 10,
                        words.length > 4 ? Integer.parseInt(words[4]) : 2)
                .run();
    }

    /** All seeds of one compression beside each other: each has links of its own, and waits for them most of the time. */
    private List<Outcome> outcomes(String compression) throws InterruptedException, ExecutionException {
        ExecutorService runs = Executors.newFixedThreadPool(seeds);
        try {
            List<Callable<Outcome>> tasks = new ArrayList<>();
            for (int i = 1; i <= seeds; i++) {
                int seed = i;
                tasks.add(() -> train(compression, seed));
            }
            List<Outcome> outcomes = new ArrayList<>();
            for (Future<Outcome> run : runs.invokeAll(tasks)) {
                outcomes.add(run.get());
            }
            return outcomes;
        } finally {
            runs.shutdown();
        }
    }

    private void run() throws InterruptedException, ExecutionException {
        Report report = new Report(
                "compression",
                "Gradients in fewer bytes over links of " + megabits + " Mb/s: " + ENVIRONMENT + ", A2C, " + workers
                        + " workers, " + seeds + " seeds");
        report.line(
                "From the first update until the mean return of the last 100 training episodes is %.0f; at most %,d"
                        + " environment steps. Interquartile means of the seeds that got there, with 95 %% bootstrap"
                        + " intervals.",
                bar, budget);
        report.line(
                "Bytes are those of whole messages, per update and worker; \"of them links\" is how long a worker's bytes"
                        + " take. The seeds of a row run side by side.");
        report.line("");
        report.line(
                "| compression | failed | environment steps | seconds | against none | of them links | pushed | pulled |");
        report.line("|---|---|---|---|---|---|---|---|");
        double[] plain = {};
        double[] plainSteps = {};
        List<String> verdicts = new ArrayList<>();
        for (String compression : COMPRESSIONS) {
            List<Outcome> outcomes = outcomes(compression);
            for (int seed = 1; seed <= seeds; seed++) {
                Outcome outcome = outcomes.get(seed - 1);
                report.tell(
                        "%s, seed %d: %s after %,d steps, %.1f s",
                        compression,
                        seed,
                        outcome.reached() ? "there" : "not there",
                        outcome.steps(),
                        outcome.seconds());
            }
            List<Outcome> reached = outcomes.stream().filter(Outcome::reached).toList();
            double[] steps = reached.stream().mapToDouble(Outcome::steps).toArray();
            double[] links = reached.stream()
                    .mapToDouble(each -> (each.sent() + each.received()) * 8.0 / workers / megabits / 1e6)
                    .toArray();
            double[] seconds = reached.stream().mapToDouble(Outcome::seconds).toArray();
            if (compression.equals("none")) {
                plain = seconds;
                plainSteps = steps;
            } else {
                verdicts.add(verdict(compression, steps, plainSteps));
            }
            report.line(
                    "| %s | %d of %d | %s | %s | %.2f | %s | %,.0f | %,.0f |",
                    compression,
                    seeds - reached.size(),
                    seeds,
                    interval(steps, "%,.0f"),
                    interval(seconds, "%.1f"),
                    middle(plain) / middle(seconds),
                    interval(links, "%.1f"),
                    perUpdate(outcomes, true),
                    perUpdate(outcomes, false));
        }
        report.line("");
        verdicts.forEach(report::line);
        report.store();
    }

    private static String verdict(String compression, double[] steps, double[] plain) {
        if (steps.length == 0 || plain.length == 0) {
            return "- " + compression + ": nothing to compare.";
        }
        SeedStatistics without = SeedStatistics.of(plain, 0);
        double middle = SeedStatistics.of(steps, 0).interquartileMean();
        String where = middle < without.low() ? "below" : middle > without.high() ? "**above**" : "within";
        return String.format(
                Locale.ROOT,
                "- %s: %,.0f environment steps, %s the interval of the runs without compression (%,.0f to %,.0f).",
                compression,
                middle,
                where,
                without.low(),
                without.high());
    }

    private double perUpdate(List<Outcome> outcomes, boolean pushed) {
        double bytes = 0;
        double updates = 0;
        for (Outcome outcome : outcomes) {
            bytes += pushed ? outcome.sent() : outcome.received();
            updates += (double) outcome.updates() * workers;
        }
        return bytes / updates;
    }

    private static double middle(double[] values) {
        return values.length == 0 ? Double.NaN : SeedStatistics.of(values, 0).interquartileMean();
    }

    private static String interval(double[] values, String format) {
        if (values.length == 0) {
            return "-";
        }
        SeedStatistics found = SeedStatistics.of(values, 0);
        return String.format(
                Locale.ROOT,
                format + " (" + format + " to " + format + ")",
                found.interquartileMean(),
                found.low(),
                found.high());
    }

    private Outcome train(String compression, long seed) {
        Catalog catalog = Catalog.of(null);
        AtomicLong began = new AtomicLong();
        AtomicLong ended = new AtomicLong();
        try (ThrottledPool pool = new ThrottledPool(megabits * 1e6)) {
            TunedSettings tuned =
                    catalog.tuned("a2c", ENVIRONMENT).orElseThrow(() -> new IllegalStateException("no settings"));
            Trainer trainer = Trainer.of(tuned.algorithm(catalog.algorithm("a2c")), catalog.environment(ENVIRONMENT))
                    .seed(seed)
                    .environmentSteps(budget)
                    .withoutFinalEvaluation()
                    .mode(ExecutionMode.parse("parameter-server(workers=" + workers
                            + ", consistency=synchronous, compression=" + compression + ")"))
                    .workers(pool);
            trainer.listen(new TrainingListener() {
                @Override
                public void round(Progress progress) {
                    // Starting the JVM and the workers is not what is compared.
                    began.compareAndSet(0, System.nanoTime());
                    if (ended.get() == 0 && progress.episodes() >= 100 && progress.meanReturn(100) >= bar) {
                        ended.set(System.nanoTime());
                        trainer.requestStop("reached the bar");
                    }
                }
            });
            TrainingResult result = trainer.run();
            boolean reached = ended.get() != 0;
            long end = reached ? ended.get() : System.nanoTime();
            return new Outcome(
                    reached,
                    result.environmentSteps(),
                    result.updates(),
                    (end - began.get()) / 1e9,
                    pool.bytesFromWorkers(),
                    pool.bytesToWorkers());
        }
    }
}
