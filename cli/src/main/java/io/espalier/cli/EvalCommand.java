package io.espalier.cli;

import io.espalier.core.EnvironmentSpec;
import io.espalier.policy.Policy;
import io.espalier.runtime.Evaluation;
import io.espalier.runtime.EvaluationResult;
import io.espalier.runtime.EvaluationSettings;
import io.espalier.runtime.RunConfig;
import io.espalier.runtime.RunDirectory;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/** Plays a policy and tells how well it does. */
@Command(
        name = "eval",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Plays a trained policy on fresh episodes and tells how well it does.",
        footer = {
            "%nExamples:",
            "  espalier eval runs/cartpole-ppo",
            "  espalier eval my.espalier --env cartpole --sampled"
        })
final class EvalCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "FILE|RUN", description = "A policy file, or the directory of a run.")
    private @Nullable Path path;

    @Option(names = "--env", paramLabel = "NAME", description = "Where to play (the run's environment).")
    private @Nullable String environment;

    @Option(names = "--episodes", paramLabel = "N", description = "How many episodes (100).")
    private int episodes = 100;

    @Option(names = "--seed", paramLabel = "N", description = "The root of all randomness (1).")
    private long seed = 1;

    @Option(names = "--threads", paramLabel = "N", description = "Threads to use; no influence on the result.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--sampled", description = "Draw actions instead of taking the likeliest.")
    private boolean sampled;

    @Option(
            names = "--classpath",
            paramLabel = "JARS",
            description = "Jars and folders with an environment of your own.")
    private @Nullable String classPath;

    @Mixin
    private OutputOptions output = new OutputOptions();

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        Path asked = Objects.requireNonNull(path);
        String name = environment;
        String code = classPath;
        if (Files.isDirectory(asked)) {
            RunDirectory run = RunDirectory.open(asked);
            RunConfig config = RunConfig.read(run);
            name = name == null ? config.environment() : name;
            Object noted = config.notes().get("classpath");
            code = code == null && noted != null ? String.valueOf(noted) : code;
            asked = run.policy();
        }
        if (!Files.exists(asked)) {
            throw new BadInput(
                    "There is no policy " + asked + ". Maybe the run has not finished: espalier resume " + path);
        }
        Policy policy = TrainedPolicy.read(asked);
        name = name == null ? policy.provenance().get("environment") : name;
        if (name == null) {
            throw new BadInput("The policy does not say what it was trained on. Maybe add --env.");
        }
        EnvironmentSpec where = Catalog.of(code).environment(name);
        EvaluationSettings settings = EvaluationSettings.DEFAULT.withEpisodes(episodes);
        EvaluationResult result =
                Evaluation.of(policy, where.factory(), sampled ? settings.sampled() : settings, seed, threads);
        tell(where, result);
        return Main.DONE;
    }

    private void tell(EnvironmentSpec where, EvaluationResult result) {
        PrintWriter out = Terminal.out(spec);
        boolean solved = result.mean() >= where.solvedAt();
        if (!output.quiet) {
            out.printf(
                    Locale.ROOT,
                    "%s, %d episodes, %s actions, seed %d%n",
                    where.name(),
                    result.episodes(),
                    sampled ? "drawn" : "greedy",
                    seed);
            line(
                    out,
                    "mean return",
                    ProgressDisplay.number(result.mean()) + " ± "
                            + ProgressDisplay.number(result.standardError()) + " (standard error)"
                            + (Double.isNaN(where.solvedAt()) ? "" : solved ? ", solved" : ", not solved"));
            line(out, "deviation", ProgressDisplay.number(result.std()));
            line(out, "median", ProgressDisplay.number(result.median()));
            line(out, "range", ProgressDisplay.number(result.min()) + " to " + ProgressDisplay.number(result.max()));
            if (!Double.isNaN(result.successRate())) {
                line(out, "success", String.format(Locale.ROOT, "%.1f %%", 100 * result.successRate()));
            }
            line(out, "per step", ProgressDisplay.number(result.meanRewardPerStep()));
            line(out, "length", String.format(Locale.ROOT, "%.1f environment steps", result.meanLength()));
            result.metrics().forEach((name, value) -> line(out, name, ProgressDisplay.number(value)));
        }
        if (output.json) {
            Map<String, Object> summary = new LinkedHashMap<>();
            summary.put("solved", solved);
            summary.put("meanReturn", result.mean());
            summary.put("stdReturn", result.std());
            summary.put("standardError", result.standardError());
            summary.put("median", result.median());
            summary.put("episodes", result.episodes());
            summary.put("meanRewardPerStep", result.meanRewardPerStep());
            summary.put("meanLength", result.meanLength());
            if (!Double.isNaN(result.successRate())) {
                summary.put("successRate", result.successRate());
            }
            if (!result.metrics().isEmpty()) {
                summary.put("metrics", TrainingSession.finite(result.metrics()));
            }
            out.println(new JsonMapper().writeValueAsString(summary));
        }
        out.flush();
    }

    private static void line(PrintWriter out, String name, String value) {
        out.printf(Locale.ROOT, "  %-12s %s%n", name, value);
    }
}
