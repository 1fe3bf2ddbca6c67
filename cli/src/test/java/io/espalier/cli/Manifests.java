package io.espalier.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MappingIterator;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * Kubernetes manifests, read strictly by the classes of fabric8 that are generated from the API's own schemas: a field
 * that the schema does not have is a fault, not ignored. Of cert-manager there are no such classes; its fields are
 * listed here.
 */
final class Manifests {
    private static final Map<String, Class<?>> KINDS = Map.ofEntries(
            Map.entry("v1/Namespace", Namespace.class),
            Map.entry("v1/ServiceAccount", ServiceAccount.class),
            Map.entry("v1/ConfigMap", ConfigMap.class),
            Map.entry("v1/Service", Service.class),
            Map.entry("apps/v1/StatefulSet", StatefulSet.class),
            Map.entry("apps/v1/Deployment", Deployment.class),
            Map.entry("policy/v1/PodDisruptionBudget", PodDisruptionBudget.class),
            Map.entry("autoscaling/v2/HorizontalPodAutoscaler", HorizontalPodAutoscaler.class),
            Map.entry("networking.k8s.io/v1/NetworkPolicy", NetworkPolicy.class),
            Map.entry("cert-manager.io/v1/Issuer", Issuer.class),
            Map.entry("cert-manager.io/v1/Certificate", Certificate.class));

    private static final ObjectMapper STRICT = new ObjectMapper()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .setAnnotationIntrospector(new JacksonAnnotationIntrospector() {
                /** The classes keep unknown fields aside; here they must be refused. */
                @Override
                public Boolean hasAnySetter(Annotated a) {
                    return false;
                }
            });

    /** A cert-manager issuer: <a href="https://cert-manager.io/docs/reference/api-docs/">its API</a>. */
    record Issuer(String apiVersion, String kind, ObjectMeta metadata, IssuerSpec spec) {}

    record IssuerSpec(
            @Nullable Map<String, Object> selfSigned,
            @Nullable IssuingAuthority ca) {}

    record IssuingAuthority(String secretName) {}

    /** A cert-manager certificate, with those fields of its API that we may use. */
    record Certificate(String apiVersion, String kind, ObjectMeta metadata, CertificateSpec spec) {}

    record CertificateSpec(
            boolean isCA,
            String commonName,
            String secretName,
            String duration,
            String renewBefore,
            PrivateKey privateKey,
            List<String> dnsNames,
            List<String> ipAddresses,
            List<String> usages,
            IssuerReference issuerRef) {}

    record PrivateKey(String algorithm, String encoding, int size, String rotationPolicy) {}

    record IssuerReference(String kind, String name, String group) {}

    private final List<Object> objects = new ArrayList<>();
    private final List<String> faults = new ArrayList<>();

    private Manifests() {}

    /** Reads files by their names and texts. */
    static Manifests read(Map<String, String> files) {
        Manifests manifests = new Manifests();
        files.forEach(manifests::add);
        return manifests;
    }

    /** The files of a folder, except the list of them that kustomize reads. */
    static Map<String, String> files(Path folder) throws IOException {
        Map<String, String> files = new TreeMap<>();
        try (Stream<Path> found = Files.list(folder)) {
            for (Path file : found.toList()) {
                String name = file.getFileName().toString();
                if (name.endsWith(".yaml") && !name.equals("kustomization.yaml")) {
                    files.put(name, Files.readString(file));
                }
            }
        }
        return files;
    }

    private void add(String file, String text) {
        try (MappingIterator<JsonNode> documents =
                new YAMLMapper().readerFor(JsonNode.class).readValues(text)) {
            while (documents.hasNext()) {
                JsonNode document = documents.next();
                String kind = document.path("apiVersion").asString("") + "/"
                        + document.path("kind").asString("");
                Class<?> type = KINDS.get(kind);
                if (type == null) {
                    faults.add(file + ": no kind " + kind);
                } else {
                    objects.add(STRICT.readValue(document.toString(), type));
                }
            }
        } catch (JsonProcessingException e) {
            faults.add(file + ": " + e.getOriginalMessage() + " at "
                    + e.getLocation().sourceDescription()
                    + (e instanceof com.fasterxml.jackson.databind.JsonMappingException m ? m.getPathReference() : ""));
        }
    }

    /** What does not fit the schemas. */
    List<String> faults() {
        return faults;
    }

    /** All objects of a type. */
    <T> List<T> all(Class<T> type) {
        return objects.stream().filter(type::isInstance).map(type::cast).toList();
    }

    /** The names and namespaces of all, whatever they are. */
    List<ObjectMeta> metadata() {
        return objects.stream()
                .map(object -> STRICT.<JsonMeta>convertValue(STRICT.valueToTree(object), JsonMeta.class)
                        .metadata())
                .toList();
    }

    @com.fasterxml.jackson.annotation.JsonIgnoreProperties(ignoreUnknown = true)
    private record JsonMeta(ObjectMeta metadata) {}
}
