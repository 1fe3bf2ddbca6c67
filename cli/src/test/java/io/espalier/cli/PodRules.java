package io.espalier.cli;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the pods of a workload must be: locked down, probed, stopped in peace, and given what their words speak of. */
final class PodRules {
    /** What the operator makes by hand, as the page on deployment says. */
    private static final Set<String> SECRETS_BY_HAND = Set.of("espalier-metrics");

    private final Manifests manifests;
    private final List<String> faults;

    private PodRules(Manifests manifests, List<String> faults) {
        this.manifests = manifests;
        this.faults = faults;
    }

    /** Adds what is wrong with a workload. */
    static void check(Manifests manifests, Workload workload, List<String> faults) {
        new PodRules(manifests, faults).workload(workload);
    }

    @SuppressWarnings("AnnotateFormatMethod") // its annotation would be one more dependency, for one test
    private void check(boolean holds, String format, Object... words) {
        if (!holds) {
            faults.add(String.format(format, words));
        }
    }

    private void workload(Workload workload) {
        check(workload.metadata().getLabels().equals(workload.labels()), "%s has other labels than its pods", workload);
        check(Workload.selects(workload.selector(), workload.labels()), "%s does not select its own pods", workload);
        PodSpec pod = workload.pod();
        Map<String, String> annotations = workload.template().getMetadata().getAnnotations();
        long drain = Long.parseLong(annotations.getOrDefault("espalier.io/drain-seconds", "0"));
        Long grace = pod.getTerminationGracePeriodSeconds();
        check(drain > 0 && grace != null && grace > drain, "%s: grace %s, drain %s", workload, grace, drain);
        check(Boolean.FALSE.equals(pod.getAutomountServiceAccountToken()), "%s mounts a token", workload);
        var security = pod.getSecurityContext();
        check(
                Boolean.TRUE.equals(security.getRunAsNonRoot())
                        && security.getRunAsUser() > 0
                        && "RuntimeDefault".equals(security.getSeccompProfile().getType()),
                "%s may run as root, or without seccomp",
                workload);
        pod.getContainers().forEach(container -> container(workload, container));
        if (pod.getTopologySpreadConstraints() != null) {
            pod.getTopologySpreadConstraints()
                    .forEach(spread -> check(
                            Workload.selects(spread.getLabelSelector().getMatchLabels(), workload.labels()),
                            "%s spreads other pods than its own",
                            workload));
        }
    }

    private void container(Workload workload, Container container) {
        var security = container.getSecurityContext();
        check(
                Boolean.TRUE.equals(security.getReadOnlyRootFilesystem())
                        && Boolean.FALSE.equals(security.getAllowPrivilegeEscalation())
                        && List.of("ALL").equals(security.getCapabilities().getDrop())
                        && security.getCapabilities().getAdd().isEmpty(),
                "%s is not locked down",
                workload);
        var requests = container.getResources().getRequests();
        var limits = container.getResources().getLimits();
        for (Quantity quantity : concat(requests.values(), limits.values())) {
            check(quantity.toString().matches("[1-9][0-9]*(m|[KMGT]i?)?"), "%s: %s is no quantity", workload, quantity);
        }
        check(requests.containsKey("cpu") && limits.containsKey("memory"), "%s asks for no resources", workload);
        check(
                String.valueOf(requests.get("memory")).equals(String.valueOf(limits.get("memory"))),
                "%s may be given less memory than its limit",
                workload);
        Set<String> ports = new HashSet<>();
        container.getPorts().forEach(port -> check(ports.add(port.getName()), "%s: port twice", workload));
        for (Probe probe : Arrays.asList(
                container.getStartupProbe(), container.getReadinessProbe(), container.getLivenessProbe())) {
            check(
                    probe != null
                            && probe.getTcpSocket() != null
                            && ports.contains(probe.getTcpSocket().getPort().getStrVal()),
                    "%s lacks a probe, or probes a port that it does not have",
                    workload);
        }
        mounts(workload, container);
        words(workload, container);
        container.getEnv().forEach(variable -> {
            var from = variable.getValueFrom();
            if (from != null && from.getSecretKeyRef() != null) {
                secret(workload, from.getSecretKeyRef().getName());
            }
        });
    }

    private void mounts(Workload workload, Container container) {
        Set<String> volumes = new HashSet<>();
        for (Volume volume : workload.pod().getVolumes()) {
            volumes.add(volume.getName());
            if (volume.getConfigMap() != null) {
                check(map(volume.getConfigMap().getName()) != null, "%s: no map for %s", workload, volume.getName());
            }
            if (volume.getSecret() != null) {
                secret(workload, volume.getSecret().getSecretName());
            }
        }
        claims(workload).forEach(claim -> volumes.add(claim.getMetadata().getName()));
        Set<String> mounted = new HashSet<>();
        for (VolumeMount mount : container.getVolumeMounts()) {
            mounted.add(mount.getName());
        }
        check(mounted.equals(volumes), "%s mounts %s of %s", workload, mounted, volumes);
    }

    private List<PersistentVolumeClaim> claims(Workload workload) {
        return manifests.all(StatefulSet.class).stream()
                .filter(set -> set.getMetadata().equals(workload.metadata()))
                .flatMap(set -> set.getSpec().getVolumeClaimTemplates().stream())
                .toList();
    }

    private void secret(Workload workload, String name) {
        boolean made = manifests.all(Manifests.Certificate.class).stream()
                .anyMatch(certificate -> certificate.spec().secretName().equals(name));
        check(made || SECRETS_BY_HAND.contains(name), "%s: nobody makes the secret %s", workload, name);
    }

    private @Nullable ConfigMap map(String name) {
        return manifests.all(ConfigMap.class).stream()
                .filter(map -> map.getMetadata().getName().equals(name))
                .findAny()
                .orElse(null);
    }

    /** The command's words: what they say of names, files and sizes must be so. */
    private void words(Workload workload, Container container) {
        for (String word : container.getArgs()) {
            String name = word.replaceFirst("=.*", "");
            String value = word.substring(Math.min(word.length(), name.length() + 1));
            if (name.equals("--join") || name.equals("--cluster")) {
                seed(workload, value);
            }
            if (value.startsWith("/")) {
                path(workload, container, value);
            }
            if (name.equals("--memory") && faults.isEmpty()) {
                Quantity limit = container.getResources().getLimits().get("memory");
                check(
                        Long.parseLong(value) << 20
                                < Quantity.getAmountInBytes(limit).longValue(),
                        "%s offers more memory than it has",
                        workload);
            }
            if (name.equals("--metrics-port")) {
                check(
                        Workload.port(container, "metrics") == Integer.parseInt(value),
                        "%s: metrics elsewhere",
                        workload);
            }
        }
    }

    private void path(Workload workload, Container container, String value) {
        VolumeMount mount = container.getVolumeMounts().stream()
                .filter(one -> (value + "/").startsWith(one.getMountPath() + "/"))
                .findAny()
                .orElse(null);
        check(mount != null, "%s: nothing is mounted for %s", workload, value);
        if (mount != null && value.length() > mount.getMountPath().length()) {
            String file = value.substring(mount.getMountPath().length() + 1);
            workload.pod().getVolumes().stream()
                    .filter(volume -> volume.getName().equals(mount.getName()) && volume.getConfigMap() != null)
                    .forEach(volume -> {
                        ConfigMap map = map(volume.getConfigMap().getName());
                        check(map != null && map.getData().containsKey(file), "%s: no file %s", workload, value);
                    });
        }
    }

    /** The seed is the head's service in this namespace, which has no address of its own, and the port of its cluster. */
    private void seed(Workload workload, String address) {
        boolean found = manifests.all(Service.class).stream()
                .anyMatch(service -> address.equals(service.getMetadata().getName() + "."
                                + service.getMetadata().getNamespace() + ".svc.cluster.local:"
                                + port(service, "gate"))
                        && "None".equals(service.getSpec().getClusterIP())
                        && Boolean.TRUE.equals(service.getSpec().getPublishNotReadyAddresses()));
        check(found, "%s: nobody is at %s", workload, address);
        boolean certified = manifests.all(Manifests.Certificate.class).stream()
                .anyMatch(one -> one.spec().dnsNames() != null
                        && one.spec().dnsNames().contains(address.replaceFirst(":.*", "")));
        check(certified, "%s: no certificate is for %s", workload, address);
    }

    private static int port(Service service, String name) {
        return service.getSpec().getPorts().stream()
                .filter(port -> name.equals(port.getName()))
                .mapToInt(ServicePort::getPort)
                .findAny()
                .orElse(-1);
    }

    private static List<Quantity> concat(java.util.Collection<Quantity> one, java.util.Collection<Quantity> other) {
        List<Quantity> all = new ArrayList<>(one);
        all.addAll(other);
        return all;
    }
}
