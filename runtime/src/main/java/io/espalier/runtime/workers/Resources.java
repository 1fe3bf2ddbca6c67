package io.espalier.runtime.workers;

import java.util.Set;

/**
 * What a worker needs, or a node has.
 *
 * @param cpus processors; a fraction means that several share one
 * @param memoryMiB memory in MiB; 0 where nobody counts it
 * @param labels labels that the node must have
 */
public record Resources(double cpus, long memoryMiB, Set<String> labels) {
    /** One processor. */
    public static final Resources ONE_CPU = cpus(1);

    /**
     * Checks the figures.
     *
     * @throws IllegalArgumentException if one is negative or not finite
     */
    public Resources {
        if (!(cpus >= 0 && cpus <= 1e6)) {
            throw new IllegalArgumentException("cpus (" + cpus + ") must be from 0 to 1000000. Maybe use 1.");
        }
        if (memoryMiB < 0) {
            throw new IllegalArgumentException(
                    "memoryMiB (" + memoryMiB + ") must not be negative. Maybe use 0, for not counted.");
        }
        labels = Set.copyOf(labels);
    }

    /** So many processors, whatever else. */
    public static Resources cpus(double cpus) {
        return new Resources(cpus, 0, Set.of());
    }

    /** Whether a node with these left and those labels has room for a worker that needs the given. */
    public boolean hasRoomFor(Resources needs, Set<String> nodeLabels) {
        return needs.cpus <= cpus + 1e-9
                && (needs.memoryMiB == 0 || needs.memoryMiB <= memoryMiB)
                && nodeLabels.containsAll(needs.labels);
    }

    /** What is left when that is taken. */
    public Resources minus(Resources taken) {
        return new Resources(Math.max(0, cpus - taken.cpus), Math.max(0, memoryMiB - taken.memoryMiB), labels);
    }

    /** What there is when that is given back. */
    public Resources plus(Resources given) {
        return new Resources(cpus + given.cpus, memoryMiB + given.memoryMiB, labels);
    }
}
