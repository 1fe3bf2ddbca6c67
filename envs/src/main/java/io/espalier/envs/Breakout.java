package io.espalier.envs;

import io.espalier.core.RandomStream;
import io.espalier.core.State;
import java.util.Arrays;

/**
 * MinAtar's Breakout: a ball breaks bricks, and a paddle keeps it from the ground. {@link MinAtar} tells what is common to
 * the games.
 *
 * <p><b>Actions</b>: nothing, left and right; the paddle is one cell wide and moves one cell, in the bottom row.
 *
 * <p><b>Channels</b>: 0 the paddle, 1 the ball, 2 its trail (the cell where it was), 3 bricks.
 *
 * <p><b>Rules</b>: the ball moves one cell along a diagonal. At a side it goes on in its column for one frame and is
 * reflected, at the top in its row. A brick reflects it up or down and breaks; but right after breaking one the ball passes
 * through what bricks it meets until it is clear of them. The paddle reflects the ball upwards if it stands in the column
 * that the ball comes from, and sends it back where it came from if it stands in the column that the ball goes to. When the
 * ball comes down to the bottom row and no brick is left, all three rows return.
 *
 * <p><b>Rewards</b>: 1 for each brick broken.
 *
 * <p><b>Start</b>: the paddle in column 4; the ball in row 3, equally likely in the left column going right or in the right
 * column going left, downwards; rows 1 to 3 full of bricks.
 *
 * <p><b>End</b>: terminated when the ball reaches the bottom row beside the paddle. The game does not become harder.
 *
 * <p><b>Source</b>: arXiv:1903.03176. A random player with all six actions returns 0.5 on average.
 */
public final class Breakout implements MinAtar.Game {
    private static final int TOP_BRICKS = 1;
    private static final int BRICK_ROWS = 3;
    private static final int FULL = (1 << MinAtar.SIDE) - 1;
    private static final int GROUND = MinAtar.SIDE - 1;

    /** Bit x of row i is the brick in column x of row {@code TOP_BRICKS + i}. */
    private final int[] bricks = new int[BRICK_ROWS];

    private int paddle;
    private int x;
    private int y;
    private int rightwards;
    private int downwards;
    private int trailX;
    private int trailY;
    private boolean passing;
    private boolean over;

    @Override
    public int channels() {
        return 4;
    }

    @Override
    public String letters() {
        return "=o,#";
    }

    @Override
    public int[] minimalActions() {
        return new int[] {MinAtar.NOTHING, MinAtar.LEFT, MinAtar.RIGHT};
    }

    @Override
    public void begin(RandomStream random, boolean ramping) {
        Arrays.fill(bricks, FULL);
        boolean left = random.nextInt(2) == 0;
        set(left ? 0 : MinAtar.SIDE - 1, 3, left ? 1 : -1, 1, 4);
    }

    /** Puts the ball somewhere, with its direction, and the paddle; bricks stay as they are. */
    void set(int ballX, int ballY, int ballRightwards, int ballDownwards, int paddleX) {
        x = ballX;
        y = ballY;
        rightwards = ballRightwards;
        downwards = ballDownwards;
        trailX = ballX;
        trailY = ballY;
        paddle = paddleX;
        passing = false;
        over = false;
    }

    /** The bricks of the three rows, from the top, a bit for each column. */
    int[] bricks() {
        return bricks;
    }

    @Override
    public int play(int action, RandomStream random) {
        if (action == MinAtar.LEFT) {
            paddle = Math.max(0, paddle - 1);
        } else if (action == MinAtar.RIGHT) {
            paddle = Math.min(MinAtar.SIDE - 1, paddle + 1);
        }
        trailX = x;
        trailY = y;
        x += rightwards;
        y += downwards;
        if (!MinAtar.inside(x)) {
            x = trailX;
            rightwards = -rightwards;
        }
        boolean inBrick = isBrick(x, y);
        int reward = 0;
        if (y < 0) {
            y = 0;
            downwards = 1;
        } else if (inBrick && !passing) {
            reward = 1;
            bricks[y - TOP_BRICKS] &= ~(1 << x);
            y = trailY;
            downwards = -downwards;
        } else if (y == GROUND) {
            land();
        }
        passing = inBrick;
        return reward;
    }

    private void land() {
        if ((bricks[0] | bricks[1] | bricks[2]) == 0) {
            Arrays.fill(bricks, FULL);
        }
        boolean under = paddle == trailX;
        over = !under && paddle != x;
        if (!over) {
            downwards = -1;
            rightwards = under ? rightwards : -rightwards;
            y = trailY;
        }
    }

    private boolean isBrick(int column, int row) {
        int i = row - TOP_BRICKS;
        return i >= 0 && i < BRICK_ROWS && (bricks[i] >> column & 1) != 0;
    }

    @Override
    public boolean over() {
        return over;
    }

    @Override
    public void draw(float[] into, int at) {
        into[at + MinAtar.cell(0, paddle, GROUND)] = 1;
        into[at + MinAtar.cell(1, x, y)] = 1;
        into[at + MinAtar.cell(2, trailX, trailY)] = 1;
        for (int i = 0; i < BRICK_ROWS; i++) {
            int first = at + MinAtar.cell(3, 0, TOP_BRICKS + i);
            for (int column = 0; column < MinAtar.SIDE; column++) {
                into[first + column] = bricks[i] >> column & 1;
            }
        }
    }

    @Override
    public void save(State into) {
        into.put("bricks", bricks);
        into.put(
                "rest", new int[] {paddle, x, y, rightwards, downwards, trailX, trailY, passing ? 1 : 0, over ? 1 : 0});
    }

    @Override
    public void load(State from) {
        Memory.restore(from, "bricks", bricks);
        int[] rest = Memory.ints(from, "rest", 9);
        set(rest[1], rest[2], rest[3], rest[4], rest[0]);
        trailX = rest[5];
        trailY = rest[6];
        passing = rest[7] != 0;
        over = rest[8] != 0;
    }
}
