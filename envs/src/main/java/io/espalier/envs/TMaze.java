package io.espalier.envs;

import io.espalier.core.Box;
import io.espalier.core.Discrete;
import io.espalier.core.Environment;
import io.espalier.core.RandomStream;
import io.espalier.core.Space;
import io.espalier.core.State;
import io.espalier.core.Stateful;
import io.espalier.core.Step;

/**
 * A corridor that ends in a junction. What is seen first tells on which side of the junction the goal lies, and nothing
 * else ever does; so only a policy that remembers can do better than guess.
 *
 * <p><b>Actions</b>, {@code discrete(4)}: 0 north, 1 east, 2 south, 3 west. The corridor leads east; walls stop the walker.
 *
 * <p><b>Observations</b>, {@code box[4]}, one of which is 1, the others 0:
 * <table>
 *   <caption>the four components</caption>
 *   <tr><th>index<th>when it is 1
 *   <tr><td>0<td>at the very beginning, if the goal lies north of the junction
 *   <tr><td>1<td>at the very beginning, if the goal lies south of it
 *   <tr><td>2<td>in the corridor at any later time, also back at its western end
 *   <tr><td>3<td>at the junction, and after having left it to a side
 * </table>
 *
 * <p><b>Rewards</b>: 4 for leaving the junction towards the goal; −0.1 for leaving it to the other side, and for walking into
 * a wall; 0 otherwise.
 *
 * <p><b>Start</b>: at the western end of the corridor; the goal equally likely on either side.
 *
 * <p><b>End</b>: terminated on leaving the junction to a side, which is success on the goal's; truncated after 100 steps when
 * made by name.
 *
 * <p><b>Version</b>: TMaze-v0, with a corridor of 10 cells before the junction. The best return is 4, without memory 1.95.
 * The source shows the sign again to a walker who comes back to it; here it is shown once.
 *
 * <p><b>Source</b>: B. Bakker, "Reinforcement learning with long short-term memory", Advances in Neural Information
 * Processing Systems 14 (2001).
 */
public final class TMaze implements Environment, Stateful {
    private static final int NORTH = 0;
    private static final int EAST = 1;
    private static final int SOUTH = 2;

    private static final Discrete ACTIONS = new Discrete(4);
    private static final Box OBSERVATIONS = Box.uniform(0, 1, 4);
    private static final Step WALK = Step.transition(0);
    private static final Step BUMP = Step.transition(-0.1);
    private static final Step RIGHT = Step.termination(4);
    private static final Step WRONG = Step.termination(-0.1);

    private final RandomStream random = new RandomStream(0);
    private final int length;
    private int goal;
    private int cell;
    private boolean begun;
    private boolean running;
    private boolean found;

    /**
     * A maze.
     *
     * @param length cells from the start, included, to the junction, not included
     * @throws IllegalArgumentException if the length is below 1
     */
    public TMaze(int length) {
        if (length < 1) {
            throw new IllegalArgumentException(
                    "length (" + length + ") must be at least 1. Maybe 10, as in the variant made by name.");
        }
        this.length = length;
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
        goal = random.nextInt(2) == 0 ? NORTH : SOUTH;
        cell = 0;
        begun = false;
        found = false;
        running = true;
    }

    @Override
    public Step step(float[] actions, int at) {
        Actions.underWay(running);
        int action = Actions.choice(ACTIONS, actions, at);
        begun = true;
        boolean aside = action == NORTH || action == SOUTH;
        if (aside && cell == length) {
            found = action == goal;
            running = false;
            return found ? RIGHT : WRONG;
        }
        int next = aside ? cell : Math.max(0, Math.min(length, action == EAST ? cell + 1 : cell - 1));
        boolean moved = next != cell;
        cell = next;
        return moved ? WALK : BUMP;
    }

    @Override
    public void observe(float[] into, int at) {
        boolean junction = cell == length;
        into[at] = !begun && goal == NORTH ? 1 : 0;
        into[at + 1] = !begun && goal == SOUTH ? 1 : 0;
        into[at + 2] = begun && !junction ? 1 : 0;
        into[at + 3] = junction ? 1 : 0;
    }

    @Override
    public boolean reportsSuccess() {
        return true;
    }

    @Override
    public boolean success() {
        return found;
    }

    @Override
    public void save(State into) {
        into.put("maze", new int[] {goal, cell, begun ? 1 : 0, running ? 1 : 0, found ? 1 : 0});
    }

    @Override
    public void load(State from) {
        int[] saved = Memory.ints(from, "maze", 5);
        goal = saved[0];
        cell = saved[1];
        begun = saved[2] != 0;
        running = saved[3] != 0;
        found = saved[4] != 0;
    }

    /** The maze from above with the walker, @, and the goal, G. */
    @Override
    public String render() {
        String margin = " ".repeat(length);
        String corridor = ".".repeat(cell) + "@" + ".".repeat(length - cell);
        return margin + (goal == NORTH ? "G" : ".") + "\n" + corridor + "\n" + margin + (goal == SOUTH ? "G" : ".")
                + "\n";
    }
}
