package io.espalier.envs;

import io.espalier.core.RandomStream;
import io.espalier.core.State;

/**
 * MinAtar's Seaquest: a submarine shoots fish and submarines, and rescues divers before its oxygen runs out. {@link MinAtar}
 * tells what is common to the games.
 *
 * <p><b>Actions</b>: nothing, left, up, right, down, fire. The player keeps to rows 0, the surface, to 8.
 *
 * <p><b>Channels</b>: 0 the player's front, 1 its back, 2 its bullets, 3 trails (the cell behind each enemy and diver), 4 enemy
 * bullets, 5 fish, 6 enemy submarines, 7 oxygen, 8 divers on board, 9 divers. Row 9 shows oxygen from the left, a cell for
 * each 20 frames' worth, and divers on board from the right.
 *
 * <p><b>Rules</b>: the player fires ahead, every 5 frames; bullets move one cell a frame. Every 20 frames an enemy appears at
 * the left or right of one of rows 1 to 8, unless one there goes the opposite way: a submarine with probability 1/3, else a
 * fish. It waits 5 frames between moves; a submarine waits 10 frames between shots. Every 30 frames a diver appears
 * likewise, who also waits 5 frames between moves and is picked up by touching; 6 fit on board. Under water the tank of 200
 * loses 1 a frame. Surfacing fills it and takes all divers ashore if there are 6, else one. Each surfacing makes the game
 * harder: enemies appear a frame sooner, down to every frame, and each second time they also wait a frame less, down to 2.
 *
 * <p><b>Rewards</b>: 1 for each enemy shot; on surfacing with 6 divers 1 for each full cell of the oxygen bar.
 *
 * <p><b>Start</b>: the player at the surface in column 5, facing left, the tank full, nothing else.
 *
 * <p><b>End</b>: terminated when the player meets an enemy or its bullet, is to live through a frame with an empty tank, or
 * surfaces without a diver.
 *
 * <p><b>Source</b>: arXiv:1903.03176. A random player returns 0.10 on average (300 episodes).
 */
public final class Seaquest implements MinAtar.Game {
    static final int TANK = 200;
    static final int BERTHS = 6;

    private static final int TRAILS = 3;
    private static final int DEEPEST = MinAtar.SIDE - 2;
    private static final int RELOAD = 5;
    private static final int ENEMY_RELOAD = 10;
    private static final int DIVER_INTERVAL = 30;
    private static final int DIVER_WAIT = 5;

    private final Shoal bullets = new Shoal();
    private final Shoal enemyBullets = new Shoal();
    private final Shoal fish = new Shoal();
    private final Shoal submarines = new Shoal();
    private final Shoal divers = new Shoal();
    private boolean ramping;
    private int x;
    private int y;
    private int facing;
    private int oxygen;
    private int aboard;
    private boolean surfaced;
    private int reload;
    private int enemyInterval;
    private int enemyTimer;
    private int enemyWait;
    private int diverTimer;
    private int ramps;
    private boolean over;

    @Override
    public int channels() {
        return 10;
    }

    @Override
    public String letters() {
        return "Ss-,*fUOdD";
    }

    @Override
    public int[] minimalActions() {
        return new int[] {0, 1, 2, 3, 4, 5};
    }

    @Override
    public void begin(RandomStream random, boolean becomesHarder) {
        for (Shoal shoal : new Shoal[] {bullets, enemyBullets, fish, submarines, divers}) {
            shoal.count = 0;
        }
        ramping = becomesHarder;
        x = 5;
        y = 0;
        facing = -1;
        oxygen = TANK;
        aboard = 0;
        surfaced = true;
        reload = 0;
        enemyInterval = 20;
        enemyTimer = 20;
        enemyWait = 5;
        diverTimer = DIVER_INTERVAL;
        ramps = 0;
        over = false;
    }

    @Override
    public int play(int action, RandomStream random) {
        if (enemyTimer == 0) {
            enemyTimer = enemyInterval;
            spawnEnemy(random);
        }
        if (diverTimer == 0) {
            diverTimer = DIVER_INTERVAL;
            int direction = 2 * random.nextInt(2) - 1;
            divers.add(startOf(direction), 1 + random.nextInt(DEEPEST), direction, DIVER_WAIT, 0);
        }
        steer(action);
        int reward = moveBullets();
        moveDivers();
        reward += moveEnemies(submarines, true);
        moveEnemyBullets();
        reward += moveEnemies(fish, false);
        enemyTimer--;
        diverTimer--;
        reload = Math.max(0, reload - 1);
        over |= oxygen <= 0;
        if (y > 0) {
            oxygen--;
            surfaced = false;
        } else if (!surfaced) {
            reward += surface();
        }
        return reward;
    }

    private static int startOf(int direction) {
        return direction > 0 ? 0 : MinAtar.SIDE - 1;
    }

    private void spawnEnemy(RandomStream random) {
        int direction = 2 * random.nextInt(2) - 1;
        boolean submarine = random.nextInt(3) == 0;
        int row = 1 + random.nextInt(DEEPEST);
        if (!submarines.opposes(row, direction) && !fish.opposes(row, direction)) {
            (submarine ? submarines : fish).add(startOf(direction), row, direction, enemyWait, ENEMY_RELOAD);
        }
    }

    private void steer(int action) {
        switch (action) {
            case MinAtar.LEFT, MinAtar.RIGHT -> {
                facing = action == MinAtar.LEFT ? -1 : 1;
                x = Math.max(0, Math.min(MinAtar.SIDE - 1, x + facing));
            }
            case MinAtar.UP -> y = Math.max(0, y - 1);
            case MinAtar.DOWN -> y = Math.min(DEEPEST, y + 1);
            case MinAtar.FIRE -> {
                if (reload == 0) {
                    reload = RELOAD;
                    bullets.add(x, y, facing, 0, 0);
                }
            }
            default -> {}
        }
    }

    private int moveBullets() {
        int hits = 0;
        for (int i = bullets.count - 1; i >= 0; i--) {
            bullets.advance(i, 0);
            int atX = bullets.x(i);
            int atY = bullets.y(i);
            boolean hit = MinAtar.inside(atX) && (fish.take(atX, atY) || submarines.take(atX, atY));
            hits += hit ? 1 : 0;
            if (hit || !MinAtar.inside(atX)) {
                bullets.remove(i);
            }
        }
        return hits;
    }

    private void moveDivers() {
        for (int i = divers.count - 1; i >= 0; i--) {
            boolean touched = aboard < BERTHS && divers.isAt(i, x, y);
            if (!touched) {
                divers.advance(i, DIVER_WAIT);
                touched = aboard < BERTHS && divers.isAt(i, x, y);
            }
            aboard += touched ? 1 : 0;
            if (touched || !MinAtar.inside(divers.x(i))) {
                divers.remove(i);
            }
        }
    }

    private int moveEnemies(Shoal enemies, boolean fire) {
        int hits = 0;
        for (int i = enemies.count - 1; i >= 0; i--) {
            over |= enemies.isAt(i, x, y);
            enemies.advance(i, enemyWait);
            over |= enemies.isAt(i, x, y);
            if (!MinAtar.inside(enemies.x(i))) {
                enemies.remove(i);
            } else if (bullets.take(enemies.x(i), enemies.y(i))) {
                hits++;
                enemies.remove(i);
            } else if (fire && enemies.fires(i, ENEMY_RELOAD)) {
                enemyBullets.add(enemies.x(i), enemies.y(i), enemies.direction(i), 0, 0);
            }
        }
        return hits;
    }

    private void moveEnemyBullets() {
        for (int i = enemyBullets.count - 1; i >= 0; i--) {
            over |= enemyBullets.isAt(i, x, y);
            enemyBullets.advance(i, 0);
            over |= enemyBullets.isAt(i, x, y);
            if (!MinAtar.inside(enemyBullets.x(i))) {
                enemyBullets.remove(i);
            }
        }
    }

    private int surface() {
        surfaced = true;
        if (aboard == 0) {
            over = true;
            return 0;
        }
        int reward = aboard == BERTHS ? oxygen * MinAtar.SIDE / TANK : 0;
        aboard = aboard == BERTHS ? 0 : aboard - 1;
        oxygen = TANK;
        if (ramping && (enemyInterval > 1 || enemyWait > 2)) {
            enemyWait = ramps % 2 == 1 ? Math.max(2, enemyWait - 1) : enemyWait;
            enemyInterval = Math.max(1, enemyInterval - 1);
            ramps++;
        }
        return reward;
    }

    /** Frames between enemies, frames an enemy waits, oxygen, divers on board. */
    int[] figures() {
        return new int[] {enemyInterval, enemyWait, oxygen, aboard};
    }

    /** Sets the scene of a test: the tank and the divers on board. */
    void provide(int inTank, int diversAboard) {
        oxygen = inTank;
        aboard = diversAboard;
    }

    Shoal fish() {
        return fish;
    }

    Shoal submarines() {
        return submarines;
    }

    Shoal divers() {
        return divers;
    }

    @Override
    public boolean over() {
        return over;
    }

    @Override
    public void draw(float[] into, int at) {
        into[at + MinAtar.cell(0, x, y)] = 1;
        into[at + MinAtar.cell(1, x - facing, y)] = 1;
        bullets.draw(2, -1, into, at);
        enemyBullets.draw(4, -1, into, at);
        fish.draw(5, TRAILS, into, at);
        submarines.draw(6, TRAILS, into, at);
        divers.draw(9, TRAILS, into, at);
        for (int i = 0; i < oxygen * MinAtar.SIDE / TANK; i++) {
            into[at + MinAtar.cell(7, i, MinAtar.SIDE - 1)] = 1;
        }
        for (int i = 0; i < aboard; i++) {
            into[at + MinAtar.cell(8, MinAtar.SIDE - 1 - i, MinAtar.SIDE - 1)] = 1;
        }
    }

    @Override
    public void save(State into) {
        bullets.save(into, "bullets");
        enemyBullets.save(into, "enemy-bullets");
        fish.save(into, "fish");
        submarines.save(into, "submarines");
        divers.save(into, "divers");
        into.put("rest", new int[] {
            x,
            y,
            facing,
            oxygen,
            aboard,
            surfaced ? 1 : 0,
            reload,
            enemyInterval,
            enemyTimer,
            enemyWait,
            diverTimer,
            ramps,
            ramping ? 1 : 0,
            over ? 1 : 0
        });
    }

    @Override
    public void load(State from) {
        bullets.load(from, "bullets");
        enemyBullets.load(from, "enemy-bullets");
        fish.load(from, "fish");
        submarines.load(from, "submarines");
        divers.load(from, "divers");
        int[] rest = Memory.ints(from, "rest", 14);
        x = rest[0];
        y = rest[1];
        facing = rest[2];
        oxygen = rest[3];
        aboard = rest[4];
        surfaced = rest[5] != 0;
        reload = rest[6];
        enemyInterval = rest[7];
        enemyTimer = rest[8];
        enemyWait = rest[9];
        diverTimer = rest[10];
        ramps = rest[11];
        ramping = rest[12] != 0;
        over = rest[13] != 0;
    }
}
