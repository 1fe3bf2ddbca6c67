package io.espalier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The container image, as its build is told to make it, agrees with the launcher and with the manifests. */
class ImageTest {
    private static String profile() throws IOException {
        String pom = Files.readString(Path.of("pom.xml"));
        return pom.substring(pom.indexOf("<id>image</id>"));
    }

    private static List<String> all(String element) throws IOException {
        return Pattern.compile("<" + element + ">([^<]*)</" + element + ">")
                .matcher(profile())
                .results()
                .map(match -> match.group(1))
                .toList();
    }

    @Test
    void itStartsTheJvmAsTheLauncherDoes() throws IOException {
        String launcher = Files.readString(Path.of("..", "espalier"));
        List<String> own = List.of("-XX:MaxRAMPercentage=70", "-Despalier.terminal=false");
        List<String> flags = all("jvmFlag");
        assertThat(flags).containsAll(own).hasSizeGreaterThan(own.size());
        assertThat(flags)
                .filteredOn(flag -> !own.contains(flag))
                .allSatisfy(flag -> assertThat(launcher).contains(flag));
        // and nothing that the launcher gives to every command is left out
        assertThat(Pattern.compile("-XX:[+][A-Za-z]+|-XX:CompileCommand=[^ ']+")
                        .matcher(launcher.substring(launcher.indexOf("# Inlined into")))
                        .results()
                        .map(match -> match.group())
                        .filter(flag -> !flag.contains("Archive")))
                .isNotEmpty()
                .allSatisfy(flag -> assertThat(flags).contains(flag));
        assertThat(all("mainClass")).contains(Main.class.getName());
    }

    @Test
    void itsUserAndPortsAreThoseOfTheManifests() throws IOException {
        Manifests manifests = Manifests.read(Manifests.files(Path.of("..", "deploy", "kubernetes")));
        StatefulSet head = manifests.all(StatefulSet.class).get(0);
        Deployment workers = manifests.all(Deployment.class).get(0);
        for (var pod : List.of(
                head.getSpec().getTemplate().getSpec(),
                workers.getSpec().getTemplate().getSpec())) {
            var security = pod.getSecurityContext();
            assertThat(all("user")).containsExactly(security.getRunAsUser() + ":" + security.getRunAsGroup());
            Container container = pod.getContainers().get(0);
            assertThat(container.getPorts())
                    .allSatisfy(port -> assertThat(all("port"))
                            .contains(port.getContainerPort().toString()));
        }
    }
}
