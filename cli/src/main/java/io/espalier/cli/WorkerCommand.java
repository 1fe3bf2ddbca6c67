package io.espalier.cli;

import io.espalier.cluster.ClusterException;
import io.espalier.cluster.ClusterSettings;
import io.espalier.cluster.ClusterWorker;
import io.espalier.cluster.UserCode;
import io.espalier.cluster.WorkerSettings;
import io.espalier.runtime.ShutdownRequest;
import io.espalier.runtime.events.RunEvent;
import io.espalier.runtime.workers.Resources;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Lends this machine to a head. */
@Command(
        name = "worker",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Lends this machine to the training run whose head is at HOST:PORT, and to those that follow it there.",
            "Runs until it is told to end: SIGTERM lets it finish what it has in hand."
        },
        footer = {
            "%nExamples:",
            "  espalier worker --join 127.0.0.1:25520",
            "  espalier worker --join head.example.org:25520 --label edge --tls-key tls.key --tls-cert tls.crt"
                    + " --tls-ca ca.crt"
        })
final class WorkerCommand implements Callable<Integer> {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss");

    @Option(names = "--join", required = true, paramLabel = "HOST:PORT", description = "Where the head listens.")
    private String join = "";

    @Option(names = "--cpus", paramLabel = "N", description = "Processors to lend (all).")
    private double cpus = Runtime.getRuntime().availableProcessors();

    @Option(names = "--memory", paramLabel = "MIB", description = "Memory to lend, in MiB (what this JVM may use).")
    private long memory = Runtime.getRuntime().maxMemory() >> 20;

    @Option(names = "--label", paramLabel = "NAME", description = "What sets it apart, as edge; may be repeated.")
    private List<String> labels = List.of();

    @Option(names = "--name", paramLabel = "NAME", description = "What it is called (host and process).")
    private @Nullable String name;

    @Option(
            names = "--host",
            paramLabel = "ADDR",
            description = "Where the head reaches it (the way it reaches the head).")
    private String host = "";

    @Option(names = "--port", paramLabel = "P", description = "The port at which it listens (any that is free).")
    private int port;

    @Option(
            names = "--classpath",
            paramLabel = "JARS",
            description = "Jars and folders with environments of your own; the head must have the same.")
    private String classPath = "";

    @Option(names = "--until-input-ends", hidden = true, description = "End when standard input does.")
    private boolean untilInputEnds;

    @Mixin
    private ProtectionOptions protection = new ProtectionOptions();

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = Terminal.out(spec);
        Catalog catalog = Catalog.of(classPath);
        ClusterSettings head = address(join);
        ClusterSettings own =
                protection.over(ClusterSettings.LOCAL).at(host, port).withCode(UserCode.digest(classPath));
        String called =
                name == null ? hostName() + "-" + ProcessHandle.current().pid() : name;
        WorkerSettings settings = new WorkerSettings(
                head.host(),
                head.port(),
                own,
                called,
                new Resources(cpus, memory, new HashSet<>(labels)),
                catalog.loader());
        say(out, RunEvent.of("cluster/worker", called + " lends " + number(cpus) + " cpus, " + memory + " MiB"));
        ClusterWorker worker = new ClusterWorker(settings, event -> say(out, event));
        if (untilInputEnds) {
            Thread reader = new Thread(() -> awaitEnd(worker), "espalier-parent");
            reader.setDaemon(true);
            reader.start();
        }
        ShutdownRequest signals = ShutdownRequest.forward(reason -> {
            say(out, RunEvent.of("cluster/leaving", reason));
            worker.drain();
        });
        try {
            worker.run();
            return Main.DONE;
        } catch (ClusterException e) {
            throw new BadInput(String.valueOf(e.getMessage()), e);
        } finally {
            signals.close();
        }
    }

    static ClusterSettings address(String text) {
        return ClusterSettings.LOCAL.at(text);
    }

    private static void awaitEnd(ClusterWorker worker) {
        try {
            System.in.transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            // As good as the end.
            worker.drain();
            return;
        }
        worker.drain();
    }

    private static String hostName() {
        String known = System.getenv("HOSTNAME");
        return known == null || known.isBlank() ? "worker" : known;
    }

    private static String number(double value) {
        return value == (long) value ? Long.toString((long) value) : Double.toString(value);
    }

    private static synchronized void say(PrintWriter out, RunEvent event) {
        out.println(LocalTime.now(ZoneId.systemDefault()).format(TIME) + " " + event.message());
        out.flush();
    }
}
