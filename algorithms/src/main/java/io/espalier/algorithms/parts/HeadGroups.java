package io.espalier.algorithms.parts;

import io.espalier.nn.Network;
import io.espalier.nn.NetworkSpec;
import java.util.Arrays;
import java.util.List;

/**
 * The heads of a network in groups that have nothing in common, neither layers nor terms of the loss: a pass through one
 * needs nothing of the others. A network with layers under its heads, with heads in heads, or with memory, is one group.
 */
final class HeadGroups {
    /** Instead of a group: several. */
    static final int MIXED = -1;

    private final int count;
    private final int[] groupOfHead;
    /** Of the parameters, ranges that lie beside each other: where each begins, and where the last one ends. */
    private final int[] bounds;

    private final int[] groupOfRange;

    private HeadGroups(Network network, int[] groupOfHead, int count) {
        this.groupOfHead = groupOfHead;
        this.count = count;
        int[] starts = new int[network.tensors().size() + 1];
        int[] groups = new int[starts.length];
        int ranges = 0;
        for (Network.Tensor tensor : network.tensors()) {
            int group = count == 1 ? 0 : groupOfHead[head(network, tensor.name())];
            if (ranges == 0 || groups[ranges - 1] != group) {
                starts[ranges] = tensor.offset();
                groups[ranges] = group;
                ranges++;
            }
        }
        starts[ranges] = network.parameterCount();
        bounds = Arrays.copyOf(starts, ranges + 1);
        groupOfRange = Arrays.copyOf(groups, ranges);
    }

    /** Tensors are named after the heads they stand in. */
    private static int head(Network network, String tensor) {
        return network.head(tensor.substring(0, tensor.indexOf('.')));
    }

    /**
     * Each of some heads is a group, and all others together are one, the first.
     *
     * @param apart what {@link ShardedUpdate.Loss#apart} says
     */
    static HeadGroups of(Network network, List<String> apart) {
        int[] groups = new int[network.heads()];
        boolean leaves = network.spec() instanceof NetworkSpec.Heads top
                && top.heads().stream().noneMatch(head -> last(head.spec()) instanceof NetworkSpec.Heads);
        if (!leaves || network.stateSize() > 0) {
            return new HeadGroups(network, groups, 1);
        }
        boolean rest = false;
        for (int head = 0; head < groups.length; head++) {
            rest |= !apart.contains(network.headName(head));
        }
        int count = rest ? 1 : 0;
        for (int head = 0; head < groups.length; head++) {
            groups[head] = apart.contains(network.headName(head)) ? count++ : 0;
        }
        return new HeadGroups(network, groups, count);
    }

    private static NetworkSpec last(NetworkSpec spec) {
        return spec instanceof NetworkSpec.Sequential chain
                ? chain.layers().get(chain.layers().size() - 1)
                : spec;
    }

    /** How many. */
    int count() {
        return count;
    }

    /** How many ranges of parameters; each is of one group. */
    int ranges() {
        return groupOfRange.length;
    }

    /** The group of a range. */
    int ofRange(int range) {
        return groupOfRange[range];
    }

    /** The first parameter of a range. */
    int start(int range) {
        return bounds[range];
    }

    /** The first parameter after a range. */
    int end(int range) {
        return bounds[range + 1];
    }

    /** The group of the parameters [from, to), or {@link #MIXED}. */
    int ofParameters(int from, int to) {
        for (int range = 0; range < groupOfRange.length; range++) {
            if (from >= start(range) && to <= end(range)) {
                return groupOfRange[range];
            }
        }
        return MIXED;
    }

    /** Has a network compute one group and leave the others out. */
    void want(Network network, int group) {
        for (int head = 0; head < groupOfHead.length; head++) {
            network.want(head, groupOfHead[head] == group);
        }
    }
}
