package io.espalier.cli;

import io.espalier.core.EnvironmentSpec;
import io.espalier.runtime.RunDirectory;
import io.espalier.runtime.ShutdownRequest;
import io.espalier.runtime.events.RunEvent;
import io.espalier.runtime.tasks.Task;
import io.espalier.runtime.tasks.TaskListener;
import io.espalier.runtime.tasks.TaskParallel;
import io.espalier.runtime.tasks.TaskProgress;
import io.espalier.runtime.tasks.TaskResult;
import io.espalier.runtime.tasks.TrainingTask;
import io.espalier.runtime.workers.LocalPool;
import io.espalier.runtime.workers.Resources;
import io.espalier.runtime.workers.WorkerPool;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** The same training with several seeds, as tasks: here, or over the nodes of a cluster. */
final class SeedRuns implements TaskListener {
    private static final double TELL_SECONDS = 5;

    private final TrainRequest asked;
    private final EnvironmentSpec environment;
    private final Path home;
    private final PrintWriter out;
    private final OutputOptions output;
    private final int seeds;
    private final Map<String, Integer> numbers = new LinkedHashMap<>();
    private final Map<Integer, SeedTable.Row> rows = new LinkedHashMap<>();
    private final Map<String, TaskProgress> under = new LinkedHashMap<>();
    private long told = System.nanoTime();

    private SeedRuns(
            TrainRequest asked,
            EnvironmentSpec environment,
            Path home,
            int seeds,
            PrintWriter out,
            OutputOptions output) {
        this.asked = asked;
        this.environment = environment;
        this.home = home;
        this.seeds = seeds;
        this.out = out;
        this.output = output;
    }

    /**
     * Runs them and sees them through; returns the exit code.
     *
     * @param home where the directories of the runs are
     * @param pool where they run
     * @param cpus processors of each
     * @param atOnce processors of all that run at a time
     */
    static int run(
            Catalog catalog,
            TrainRequest asked,
            Path home,
            int seeds,
            WorkerPool pool,
            int cpus,
            double atOnce,
            PrintWriter out,
            OutputOptions output) {
        EnvironmentSpec environment = catalog.environment(asked.environment());
        SeedRuns runs = new SeedRuns(asked, environment, home, seeds, out, output);
        List<TrainingTask> tasks = new ArrayList<>();
        for (int i = 0; i < seeds; i++) {
            long seed = asked.seed() + i;
            String name = "seed-" + seed;
            runs.numbers.put(name, i);
            tasks.add(new TrainingTask(
                    name,
                    TrainingSession.trainer(catalog, asked.with(seed, cpus), environment)
                            .config(),
                    Resources.cpus(cpus),
                    home.resolve(name)));
        }
        runs.say(String.format(
                Locale.ROOT,
                "%s on %s, seeds %d to %d, %d thread%s each, in %s",
                asked.algorithm(),
                asked.environment(),
                asked.seed(),
                asked.seed() + seeds - 1,
                cpus,
                cpus == 1 ? "" : "s",
                home));
        TaskParallel parallel = TaskParallel.on(pool)
                .atOnce(atOnce)
                .registry(catalog.registry())
                .listen(runs);
        try (ShutdownRequest signals =
                ShutdownRequest.forward(reason -> parallel.cancel(reason, ShutdownRequest.GRACE_SECONDS))) {
            parallel.run(tasks);
            return runs.finish(signals.requested());
        }
    }

    private int finish(boolean interrupted) {
        SeedTable table = new SeedTable(List.copyOf(rows.values()), environment.solvedAt());
        if (!output.quiet || !output.json) {
            table.print(out);
            if (rows.size() < seeds) {
                out.println((seeds - rows.size()) + " of " + seeds + " have not begun");
            }
            if (interrupted) {
                out.println("to go on: the same command with --out " + home + " --continue");
            }
        }
        if (output.json) {
            Map<String, Object> head = new LinkedHashMap<>();
            head.put("algorithm", asked.algorithm());
            head.put("environment", asked.environment());
            head.put("seeds", seeds);
            head.put("directory", home.toString());
            out.println(table.json(head));
        }
        out.flush();
        if (table.failed() > 0) {
            return Main.FAILED;
        }
        boolean all = rows.size() == seeds && rows.values().stream().allMatch(this::reached);
        return all ? Main.DONE : Main.NOT_REACHED;
    }

    private boolean reached(SeedTable.Row row) {
        return row.outcome() == TaskResult.Outcome.FINISHED
                && (row.ruleReached() || asked.stop().isEmpty());
    }

    private void say(String line) {
        if (!output.quiet) {
            out.println(line);
            out.flush();
        }
    }

    @Override
    public void started(Task task, String node, int attempt) {
        under.put(task.name(), new TaskProgress(0, 0, Double.NaN, 0, 0));
        String where = node.equals(LocalPool.NODE) ? "" : " on " + node;
        say(task.name() + (attempt == 1 ? " begins" : " goes on") + where);
    }

    @Override
    public void progress(Task task, TaskProgress progress) {
        under.put(task.name(), progress);
        long now = System.nanoTime();
        if (now - told < TELL_SECONDS * 1e9) {
            return;
        }
        told = now;
        StringBuilder line = new StringBuilder(rows.size() + " of " + seeds + " done");
        under.forEach((name, far) -> line.append(String.format(
                Locale.ROOT,
                ", %s %.0f %% return %s",
                name,
                100 * far.fraction(),
                ProgressDisplay.number(far.meanReturn()))));
        say(line.toString());
    }

    @Override
    public void event(Task task, RunEvent event) {
        say(task.name() + ": " + event.type() + ": " + event.message());
    }

    @Override
    public void finished(TaskResult result) {
        String name = result.task().name();
        under.remove(name);
        if (result.attempts() == 0) {
            return;
        }
        int number = Objects.requireNonNull(numbers.get(name));
        SeedTable.Row row = SeedTable.Row.of(
                asked.seed() + number, home.resolve(name).toString(), asked, result, environment.solvedAt());
        rows.put(number, row);
        if (result.training() != null) {
            draw(name, row.seed());
        }
        say(name + ": " + row.text());
        Throwable failure = result.failure();
        if (failure != null) {
            say(String.valueOf(failure.getMessage()));
        }
    }

    private void draw(String name, long seed) {
        try {
            TrainingSession.drawCurve(
                    RunDirectory.open(home.resolve(name)),
                    asked.algorithm() + " on " + environment.name() + ", seed " + seed,
                    environment.solvedAt());
        } catch (IOException e) {
            say(name + ": no learning curve: " + e.getMessage());
        }
    }
}
