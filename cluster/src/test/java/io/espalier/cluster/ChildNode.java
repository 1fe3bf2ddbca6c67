package io.espalier.cluster;

import io.espalier.runtime.workers.Resources;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** A worker's node in a process of its own, to be killed. */
final class ChildNode {
    private ChildNode() {}

    static Process start(int port, String name) throws IOException {
        return new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Despalier.vector=off",
                        ChildNode.class.getName(),
                        Integer.toString(port),
                        name))
                .inheritIO()
                .start();
    }

    static void signal(Process process, String signal) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
                .start()
                .waitFor();
    }

    public static void main(String[] args) {
        WorkerSettings settings = new WorkerSettings(
                "127.0.0.1",
                Integer.parseInt(args[0]),
                ClusterSettings.LOCAL,
                args[1],
                new Resources(4, 1000, Set.of(args[1])),
                ChildNode.class.getClassLoader());
        new ClusterWorker(settings, event -> {}).run();
    }
}
