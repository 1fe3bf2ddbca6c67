package io.espalier.envs;

import io.espalier.core.RandomStream;
import io.espalier.core.State;

/**
 * MinAtar's Freeway: a chicken crosses eight lanes of cars, again and again. {@link MinAtar} tells what is common to the
 * games.
 *
 * <p><b>Actions</b>: nothing, up, down. The chicken stays in column 4; after a move it cannot move for two frames.
 *
 * <p><b>Channels</b>: 0 the chicken, 1 cars, 2 to 6 trails: the cell behind each car, in the channel {@code 1 + speed}, with
 * speed 1 the fastest.
 *
 * <p><b>Rules</b>: rows 1 to 8 hold a car each, which leaves at one side and returns at the other. A car of speed s, from 1 to
 * 5, waits s frames between two moves. A car that meets the chicken, whoever of the two moved, sends it back to row 9. When
 * the chicken reaches row 0 it returns to row 9, and all cars draw speed and direction anew but stay where they are. (The
 * paper's text counts the frames from move to move as 1 to 5; implementations wait that many, and so do we, so that
 * returns can be compared.)
 *
 * <p><b>Rewards</b>: 1 for reaching row 0.
 *
 * <p><b>Start</b>: the chicken in row 9, able to move after three frames; all cars in column 0, speed and direction uniform.
 *
 * <p><b>End</b>: terminated after 2500 frames, by the rules of the game. The game does not become harder.
 *
 * <p><b>Source</b>: arXiv:1903.03176. A random player with all six actions returns 0.20 ± 0.09 on average (20 episodes).
 */
public final class Freeway implements MinAtar.Game {
    static final int FRAMES = 2500;

    private static final int CARS = MinAtar.SIDE - 2;
    private static final int COLUMN = 4;
    private static final int BOTTOM = MinAtar.SIDE - 1;
    private static final int SLOWEST = 5;
    private static final int MOVE_INTERVAL = 3;

    private final int frames;
    private final int[] column = new int[CARS];

    /** Positive rightwards, negative leftwards; its size is the frames waited between two moves. */
    private final int[] speed = new int[CARS];

    private final int[] timer = new int[CARS];
    private int chicken;
    private int moveTimer;
    private int left;

    /** A game of 2500 frames. */
    public Freeway() {
        this(FRAMES);
    }

    /** A game of that many frames, for tests. */
    Freeway(int frames) {
        this.frames = frames;
    }

    @Override
    public int channels() {
        return 2 + SLOWEST;
    }

    @Override
    public String letters() {
        return "@c12345";
    }

    @Override
    public int[] minimalActions() {
        return new int[] {MinAtar.NOTHING, MinAtar.UP, MinAtar.DOWN};
    }

    @Override
    public void begin(RandomStream random, boolean ramping) {
        for (int car = 0; car < CARS; car++) {
            column[car] = 0;
        }
        drawSpeeds(random);
        chicken = BOTTOM;
        moveTimer = MOVE_INTERVAL;
        left = frames;
    }

    private void drawSpeeds(RandomStream random) {
        for (int car = 0; car < CARS; car++) {
            int size = 1 + random.nextInt(SLOWEST);
            setCar(car + 1, column[car], random.nextInt(2) == 0 ? size : -size);
        }
    }

    /** Gives the car of a row, from 1 to 8, a place and a speed. */
    void setCar(int row, int x, int signedSpeed) {
        column[row - 1] = x;
        speed[row - 1] = signedSpeed;
        timer[row - 1] = Math.abs(signedSpeed);
    }

    /** Puts the chicken into a row, ready to move. */
    void setChicken(int row) {
        chicken = row;
        moveTimer = 0;
    }

    @Override
    public int play(int action, RandomStream random) {
        if (moveTimer == 0 && (action == MinAtar.UP || action == MinAtar.DOWN)) {
            moveTimer = MOVE_INTERVAL;
            chicken = action == MinAtar.UP ? chicken - 1 : Math.min(BOTTOM, chicken + 1);
        }
        int reward = 0;
        if (chicken == 0) {
            reward = 1;
            chicken = BOTTOM;
            drawSpeeds(random);
        }
        for (int car = 0; car < CARS; car++) {
            hit(car);
            if (timer[car] > 0) {
                timer[car]--;
            } else {
                timer[car] = Math.abs(speed[car]);
                column[car] = ahead(column[car], speed[car] > 0);
                hit(car);
            }
        }
        moveTimer = Math.max(0, moveTimer - 1);
        left--;
        return reward;
    }

    private static int ahead(int x, boolean rightwards) {
        int next = rightwards ? x + 1 : x - 1;
        return next < 0 ? MinAtar.SIDE - 1 : next == MinAtar.SIDE ? 0 : next;
    }

    private void hit(int car) {
        chicken = column[car] == COLUMN && chicken == car + 1 ? BOTTOM : chicken;
    }

    @Override
    public boolean over() {
        return left == 0;
    }

    @Override
    public void draw(float[] into, int at) {
        into[at + MinAtar.cell(0, COLUMN, chicken)] = 1;
        for (int car = 0; car < CARS; car++) {
            into[at + MinAtar.cell(1, column[car], car + 1)] = 1;
            int behind = ahead(column[car], speed[car] < 0);
            into[at + MinAtar.cell(1 + Math.abs(speed[car]), behind, car + 1)] = 1;
        }
    }

    @Override
    public void save(State into) {
        into.put("column", column);
        into.put("speed", speed);
        into.put("timer", timer);
        into.put("rest", new int[] {chicken, moveTimer, left});
    }

    @Override
    public void load(State from) {
        Memory.restore(from, "column", column);
        Memory.restore(from, "speed", speed);
        Memory.restore(from, "timer", timer);
        int[] rest = Memory.ints(from, "rest", 3);
        chicken = rest[0];
        moveTimer = rest[1];
        left = rest[2];
    }
}
