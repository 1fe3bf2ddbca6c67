package io.espalier.envs;

import io.espalier.core.RandomStream;
import io.espalier.core.State;
import java.util.Arrays;

/**
 * MinAtar's Asterix: a player collects treasure that crosses the screen among enemies. {@link MinAtar} tells what is common
 * to the games.
 *
 * <p><b>Actions</b>: nothing, left, up, right, down. The player keeps to rows 1 to 8.
 *
 * <p><b>Channels</b>: 0 the player, 1 enemies, 2 trails (the cell behind each enemy and treasure), 3 treasure.
 *
 * <p><b>Rules</b>: each of rows 1 to 8 has room for one thing. Every 10 frames one appears in a free row, if there is one,
 * at the left going right or the other way round; it is treasure with probability 1/3, else an enemy. All things move one
 * cell every 5 frames and disappear beyond the edge. Every 102 frames the game becomes harder: things appear one frame
 * sooner, down to every frame, and each second time they also move one frame sooner, down to every frame.
 *
 * <p><b>Rewards</b>: 1 for each treasure touched, whoever of the two moved.
 *
 * <p><b>Start</b>: the player in column 5 of row 5, nothing else.
 *
 * <p><b>End</b>: terminated when the player touches an enemy.
 *
 * <p><b>Source</b>: arXiv:1903.03176. A random player with all six actions returns 0.41 on average (300 episodes).
 */
public final class Asterix implements MinAtar.Game {
    static final int RAMP_FRAMES = 102;

    private static final int ROWS = MinAtar.SIDE - 2;
    private static final int EMPTY = 0;
    private static final int ENEMY = 1;
    private static final int TREASURE = 2;

    private final int[] kind = new int[ROWS];
    private final int[] column = new int[ROWS];
    private final int[] direction = new int[ROWS];
    private boolean ramping;
    private int x;
    private int y;
    private int spawnInterval;
    private int spawnTimer;
    private int moveInterval;
    private int moveTimer;
    private int rampTimer;
    private int ramps;
    private boolean over;

    @Override
    public int channels() {
        return 4;
    }

    @Override
    public String letters() {
        return "@e,$";
    }

    @Override
    public int[] minimalActions() {
        return new int[] {MinAtar.NOTHING, MinAtar.LEFT, MinAtar.UP, MinAtar.RIGHT, MinAtar.DOWN};
    }

    @Override
    public void begin(RandomStream random, boolean becomesHarder) {
        Arrays.fill(kind, EMPTY);
        ramping = becomesHarder;
        x = 5;
        y = 5;
        spawnInterval = 10;
        spawnTimer = 10;
        moveInterval = 5;
        moveTimer = 5;
        rampTimer = RAMP_FRAMES;
        ramps = 0;
        over = false;
    }

    @Override
    public int play(int action, RandomStream random) {
        if (spawnTimer == 0) {
            spawnTimer = spawnInterval;
            spawn(random);
        }
        switch (action) {
            case MinAtar.LEFT -> x = Math.max(0, x - 1);
            case MinAtar.RIGHT -> x = Math.min(MinAtar.SIDE - 1, x + 1);
            case MinAtar.UP -> y = Math.max(1, y - 1);
            case MinAtar.DOWN -> y = Math.min(ROWS, y + 1);
            default -> {}
        }
        int reward = touch();
        if (moveTimer == 0) {
            moveTimer = moveInterval;
            for (int row = 0; row < ROWS; row++) {
                column[row] += direction[row];
                kind[row] = MinAtar.inside(column[row]) ? kind[row] : EMPTY;
            }
            reward += touch();
        }
        spawnTimer--;
        moveTimer--;
        if (ramping) {
            ramp();
        }
        return reward;
    }

    private void spawn(RandomStream random) {
        int free = 0;
        for (int each : kind) {
            free += each == EMPTY ? 1 : 0;
        }
        if (free == 0) {
            return;
        }
        int skip = random.nextInt(free);
        int row = 0;
        while (kind[row] != EMPTY || skip-- > 0) {
            row++;
        }
        boolean rightwards = random.nextInt(2) == 0;
        put(row + 1, rightwards ? 0 : MinAtar.SIDE - 1, rightwards ? 1 : -1, random.nextInt(3) == 0);
    }

    /** Puts a treasure or an enemy into a row from 1 to 8. */
    void put(int row, int at, int rightwards, boolean treasure) {
        kind[row - 1] = treasure ? TREASURE : ENEMY;
        column[row - 1] = at;
        direction[row - 1] = rightwards;
    }

    /** Settles what the player's row holds, if the player stands there: only that one can be touched. */
    private int touch() {
        int row = y - 1;
        if (kind[row] == EMPTY || column[row] != x) {
            return 0;
        }
        if (kind[row] == ENEMY) {
            over = true;
            return 0;
        }
        kind[row] = EMPTY;
        return 1;
    }

    private void ramp() {
        if (--rampTimer > 0 || (spawnInterval == 1 && moveInterval == 1)) {
            return;
        }
        rampTimer = RAMP_FRAMES;
        moveInterval = ramps % 2 == 1 ? Math.max(1, moveInterval - 1) : moveInterval;
        spawnInterval = Math.max(1, spawnInterval - 1);
        ramps++;
    }

    /** Frames between appearances, and frames between moves. */
    int[] intervals() {
        return new int[] {spawnInterval, moveInterval};
    }

    @Override
    public boolean over() {
        return over;
    }

    @Override
    public void draw(float[] into, int at) {
        into[at + MinAtar.cell(0, x, y)] = 1;
        for (int row = 0; row < ROWS; row++) {
            if (kind[row] == EMPTY) {
                continue;
            }
            into[at + MinAtar.cell(kind[row] == ENEMY ? 1 : 3, column[row], row + 1)] = 1;
            int behind = column[row] - direction[row];
            if (MinAtar.inside(behind)) {
                into[at + MinAtar.cell(2, behind, row + 1)] = 1;
            }
        }
    }

    @Override
    public void save(State into) {
        into.put("kind", kind);
        into.put("column", column);
        into.put("direction", direction);
        into.put("rest", new int[] {
            x, y, spawnInterval, spawnTimer, moveInterval, moveTimer, rampTimer, ramps, ramping ? 1 : 0, over ? 1 : 0
        });
    }

    @Override
    public void load(State from) {
        Memory.restore(from, "kind", kind);
        Memory.restore(from, "column", column);
        Memory.restore(from, "direction", direction);
        int[] rest = Memory.ints(from, "rest", 10);
        x = rest[0];
        y = rest[1];
        spawnInterval = rest[2];
        spawnTimer = rest[3];
        moveInterval = rest[4];
        moveTimer = rest[5];
        rampTimer = rest[6];
        ramps = rest[7];
        ramping = rest[8] != 0;
        over = rest[9] != 0;
    }
}
