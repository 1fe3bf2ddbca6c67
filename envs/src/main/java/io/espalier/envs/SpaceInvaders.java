package io.espalier.envs;

import io.espalier.core.RandomStream;
import io.espalier.core.State;
import java.util.Arrays;

/**
 * MinAtar's Space Invaders: a cannon against a block of aliens that comes down. {@link MinAtar} tells what is common to the
 * games.
 *
 * <p><b>Actions</b>: nothing, left, right, fire. The cannon stays in the bottom row.
 *
 * <p><b>Channels</b>: 0 the cannon, 1 aliens, 2 aliens while they go left, 3 aliens while they go right, 4 the player's
 * bullets, 5 the aliens' bullets.
 *
 * <p><b>Rules</b>: bullets move one cell a frame; the cannon can fire every 5 frames. The aliens move together every 12
 * frames, or every n frames if fewer, n, are left: sideways, or down and from then on the other way if one of them is at
 * the edge. Every 10 frames the lowest alien of the column nearest to the cannon (of two, the left) fires. When the last
 * alien is shot, the same block appears again and moves every 11 frames, and so on to every 6.
 *
 * <p><b>Rewards</b>: 1 for each alien shot, which takes the bullet with it.
 *
 * <p><b>Start</b>: the cannon in column 5; aliens in columns 2 to 7 of rows 0 to 3, going left.
 *
 * <p><b>End</b>: terminated when an alien or its bullet reaches the cannon, or when aliens in the bottom row would have to
 * move down.
 *
 * <p><b>Source</b>: arXiv:1903.03176. A random player with all six actions returns 2.91 on average (300 episodes).
 */
public final class SpaceInvaders implements MinAtar.Game {
    private static final int SIDE = MinAtar.SIDE;
    private static final int GROUND = SIDE - 1;
    private static final int BLOCK_ROWS = 4;
    private static final int BLOCK = 0b0011111100;
    private static final int LEFT_EDGE = 1;
    private static final int RIGHT_EDGE = 1 << GROUND;
    private static final int RELOAD = 5;
    private static final int ALIENS_RELOAD = 10;
    private static final int SLOWEST = 12;
    private static final int QUICKEST = 6;

    /** Each of the three is a grid: bit x of element y. */
    private final int[] aliens = new int[SIDE];

    private final int[] bullets = new int[SIDE];
    private final int[] alienBullets = new int[SIDE];
    private boolean ramping;
    private int cannon;
    private int direction;
    private int interval;
    private int moveTimer;
    private int reload;
    private int aliensReload;
    private boolean over;

    @Override
    public int channels() {
        return 6;
    }

    @Override
    public String letters() {
        return "AwwwI*";
    }

    @Override
    public int[] minimalActions() {
        return new int[] {MinAtar.NOTHING, MinAtar.LEFT, MinAtar.RIGHT, MinAtar.FIRE};
    }

    @Override
    public void begin(RandomStream random, boolean becomesHarder) {
        ramping = becomesHarder;
        cannon = 5;
        Arrays.fill(bullets, 0);
        Arrays.fill(alienBullets, 0);
        Arrays.fill(aliens, 0);
        Arrays.fill(aliens, 0, BLOCK_ROWS, BLOCK);
        direction = -1;
        interval = SLOWEST;
        moveTimer = SLOWEST;
        reload = 0;
        aliensReload = ALIENS_RELOAD;
        over = false;
    }

    /** The rows of aliens, a bit for each column. */
    int[] aliens() {
        return aliens;
    }

    /** Frames between two moves of a full block. */
    int interval() {
        return interval;
    }

    @Override
    public int play(int action, RandomStream random) {
        if (action == MinAtar.FIRE && reload == 0) {
            bullets[GROUND] |= 1 << cannon;
            reload = RELOAD;
        } else if (action == MinAtar.LEFT) {
            cannon = Math.max(0, cannon - 1);
        } else if (action == MinAtar.RIGHT) {
            cannon = Math.min(GROUND, cannon + 1);
        }
        moveUp(bullets);
        moveDown(alienBullets);
        int place = 1 << cannon;
        over |= (alienBullets[GROUND] & place) != 0 || (aliens[GROUND] & place) != 0;
        if (moveTimer == 0) {
            moveTimer = Math.min(count(), interval);
            march();
            over |= (aliens[GROUND] & place) != 0;
        }
        if (aliensReload == 0) {
            aliensReload = ALIENS_RELOAD;
            fireBack();
        }
        int shot = 0;
        int left = 0;
        for (int y = 0; y < SIDE; y++) {
            int hit = aliens[y] & bullets[y];
            aliens[y] ^= hit;
            bullets[y] ^= hit;
            shot += Integer.bitCount(hit);
            left |= aliens[y];
        }
        reload = Math.max(0, reload - 1);
        moveTimer--;
        aliensReload--;
        if (left == 0) {
            interval -= ramping && interval > QUICKEST ? 1 : 0;
            Arrays.fill(aliens, 0, BLOCK_ROWS, BLOCK);
        }
        return shot;
    }

    private static void moveUp(int[] grid) {
        System.arraycopy(grid, 1, grid, 0, GROUND);
        grid[GROUND] = 0;
    }

    private static void moveDown(int[] grid) {
        System.arraycopy(grid, 0, grid, 1, GROUND);
        grid[0] = 0;
    }

    private int count() {
        int count = 0;
        for (int row : aliens) {
            count += Integer.bitCount(row);
        }
        return count;
    }

    private int columns() {
        int columns = 0;
        for (int row : aliens) {
            columns |= row;
        }
        return columns;
    }

    private void march() {
        if ((columns() & (direction < 0 ? LEFT_EDGE : RIGHT_EDGE)) != 0) {
            direction = -direction;
            over |= aliens[GROUND] != 0;
            moveDown(aliens);
            return;
        }
        for (int y = 0; y < SIDE; y++) {
            aliens[y] = direction < 0 ? aliens[y] >> 1 : aliens[y] << 1;
        }
    }

    /** There is always an alien: a block that is shot down is replaced in the same frame. */
    private void fireBack() {
        int columns = columns();
        for (int distance = 0; distance < SIDE; distance++) {
            for (int x = cannon - distance; x <= cannon + distance; x += Math.max(1, 2 * distance)) {
                if (MinAtar.inside(x) && (columns >> x & 1) != 0) {
                    int y = GROUND;
                    while ((aliens[y] >> x & 1) == 0) {
                        y--;
                    }
                    alienBullets[y] |= 1 << x;
                    return;
                }
            }
        }
    }

    @Override
    public boolean over() {
        return over;
    }

    @Override
    public void draw(float[] into, int at) {
        into[at + MinAtar.cell(0, cannon, GROUND)] = 1;
        draw(aliens, into, at + MinAtar.cell(1, 0, 0));
        draw(aliens, into, at + MinAtar.cell(direction < 0 ? 2 : 3, 0, 0));
        draw(bullets, into, at + MinAtar.cell(4, 0, 0));
        draw(alienBullets, into, at + MinAtar.cell(5, 0, 0));
    }

    private static void draw(int[] grid, float[] into, int at) {
        for (int y = 0; y < SIDE; y++) {
            for (int bits = grid[y]; bits != 0; bits &= bits - 1) {
                into[at + y * SIDE + Integer.numberOfTrailingZeros(bits)] = 1;
            }
        }
    }

    @Override
    public void save(State into) {
        into.put("aliens", aliens);
        into.put("bullets", bullets);
        into.put("alien-bullets", alienBullets);
        into.put("rest", new int[] {
            cannon, direction, interval, moveTimer, reload, aliensReload, ramping ? 1 : 0, over ? 1 : 0
        });
    }

    @Override
    public void load(State from) {
        Memory.restore(from, "aliens", aliens);
        Memory.restore(from, "bullets", bullets);
        Memory.restore(from, "alien-bullets", alienBullets);
        int[] rest = Memory.ints(from, "rest", 8);
        cannon = rest[0];
        direction = rest[1];
        interval = rest[2];
        moveTimer = rest[3];
        reload = rest[4];
        aliensReload = rest[5];
        ramping = rest[6] != 0;
        over = rest[7] != 0;
    }
}
