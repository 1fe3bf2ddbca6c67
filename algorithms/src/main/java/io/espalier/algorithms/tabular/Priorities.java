package io.espalier.algorithms.tabular;

import io.espalier.core.State;

/**
 * A queue of pairs by priority: a tree of winners, so that changing one and finding the first take logarithmic time and
 * the order depends on the priorities alone, not on how they came about.
 */
final class Priorities {
    private final int leaves;
    private final double[] tree;

    Priorities(int pairs) {
        leaves = Math.max(2, Integer.highestOneBit(Math.max(1, pairs - 1)) * 2);
        tree = new double[2 * leaves];
    }

    /** Gives a pair a priority; 0 takes it out. */
    void set(int pair, double priority) {
        int node = leaves + pair;
        tree[node] = priority;
        for (node /= 2; node > 0; node /= 2) {
            tree[node] = Math.max(tree[2 * node], tree[2 * node + 1]);
        }
    }

    /** The pair of the greatest priority, the lowest among equals; −1 if there is none. */
    int first() {
        if (tree[1] == 0) {
            return -1;
        }
        int node = 1;
        while (node < leaves) {
            node = tree[2 * node] == tree[node] ? 2 * node : 2 * node + 1;
        }
        return node - leaves;
    }

    void save(State into) {
        into.put("tree", tree);
    }

    void load(State from) {
        System.arraycopy(from.doubles("tree"), 0, tree, 0, tree.length);
    }
}
