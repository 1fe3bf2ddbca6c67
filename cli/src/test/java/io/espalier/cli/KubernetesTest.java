package io.espalier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** The manifests fit the API's schemas and each other, and a manifest that does not is found out. */
class KubernetesTest {
    private static final Path FOLDER = Path.of("..", "deploy", "kubernetes");

    @Test
    void theManifestsFitTheSchemasAndEachOther() throws IOException {
        Manifests manifests = Manifests.read(Manifests.files(FOLDER));
        assertThat(ManifestRules.faults(manifests)).isEmpty();
        assertThat(manifests.metadata()).hasSizeGreaterThan(12);
    }

    @ParameterizedTest(name = "{0}: {1} -> {2}")
    @CsvSource(delimiter = '|', textBlock = """
            head.yaml           | readOnlyRootFilesystem: true      | readOnlyRootFileSystem: true         | readOnlyRootFileSystem
            head.yaml           | terminationGracePeriodSeconds     | terminationGraceSeconds              | terminationGraceSeconds
            head.yaml           | terminationGracePeriodSeconds: 120| terminationGracePeriodSeconds: 60    | grace
            head.yaml           | apiVersion: apps/v1               | apiVersion: apps/v1beta1             | no kind
            head.yaml           | replicas: 1                       | replicas: one                        | one
            head.yaml           | replicas: 1                       | replicas: 2                          | one head
            head.yaml           | serviceName: espalier-head        | serviceName: head                    | no service
            head.yaml           | runAsNonRoot: true                | runAsNonRoot: false                  | root
            head.yaml           | clusterIP: None                   | clusterIP: 10.0.0.1                  | nobody is at
            head.yaml           | targetPort: metrics               | targetPort: cluster                  | not where it points
            head.yaml           | mountPath: /runs                  | mountPath: /data                     | nothing is mounted
            head.yaml           | run/run.yaml                      | run/config.yaml                      | no file
            head.yaml           | secretName: espalier-node-tls     | secretName: espalier-tls             | nobody makes
            head.yaml           | name: espalier-run                | name: run                            | no map
            head.yaml           | memory: 2Gi                       | memory: 2GiB                         | 2GiB
            workers.yaml        | --join=espalier-head.espalier.    | --join=espalier-head.default.        | nobody is at
            workers.yaml        | :25520                            | :25525                               | nobody is at
            workers.yaml        | --memory=1024                     | --memory=1536                        | more memory
            workers.yaml        | port: cluster                     | port: transport                      | probes a port
            workers.yaml        | - name: tmp                       | - name: temp                         | mounts
            workers.yaml        | component: worker                 | component: workers                   | worker
            workers.yaml        | - ALL                             | - NET_RAW                            | locked down
            workers.yaml        | maxUnavailable: 25%               | maxUnavailible: 25%                  | maxUnavailible
            autoscaler.yaml     | kind: Deployment                  | kind: StatefulSet                    | not there
            autoscaler.yaml     | averageValue                      | averageUtilisation                   | averageUtilisation
            network-policy.yaml | port: cluster                     | port: gate                           | declared nowhere
            network-policy.yaml | port: 25521                       | port: 22                             | declared nowhere
            network-policy.yaml | policyTypes                       | policyType                           | policyType
            certificates.yaml   | algorithm: RSA                    | algorithm: ECDSA                     | RSA
            certificates.yaml   | secretName: espalier-authority    | secret: espalier-authority           | secret
            run.yaml            | namespace: espalier               | namespace: default                   | namespace
            """)
    void aManifestThatIsWrongIsFoundOut(String file, String right, String wrong, String told) throws IOException {
        Map<String, String> files = new TreeMap<>(Manifests.files(FOLDER));
        String text = files.get(file);
        int at = text.indexOf(right);
        assertThat(at).as(right + " in " + file).isNotNegative();
        files.put(file, text.substring(0, at) + wrong + text.substring(at + right.length()));
        assertThat(ManifestRules.faults(Manifests.read(files)))
                .anySatisfy(fault -> assertThat(fault).contains(told));
    }

    @Test
    void kustomizeListsEveryFile() throws IOException {
        JsonNode listed = new YAMLMapper().readTree(Files.readString(FOLDER.resolve("kustomization.yaml")));
        List<String> resources = new ArrayList<>();
        listed.get("resources").forEach(name -> resources.add(name.asString()));
        assertThat(resources)
                .containsExactlyInAnyOrderElementsOf(Manifests.files(FOLDER).keySet());
        assertThat(listed.get("images").get(0).get("name").asString()).isEqualTo("espalier");
    }

    @Test
    void everyContainerIsTheImageAndSpeaksTheCommand() throws IOException {
        List<Container> containers = new ArrayList<>();
        Manifests manifests = Manifests.read(Manifests.files(FOLDER));
        manifests
                .all(StatefulSet.class)
                .forEach(set ->
                        containers.addAll(set.getSpec().getTemplate().getSpec().getContainers()));
        manifests
                .all(Deployment.class)
                .forEach(set ->
                        containers.addAll(set.getSpec().getTemplate().getSpec().getContainers()));
        for (Container container : containers) {
            assertThat(container.getImage()).isEqualTo("espalier");
            CommandWords.check(container.getArgs());
        }
    }

    @Test
    void theRunOfTheMapIsOneThatCanBeAskedFor() throws IOException {
        ConfigMap map =
                Manifests.read(Manifests.files(FOLDER)).all(ConfigMap.class).get(0);
        Map<String, Object> asked =
                io.espalier.runtime.SettingsBinder.parse(map.getData().get("run.yaml"), "run.yaml");
        TrainRequest request = TrainRequest.resolve(Catalog.of(null), asked);
        assertThat(request.environment()).isEqualTo("LunarLander-v3");
        assertThat(request.checkpoints().everyEnvironmentSteps()).isEqualTo(50_000);
    }
}
