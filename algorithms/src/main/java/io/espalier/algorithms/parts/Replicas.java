package io.espalier.algorithms.parts;

import io.espalier.nn.Network;

/**
 * Replicas of a network for shards that several threads compute, as many as there are shards. A thread borrows one for as
 * long as it needs what it computed. The one given back last is lent first: so as few are in use as there are threads, what
 * they hold is still in the cache, and the transposed copies of their weights are made once a thread and not once a shard.
 * Which one is lent changes no bit.
 */
public final class Replicas {
    private final Network[] free;
    private int count;

    /**
     * @param most how many may be lent at the same time
     * @param rows the capacity of each
     */
    public Replicas(Network network, int most, int rows) {
        free = Critics.replicas(network, most, rows);
        count = most;
    }

    /**
     * Lends one.
     *
     * @throws IllegalStateException if all are lent
     */
    public synchronized Network take() {
        if (count == 0) {
            throw new IllegalStateException("all " + free.length
                    + " replicas are lent. Maybe an update before this one failed, and its cause was lost.");
        }
        count--;
        return free[count];
    }

    /**
     * Takes one back that {@link #take} lent.
     *
     * @throws IllegalStateException if none is lent
     */
    public synchronized void give(Network replica) {
        if (count == free.length) {
            throw new IllegalStateException(
                    "none of the " + free.length + " replicas is lent. Maybe one came back twice.");
        }
        free[count] = replica;
        count++;
    }
}
