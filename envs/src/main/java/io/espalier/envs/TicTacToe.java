package io.espalier.envs;

import io.espalier.core.Box;
import io.espalier.core.CopyableEnvironment;
import io.espalier.core.Discrete;
import io.espalier.core.Game;
import io.espalier.core.Space;
import io.espalier.core.Step;

/**
 * Noughts and crosses: two players mark cells of a grid of 3 by 3 in turn; three in a line win.
 *
 * <p><b>Actions</b>, {@code discrete(9)}: {@code row * 3 + column}, the cell to mark, from 0 at the top left. The mask
 * allows the empty ones.
 *
 * <p><b>Observations</b>, {@code box[2, 3, 3]} from 0 to 1: 1 where a cell is marked, in the first plane by the player who
 * is to move, in the second by the other.
 *
 * <p><b>Rewards</b>: 1 for completing a line, else 0; to the player who moved, and the opposite to the other.
 *
 * <p><b>Start</b>: an empty grid.
 *
 * <p><b>End</b>: terminated when a line (row, column or diagonal) is complete, or, drawn, when all cells are marked. With
 * perfect play it is drawn.
 *
 * <p><b>Version</b>: TicTacToe-v0 is the game against an opponent who moves at random, and either may begin, as a task for
 * one agent: reward 1 for a won game, 0 for a drawn one, −1 for a lost one. TicTacToeSelfPlay-v0 is the game itself, for
 * self-play. Espalier's own; Gymnasium has none. Eight symmetries.
 */
public final class TicTacToe implements Game {
    private static final int SIDE = 3;
    private static final int CELLS = SIDE * SIDE;
    private static final int FULL = (1 << CELLS) - 1;
    private static final int[] LINES = {0b111, 0b111000, 0b111000000, 0b1001001, 0b10010010, 0b100100100, 273, 84};
    private static final Discrete ACTIONS = new Discrete(CELLS);
    private static final Box OBSERVATIONS = Box.uniform(0, 1, 2, SIDE, SIDE);
    private static final Step GOES_ON = Step.transition(0);
    private static final Step WINS = Step.termination(1);
    private static final Step DRAWS = Step.termination(0);

    /** The marks of who is to move, a bit for each cell. */
    private int mine;

    private int theirs;
    private int toMove;
    private boolean running;

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
        int cell = Actions.choice(ACTIONS, actions, at);
        if ((((mine | theirs) >> cell) & 1) != 0) {
            throw new IllegalArgumentException(
                    "action (" + cell + ") must be an empty cell. Maybe the mask was not heeded.");
        }
        int moved = mine | (1 << cell);
        mine = theirs;
        theirs = moved;
        toMove = 1 - toMove;
        boolean won = false;
        for (int line : LINES) {
            won |= (moved & line) == line;
        }
        running = !won && (mine | theirs) != FULL;
        return won ? WINS : running ? GOES_ON : DRAWS;
    }

    @Override
    public void observe(float[] into, int at) {
        for (int cell = 0; cell < CELLS; cell++) {
            into[at + cell] = (mine >> cell) & 1;
            into[at + CELLS + cell] = (theirs >> cell) & 1;
        }
    }

    @Override
    public void actionMask(boolean[] into, int at) {
        for (int cell = 0; cell < CELLS; cell++) {
            into[at + cell] = (((mine | theirs) >> cell) & 1) == 0;
        }
    }

    @Override
    public int toMove() {
        return toMove;
    }

    @Override
    public TicTacToe copy() {
        TicTacToe copy = new TicTacToe();
        copy.copyFrom(this);
        return copy;
    }

    @Override
    public void copyFrom(CopyableEnvironment other) {
        TicTacToe that = CopyableEnvironment.same(TicTacToe.class, other);
        mine = that.mine;
        theirs = that.theirs;
        toMove = that.toMove;
        running = that.running;
    }

    @Override
    public int symmetries() {
        return 8;
    }

    @Override
    public int symmetricElement(int symmetry, int element) {
        return element / CELLS * CELLS + symmetricAction(symmetry, element % CELLS);
    }

    /** Symmetries 1 to 3 turn the grid, 4 to 7 mirror it first. */
    @Override
    public int symmetricAction(int symmetry, int action) {
        int row = action / SIDE;
        int column = symmetry < 4 ? action % SIDE : SIDE - 1 - action % SIDE;
        for (int turn = 0; turn < symmetry % 4; turn++) {
            int before = row;
            row = column;
            column = SIDE - 1 - before;
        }
        return row * SIDE + column;
    }

    /** The grid: X for who began, O for the other. */
    @Override
    public String render() {
        int crosses = toMove == 0 ? mine : theirs;
        int noughts = toMove == 0 ? theirs : mine;
        StringBuilder picture = new StringBuilder();
        for (int cell = 0; cell < CELLS; cell++) {
            char mark = ((crosses >> cell) & 1) != 0 ? 'X' : ((noughts >> cell) & 1) != 0 ? 'O' : '.';
            picture.append(mark).append(cell % SIDE == SIDE - 1 ? '\n' : ' ');
        }
        return picture.toString();
    }
}
