package io.espalier.cli;

import io.espalier.cluster.ClusterSettings;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Where workers of a run are, if not in its own process. */
final class WorkersOption {
    @Option(
            names = "--workers",
            paramLabel = "N",
            description = "Start N processes on this machine and let them collect, with whatever --mode says.")
    private @Nullable Integer count;

    @Option(
            names = "--cluster",
            paramLabel = "HOST:PORT",
            description = "Listen there for workers (espalier worker --join HOST:PORT), the next port included.")
    private @Nullable String cluster;

    @Option(
            names = "--wait-for",
            paramLabel = "N",
            description = "With --cluster: begin when so many workers have joined (1). More may come later.")
    private int waitFor = 1;

    @Mixin
    private ProtectionOptions protection = new ProtectionOptions();

    /** Whether the run's own process is not all. */
    boolean asked() {
        return count != null || cluster != null;
    }

    /** Whether others than those that this process starts may join. */
    boolean open() {
        return cluster != null;
    }

    /**
     * Opens what was asked for, and waits for the first nodes.
     *
     * @param classPath the user's code
     */
    WorkerProcesses open(String classPath, WorkerProcesses.Report report) {
        int local = count == null ? 0 : count;
        if (count != null && (local < 1 || local > 1024)) {
            throw new BadInput("--workers (" + count + ") must be from 1 to 1024. Maybe use the number of processors.");
        }
        ClusterSettings settings =
                protection.over(cluster == null ? ClusterSettings.LOCAL : WorkerCommand.address(cluster));
        return WorkerProcesses.open(
                settings, classPath, local, local > 0 ? local : waitFor, protection.words(), report);
    }
}
