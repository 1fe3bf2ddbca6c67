package io.espalier.cluster;

import io.espalier.runtime.workers.Resources;

/**
 * What a worker's node needs to know.
 *
 * @param headHost the head's name or address
 * @param headPort the head's port
 * @param own where the node itself listens, and how it is protected; an empty host is the address by which it reaches
 *     the head, port 0 any that is free
 * @param name what it is called; made unique by the head
 * @param offers processors, memory and labels that it lends
 * @param loader where kinds of workers, environments and algorithms are found
 */
public record WorkerSettings(
        String headHost, int headPort, ClusterSettings own, String name, Resources offers, ClassLoader loader) {
    /** "HOST:PORT" of the head. */
    public String head() {
        return headHost + ":" + headPort;
    }
}
