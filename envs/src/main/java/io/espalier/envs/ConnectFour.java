package io.espalier.envs;

import io.espalier.core.Box;
import io.espalier.core.CopyableEnvironment;
import io.espalier.core.Discrete;
import io.espalier.core.Game;
import io.espalier.core.Space;
import io.espalier.core.Step;

/**
 * Connect Four: two players drop stones in turn into one of seven columns of height six; four in a line win.
 *
 * <p><b>Actions</b>, {@code discrete(7)}: the column, from 0 at the left. The mask allows those that are not full.
 *
 * <p><b>Observations</b>, {@code box[2, 6, 7]} from 0 to 1, the top row first: 1 where a stone lies, in the first plane one
 * of the player who is to move, in the second one of the other.
 *
 * <p><b>Rewards</b>: 1 for completing a line of four or more, else 0; to the player who moved, and the opposite to the
 * other.
 *
 * <p><b>Start</b>: an empty board.
 *
 * <p><b>End</b>: terminated when a line (level, upright or diagonal) is complete, or, drawn, when the board is full. With
 * perfect play who begins wins, with their last stone but one: see {@link ConnectFourSolver}.
 *
 * <p><b>Version</b>: ConnectFour-v0 is the game against an opponent who moves at random, and either may begin, as a task
 * for one agent: reward 1 for a won game, 0 for a drawn one, −1 for a lost one. ConnectFourSelfPlay-v0 is the game itself,
 * for self-play. Espalier's own; Gymnasium has none. Two symmetries.
 *
 * <p><b>Source</b>: V. Allis, "A knowledge-based approach of Connect-Four", Vrije Universiteit Amsterdam (1988).
 */
public final class ConnectFour implements Game {
    // A column takes seven bits of a long, the lowest cell first; the seventh, always empty, keeps lines from running
    // on
    // into the next column. So the neighbour of bit b is b + 1 above, b + 7 at the side, b + 8 and b + 6 across.
    static final int COLUMNS = 7;
    static final int ROWS = 6;
    static final int CELLS = COLUMNS * ROWS;
    /** The lowest cells. */
    static final long BOTTOM = 0x40810204081L;
    /** All cells. */
    static final long BOARD = BOTTOM * ((1L << ROWS) - 1);

    private static final Discrete ACTIONS = new Discrete(COLUMNS);
    private static final Box OBSERVATIONS = Box.uniform(0, 1, 2, ROWS, COLUMNS);
    private static final Step GOES_ON = Step.transition(0);
    private static final Step WINS = Step.termination(1);
    private static final Step DRAWS = Step.termination(0);
    private static final long[] LINES = lines();

    /** The stones of who is to move. */
    private long mine;

    private long theirs;
    private int toMove;
    private boolean running;

    private static long[] lines() {
        int[][] directions = {{0, 1}, {1, 0}, {1, 1}, {1, -1}};
        return java.util.stream.IntStream.range(0, 4 * CELLS)
                .mapToLong(i -> line(i / 4 / ROWS, i / 4 % ROWS, directions[i % 4]))
                .filter(line -> line != 0)
                .toArray();
    }

    /** The four cells from there on; 0 if they are not all on the board. */
    private static long line(int column, int row, int[] direction) {
        int lastColumn = column + 3 * direction[0];
        int lastRow = row + 3 * direction[1];
        if (lastColumn >= COLUMNS || lastRow >= ROWS || lastRow < 0) {
            return 0;
        }
        long line = 0;
        for (int i = 0; i < 4; i++) {
            line |= 1L << ((column + i * direction[0]) * 7 + row + i * direction[1]);
        }
        return line;
    }

    /** The stones of who is to move, as bits. */
    long mine() {
        return mine;
    }

    /** All stones, as bits. */
    long all() {
        return mine | theirs;
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
        mine = 0;
        theirs = 0;
        toMove = 0;
        running = true;
    }

    @Override
    public Step step(float[] actions, int at) {
        Actions.underWay(running);
        int column = Actions.choice(ACTIONS, actions, at);
        long cell = cell(mine | theirs, column);
        if (cell == 0) {
            throw new IllegalArgumentException(
                    "action (" + column + ") must be a column that is not full. Maybe the mask was not heeded.");
        }
        long moved = mine | cell;
        mine = theirs;
        theirs = moved;
        toMove = 1 - toMove;
        boolean won = connected(moved);
        running = !won && (mine | theirs) != BOARD;
        return won ? WINS : running ? GOES_ON : DRAWS;
    }

    /** The cell that a stone in that column would take; 0 if it is full. */
    static long cell(long all, int column) {
        return (all + (1L << (7 * column))) & ~all & (0x3FL << (7 * column));
    }

    /** Whether four of these stones are in a line. */
    static boolean connected(long stones) {
        long level = stones & (stones >> 7);
        long upright = stones & (stones >> 1);
        long rising = stones & (stones >> 8);
        long falling = stones & (stones >> 6);
        return ((level & (level >> 14))
                        | (upright & (upright >> 2))
                        | (rising & (rising >> 16))
                        | (falling & (falling >> 12)))
                != 0;
    }

    /**
     * A guess at who will win, for searches that stop before the end: lines of four that a player may still complete count
     * 1, 4 or 16 with one, two or three stones in them.
     *
     * @return above 0 if who is to move stands better, between −1 and 1
     */
    public double balance() {
        int sum = 0;
        for (long line : LINES) {
            if ((line & theirs) == 0) {
                sum += worth(Long.bitCount(line & mine));
            } else if ((line & mine) == 0) {
                sum -= worth(Long.bitCount(line & theirs));
            }
        }
        return sum / (100.0 + Math.abs(sum));
    }

    private static int worth(int stones) {
        return stones == 0 ? 0 : 1 << (2 * (stones - 1));
    }

    @Override
    public void observe(float[] into, int at) {
        for (int row = 0; row < ROWS; row++) {
            for (int column = 0; column < COLUMNS; column++) {
                int bit = 7 * column + ROWS - 1 - row;
                int to = at + row * COLUMNS + column;
                into[to] = (mine >> bit) & 1;
                into[to + CELLS] = (theirs >> bit) & 1;
            }
        }
    }

    @Override
    public void actionMask(boolean[] into, int at) {
        for (int column = 0; column < COLUMNS; column++) {
            into[at + column] = cell(mine | theirs, column) != 0;
        }
    }

    @Override
    public int toMove() {
        return toMove;
    }

    @Override
    public ConnectFour copy() {
        ConnectFour copy = new ConnectFour();
        copy.copyFrom(this);
        return copy;
    }

    @Override
    public void copyFrom(CopyableEnvironment other) {
        ConnectFour that = CopyableEnvironment.same(ConnectFour.class, other);
        mine = that.mine;
        theirs = that.theirs;
        toMove = that.toMove;
        running = that.running;
    }

    @Override
    public int symmetries() {
        return 2;
    }

    @Override
    public int symmetricElement(int symmetry, int element) {
        return element - element % COLUMNS + symmetricAction(symmetry, element % COLUMNS);
    }

    @Override
    public int symmetricAction(int symmetry, int action) {
        return symmetry == 0 ? action : COLUMNS - 1 - action;
    }

    /** The board: X for who began, O for the other. */
    @Override
    public String render() {
        long crosses = toMove == 0 ? mine : theirs;
        long noughts = toMove == 0 ? theirs : mine;
        StringBuilder picture = new StringBuilder();
        for (int row = ROWS - 1; row >= 0; row--) {
            for (int column = 0; column < COLUMNS; column++) {
                int bit = 7 * column + row;
                char stone = ((crosses >> bit) & 1) != 0 ? 'X' : ((noughts >> bit) & 1) != 0 ? 'O' : '.';
                picture.append(stone).append(column == COLUMNS - 1 ? '\n' : ' ');
            }
        }
        return picture.append("0 1 2 3 4 5 6\n").toString();
    }
}
