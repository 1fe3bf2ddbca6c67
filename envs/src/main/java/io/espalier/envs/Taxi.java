package io.espalier.envs;

import io.espalier.core.CopyableEnvironment;
import io.espalier.core.Discrete;
import io.espalier.core.FiniteMdp;
import io.espalier.core.RandomStream;
import io.espalier.core.Space;
import io.espalier.core.Step;
import java.util.List;

/**
 * A taxi fetches a passenger at one of four places in a small town and brings them to another.
 *
 * <p><b>Actions</b>, {@code discrete(6)}: 0 drives south, 1 north, 2 east, 3 west; 4 picks up, 5 drops off. Walls and edges
 * stop the taxi. In the rain, a move that is possible goes as meant with probability 0.8, else at right angles to it,
 * equally likely to either side.
 *
 * <p><b>Observations</b>, {@code discrete(500)}: {@code ((row * 5 + column) * 5 + passenger) * 4 + destination}; places are
 * 0 red (row 0, column 0), 1 green (0, 4), 2 yellow (4, 0), 3 blue (4, 3); passenger 4 is in the taxi.
 *
 * <p><b>Rewards</b>: −1 for every step; instead 20 for bringing the passenger to the destination, −10 for picking up or
 * dropping off where that is not possible. (Dropping off at another of the four places is possible.)
 *
 * <p><b>Start</b>: uniform over the 300 states in which the passenger waits at a place other than the destination.
 *
 * <p><b>End</b>: terminated when the passenger is brought to the destination, which is success; truncated after 200 steps
 * when made by name.
 *
 * <p><b>Version</b>: Taxi-v4 of Gymnasium without its fickle passenger. The best mean return, dry, is 7.93. Actions that
 * change nothing can be masked, as Gymnasium offers; the variant made by name does not.
 *
 * <p><b>Source</b>: T. G. Dietterich, "Hierarchical reinforcement learning with the MAXQ value function decomposition",
 * Journal of Artificial Intelligence Research 13 (2000).
 */
public final class Taxi implements CopyableEnvironment {
    private static final int SIDE = 5;
    private static final int[] PLACES = {0, 4, 20, 23};
    private static final String NAMES = "RGYB";
    private static final int IN_TAXI = 4;
    private static final int PICK_UP = 4;
    private static final List<String> MAP = List.of("R: | : :G", " : | : : ", " : : : : ", " | : | : ", "Y| : |B: ");
    private static final int[] DOWNWARDS = {1, -1, 0, 0};
    private static final int[] RIGHTWARDS = {0, 0, 1, -1};
    private static final int[] LEFT_OF = {2, 3, 1, 0};

    private static final Discrete ACTIONS = new Discrete(6);
    private static final Discrete OBSERVATIONS = new Discrete(SIDE * SIDE * 5 * 4);
    private static final TransitionTable DRY = table(1);
    private static final TransitionTable RAINY = table(0.8);

    private final RandomStream random = new RandomStream(0);
    private final TransitionTable table;
    private final boolean masks;
    private int state;
    private boolean running;

    /** A taxi on a dry day that masks no action. */
    public Taxi() {
        this(false, false);
    }

    /**
     * A taxi.
     *
     * @param rainy whether a move may go astray
     * @param masks whether actions that change nothing are forbidden
     */
    public Taxi(boolean rainy, boolean masks) {
        this.table = rainy ? RAINY : DRY;
        this.masks = masks;
    }

    private static TransitionTable table(double straight) {
        boolean[] starts = new boolean[OBSERVATIONS.n()];
        for (int s = 0; s < starts.length; s++) {
            starts[s] = passenger(s) != IN_TAXI && passenger(s) != destination(s);
        }
        return new TransitionTable(starts, ACTIONS.n(), (from, action, sink) -> {
            if (action >= PICK_UP) {
                board(from, action, sink);
            } else if (straight == 1) {
                sink.outcome(1, moved(from, action), -1, false);
            } else {
                // Where the move meant is not possible, the taxi does not go astray either.
                int left = LEFT_OF[action];
                boolean possible = moved(from, action) != from;
                double astray = (1 - straight) / 2;
                sink.outcome(straight, moved(from, action), -1, false);
                sink.outcome(astray, possible ? moved(from, left) : from, -1, false);
                sink.outcome(astray, possible ? moved(from, left ^ 1) : from, -1, false);
            }
        });
    }

    private static void board(int from, int action, FiniteMdp.Sink sink) {
        int place = placeAt(square(from));
        if (action == PICK_UP) {
            boolean waits = place >= 0 && place == passenger(from);
            sink.outcome(1, waits ? state(square(from), IN_TAXI, destination(from)) : from, waits ? -1 : -10, false);
        } else {
            boolean possible = place >= 0 && passenger(from) == IN_TAXI;
            boolean there = possible && place == destination(from);
            int next = possible ? state(square(from), place, destination(from)) : from;
            sink.outcome(1, next, there ? 20 : possible ? -1 : -10, there);
        }
    }

    /** The state after driving in a direction, the same if a wall or the edge is in the way. */
    private static int moved(int from, int direction) {
        int row = square(from) / SIDE + DOWNWARDS[direction];
        int column = square(from) % SIDE + RIGHTWARDS[direction];
        boolean inside = row >= 0 && row < SIDE && column >= 0 && column < SIDE;
        int between = square(from) % SIDE + column;
        boolean open = inside && (RIGHTWARDS[direction] == 0 || MAP.get(row).charAt(between) == ':');
        return open ? state(row * SIDE + column, passenger(from), destination(from)) : from;
    }

    private static int state(int square, int passenger, int destination) {
        return (square * 5 + passenger) * 4 + destination;
    }

    private static int square(int state) {
        return state / 20;
    }

    private static int passenger(int state) {
        return state / 4 % 5;
    }

    private static int destination(int state) {
        return state % 4;
    }

    private static int placeAt(int square) {
        for (int place = 0; place < PLACES.length; place++) {
            if (PLACES[place] == square) {
                return place;
            }
        }
        return -1;
    }

    /** All transitions with their probabilities. */
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
        set(table.drawStart(random.nextDouble()));
    }

    /** Begins an episode in a given state. */
    void set(int start) {
        state = start;
        running = true;
    }

    @Override
    public Taxi copy() {
        Taxi copy = new Taxi(table == RAINY, masks);
        copy.copyFrom(this);
        return copy;
    }

    @Override
    public void copyFrom(CopyableEnvironment other) {
        Taxi that = CopyableEnvironment.same(Taxi.class, other);
        if (that.table != table || that.masks != masks) {
            throw CopyableEnvironment.differs(Taxi.class, other);
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
        return table == RAINY;
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
    public boolean masksActions() {
        return masks;
    }

    @Override
    public void actionMask(boolean[] into, int at) {
        for (int action = 0; action < ACTIONS.n(); action++) {
            into[at + action] = !masks || changes(action);
        }
    }

    private boolean changes(int action) {
        int place = placeAt(square(state));
        return switch (action) {
            case PICK_UP -> place >= 0 && place == passenger(state);
            case PICK_UP + 1 -> place >= 0 && passenger(state) == IN_TAXI;
            default -> moved(state, action) != state;
        };
    }

    @Override
    public boolean reportsSuccess() {
        return true;
    }

    @Override
    public boolean success() {
        return passenger(state) == destination(state);
    }

    /** The town with the taxi (t, with the passenger T), and where the passenger is and wants to go. */
    @Override
    public String render() {
        StringBuilder picture = new StringBuilder("+---------+\n");
        int square = square(state);
        boolean aboard = passenger(state) == IN_TAXI;
        for (int row = 0; row < SIDE; row++) {
            StringBuilder line = new StringBuilder(MAP.get(row));
            if (row == square / SIDE) {
                line.setCharAt(2 * (square % SIDE), aboard ? 'T' : 't');
            }
            picture.append('|').append(line).append("|\n");
        }
        String from = aboard ? "taxi" : NAMES.substring(passenger(state), passenger(state) + 1);
        return picture.append("+---------+\n").append(from).append(" to ").append(NAMES.charAt(destination(state)))
                + "\n";
    }
}
