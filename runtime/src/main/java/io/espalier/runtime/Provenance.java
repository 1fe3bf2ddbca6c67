package io.espalier.runtime;

import java.io.IOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Where a result comes from: versions, machine, and the state of the source. */
public final class Provenance {
    private Provenance() {}

    /** The facts by name, in a fixed order; what is not known is "unknown". */
    public static Map<String, Object> collect() {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("espalier", version());
        facts.put("git", git());
        facts.put("started", Instant.now().toString());
        facts.put("jdk", System.getProperty("java.vm.vendor") + " " + Runtime.version());
        facts.put(
                "os",
                System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                        + System.getProperty("os.arch"));
        facts.put("cpu", cpu());
        facts.put("cores", Runtime.getRuntime().availableProcessors());
        facts.put("heapMegabytes", Runtime.getRuntime().maxMemory() >> 20);
        facts.put("vector", vector() ? "jdk.incubator.vector" : "portable");
        return facts;
    }

    /** Whether the SIMD kernels are in use. */
    public static boolean vector() {
        return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()
                && !"off".equals(System.getProperty("espalier.vector"));
    }

    /** The version of Espalier, from the jar's manifest. */
    public static String version() {
        String version = Provenance.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    /**
     * The commit that the code was built from: of the checkout that holds the classes, read from its {@code .git}
     * without starting a process.
     */
    public static String git() {
        URL location = Provenance.class.getResource("Provenance.class");
        String path = location == null
                ? ""
                : location.getPath().replaceFirst("^file:", "").replaceFirst("!.*", "");
        for (Path at = Path.of(path.isEmpty() ? "." : path).toAbsolutePath(); at != null; at = at.getParent()) {
            Path git = at.resolve(".git");
            if (Files.exists(git)) {
                return commit(git);
            }
        }
        return "unknown";
    }

    private static String commit(Path dotGit) {
        try {
            Path git = dotGit;
            Path common = dotGit;
            if (Files.isRegularFile(dotGit)) {
                git = dotGit.resolveSibling(
                        Files.readString(dotGit).replaceFirst("^gitdir: ", "").strip());
                Path pointer = git.resolve("commondir");
                common = Files.exists(pointer)
                        ? git.resolve(Files.readString(pointer).strip())
                        : git;
            }
            String head = Files.readString(git.resolve("HEAD")).strip();
            if (!head.startsWith("ref: ")) {
                return head;
            }
            String ref = head.substring(5);
            Path loose = common.resolve(ref);
            if (Files.exists(loose)) {
                return Files.readString(loose).strip();
            }
            try (Stream<String> packed = Files.lines(common.resolve("packed-refs"), StandardCharsets.UTF_8)) {
                return packed.filter(line -> line.endsWith(" " + ref))
                        .map(line -> line.substring(0, line.indexOf(' ')))
                        .findFirst()
                        .orElse("unknown");
            }
        } catch (IOException | java.io.UncheckedIOException e) {
            return "unknown";
        }
    }

    private static String cpu() {
        Path info = Path.of("/proc/cpuinfo");
        if (Files.isReadable(info)) {
            try {
                List<String> lines = Files.readAllLines(info, StandardCharsets.UTF_8);
                return lines.stream()
                        .filter(line -> line.startsWith("model name"))
                        .map(line -> line.substring(line.indexOf(':') + 1).strip())
                        .findFirst()
                        .orElse("unknown");
            } catch (IOException e) {
                return "unknown";
            }
        }
        return System.getProperty("os.arch", "unknown");
    }
}
