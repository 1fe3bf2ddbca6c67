package io.espalier.runtime.model;

import io.espalier.core.Cores;
import io.espalier.nn.Network;
import io.espalier.nn.Optimizer;
import io.espalier.policy.NetworkCores;

/**
 * A run's cores, with a place elsewhere for networks.
 *
 * @param cores where all else is done
 * @param places makes a place for a network
 */
record PlacedCores(Cores cores, Places places) implements NetworkCores {
    /** Makes a place for a network. */
    interface Places {
        /** As {@link NetworkCores#place}. */
        Placed place(Network network, Optimizer optimizer, int mostRows);
    }

    @Override
    public int count() {
        return cores.count();
    }

    @Override
    public void run(int tasks, Task task) {
        cores.run(tasks, task);
    }

    @Override
    public Placed place(Network network, Optimizer optimizer, int mostRows) {
        return places.place(network, optimizer, mostRows);
    }
}
