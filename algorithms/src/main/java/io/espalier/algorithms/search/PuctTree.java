package io.espalier.algorithms.search;

import io.espalier.core.Game;
import io.espalier.core.RandomStream;
import io.espalier.core.Step;
import java.util.Arrays;

/**
 * The tree of one position of a game, as AlphaZero searches it. In a state s whose moves a were tried N(s, a) times, with
 * mean value Q(s, a) to who moves there and probability P(s, a) by the network, the search goes on with
 *
 * <pre>
 *   argmaxₐ  Q(s, a) + c · P(s, a) · √(Σᵦ N(s, b)) / (1 + N(s, a))
 * </pre>
 *
 * <p>Silver et al., arXiv:1712.01815, "search", with the supplement's C(s) taken as the constant c: it grows by 1 % in
 * 200 simulations. A move not yet tried counts as a little worse than its state, not as a draw.
 *
 * <p>Used as {@code clear, (select, expand?)*}: select walks to a leaf; where that is not an end of the game, it is to be
 * expanded with what the network says of it. Between the two, other trees may be walked, so that the network is asked for
 * many leaves at once.
 */
final class PuctTree {
    /** How much worse than its state a move counts that was not tried. */
    private static final double UNTRIED = 0.2;

    private final int actions;
    private final double exploration;
    private final int capacity;

    // Edge node * actions + action.
    private final float[] priors;
    private final int[] visits;
    private final double[] sums;
    private final int[] children;
    // Nodes.
    private final boolean[] expanded;
    private final int[] nodeVisits;
    private final double[] nodeSums;
    private int nodes;

    // The way to the leaf.
    private int[] edges = new int[16];
    private double[] rewards = new double[16];
    private boolean[] turns = new boolean[16];
    private int depth;
    private int leaf;
    private final float[] action = new float[1];

    /**
     * @param simulations how often {@link #select} is called at most before {@link #clear}
     * @param exploration c
     */
    PuctTree(int actions, int simulations, double exploration) {
        this.actions = actions;
        this.exploration = exploration;
        capacity = simulations + 1;
        priors = new float[Math.multiplyExact(capacity, actions)];
        visits = new int[priors.length];
        sums = new double[priors.length];
        children = new int[priors.length];
        expanded = new boolean[capacity];
        nodeVisits = new int[capacity];
        nodeSums = new double[capacity];
    }

    /** Forgets everything; the next search is of another position. */
    void clear() {
        nodes = 0;
        add();
    }

    private int add() {
        int node = nodes++;
        expanded[node] = false;
        nodeVisits[node] = 0;
        nodeSums[node] = 0;
        int from = node * actions;
        Arrays.fill(visits, from, from + actions, 0);
        Arrays.fill(sums, from, from + actions, 0);
        Arrays.fill(children, from, from + actions, -1);
        return node;
    }

    /**
     * Walks to a leaf.
     *
     * @param root the position of the tree
     * @param scratch becomes the position of the leaf
     * @return true if the leaf is to be expanded; false if it is an end of the game, which is entered already
     */
    boolean select(Game root, Game scratch) {
        scratch.copyFrom(root);
        int node = 0;
        depth = 0;
        while (expanded[node]) {
            int move = best(node);
            int edge = node * actions + move;
            int mover = scratch.toMove();
            action[0] = move;
            Step step = scratch.step(action, 0);
            note(edge, step.reward(), scratch.toMove() != mover);
            if (step.last()) {
                enter(0);
                return false;
            }
            if (children[edge] < 0) {
                children[edge] = add();
            }
            node = children[edge];
        }
        leaf = node;
        return true;
    }

    private void note(int edge, double reward, boolean turn) {
        if (depth == edges.length) {
            edges = Arrays.copyOf(edges, 2 * depth);
            rewards = Arrays.copyOf(rewards, 2 * depth);
            turns = Arrays.copyOf(turns, 2 * depth);
        }
        edges[depth] = edge;
        rewards[depth] = reward;
        turns[depth] = turn;
        depth++;
    }

    private int best(int node) {
        int from = node * actions;
        double weight = exploration * Math.sqrt(nodeVisits[node]);
        // The first visit of a node is its own evaluation.
        double untried = nodeSums[node] / nodeVisits[node] - UNTRIED;
        int best = -1;
        double most = Double.NEGATIVE_INFINITY;
        for (int a = 0; a < actions; a++) {
            float prior = priors[from + a];
            if (prior >= 0) {
                int count = visits[from + a];
                double value = count == 0 ? untried : sums[from + a] / count;
                double score = value + weight * prior / (1 + count);
                if (score > most) {
                    most = score;
                    best = a;
                }
            }
        }
        return best;
    }

    /**
     * Enters what the network says of the leaf.
     *
     * @param probabilities of the moves [actions] from {@code at}
     * @param legal which of them are legal [actions] from {@code at}
     * @param value to who is to move there
     */
    void expand(float[] probabilities, boolean[] legal, int at, double value) {
        int from = leaf * actions;
        for (int a = 0; a < actions; a++) {
            priors[from + a] = legal[at + a] ? probabilities[at + a] : -1;
        }
        expanded[leaf] = true;
        nodeVisits[leaf]++;
        nodeSums[leaf] += value;
        enter(value);
    }

    /** Enters a value, to who is to move after the last edge of the way, at all its edges. */
    private void enter(double value) {
        double after = value;
        for (int d = depth - 1; d >= 0; d--) {
            after = rewards[d] + (turns[d] ? -after : after);
            int edge = edges[d];
            visits[edge]++;
            sums[edge] += after;
            nodeVisits[edge / actions]++;
            nodeSums[edge / actions] += after;
        }
    }

    /**
     * Mixes noise into the probabilities of the root's moves, so that each is tried some day: P ← (1 − ε)·P + ε·η, with η
     * from a symmetric Dirichlet distribution.
     *
     * @param share ε
     * @param concentration the distribution's parameter for each move
     */
    void addNoise(double share, double concentration, RandomStream random) {
        double[] noise = new double[actions];
        double total = 0;
        for (int a = 0; a < actions; a++) {
            if (priors[a] >= 0) {
                noise[a] = gamma(concentration, random);
                total += noise[a];
            }
        }
        for (int a = 0; a < actions; a++) {
            if (priors[a] >= 0 && total > 0) {
                priors[a] = (float) ((1 - share) * priors[a] + share * noise[a] / total);
            }
        }
    }

    /**
     * A number from the gamma distribution of that shape and scale 1: G. Marsaglia and W. W. Tsang, "A simple method for
     * generating gamma variables", ACM Transactions on Mathematical Software 26 (2000).
     */
    static double gamma(double shape, RandomStream random) {
        if (shape < 1) {
            return gamma(shape + 1, random) * StrictMath.pow(1 - random.nextDouble(), 1 / shape);
        }
        double d = shape - 1.0 / 3;
        double c = 1 / Math.sqrt(9 * d);
        while (true) {
            double x = random.nextGaussian();
            double v = (1 + c * x) * (1 + c * x) * (1 + c * x);
            if (v > 0 && StrictMath.log(1 - random.nextDouble()) < 0.5 * x * x + d - d * v + d * StrictMath.log(v)) {
                return d * v;
            }
        }
    }

    /** How often that move of the root was tried. */
    int visits(int move) {
        return visits[move];
    }

    /** P of that move of the root; -1 if it is not legal. */
    float prior(int move) {
        return priors[move];
    }

    /** The mean value of the root, to who is to move there. */
    double value() {
        return nodeSums[0] / nodeVisits[0];
    }

    /** Writes the shares of the root's moves in its visits into {@code into[at .. at + actions - 1]}. */
    void shares(float[] into, int at) {
        int total = 0;
        for (int a = 0; a < actions; a++) {
            total += visits[a];
        }
        for (int a = 0; a < actions; a++) {
            into[at + a] = (float) visits[a] / total;
        }
    }

    /** The move tried most often; among equals that of the larger prior. */
    int mostVisited() {
        int best = 0;
        for (int a = 1; a < actions; a++) {
            if (visits[a] > visits[best] || (visits[a] == visits[best] && priors[a] > priors[best])) {
                best = a;
            }
        }
        return best;
    }

    /** A move by chance, each as likely as its share of the visits. */
    int sampled(RandomStream random) {
        int total = 0;
        for (int a = 0; a < actions; a++) {
            total += visits[a];
        }
        int left = random.nextInt(total);
        int move = 0;
        while (left >= visits[move]) {
            left -= visits[move++];
        }
        return move;
    }
}
