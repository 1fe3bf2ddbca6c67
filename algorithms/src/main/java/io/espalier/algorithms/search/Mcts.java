package io.espalier.algorithms.search;

import io.espalier.algorithms.parts.Rules;
import io.espalier.core.CopyableEnvironment;
import io.espalier.core.Discrete;
import io.espalier.core.Game;
import io.espalier.core.Opponent;
import io.espalier.core.RandomStream;
import io.espalier.core.Setting;
import io.espalier.core.Step;

/**
 * Monte-Carlo tree search by upper confidence bounds (UCT): chooses one action by simulating many futures in copies of an
 * environment. It learns nothing and remembers nothing between two choices.
 *
 * <p>In a state s seen N(s) times, of which action a was taken N(s, a) times with mean return Q(s, a), a simulation takes
 *
 * <pre>
 *   argmaxₐ  Q̂(s, a) + c · √(ln N(s) / N(s, a))        actions not yet taken first, in random order
 * </pre>
 *
 * <p>and, once it comes to a state that is new to the tree, random actions to the end or to the greatest depth. What is
 * beyond that depth counts 0. Each return G = r + γ·G′ is then entered on the way back; where the other player of a
 * {@link Game} moves next, G = r − γ·G′. Q̂ is Q scaled to 0 to 1: by the bounds −1 and 1 in a game, else by the least and
 * the largest mean in the tree so far. The action taken most often is chosen. Where there is chance, each simulation has
 * chances of its own, and an action leads to as many states as it was seen to lead to.
 *
 * <p>L. Kocsis and C. Szepesvári, "Bandit based Monte-Carlo planning", ECML 2006, equation 1; the scaling is that of
 * Schrittwieser et al., arXiv:1911.08265, equation 5. Used by one thread at a time.
 */
public final class Mcts implements Opponent {
    private final Settings settings;
    private int actions;
    private boolean chance;
    private boolean game;

    // Edge node * actions + action.
    private int[] visits = {};
    private double[] sums = {};
    private int[] outcomes = {};
    // Nodes: how often gone through, what was seen there, and another outcome of the action that led there.
    private int[] nodeVisits = {};
    private long[] keys = {};
    private int[] siblings = {};
    private int nodes;
    private double least;
    private double largest;

    // The way of one simulation.
    private final int[] edges;
    private final double[] rewards;
    private final int[] movers;
    private boolean[] legal = {};
    private float[] seen = {};
    private final float[] action = new float[1];

    /** The settings of {@link Mcts}. */
    public record Settings(
            @Setting("The most simulations for one choice.") int simulations,

            @Setting("The most seconds for one choice, after which it is not reproducible; 0 for no limit.")
            double seconds,

            @Setting("Weight c of what was tried little, for returns scaled to 0 to 1.")
            double exploration,

            @Setting("Discount of future rewards per environment step, 0 to 1.")
            double gamma,

            @Setting("The longest simulation, in environment steps.")
            int depth) {
        /**
         * Checks everything.
         *
         * @throws IllegalArgumentException with a line for each broken rule
         */
        public Settings {
            new Rules()
                    .atLeast(1, "simulations", simulations, "Maybe use 1000")
                    .notNegative("seconds", seconds, "Maybe use 0.1, or 0 for no limit")
                    .notNegative("exploration", exploration, "Maybe use 1.4")
                    .within(0, 1, "gamma", gamma, "Maybe use 1 in games")
                    .require(
                            depth >= 1 && depth <= 1_000_000,
                            "depth",
                            depth,
                            "must be from 1 to 1000000",
                            "Maybe use 100")
                    .check();
        }

        /** So many simulations, as the paper has it: c = √2, no discount, at most 1000 steps deep. */
        public static Settings of(int simulations) {
            return new Settings(simulations, 0, 1.4142135623730951, 1, 1000);
        }

        /** As many simulations as fit into that time. */
        public Settings within(double time) {
            return new Settings(Integer.MAX_VALUE, time, exploration, gamma, depth);
        }
    }

    /** A search with those settings. */
    public Mcts(Settings settings) {
        this.settings = settings;
        edges = new int[settings.depth()];
        rewards = new double[settings.depth()];
        movers = new int[settings.depth() + 1];
    }

    @Override
    public int choose(Game position, boolean[] allowed, RandomStream random) {
        return choose(position, random);
    }

    /**
     * Chooses an action.
     *
     * @param environment where an episode is under way, with discrete actions; it is copied, not changed
     * @param random where all chances of the search come from
     * @throws IllegalArgumentException if its actions are not discrete
     */
    public int choose(CopyableEnvironment environment, RandomStream random) {
        begin(environment);
        CopyableEnvironment scratch = environment.copy();
        long end = settings.seconds() > 0 ? System.nanoTime() + (long) (1e9 * settings.seconds()) : 0;
        for (int n = 0; n < settings.simulations(); n++) {
            scratch.copyFrom(environment);
            if (chance) {
                scratch.reseed(random.nextLong());
            }
            simulate(scratch, random);
            if (end != 0 && System.nanoTime() - end >= 0) {
                break;
            }
        }
        int best = 0;
        for (int a = 1; a < actions; a++) {
            if (visits[a] > visits[best] || (visits[a] == visits[best] && value(a) > value(best))) {
                best = a;
            }
        }
        return best;
    }

    private void begin(CopyableEnvironment environment) {
        if (!(environment.actionSpace() instanceof Discrete discrete)) {
            throw new IllegalArgumentException("environment must have discrete actions, not "
                    + environment.actionSpace().text() + ". Maybe make some of its actions discrete in a wrapper.");
        }
        actions = discrete.n();
        chance = environment.hasChance();
        game = environment instanceof Game;
        legal = new boolean[actions];
        seen = new float[environment.observationSpace().size()];
        nodes = 0;
        least = Double.POSITIVE_INFINITY;
        largest = Double.NEGATIVE_INFINITY;
        add(0, -1);
    }

    /** How many simulations of the last choice took that action first. */
    public int visits(int candidate) {
        return visits[candidate];
    }

    /** The mean return of these simulations; 0 if there were none. */
    public double value(int candidate) {
        return visits[candidate] == 0 ? 0 : sums[candidate] / visits[candidate];
    }

    private void simulate(CopyableEnvironment scratch, RandomStream random) {
        int node = 0;
        int depth = 0;
        double after = 0;
        movers[0] = mover(scratch);
        while (true) {
            scratch.actionMask(legal, 0);
            int edge = node * actions + select(node, random);
            action[0] = edge - node * actions;
            Step step = scratch.step(action, 0);
            edges[depth] = edge;
            rewards[depth] = step.reward();
            depth++;
            movers[depth] = mover(scratch);
            if (step.last() || depth == settings.depth()) {
                break;
            }
            int next = outcome(edge, scratch);
            if (next < 0) {
                add(key(scratch), edge);
                after = rollout(scratch, depth, random);
                break;
            }
            node = next;
        }
        for (int d = depth - 1; d >= 0; d--) {
            after = rewards[d] + settings.gamma() * (movers[d] == movers[d + 1] ? after : -after);
            int edge = edges[d];
            visits[edge]++;
            sums[edge] += after;
            nodeVisits[edge / actions]++;
            double mean = sums[edge] / visits[edge];
            least = Math.min(least, mean);
            largest = Math.max(largest, mean);
        }
    }

    private static int mover(CopyableEnvironment environment) {
        return environment instanceof Game played ? played.toMove() : 0;
    }

    private int select(int node, RandomStream random) {
        int from = node * actions;
        int untried = 0;
        for (int a = 0; a < actions; a++) {
            untried += legal[a] && visits[from + a] == 0 ? 1 : 0;
        }
        if (untried > 0) {
            return nth(random.nextInt(untried), from);
        }
        double low = game ? -1 : least;
        double width = game ? 2 : largest - least;
        double bonus = settings.exploration() * StrictMath.sqrt(StrictMath.log(nodeVisits[node]));
        int best = -1;
        double most = Double.NEGATIVE_INFINITY;
        for (int a = 0; a < actions; a++) {
            if (legal[a]) {
                int count = visits[from + a];
                double scaled = width > 0 ? (sums[from + a] / count - low) / width : 0;
                double bound = scaled + bonus / Math.sqrt(count);
                if (bound > most) {
                    most = bound;
                    best = a;
                }
            }
        }
        return best;
    }

    /** The legal action, untried from that edge on, before which there are so many others; any legal one if from is -1. */
    private int nth(int others, int from) {
        int left = others;
        int a = 0;
        while (!legal[a] || (from >= 0 && visits[from + a] != 0) || left-- > 0) {
            a++;
        }
        return a;
    }

    /** What random actions bring from there on, to who is to move there. */
    private double rollout(CopyableEnvironment scratch, int depth, RandomStream random) {
        int mover = movers[depth];
        double sum = 0;
        double discount = 1;
        for (int d = depth; d < settings.depth(); d++) {
            scratch.actionMask(legal, 0);
            int count = 0;
            for (boolean each : legal) {
                count += each ? 1 : 0;
            }
            int who = mover(scratch);
            action[0] = nth(random.nextInt(count), -1);
            Step step = scratch.step(action, 0);
            sum += discount * (who == mover ? step.reward() : -step.reward());
            discount *= settings.gamma();
            if (step.last()) {
                break;
            }
        }
        return sum;
    }

    /** The node to which that edge has led; -1 if it is new. */
    private int outcome(int edge, CopyableEnvironment scratch) {
        int node = outcomes[edge];
        if (!chance || node < 0) {
            return node;
        }
        long key = key(scratch);
        while (node >= 0 && keys[node] != key) {
            node = siblings[node];
        }
        return node;
    }

    /** Tells states apart by what is seen in them: a hash of 64 bits, since two alike among some thousands are unlikely. */
    private long key(CopyableEnvironment scratch) {
        if (!chance) {
            return 0;
        }
        scratch.observe(seen, 0);
        long hash = 0;
        for (float each : seen) {
            hash = (hash ^ Float.floatToRawIntBits(each)) * 0x9E3779B97F4A7C15L;
            hash ^= hash >>> 29;
        }
        return hash;
    }

    private void add(long key, int edge) {
        int node = nodes++;
        if (node == nodeVisits.length || visits.length < nodes * actions) {
            int capacity = Math.max(64, 2 * node);
            nodeVisits = java.util.Arrays.copyOf(nodeVisits, capacity);
            keys = java.util.Arrays.copyOf(keys, capacity);
            siblings = java.util.Arrays.copyOf(siblings, capacity);
            visits = java.util.Arrays.copyOf(visits, Math.multiplyExact(capacity, actions));
            sums = java.util.Arrays.copyOf(sums, visits.length);
            outcomes = java.util.Arrays.copyOf(outcomes, visits.length);
        }
        nodeVisits[node] = 0;
        keys[node] = key;
        siblings[node] = edge < 0 ? -1 : outcomes[edge];
        if (edge >= 0) {
            outcomes[edge] = node;
        }
        int from = node * actions;
        java.util.Arrays.fill(visits, from, from + actions, 0);
        java.util.Arrays.fill(sums, from, from + actions, 0);
        java.util.Arrays.fill(outcomes, from, from + actions, -1);
    }
}
