package io.espalier.cli;

import io.espalier.cluster.ClusterException;
import io.espalier.cluster.ClusterPool;
import io.espalier.cluster.ClusterSettings;
import io.espalier.cluster.LocalWorkers;
import io.espalier.cluster.UserCode;
import io.espalier.runtime.events.RunEvent;
import io.espalier.runtime.workers.WorkerPool;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** This process as the head of a cluster, and the processes on this machine that it started for it. */
final class WorkerProcesses implements AutoCloseable {
    private static final Duration LOCAL_START = Duration.ofSeconds(60);

    private final ClusterPool pool;
    private final @Nullable LocalWorkers local;
    private final Report report;

    /** Tells a person what happens; whoever has the terminal may take it over. */
    static final class Report implements Consumer<RunEvent> {
        private volatile Consumer<String> lines;

        Report(Consumer<String> lines) {
            this.lines = lines;
        }

        void to(Consumer<String> other) {
            lines = other;
        }

        @Override
        public void accept(RunEvent event) {
            lines.accept(event.message());
        }
    }

    private WorkerProcesses(ClusterPool pool, @Nullable LocalWorkers local, Report report) {
        this.pool = pool;
        this.local = local;
        this.report = report;
    }

    /**
     * Opens them.
     *
     * @param count how many processes to start on this machine
     * @param waitFor how many nodes to wait for
     * @param protection the words that say how these are protected
     */
    static WorkerProcesses open(
            ClusterSettings settings,
            String classPath,
            int count,
            int waitFor,
            List<String> protection,
            Report report) {
        ClusterPool pool;
        try {
            pool = ClusterPool.start(settings.withCode(UserCode.digest(classPath)), report);
        } catch (ClusterException e) {
            throw new BadInput(String.valueOf(e.getMessage()), e);
        }
        LocalWorkers local = null;
        boolean ready = false;
        try {
            if (count > 0) {
                String head = settings.host() + ":" + pool.port();
                local = LocalWorkers.start(count, number -> words(head, classPath, number, protection), null, report);
            }
            WorkerProcesses opened = new WorkerProcesses(pool, local, report);
            ready = pool.await(waitFor, count > 0 ? LOCAL_START : Duration.ofDays(365));
            if (!ready) {
                throw new BadInput(pool.nodes().size() + " of " + waitFor + " workers have joined, and no more came."
                        + " Maybe the machine has too little memory for so many.");
            }
            return opened;
        } finally {
            if (!ready) {
                if (local != null) {
                    local.close();
                }
                pool.close();
            }
        }
    }

    private static List<String> words(String head, String classPath, int number, List<String> protection) {
        List<String> words = new ArrayList<>(List.of(
                Main.class.getName(),
                "worker",
                "--join",
                head,
                "--name",
                "local-" + number,
                "--cpus",
                "1",
                "--until-input-ends"));
        if (!classPath.isEmpty()) {
            words.addAll(List.of("--classpath", classPath));
        }
        words.addAll(protection);
        return words;
    }

    WorkerPool pool() {
        return pool;
    }

    /** From now on, what happens is told there. */
    void report(Consumer<String> lines) {
        report.to(lines);
    }

    @Override
    public void close() {
        report.to(line -> {});
        pool.close();
        if (local != null) {
            local.close();
        }
    }
}
