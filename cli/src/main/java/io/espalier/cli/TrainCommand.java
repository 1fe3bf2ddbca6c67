package io.espalier.cli;

import io.espalier.runtime.RunDirectory;
import io.espalier.runtime.SettingsBinder;
import io.espalier.runtime.events.RunEvent;
import io.espalier.runtime.workers.LocalPool;
import io.espalier.runtime.workers.WorkerPool;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Trains a policy. */
@Command(
        name = "train",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Trains a policy on an environment until the stop rule holds or the budget of environment steps is used up.",
            "Settings that are known to do well on an environment are used unless you say otherwise."
        },
        footer = {
            "%nStop rules: return 475 over 20 episodes | evaluation 475 | environment-steps 100000 | updates 5000"
                    + " | seconds 60 | no-improvement of 1 over 50000 environment-steps | budget; joined by \"or\", \"and\".",
            "%nExamples:",
            "  espalier train cartpole",
            "  espalier train pendulum --algo ppo --seed 3 --threads 2 --out runs/my-pendulum",
            "  espalier train cartpole --seeds 5 --workers 2 --json",
            "  espalier train mountaincar --algo dqn --set learningRate=0.002 --steps 200000",
            "  espalier train --env com.acme.Warehouse --classpath warehouse.jar --steps 500000"
        })
final class TrainCommand implements Callable<Integer> {
    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "ENVIRONMENT",
            description = "What to train on: a name from \"espalier list environments\", or a class of your own.")
    private @Nullable String name;

    @Option(names = "--env", paramLabel = "NAME", description = "The same, as an option.")
    private @Nullable String environment;

    @Option(names = "--algo", paramLabel = "NAME", description = "The algorithm; without it, one that suits.")
    private @Nullable String algorithm;

    @Option(
            names = "--preset",
            paramLabel = "NAME",
            description =
                    "Settings by name: of another environment, of an experiment (cleanrl), or none for the defaults.")
    private @Nullable String preset;

    @Option(names = "--seed", paramLabel = "N", description = "The root of all randomness (1).")
    private @Nullable String seed;

    @Mixin
    private SeedsOption seeds = new SeedsOption();

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Threads to use (all processors). The result is the same for any number.")
    private @Nullable String threads;

    @Option(
            names = "--mode",
            paramLabel = "MODE",
            description =
                    "How workers and learner are joined, as synchronous or asynchronous(workers=4, maxStaleness=8)."
                            + " See \"espalier list modes\".")
    private @Nullable String mode;

    @Option(
            names = "--learner",
            paramLabel = "CUT",
            description = "Train a large network in parts on several workers: pipeline(stages=2) or tensor(slices=2).")
    private @Nullable String learner;

    @Option(
            names = "--resources",
            paramLabel = "auto|fixed",
            description =
                    "Whether workers and threads that you name no number of are divided anew while the run goes on,"
                            + " by what is measured (fixed). Most of use with environments that wait.")
    private @Nullable String resources;

    @Option(
            names = "--steps",
            paramLabel = "N",
            description = "The budget, in environment steps; schedules run along it.")
    private @Nullable String steps;

    @Option(
            names = "--stop",
            paramLabel = "RULE",
            description = "When to stop before the budget is used up; see below.")
    private @Nullable String stop;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "A setting of the algorithm; may be repeated. See \"espalier list settings ppo\".")
    private List<String> settings = List.of();

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "A YAML file with any of these, such as the config.yaml of another run.")
    private @Nullable Path config;

    @Option(names = "--out", paramLabel = "DIR", description = "The run's directory (a new one below runs/).")
    private @Nullable Path out;

    @Option(
            names = "--continue",
            description = "Go on with the run in --out if there is one, as it was asked for then; else begin it.")
    private boolean goesOn;

    @Option(names = "--episodes", paramLabel = "N", description = "Episodes of the final evaluation (100).")
    private @Nullable String episodes;

    @Option(names = "--checkpoint-every", paramLabel = "N", description = "Also save every so many environment steps.")
    private @Nullable String checkpointEvery;

    @Option(
            names = "--classpath",
            paramLabel = "JARS",
            description = "Jars and folders with an environment of your own.")
    private @Nullable String classPath;

    @Mixin
    private WorkersOption workers = new WorkersOption();

    @Mixin
    private MetricsOptions metrics = new MetricsOptions();

    @Mixin
    private OutputOptions output = new OutputOptions();

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        if (goesOn && out == null) {
            throw new BadInput("--continue needs --out, the directory of the run. Maybe add --out runs/my-run");
        }
        if (goesOn && !seeds.asked() && out != null && Files.isRegularFile(out.resolve("config.yaml"))) {
            return ResumeCommand.resume(out, null, workers, metrics, output, Terminal.out(spec));
        }
        Map<String, Object> asked = asked();
        Catalog catalog = Catalog.of(TrainRequest.classPath(asked));
        TrainRequest resolved = TrainRequest.resolve(catalog, asked);
        if (seeds.asked()) {
            return trainSeeds(catalog, resolved);
        }
        RunDirectory directory = directory(resolved, "");
        PrintWriter out = Terminal.out(spec);
        if (!workers.asked()) {
            return TrainingSession.begin(catalog, resolved, directory, out, output, metrics, null);
        }
        try (WorkerProcesses processes = workers.open(resolved.classPath(), output.report(out))) {
            return TrainingSession.begin(catalog, resolved, directory, out, output, metrics, processes);
        }
    }

    private RunDirectory directory(TrainRequest resolved, String suffix) {
        return out != null
                ? RunDirectory.create(out)
                : RunDirectory.createBelow(
                        Path.of("runs"), directoryName(resolved.environment(), resolved.algorithm()) + suffix);
    }

    private int trainSeeds(Catalog catalog, TrainRequest resolved) {
        if (metrics.port != null) {
            throw new BadInput("--metrics-port tells of one run, and --seeds asks for several. Maybe leave one out.");
        }
        if (resolved.learner().isPresent()) {
            throw new BadInput("--learner cuts the network of one run over workers, and --seeds asks for several runs."
                    + " Maybe leave one out.");
        }
        int count = seeds.count();
        int here = seeds.cpus(Math.max(1, resolved.threads() / count));
        int there = seeds.cpus(1);
        Path home = goesOn && out != null ? out : directory(resolved, "-seeds").path();
        PrintWriter terminal = Terminal.out(spec);
        if (!workers.asked()) {
            try (LocalPool pool = new LocalPool(resolved.threads())) {
                return SeedRuns.run(catalog, resolved, home, count, pool, here, resolved.threads(), terminal, output);
            }
        }
        try (WorkerProcesses processes = workers.open(resolved.classPath(), output.report(terminal))) {
            WorkerPool pool = processes.pool();
            if (pool.nodes().stream().noneMatch(node -> node.offers().cpus() >= there)) {
                String told = "--cpus-per-run (" + there + ") is more than any worker lends";
                if (!workers.open()) {
                    throw new BadInput(told + ": those of --workers lend 1 each. Maybe leave it out.");
                }
                output.report(terminal).accept(RunEvent.of("task/waits", told + ": the runs wait for one that does"));
            }
            return SeedRuns.run(catalog, resolved, home, count, pool, there, Double.MAX_VALUE, terminal, output);
        }
    }

    /** The file's words, with those of the command line over them. */
    private Map<String, Object> asked() {
        Map<String, Object> asked = new LinkedHashMap<>();
        if (config != null) {
            try {
                asked.putAll(SettingsBinder.parse(Files.readString(config, StandardCharsets.UTF_8), config.toString()));
            } catch (IOException e) {
                throw new UncheckedIOException("--config names " + config + ", which cannot be read.", e);
            }
        }
        if (name != null && environment != null && !name.equals(environment)) {
            throw new BadInput(
                    "Two environments are named: " + name + " and " + environment + ". Maybe leave one out.");
        }
        put(asked, "environment", name != null ? name : environment);
        put(asked, "algorithm", algorithm);
        put(asked, "preset", preset);
        put(asked, "seed", seed);
        put(asked, "threads", threads);
        put(asked, "mode", mode);
        put(asked, "learner", learner);
        put(asked, "resources", resources);
        put(asked, "environmentSteps", steps);
        put(asked, "stop", stop);
        put(asked, "classpath", classPath);
        over(asked, "settings", SettingsBinder.parseWords(settings));
        over(asked, "evaluation", episodes == null ? Map.of() : Map.of("episodes", episodes));
        over(
                asked,
                "checkpoints",
                checkpointEvery == null ? Map.of() : Map.of("everyEnvironmentSteps", checkpointEvery));
        return asked;
    }

    private static void put(Map<String, Object> asked, String key, @Nullable String value) {
        if (value != null) {
            asked.put(key, value);
        }
    }

    private static void over(Map<String, Object> asked, String key, Map<String, ?> values) {
        if (!values.isEmpty()) {
            Map<String, Object> joined = new LinkedHashMap<>();
            if (asked.get(key) instanceof Map<?, ?> before) {
                before.forEach((name, value) -> joined.put(String.valueOf(name), value));
            }
            joined.putAll(values);
            asked.put(key, joined);
        }
    }

    /** A name for a run's directory that is a single word: no package, no version, no slash. */
    static String directoryName(String environmentName, String algorithm) {
        String environment = environmentName
                .replaceFirst(".*\\.", "")
                .replaceFirst("-v[0-9]+$", "")
                .replace('/', '-');
        return environment.toLowerCase(Locale.ROOT) + "-" + algorithm;
    }
}
