package io.espalier.cluster;

import io.espalier.core.State;
import io.espalier.runtime.Provenance;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/**
 * What both ends of a cluster must have in common.
 *
 * @param version Espalier's
 * @param build a digest of Espalier's own classes: two builds of one version may differ
 * @param code the digest of the user's jars; empty for none
 */
record Identity(String version, String build, String code) {
    /** Of how nodes talk. */
    static final int PROTOCOL = 2;

    private static final List<String> MODULES =
            List.of("core", "nn", "policy", "envs", "algorithms/parts", "runtime", "runtime/workers", "cluster", "cli");

    /** This JVM's. */
    static Identity here(String code) {
        return new Identity(Provenance.version(), Holder.BUILD, code);
    }

    void put(State into) {
        into.put("version", version.getBytes(StandardCharsets.UTF_8));
        into.put("build", build.getBytes(StandardCharsets.UTF_8));
        into.put("code", code.getBytes(StandardCharsets.UTF_8));
    }

    static Identity get(State from) {
        return new Identity(text(from, "version"), text(from, "build"), text(from, "code"));
    }

    static String text(State from, String name) {
        return new String(from.bytes(name), StandardCharsets.UTF_8);
    }

    /** What keeps a worker of that identity from this head; empty if nothing does. */
    List<String> differences(Identity worker) {
        List<String> found = new ArrayList<>();
        if (!version.equals(worker.version)) {
            found.add("Espalier " + version + " at the head, " + worker.version + " at the worker");
        }
        if (!build.equals(worker.build)) {
            found.add("build " + build + " at the head, " + worker.build + " at the worker");
        }
        if (!code.equals(worker.code)) {
            found.add("user code " + named(code) + " at the head, " + named(worker.code)
                    + " at the worker (maybe give both the same --classpath)");
        }
        return found;
    }

    private static String named(String code) {
        return code.isEmpty() ? "none" : "sha256:" + code;
    }

    /** Computed when first asked for: a second's worth of jars. */
    private static final class Holder {
        static final String BUILD = digest();

        private Holder() {}
    }

    /** The digest of all classes of Espalier, the same from jars and from folders; its first 16 digits. */
    private static String digest() {
        TreeMap<String, byte[]> classes = new TreeMap<>();
        for (String module : MODULES) {
            URL mark = Identity.class.getClassLoader().getResource("io/espalier/" + module + "/package-info.class");
            if (mark != null) {
                read(mark, "io/espalier/" + module + "/package-info.class", classes);
            }
        }
        MessageDigest digest = UserCode.sha256();
        classes.forEach((name, content) -> UserCode.add(name, content, digest));
        return HexFormat.of().formatHex(digest.digest()).substring(0, 16);
    }

    private static void read(URL mark, String name, TreeMap<String, byte[]> into) {
        String text = mark.toString();
        try {
            if (text.startsWith("jar:")) {
                Path jar = Path.of(new URI(text.substring(4, text.indexOf("!/"))));
                readJar(jar, into);
            } else {
                Path file = Path.of(mark.toURI());
                Path root = file;
                for (int up = name.split("/", -1).length; up > 0 && root != null; up--) {
                    root = root.getParent();
                }
                readFolder(root == null ? file : root, into);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Espalier's own classes cannot be read at " + text, e);
        } catch (URISyntaxException e) {
            throw new ClusterException("Espalier's own classes cannot be found at " + text, e);
        }
    }

    private static void readJar(Path jar, TreeMap<String, byte[]> into) throws IOException {
        try (JarFile file = new JarFile(jar.toFile(), false)) {
            for (JarEntry entry : file.stream().toList()) {
                if (isOurs(entry.getName())) {
                    try (InputStream from = file.getInputStream(entry)) {
                        into.put(entry.getName(), from.readAllBytes());
                    }
                }
            }
        }
    }

    private static void readFolder(Path root, TreeMap<String, byte[]> into) throws IOException {
        try (Stream<Path> found = Files.walk(root)) {
            for (Path file : found.filter(Files::isRegularFile).toList()) {
                String name = root.relativize(file).toString().replace(File.separatorChar, '/');
                if (isOurs(name)) {
                    into.put(name, Files.readAllBytes(file));
                }
            }
        }
    }

    private static boolean isOurs(String name) {
        return name.startsWith("io/espalier/") && name.endsWith(".class");
    }
}
