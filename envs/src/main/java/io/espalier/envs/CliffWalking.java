package io.espalier.envs;

import io.espalier.core.CopyableEnvironment;
import io.espalier.core.Discrete;
import io.espalier.core.FiniteMdp;
import io.espalier.core.RandomStream;
import io.espalier.core.Space;
import io.espalier.core.Step;
import java.util.List;

/**
 * Walking from one end of a cliff to the other without falling down.
 *
 * <p><b>Actions</b>, {@code discrete(4)}: 0 moves up, 1 right, 2 down, 3 left; off the edge means staying. Where it is
 * slippery, the move goes as meant with probability 1/3, else at right angles to it, equally likely to either side.
 *
 * <p><b>Observations</b>, {@code discrete(48)}: {@code row * 12 + column} in a grid of 4 by 12, from 0 at the top left.
 *
 * <p><b>Rewards</b>: −1 for every step, but −100 for one over the cliff (bottom row, columns 1 to 10), which leads back to
 * the start.
 *
 * <p><b>Start</b>: 36, the bottom left.
 *
 * <p><b>End</b>: terminated at 47, the bottom right, which is success. There is no time limit, also not when made by
 * name: a policy that never arrives walks on for ever.
 *
 * <p><b>Version</b>: CliffWalking-v1 and CliffWalkingSlippery-v1 of Gymnasium. The best return, not slippery, is −13.
 *
 * <p><b>Source</b>: R. S. Sutton and A. G. Barto, "Reinforcement Learning: An Introduction" (2018), example 6.6.
 */
public final class CliffWalking implements CopyableEnvironment {
    private static final Discrete ACTIONS = new Discrete(4);
    private static final Discrete OBSERVATIONS = new Discrete(48);
    private static final int[] DOWNWARDS = {-1, 0, 1, 0};
    private static final int[] RIGHTWARDS = {0, 1, 0, -1};
    private static final int START = 36;
    private static final int GOAL = 47;
    private static final TileMap MAP =
            new TileMap(List.of("............", "............", "............", "SCCCCCCCCCCG"), "S.CG");
    private static final TransitionTable SAFE = table(false);
    private static final TransitionTable SLIPPERY = table(true);

    private final RandomStream random = new RandomStream(0);
    private final TransitionTable table;
    private int state;
    private boolean running;

    /** A cliff, slippery or not. */
    public CliffWalking(boolean slippery) {
        table = slippery ? SLIPPERY : SAFE;
    }

    private static TransitionTable table(boolean slippery) {
        return new TransitionTable(MAP.all('S'), ACTIONS.n(), (from, action, sink) -> {
            if (slippery) {
                move(from, (action + 3) % 4, 1.0 / 3, sink);
                move(from, action, 1.0 / 3, sink);
                move(from, (action + 1) % 4, 1.0 / 3, sink);
            } else {
                move(from, action, 1, sink);
            }
        });
    }

    private static void move(int from, int direction, double probability, FiniteMdp.Sink sink) {
        int tile = MAP.neighbour(from, DOWNWARDS[direction], RIGHTWARDS[direction]);
        boolean falls = MAP.letter(tile) == 'C';
        sink.outcome(probability, falls ? START : tile, falls ? -100 : -1, tile == GOAL);
    }

    /** All transitions with their probabilities; also from the goal and the cliff, where an episode never is. */
    public FiniteMdp model() {
        return table;
    }

    @Override
    public Space observationSpace() {
        return OBSERVATIONS;
    }

    @Override
    public Space actionSpace() {
        return ACTIONS;
    }

    @Override
    public void reset(long seed) {
        random.reseed(seed);
        state = START;
        running = true;
    }

    @Override
    public CliffWalking copy() {
        CliffWalking copy = new CliffWalking(table == SLIPPERY);
        copy.copyFrom(this);
        return copy;
    }

    @Override
    public void copyFrom(CopyableEnvironment other) {
        CliffWalking that = CopyableEnvironment.same(CliffWalking.class, other);
        if (that.table != table) {
            throw CopyableEnvironment.differs(CliffWalking.class, other);
        }
        random.copyFrom(that.random);
        state = that.state;
        running = that.running;
    }

    @Override
    public void reseed(long seed) {
        random.reseed(seed);
    }

    @Override
    public boolean hasChance() {
        return table == SLIPPERY;
    }

    @Override
    public Step step(float[] actions, int at) {
        Actions.underWay(running);
        int outcome = table.draw(state, Actions.choice(ACTIONS, actions, at), random.nextDouble());
        state = table.next(outcome);
        running = !table.step(outcome).terminated();
        return table.step(outcome);
    }

    @Override
    public void observe(float[] into, int at) {
        into[at] = state;
    }

    @Override
    public boolean reportsSuccess() {
        return true;
    }

    @Override
    public boolean success() {
        return state == GOAL;
    }

    /** The map (S start, C cliff, G goal), with brackets around the tile that one stands on. */
    @Override
    public String render() {
        return MAP.render(state);
    }
}
