package io.espalier.envs;

import io.espalier.core.CopyableEnvironment;
import io.espalier.core.Discrete;
import io.espalier.core.FiniteMdp;
import io.espalier.core.MetricSink;
import io.espalier.core.Space;
import io.espalier.core.Step;
import java.util.List;

/**
 * Finding the way through a small maze, for methods that plan.
 *
 * <p><b>Actions</b>, {@code discrete(4)}: 0 moves up, 1 down, 2 right, 3 left; into a wall or off the edge means staying.
 *
 * <p><b>Observations</b>, {@code discrete(54)}: {@code row * 9 + column} in a grid of 6 by 9, from 0 at the top left.
 *
 * <p><b>Rewards</b>: 1 for reaching the goal, else 0; that the way is short shows in discounted returns alone.
 *
 * <p><b>Start</b>: 18, row 2 at the left edge.
 *
 * <p><b>End</b>: terminated at 8, the top right, which is success; truncated after 2000 steps when made by name. The
 * shortest way has 14 steps.
 *
 * <p><b>Figures of an episode</b>: "moves", its steps.
 *
 * <p><b>Version</b>: DynaMaze-v0, Espalier's own; Gymnasium has none.
 *
 * <p><b>Source</b>: R. S. Sutton and A. G. Barto, "Reinforcement Learning: An Introduction" (2018), example 8.1 and figure
 * 8.2.
 */
public final class DynaMaze implements CopyableEnvironment {
    private static final Discrete ACTIONS = new Discrete(4);
    private static final int[] DOWNWARDS = {-1, 1, 0, 0};
    private static final int[] RIGHTWARDS = {0, 0, 1, -1};
    private static final TileMap MAP = new TileMap(
            List.of(
                    ".......#G", //
                    "..#....#.",
                    "S.#....#.",
                    "..#......",
                    ".....#...",
                    "........."),
            "S.#G");
    private static final TransitionTable TABLE =
            new TransitionTable(MAP.all('S'), ACTIONS.n(), (from, action, sink) -> {
                int tile = MAP.neighbour(from, DOWNWARDS[action], RIGHTWARDS[action]);
                int next = MAP.letter(tile) == '#' ? from : tile;
                boolean there = MAP.letter(next) == 'G';
                sink.outcome(1, next, there ? 1 : 0, there);
            });

    private int state;
    private int moves;
    private boolean running;

    /** All transitions; also from walls and the goal, where an episode never is. */
    public FiniteMdp model() {
        return TABLE;
    }

    @Override
    public Space observationSpace() {
        return new Discrete(TABLE.states());
    }

    @Override
    public Space actionSpace() {
        return ACTIONS;
    }

    @Override
    public void reset(long seed) {
        state = TABLE.drawStart(0);
        moves = 0;
        running = true;
    }

    @Override
    public DynaMaze copy() {
        DynaMaze copy = new DynaMaze();
        copy.copyFrom(this);
        return copy;
    }

    @Override
    public void copyFrom(CopyableEnvironment other) {
        DynaMaze that = CopyableEnvironment.same(DynaMaze.class, other);
        state = that.state;
        moves = that.moves;
        running = that.running;
    }

    @Override
    public void reseed(long seed) {}

    @Override
    public boolean hasChance() {
        return false;
    }

    @Override
    public Step step(float[] actions, int at) {
        Actions.underWay(running);
        int outcome = TABLE.draw(state, Actions.choice(ACTIONS, actions, at), 0);
        state = TABLE.next(outcome);
        moves++;
        running = !TABLE.step(outcome).terminated();
        return TABLE.step(outcome);
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
        return MAP.letter(state) == 'G';
    }

    @Override
    public void episodeMetrics(MetricSink sink) {
        sink.put("moves", moves);
    }

    /** The map (S start, # wall, G goal), with brackets around the tile that one stands on. */
    @Override
    public String render() {
        return MAP.render(state);
    }
}
