package io.espalier.algorithms.search;

import io.espalier.core.Game;
import io.espalier.core.Opponent;
import io.espalier.core.RandomStream;
import io.espalier.policy.Policy;
import org.jspecify.annotations.Nullable;

/**
 * Plays a game by what {@link AlphaZero} learned: a search with the policy's network, without noise, and then the move
 * tried most often. Draws nothing. Used by one thread at a time.
 */
public final class AlphaZeroPlayer implements Opponent {
    private final int simulations;
    private final GameNetwork network;
    private final PuctTree tree;
    private @Nullable Game scratch;

    /**
     * A player.
     *
     * @param policy with network outputs "policy" and "value", as AlphaZero makes it
     * @param simulations of each search; 1 leaves the choice to the network's probabilities alone
     * @param exploration weight of what was tried little, c in the rule of the search; 1.5 as in training
     * @throws IllegalArgumentException if simulations is below 1 or the policy is of another kind
     */
    public AlphaZeroPlayer(Policy policy, int simulations, double exploration) {
        if (simulations < 1) {
            throw new IllegalArgumentException("simulations (" + simulations + ") must be at least 1. Maybe 200.");
        }
        this.simulations = simulations;
        network = new GameNetwork(policy, 1);
        tree = new PuctTree(network.actions(), simulations + 1, exploration);
    }

    @Override
    public int choose(Game game, boolean[] legal, RandomStream random) {
        Game walker = scratch == null || scratch.getClass() != game.getClass() ? game.copy() : scratch;
        scratch = walker;
        tree.clear();
        for (int n = 0; n <= simulations; n++) {
            if (tree.select(game, walker)) {
                network.clear();
                network.add(walker);
                network.evaluate();
                tree.expand(network.probabilities, network.legal, 0, network.value(0));
            }
        }
        return tree.mostVisited();
    }

    /** What the last search took the position to be worth to who was to move, −1 to 1. */
    public double value() {
        return tree.value();
    }
}
