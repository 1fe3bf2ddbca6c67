package io.espalier.envs;

import io.espalier.core.CopyableEnvironment;
import io.espalier.core.Discrete;
import io.espalier.core.FiniteMdp;
import io.espalier.core.RandomStream;
import io.espalier.core.Space;
import io.espalier.core.Step;
import java.util.List;

/**
 * Crossing a frozen lake from start to goal without falling into a hole; on slippery ice one does not always go where
 * one wants to.
 *
 * <p><b>Actions</b>, {@code discrete(4)}: 0 moves left, 1 down, 2 right, 3 up; off the edge means staying. On slippery
 * ice the move goes as meant with probability 1/3 (or the given success rate), else at right angles to it, equally
 * likely to either side.
 *
 * <p><b>Observations</b>, {@code discrete(rows * columns)}: {@code row * columns + column}, from 0 at the top left.
 *
 * <p><b>Rewards</b>: 1 for reaching the goal, else 0.
 *
 * <p><b>Start</b>: on the tile marked S.
 *
 * <p><b>End</b>: terminated in a hole (H) or at the goal (G), which alone is success; when made by name, truncated after
 * 100 steps (4x4) or 200 (8x8).
 *
 * <p><b>Version</b>: FrozenLake-v1 and FrozenLake8x8-v1 of Gymnasium; the deterministic variants are its
 * {@code is_slippery=False}. With 1/3 and those limits, the best mean return is 0.7442 and 0.9132.
 *
 * <p><b>Source</b>: Gymnasium's toy-text environments; the task is theirs.
 */
public final class FrozenLake implements CopyableEnvironment {
    /** The four by four lake. */
    public static final List<String> SMALL = List.of("SFFF", "FHFH", "FFFH", "HFFG");

    /** The eight by eight lake. */
    public static final List<String> LARGE =
            List.of("SFFFFFFF", "FFFFFFFF", "FFFHFFFF", "FFFFFHFF", "FFFHFFFF", "FHHFFFHF", "FHFFHFHF", "FFFHFFFG");

    private static final Discrete ACTIONS = new Discrete(4);
    private static final int[] DOWNWARDS = {0, 1, 0, -1};
    private static final int[] RIGHTWARDS = {-1, 0, 1, 0};

    private final RandomStream random = new RandomStream(0);
    private final TileMap map;
    private final TransitionTable table;
    private final boolean slippery;
    private int state;
    private boolean running;

    /** A lake of that map, on which a move goes as meant with probability 1/3 if it is slippery, else always. */
    public FrozenLake(List<String> map, boolean slippery) {
        this(map, slippery, 1.0 / 3);
    }

    /**
     * @param map rows of equal length from the letters S (start), F (frozen), H (hole) and G (goal), at least one S
     * @param slippery whether a move may go astray
     * @param successRate how likely a move on slippery ice goes as meant
     * @throws IllegalArgumentException if the map breaks that rule, or the rate is outside 0 to 1
     */
    public FrozenLake(List<String> map, boolean slippery, double successRate) {
        if (!(successRate >= 0 && successRate <= 1)) {
            throw new IllegalArgumentException("successRate (" + successRate + ") must be from 0 to 1.");
        }
        this.map = new TileMap(map, "SFHG");
        this.slippery = slippery;
        double astray = (1 - successRate) / 2;
        table = new TransitionTable(this.map.all('S'), ACTIONS.n(), (from, action, sink) -> {
            if (ends(from)) {
                sink.outcome(1, from, 0, true);
            } else if (slippery) {
                move(from, (action + 3) % 4, astray, sink);
                move(from, action, successRate, sink);
                move(from, (action + 1) % 4, astray, sink);
            } else {
                move(from, action, 1, sink);
            }
        });
    }

    private FrozenLake(TileMap map, TransitionTable table, boolean slippery) {
        this.map = map;
        this.table = table;
        this.slippery = slippery;
    }

    private void move(int from, int direction, double probability, FiniteMdp.Sink sink) {
        int tile = map.neighbour(from, DOWNWARDS[direction], RIGHTWARDS[direction]);
        sink.outcome(probability, tile, map.letter(tile) == 'G' ? 1 : 0, ends(tile));
    }

    private boolean ends(int tile) {
        return map.letter(tile) == 'H' || map.letter(tile) == 'G';
    }

    /** All transitions with their probabilities. */
    public FiniteMdp model() {
        return table;
    }

    @Override
    public Space observationSpace() {
        return new Discrete(table.states());
    }

    @Override
    public Space actionSpace() {
        return ACTIONS;
    }

    @Override
    public void reset(long seed) {
        random.reseed(seed);
        state = table.drawStart(random.nextDouble());
        running = true;
    }

    @Override
    public FrozenLake copy() {
        FrozenLake copy = new FrozenLake(map, table, slippery);
        copy.copyFrom(this);
        return copy;
    }

    @Override
    public void copyFrom(CopyableEnvironment other) {
        FrozenLake that = CopyableEnvironment.same(FrozenLake.class, other);
        if (that.table != table) {
            throw CopyableEnvironment.differs(FrozenLake.class, other);
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
        return slippery;
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
        return map.letter(state) == 'G';
    }

    /** The map, with brackets around the tile that one stands on. */
    @Override
    public String render() {
        return map.render(state);
    }
}
