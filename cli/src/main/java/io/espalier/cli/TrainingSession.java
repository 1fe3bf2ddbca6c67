package io.espalier.cli;

import io.espalier.core.EnvironmentSpec;
import io.espalier.policy.Algorithm;
import io.espalier.policy.AlgorithmProvider;
import io.espalier.runtime.EnvironmentFailure;
import io.espalier.runtime.EvaluationResult;
import io.espalier.runtime.LearnerPlacement;
import io.espalier.runtime.Progress;
import io.espalier.runtime.RunConfig;
import io.espalier.runtime.RunDirectory;
import io.espalier.runtime.ShutdownRequest;
import io.espalier.runtime.Trainer;
import io.espalier.runtime.TrainingListener;
import io.espalier.runtime.TrainingResult;
import io.espalier.runtime.events.RunEvent;
import io.espalier.runtime.model.NetworkCut;
import io.espalier.runtime.workers.LocalPool;
import io.espalier.runtime.workers.WorkerPool;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** One sitting of a run, seen from the terminal: begins or resumes it, shows how it goes, tells what came of it. */
final class TrainingSession {
    private static final int WINDOW = 20;
    private static final String LEARNER = "learner";

    private final String algorithm;
    private final EnvironmentSpec environment;
    private final long seed;
    private final RunDirectory directory;
    private final PrintWriter out;
    private final OutputOptions output;
    private final MetricsOptions metrics;
    private final Trainer trainer;
    private final LocalPool here = new LocalPool();
    private final LearnerPlacement placement;
    private @Nullable ProgressDisplay display;

    private TrainingSession(
            String algorithm,
            EnvironmentSpec environment,
            long seed,
            RunDirectory directory,
            PrintWriter out,
            OutputOptions output,
            MetricsOptions metrics,
            Trainer trainer,
            @Nullable WorkerProcesses processes,
            Optional<NetworkCut> cut) {
        this.algorithm = algorithm;
        this.environment = environment;
        this.seed = seed;
        this.directory = directory;
        this.out = out;
        this.output = output;
        this.metrics = metrics;
        Notes notes = new Notes();
        this.trainer = trainer.listen(notes);
        if (processes != null) {
            trainer.workers(processes.pool());
            processes.report(notes::note);
        }
        WorkerPool pool = processes == null ? here : processes.pool();
        placement = cut.map(how -> how.over(pool)).orElse(LearnerPlacement.HERE);
        trainer.learnerPlacement(placement);
        cut.ifPresent(how -> trainer.note(LEARNER, how.text()));
    }

    /** Begins a run and sees it through; returns the exit code. */
    static int begin(
            Catalog catalog,
            TrainRequest asked,
            RunDirectory directory,
            PrintWriter out,
            OutputOptions output,
            MetricsOptions metrics,
            @Nullable WorkerProcesses processes) {
        EnvironmentSpec environment = catalog.environment(asked.environment());
        Trainer trainer = trainer(catalog, asked, environment).directory(directory);
        TrainingSession session = new TrainingSession(
                asked.algorithm(),
                environment,
                asked.seed(),
                directory,
                out,
                output,
                metrics,
                trainer,
                processes,
                asked.learner());
        session.say(String.format(
                Locale.ROOT,
                "%s on %s, seed %d, %d thread%s, in %s",
                asked.algorithm(),
                asked.environment(),
                asked.seed(),
                asked.threads(),
                asked.threads() == 1 ? "" : "s",
                directory.path()));
        return session.finish(asked.stop().isPresent());
    }

    /** A trainer of such a run, without a directory. */
    static Trainer trainer(Catalog catalog, TrainRequest asked, EnvironmentSpec environment) {
        Trainer trainer = Trainer.of(create(catalog.algorithm(asked.algorithm()), asked.settings()), environment)
                .seed(asked.seed())
                .threads(asked.threads())
                .environmentSteps(asked.environmentSteps())
                .evaluation(asked.evaluation())
                .checkpoints(asked.checkpoints())
                .guard(asked.guard())
                .mode(asked.mode())
                .resources(asked.resources());
        asked.stop().ifPresent(trainer::stop);
        if (!asked.classPath().isEmpty()) {
            trainer.note("classpath", asked.classPath());
        }
        return trainer;
    }

    /** Goes on with a run and sees it through; returns the exit code. */
    static int resume(
            Catalog catalog,
            RunConfig config,
            RunDirectory directory,
            @Nullable Integer threads,
            PrintWriter out,
            OutputOptions output,
            MetricsOptions metrics,
            @Nullable WorkerProcesses processes) {
        EnvironmentSpec environment = catalog.environment(config.environment());
        Trainer trainer = Trainer.resume(directory, config.create(catalog.algorithm(config.algorithm())), environment);
        if (threads != null) {
            trainer.threads(threads);
        }
        TrainingSession session = new TrainingSession(
                config.algorithm(),
                environment,
                config.main().seed(),
                directory,
                out,
                output,
                metrics,
                trainer,
                processes,
                Optional.ofNullable(config.notes().get(LEARNER)).map(text -> NetworkCut.parse(String.valueOf(text))));
        session.say("going on with " + config.algorithm() + " on " + config.environment() + " in " + directory.path());
        return session.finish(!config.main().stop().isEmpty());
    }

    private static <S extends Record> Algorithm create(AlgorithmProvider<S> provider, Record settings) {
        return provider.create(provider.settingsType().cast(settings));
    }

    private int finish(boolean hasRule) {
        TrainingResult result;
        boolean interrupted;
        try (here;
                placement;
                MetricsEndpoint endpoint = MetricsEndpoint.open(metrics, trainer, directory.path());
                ShutdownRequest signals = ShutdownRequest.forward(trainer);
                ProgressDisplay shown =
                        output.quiet ? null : new ProgressDisplay(out, trainer.progress(), Terminal.isLive())) {
            display = shown;
            if (endpoint != null && shown != null) {
                shown.note("metrics at port " + endpoint.port() + " of " + metrics.host + ", under /metrics");
            }
            result = trainer.run();
            interrupted = signals.requested();
        } catch (EnvironmentFailure e) {
            if (Files.exists(directory.policy())) {
                say("what was learned until then is kept in " + directory.policy()
                        + "; to go on, once the environment is repaired: espalier resume " + directory.path());
            }
            throw e;
        }
        drawCurve();
        tell(result);
        return interrupted || result.ruleReached() || !hasRule ? Main.DONE : Main.NOT_REACHED;
    }

    private void say(String line) {
        if (!output.quiet) {
            out.println(line);
            out.flush();
        }
    }

    private void tell(TrainingResult result) {
        if (!output.quiet || !output.json) {
            out.printf(Locale.ROOT, "stopped because %s%n", result.stopReason());
            EvaluationResult evaluation = result.evaluation();
            if (evaluation != null) {
                out.printf(
                        Locale.ROOT,
                        "%s: mean return %s ± %s over %d episodes%s%s%n",
                        Double.isNaN(environment.solvedAt()) ? "evaluated" : result.solved() ? "solved" : "not solved",
                        ProgressDisplay.number(evaluation.mean()),
                        ProgressDisplay.number(evaluation.std()),
                        evaluation.episodes(),
                        Double.isNaN(environment.solvedAt())
                                ? ""
                                : " (solved at " + LearningCurve.number(environment.solvedAt()) + ")",
                        Double.isNaN(evaluation.successRate())
                                ? ""
                                : String.format(Locale.ROOT, ", success %.1f %%", 100 * evaluation.successRate()));
                evaluation
                        .metrics()
                        .forEach((name, value) ->
                                out.printf(Locale.ROOT, "  %s %s%n", name, ProgressDisplay.number(value)));
            }
            out.printf(
                    Locale.ROOT,
                    "%,d environment steps in %.1f s (%,.0f a second), %,d updates%n",
                    result.environmentSteps(),
                    result.wallSeconds(),
                    result.stepsPerSecond(),
                    result.updates());
            out.println("policy  " + directory.policy());
            out.println("curve   " + directory.path().resolve("learning-curve.svg"));
        }
        if (output.json) {
            out.println(new JsonMapper().writeValueAsString(summary(result)));
        }
        out.flush();
    }

    private Map<String, Object> summary(TrainingResult result) {
        return summary(result, directory.path().toString(), algorithm, environment.name(), seed);
    }

    /** What came of a run, for JSON. */
    static Map<String, Object> summary(
            TrainingResult result, String run, String algorithm, String environment, long seed) {
        Map<String, Object> summary = new LinkedHashMap<>();
        summary.put("solved", result.solved());
        summary.put("meanReturn", finite(result.meanReturn()));
        summary.put("stdReturn", finite(result.stdReturn()));
        summary.put("episodes", result.episodes());
        summary.put("environmentSteps", result.environmentSteps());
        summary.put("updates", result.updates());
        summary.put("wallSeconds", result.wallSeconds());
        summary.put("stepsPerSecond", finite(result.stepsPerSecond()));
        summary.put("weightsDigest", result.weightsDigest());
        summary.put("run", run);
        summary.put("algorithm", algorithm);
        summary.put("environment", environment);
        summary.put("seed", seed);
        summary.put("stopReason", result.stopReason());
        EvaluationResult evaluation = result.evaluation();
        if (evaluation != null && !Double.isNaN(evaluation.successRate())) {
            summary.put("successRate", evaluation.successRate());
        }
        if (evaluation != null && !evaluation.metrics().isEmpty()) {
            summary.put("metrics", finite(evaluation.metrics()));
        }
        return summary;
    }

    /** What an environment reports may be anything. */
    static Map<String, @Nullable Double> finite(Map<String, Double> metrics) {
        Map<String, @Nullable Double> finite = new LinkedHashMap<>();
        metrics.forEach((name, value) -> finite.put(name, finite(value)));
        return finite;
    }

    /** JSON has no NaN; null says the same. */
    static @Nullable Double finite(double value) {
        return Double.isFinite(value) ? value : null;
    }

    private void drawCurve() {
        try {
            drawCurve(directory, algorithm + " on " + environment.name() + ", seed " + seed, environment.solvedAt());
        } catch (IOException e) {
            say("no learning curve: " + e.getMessage());
        }
    }

    /**
     * Draws a run's learning curve into its directory, if an episode has ended.
     *
     * @throws IOException if the episodes cannot be read
     */
    static void drawCurve(RunDirectory directory, String title, double solvedAt) throws IOException {
        LearningCurve curve = new LearningCurve();
        try {
            List<String> lines = Files.readAllLines(directory.episodes());
            List<String> columns = List.of(lines.get(0).split(",", -1));
            int steps = columns.indexOf("environmentSteps");
            int returns = columns.indexOf("return");
            for (String line : lines.subList(1, lines.size())) {
                String[] cells = line.split(",", -1);
                curve.add(Double.parseDouble(cells[steps]), Double.parseDouble(cells[returns]));
            }
        } catch (IOException | NumberFormatException | IndexOutOfBoundsException e) {
            throw new IOException(directory.episodes() + " cannot be read (" + e + ")", e);
        }
        if (!curve.isEmpty()) {
            directory.write("learning-curve.svg", curve.svg(title, solvedAt, WINDOW));
        }
    }

    /** What is worth a line of its own while the display runs. */
    private final class Notes implements TrainingListener {
        @Override
        public void evaluation(Progress progress, EvaluationResult result) {
            note(String.format(
                    Locale.ROOT,
                    "evaluation at %,d steps: %s ± %s",
                    progress.environmentSteps(),
                    ProgressDisplay.number(result.mean()),
                    ProgressDisplay.number(result.std())));
        }

        @Override
        public void event(RunEvent event) {
            note(event.type() + ": " + event.message());
        }

        private void note(String line) {
            ProgressDisplay shown = display;
            if (shown != null) {
                shown.note(line);
            }
        }
    }
}
