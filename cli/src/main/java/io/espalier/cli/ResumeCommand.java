package io.espalier.cli;

import io.espalier.runtime.RunConfig;
import io.espalier.runtime.RunDirectory;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Goes on with a run from its newest good checkpoint. */
@Command(
        name = "resume",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Goes on with a run that was stopped or killed, from its newest good checkpoint.",
            "What comes out is the same, bit for bit, as if it had never stopped."
        })
final class ResumeCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "RUN", description = "The run's directory.")
    private @Nullable Path run;

    @Option(names = "--threads", paramLabel = "N", description = "Threads to use; no influence on the result.")
    private @Nullable Integer threads;

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
        return resume(Objects.requireNonNull(run), threads, workers, metrics, output, Terminal.out(spec));
    }

    /** Goes on with a run as it was asked for when it began. */
    static int resume(
            Path run,
            @Nullable Integer threads,
            WorkersOption workers,
            MetricsOptions metrics,
            OutputOptions output,
            PrintWriter out) {
        RunDirectory directory = RunDirectory.open(run);
        RunConfig config = RunConfig.read(directory);
        Object code = config.notes().get("classpath");
        String classPath = code == null ? "" : String.valueOf(code);
        Catalog catalog = Catalog.of(classPath);
        if (!workers.asked()) {
            return TrainingSession.resume(catalog, config, directory, threads, out, output, metrics, null);
        }
        try (WorkerProcesses processes = workers.open(classPath, output.report(out))) {
            return TrainingSession.resume(catalog, config, directory, threads, out, output, metrics, processes);
        }
    }
}
