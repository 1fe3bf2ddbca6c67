package io.espalier.cli;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A workload of Kubernetes, whatever its kind. */
record Workload(String kind, ObjectMeta metadata, Map<String, String> selector, PodTemplateSpec template) {
    /** Those among the manifests. */
    static List<Workload> all(Manifests manifests) {
        List<Workload> workloads = new ArrayList<>();
        for (StatefulSet set : manifests.all(StatefulSet.class)) {
            workloads.add(new Workload(
                    "StatefulSet",
                    set.getMetadata(),
                    set.getSpec().getSelector().getMatchLabels(),
                    set.getSpec().getTemplate()));
        }
        for (Deployment deployment : manifests.all(Deployment.class)) {
            workloads.add(new Workload(
                    "Deployment",
                    deployment.getMetadata(),
                    deployment.getSpec().getSelector().getMatchLabels(),
                    deployment.getSpec().getTemplate()));
        }
        return workloads;
    }

    Map<String, String> labels() {
        return template.getMetadata().getLabels();
    }

    PodSpec pod() {
        return template.getSpec();
    }

    @Override
    public String toString() {
        return kind + " " + metadata.getName();
    }

    static int port(Container container, String name) {
        return container.getPorts().stream()
                .filter(port -> name.equals(port.getName()))
                .mapToInt(ContainerPort::getContainerPort)
                .findAny()
                .orElse(-1);
    }

    static boolean selects(@Nullable Map<String, String> selector, Map<String, String> labels) {
        return selector == null || labels.entrySet().containsAll(selector.entrySet());
    }
}
