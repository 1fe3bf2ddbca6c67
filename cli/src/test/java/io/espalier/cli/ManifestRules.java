package io.espalier.cli;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPort;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What manifests must say of each other, which no schema knows: names that are referred to exist, and ports agree. */
final class ManifestRules {
    private final Manifests manifests;
    private final List<Workload> workloads;
    private final List<String> faults = new ArrayList<>();

    private ManifestRules(Manifests manifests) {
        this.manifests = manifests;
        workloads = Workload.all(manifests);
    }

    /** Everything that is wrong with them; empty if nothing is. */
    static List<String> faults(Manifests manifests) {
        // Further rules may rely on the schemas.
        if (!manifests.faults().isEmpty()) {
            return manifests.faults();
        }
        ManifestRules rules = new ManifestRules(manifests);
        rules.names();
        rules.workloads.forEach(workload -> PodRules.check(manifests, workload, rules.faults));
        manifests.all(Service.class).forEach(rules::service);
        manifests.all(StatefulSet.class).forEach(rules::statefulSet);
        manifests
                .all(PodDisruptionBudget.class)
                .forEach(budget -> rules.one(
                        budget.getMetadata(), budget.getSpec().getSelector().getMatchLabels()));
        manifests.all(NetworkPolicy.class).forEach(rules::policy);
        manifests.all(HorizontalPodAutoscaler.class).forEach(rules::autoscaler);
        manifests.all(Manifests.Certificate.class).forEach(rules::certificate);
        return rules.faults;
    }

    @SuppressWarnings("AnnotateFormatMethod") // its annotation would be one more dependency, for one test
    private void check(boolean holds, String format, Object... words) {
        if (!holds) {
            faults.add(String.format(format, words));
        }
    }

    private void names() {
        for (ObjectMeta metadata : manifests.metadata()) {
            boolean namespace = "espalier".equals(metadata.getName()) && metadata.getNamespace() == null;
            check(
                    namespace || "espalier".equals(metadata.getNamespace()),
                    "%s is in no namespace of ours",
                    metadata.getName());
        }
        check(workloads.size() == 2, "there must be a head and workers, and are %s", workloads);
    }

    private void service(Service service) {
        Workload workload = one(service.getMetadata(), service.getSpec().getSelector());
        if (workload != null) {
            Container container = workload.pod().getContainers().get(0);
            for (ServicePort port : service.getSpec().getPorts()) {
                check(
                        Workload.port(container, port.getTargetPort().getStrVal()) == port.getPort(),
                        "Service %s: port %s is not where it points",
                        service.getMetadata().getName(),
                        port.getName());
            }
        }
    }

    private void statefulSet(StatefulSet set) {
        check(
                manifests.all(Service.class).stream()
                        .anyMatch(service -> service.getMetadata()
                                .getName()
                                .equals(set.getSpec().getServiceName())),
                "StatefulSet %s: no service %s",
                set.getMetadata().getName(),
                set.getSpec().getServiceName());
        check(Objects.equals(1, set.getSpec().getReplicas()), "there must be one head");
    }

    private @Nullable Workload one(ObjectMeta of, Map<String, String> selector) {
        List<Workload> found = workloads.stream()
                .filter(workload -> Workload.selects(selector, workload.labels()))
                .toList();
        check(found.size() == 1, "%s selects %s", of.getName(), found);
        return found.size() == 1 ? found.get(0) : null;
    }

    private void policy(NetworkPolicy policy) {
        Map<String, String> selector = policy.getSpec().getPodSelector().getMatchLabels();
        List<Workload> found = workloads.stream()
                .filter(workload -> Workload.selects(selector, workload.labels()))
                .toList();
        check(!found.isEmpty(), "%s is about no pod", policy.getMetadata().getName());
        policy.getSpec().getIngress().forEach(rule -> {
            check(!rule.getPorts().isEmpty() && !rule.getFrom().isEmpty(), "a policy lets everything in");
            rule.getPorts().forEach(port -> declared(policy, found, port));
        });
        policy.getSpec().getEgress().forEach(rule -> {
            check(!rule.getPorts().isEmpty() && !rule.getTo().isEmpty(), "a policy lets everything out");
            rule.getPorts().stream()
                    .filter(port -> !Objects.equals(53, port.getPort().getIntVal()))
                    .forEach(port -> check(
                            workloads.stream().anyMatch(workload -> declares(workload, port.getPort())),
                            "%s lets pods reach %s, which is declared nowhere",
                            policy.getMetadata().getName(),
                            port.getPort()));
        });
    }

    private void declared(NetworkPolicy policy, List<Workload> found, NetworkPolicyPort port) {
        check(
                found.stream().allMatch(workload -> declares(workload, port.getPort())),
                "%s opens %s, which is declared nowhere",
                policy.getMetadata().getName(),
                port.getPort());
    }

    private static boolean declares(Workload workload, IntOrString port) {
        return workload.pod().getContainers().get(0).getPorts().stream()
                .anyMatch(one -> one.getName().equals(port.getStrVal())
                        || one.getContainerPort().equals(port.getIntVal()));
    }

    private void autoscaler(HorizontalPodAutoscaler autoscaler) {
        var target = autoscaler.getSpec().getScaleTargetRef();
        check(
                workloads.stream().anyMatch(one -> one.toString().equals(target.getKind() + " " + target.getName())),
                "the autoscaler scales %s %s, which is not there",
                target.getKind(),
                target.getName());
        manifests
                .all(Deployment.class)
                .forEach(one -> check(
                        one.getSpec().getReplicas() == null,
                        "%s sets the replicas that the autoscaler owns",
                        one.getMetadata().getName()));
        check(
                autoscaler.getSpec().getMinReplicas() < autoscaler.getSpec().getMaxReplicas(),
                "the autoscaler has no room");
        autoscaler.getSpec().getMetrics().forEach(metric -> {
            var object = metric.getObject();
            check(
                    object != null
                            && manifests.all(Service.class).stream()
                                    .anyMatch(service -> service.getMetadata()
                                            .getName()
                                            .equals(object.getDescribedObject().getName())),
                    "the autoscaler's metric is of nothing here");
        });
    }

    private void certificate(Manifests.Certificate certificate) {
        Manifests.PrivateKey key = certificate.spec().privateKey();
        check(
                key.algorithm().equals("RSA") && key.encoding().equals("PKCS8") && key.size() >= 3072,
                "%s: nodes read RSA keys in PKCS#8 only",
                certificate.metadata().getName());
        check(
                manifests.all(Manifests.Issuer.class).stream()
                        .anyMatch(issuer -> issuer.metadata()
                                .getName()
                                .equals(certificate.spec().issuerRef().name())),
                "%s: nobody issues it",
                certificate.metadata().getName());
    }
}
