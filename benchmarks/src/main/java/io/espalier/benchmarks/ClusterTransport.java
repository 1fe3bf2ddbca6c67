package io.espalier.benchmarks;

import io.espalier.cluster.ClusterPool;
import io.espalier.cluster.ClusterSettings;
import io.espalier.cluster.ClusterWorker;
import io.espalier.cluster.LocalWorkers;
import io.espalier.cluster.TlsFiles;
import io.espalier.cluster.WorkerSettings;
import io.espalier.core.State;
import io.espalier.nn.Weights;
import io.espalier.policy.ActionHead;
import io.espalier.policy.Normalizer;
import io.espalier.runtime.workers.Command;
import io.espalier.runtime.workers.PolicyUpdate;
import io.espalier.runtime.workers.Resources;
import io.espalier.runtime.workers.WorkerLink;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the cluster's transport does on this machine, loopback, with and without TLS: weights to 8 workers in 2 other JVMs,
 * until the last has them, and until a word from each is back; 10 MB payloads to one worker; how soon a killed JVM is noticed, and a replacement answers.
 * {@code benchmarks/run ClusterTransport [ROUNDS [KILLS]]}. All three JVMs share the processors.
 */
public final class ClusterTransport {
    private static final int WORKERS = 8;
    private static final int JVMS = 2;

    /** 37 KB of parameters. */
    private static final int PARAMETERS = 9_250;

    private static final int PAYLOAD_BYTES = 10_000_000;
    private static final String PASSWORD = "benchmark";

    private ClusterTransport() {}

    /** Measures, prints and stores; or, told to by itself, is one of the other JVMs. */
    public static void main(String[] words) throws IOException, InterruptedException {
        if (words.length > 0 && words[0].equals("worker")) {
            work(words);
            return;
        }
        int rounds = words.length > 0 ? Integer.parseInt(words[0]) : 5000;
        int kills = words.length > 1 ? Integer.parseInt(words[1]) : 10;
        Report report = new Report("cluster-transport", "Messages between JVMs of one machine");
        report.line("%,d rounds of weights, %d kills; %d workers in %d other JVMs.", rounds, kills, WORKERS, JVMS);
        report.line("");
        report.line(
                "| | 37 KB to the last of 8 workers: p50 | p99 | with 8 answers: p50 | p99 | 10 MB payloads, one at a time"
                        + " | four at a time |");
        report.line("|---|---|---|---|---|---|---|");
        Path keys = Files.createTempDirectory("espalier-keys").resolve("node.p12");
        makeKeys(keys);
        transport(report, "plain", null, rounds);
        transport(report, "TLS 1.3, both sides with certificates", keys, rounds);
        report.line("");
        kills(report, kills);
        report.store();
    }

    private static void transport(Report report, String name, @Nullable Path keys, int rounds)
            throws InterruptedException {
        try (Cluster cluster = new Cluster(keys, WORKERS / JVMS)) {
            Inbox inbox = new Inbox();
            List<WorkerLink> links = new ArrayList<>();
            for (int i = 0; i < WORKERS; i++) {
                links.add(cluster.pool.start(i, new ReceiverKind.Recipe(), Resources.ONE_CPU, inbox));
            }
            inbox.await(WORKERS);
            double[] there = new double[rounds];
            double[] andBack = new double[rounds];
            for (int round = -rounds / 2; round < rounds; round++) {
                long began = System.nanoTime();
                cluster.pool.broadcast(links, weights(round + rounds));
                cluster.pool.broadcast(links, Command.of("say so"));
                long arrived = inbox.await(WORKERS);
                if (round >= 0) {
                    there[round] = (arrived - began) / 1e3;
                    andBack[round] = (System.nanoTime() - began) / 1e3;
                }
            }
            Arrays.sort(there);
            Arrays.sort(andBack);
            report.line(
                    "| %s | %.0f µs | %.0f µs | %.0f µs | %.0f µs | %.0f MB/s | %.0f MB/s |",
                    name,
                    there[rounds / 2],
                    there[(int) (rounds * 0.99)],
                    andBack[rounds / 2],
                    andBack[(int) (rounds * 0.99)],
                    payloads(links.get(0), inbox, 1),
                    payloads(links.get(0), inbox, 4));
        }
    }

    private static double payloads(WorkerLink link, Inbox inbox, int underWay) throws InterruptedException {
        State body = new State();
        body.put("payload", new float[PAYLOAD_BYTES / Float.BYTES]);
        Command payload = new Command("payload", body);
        int count = 60;
        long began = 0;
        int sent = 0;
        for (int received = -20; received < count; received++) {
            if (received == 0) {
                began = System.nanoTime();
            }
            while (sent < received + 20 + underWay && sent < count + 20) {
                link.send(payload);
                sent++;
            }
            inbox.await(1);
        }
        return (double) PAYLOAD_BYTES * count / 1e6 / ((System.nanoTime() - began) / 1e9);
    }

    private static void kills(Report report, int kills) throws InterruptedException {
        double[] noticed = new double[kills];
        double[] answered = new double[kills];
        double[] whole = new double[kills];
        try (Cluster cluster = new Cluster(null, WORKERS)) {
            for (int kill = 0; kill < kills; kill++) {
                Inbox inbox = new Inbox();
                WorkerLink victim = cluster.pool.start(0, new ReceiverKind.Recipe(), Resources.ONE_CPU, inbox);
                long pid = inbox.next().number();
                long began = System.nanoTime();
                ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
                inbox.lost();
                noticed[kill] = (System.nanoTime() - began) / 1e6;
                WorkerLink next = cluster.pool.start(0, new ReceiverKind.Recipe(), Resources.ONE_CPU, inbox);
                inbox.await(1);
                answered[kill] = (System.nanoTime() - began) / 1e6;
                if (!cluster.pool.await(JVMS, Duration.ofSeconds(60))) {
                    throw new IllegalStateException("the killed JVM did not come back.");
                }
                whole[kill] = (System.nanoTime() - began) / 1e6;
                victim.close();
                next.close();
            }
        }
        report.line("| after kill -9 of a worker's JVM | median | worst of %d |", kills);
        report.line("|---|---|---|");
        row(report, "its loss is told", noticed);
        row(report, "a replacement on another JVM answers", answered);
        row(report, "another JVM has been started in its place and has joined", whole);
    }

    private static void row(Report report, String what, double[] millis) {
        Arrays.sort(millis);
        report.line("| %s | %.0f ms | %.0f ms |", what, millis[millis.length / 2], millis[millis.length - 1]);
    }

    private static PolicyUpdate weights(long version) {
        return new PolicyUpdate(
                Weights.copyOf(version, new float[PARAMETERS]), Normalizer.identity(), new ActionHead.Categorical());
    }

    /** A head here, and JVMs that join it. */
    private static final class Cluster implements AutoCloseable {
        final ClusterPool pool;
        private final LocalWorkers workers;

        Cluster(@Nullable Path keys, int cpus) {
            pool = ClusterPool.start(settings(keys), event -> {});
            workers = LocalWorkers.start(
                    JVMS,
                    number -> List.of(
                            ClusterTransport.class.getName(),
                            "worker",
                            Integer.toString(pool.port()),
                            Integer.toString(cpus),
                            keys == null ? "" : keys.toString()),
                    null,
                    event -> {});
            if (!pool.await(JVMS, Duration.ofSeconds(60))) {
                throw new IllegalStateException("the other JVMs did not join.");
            }
        }

        @Override
        public void close() {
            pool.close();
            workers.close();
        }
    }

    private static ClusterSettings settings(@Nullable Path keys) {
        return keys == null ? ClusterSettings.LOCAL : ClusterSettings.LOCAL.withTls(TlsFiles.keyStore(keys, PASSWORD));
    }

    private static void work(String[] words) {
        ClusterWorker worker = new ClusterWorker(
                new WorkerSettings(
                        "127.0.0.1",
                        Integer.parseInt(words[1]),
                        settings(words[3].isEmpty() ? null : Path.of(words[3])),
                        "jvm",
                        new Resources(Double.parseDouble(words[2]), 0, Set.of()),
                        ClusterTransport.class.getClassLoader()),
                event -> {});
        Thread parent = new Thread(() -> awaitEnd(worker), "parent");
        parent.setDaemon(true);
        parent.start();
        worker.run();
    }

    private static void awaitEnd(ClusterWorker worker) {
        try {
            System.in.transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            worker.drain();
            return;
        }
        worker.drain();
    }

    /** A key whose certificate is its own authority, and made out to this machine. */
    private static void makeKeys(Path file) throws IOException, InterruptedException {
        keytool(
                file,
                "-genkeypair",
                "-alias",
                "node",
                "-keyalg",
                "RSA",
                "-dname",
                "CN=benchmark",
                "-ext",
                "san=ip:127.0.0.1");
        Path certificate = file.resolveSibling("node.crt");
        keytool(file, "-exportcert", "-alias", "node", "-file", certificate.toString());
        keytool(file, "-importcert", "-noprompt", "-alias", "authority", "-file", certificate.toString());
    }

    private static void keytool(Path file, String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of(words));
        command.addAll(List.of("-keystore", file.toString(), "-storepass", PASSWORD, "-storetype", "PKCS12"));
        int code = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
        if (code != 0) {
            throw new IllegalStateException("keytool ended with code " + code + ".");
        }
    }
}
