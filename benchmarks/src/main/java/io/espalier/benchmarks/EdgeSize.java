package io.espalier.benchmarks;

import io.espalier.algorithms.onpolicy.Ppo;
import io.espalier.core.Box;
import io.espalier.core.Discrete;
import io.espalier.core.Seeds;
import io.espalier.nn.NetworkSpec;
import io.espalier.policy.Policy;
import io.espalier.policy.TaskSpec;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.JarFile;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.SAXException;

/**
 * What ships with a trained policy: the sizes of the jars of core, nn and policy, which must stay below 1,000,000 bytes
 * together; what their POMs want at run time, which must be nothing else; and whether a policy file can be asked where
 * there is nothing but these three and the JDK: {@code benchmarks/run EdgeSize}, from the checkout.
 */
public final class EdgeSize {
    private static final long MOST_BYTES = 1_000_000;
    private static final String GROUP = "io.espalier";
    private static final List<String> TRIO = List.of("espalier-core", "espalier-nn", "espalier-policy");

    private EdgeSize() {}

    /** Runs it. */
    public static void main(String[] words)
            throws IOException, URISyntaxException, ParserConfigurationException, SAXException,
                    ReflectiveOperationException {
        Report report = new Report("edge-size", "The edge runtime: core, nn and policy");
        List<Path> jars = new ArrayList<>();
        for (Class<?> inside : List.of(Box.class, NetworkSpec.class, Policy.class)) {
            jars.add(Path.of(
                    inside.getProtectionDomain().getCodeSource().getLocation().toURI()));
        }
        Document parent;
        try (InputStream in = Files.newInputStream(Path.of("pom.xml"))) {
            parent = parse(in);
        }
        Map<String, String> managed = managedScopes(parent);
        List<String> foreign = foreign("parent", parent, managed);
        long total = 0;
        report.line("");
        report.line("| jar | bytes |");
        report.line("|---|---|");
        for (int i = 0; i < TRIO.size(); i++) {
            total += Files.size(jars.get(i));
            report.line("| %s | %,d |", jars.get(i).getFileName(), Files.size(jars.get(i)));
            foreign.addAll(foreign(TRIO.get(i), pom(jars.get(i), TRIO.get(i)), managed));
        }
        report.line("| **together** | **%,d** |", total);
        report.line("");
        report.line("Allowed: %,d bytes.", MOST_BYTES);
        report.line(
                "Run-time dependencies outside the three: %s.",
                foreign.isEmpty() ? "none" : String.join(", ", foreign));
        boolean alone = answersAlone(jars);
        report.line(
                "A policy file asked with nothing but these jars and the JDK: %s.",
                alone ? "the same answers" : "OTHER ANSWERS");
        report.store();
        if (total >= MOST_BYTES || !foreign.isEmpty() || !alone) {
            throw new IllegalStateException("The edge runtime has " + total + " bytes (allowed " + MOST_BYTES
                    + "), wants " + foreign + " besides (allowed nothing), and alone answers "
                    + (alone ? "as it should" : "otherwise"));
        }
    }

    /** What a POM wants at run time beyond the three. */
    private static List<String> foreign(String whose, Document pom, Map<String, String> managed) {
        List<String> found = new ArrayList<>();
        for (Element dependency : dependencies(child(pom.getDocumentElement(), "dependencies"))) {
            String name = name(dependency);
            String scope = text(dependency, "scope", managed.getOrDefault(name, "compile"));
            boolean ours = TRIO.stream().anyMatch(module -> name.equals(GROUP + ":" + module));
            boolean needed = !scope.equals("test")
                    && !scope.equals("provided")
                    && !text(dependency, "optional", "false").equals("true");
            if (needed && !ours) {
                found.add(name + " (" + scope + ", of " + whose + ")");
            }
        }
        return found;
    }

    private static Map<String, String> managedScopes(Document parent) {
        Map<String, String> scopes = new HashMap<>();
        Element management = child(parent.getDocumentElement(), "dependencyManagement");
        for (Element dependency : dependencies(child(management, "dependencies"))) {
            scopes.put(name(dependency), text(dependency, "scope", "compile"));
        }
        return scopes;
    }

    private static Document pom(Path jar, String module)
            throws IOException, ParserConfigurationException, SAXException {
        try (JarFile file = new JarFile(jar.toFile());
                InputStream in =
                        file.getInputStream(file.getJarEntry("META-INF/maven/" + GROUP + "/" + module + "/pom.xml"))) {
            return parse(in);
        }
    }

    private static Document parse(InputStream in) throws IOException, ParserConfigurationException, SAXException {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        return factory.newDocumentBuilder().parse(in);
    }

    private static List<Element> dependencies(Element parent) {
        List<Element> found = new ArrayList<>();
        for (Node node = parent.getFirstChild(); node != null; node = node.getNextSibling()) {
            if (node instanceof Element element && element.getTagName().equals("dependency")) {
                found.add(element);
            }
        }
        return found;
    }

    /** The child of that name; an empty element if there is none. */
    private static Element child(Element parent, String name) {
        for (Node node = parent.getFirstChild(); node != null; node = node.getNextSibling()) {
            if (node instanceof Element element && element.getTagName().equals(name)) {
                return element;
            }
        }
        return parent.getOwnerDocument().createElement(name);
    }

    private static String name(Element dependency) {
        return text(dependency, "groupId", "") + ":" + text(dependency, "artifactId", "");
    }

    private static String text(Element parent, String name, String otherwise) {
        String text = child(parent, name).getTextContent().strip();
        return text.isEmpty() ? otherwise : text;
    }

    /** Writes a policy, reads it with a class loader that knows nothing else, and asks both. */
    private static boolean answersAlone(List<Path> jars) throws IOException, ReflectiveOperationException {
        TaskSpec task = new TaskSpec(Box.uniform(-1, 1, 4), new Discrete(3), false, 1);
        Policy policy = new Ppo(Ppo.Settings.defaults()).policy(task, Seeds.of(1));
        Path file = Files.createTempFile("espalier-edge", ".espalier");
        policy.write(file);
        URL[] urls = new URL[jars.size()];
        for (int i = 0; i < urls.length; i++) {
            urls[i] = jars.get(i).toUri().toURL();
        }
        boolean same = true;
        try (URLClassLoader edge = new URLClassLoader("edge", urls, ClassLoader.getPlatformClassLoader())) {
            Class<?> type = edge.loadClass(Policy.class.getName());
            Object alone = type.getMethod("read", Path.class).invoke(null, file);
            for (int i = 0; i < 100; i++) {
                float[] observation = {i / 100f, -i / 100f, (i % 7) / 7f, (i % 3) / 3f};
                Object answer = type.getMethod("actDiscrete", float[].class).invoke(alone, (Object) observation);
                same &= Integer.valueOf(policy.actDiscrete(observation)).equals(answer);
            }
        } finally {
            Files.delete(file);
        }
        return same;
    }
}
