package io.espalier.runtime.workers;

import java.util.Set;

/**
 * A place where workers run.
 *
 * @param name what it is called in messages; unique among the nodes of a pool
 * @param offers what it has in all
 * @param free what is not taken by workers
 * @param labels what sets it apart, as "edge"
 */
public record WorkerNode(String name, Resources offers, Resources free, Set<String> labels) {
    /** Keeps a copy of the labels. */
    public WorkerNode {
        labels = Set.copyOf(labels);
    }
}
