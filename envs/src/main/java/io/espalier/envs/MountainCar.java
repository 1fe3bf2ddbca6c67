package io.espalier.envs;

import io.espalier.core.Box;
import io.espalier.core.Canvas;
import io.espalier.core.CopyableEnvironment;
import io.espalier.core.Discrete;
import io.espalier.core.RandomStream;
import io.espalier.core.Space;
import io.espalier.core.Step;
import java.util.Arrays;

/**
 * A car in a valley is too weak to drive straight up to the flag on the right hill; it has to gather momentum.
 *
 * <p><b>Actions</b>, {@code discrete(3)}: accelerate 0 to the left, 1 not at all, 2 to the right.
 *
 * <p><b>Observations</b>, {@code box[2]}: the position, from −1.2 to 0.6, and the velocity, within ±0.07, both clipped.
 *
 * <p><b>Dynamics</b>: velocity += 0.001 (action − 1) − 0.0025 cos(3 position); position += velocity. The car stops dead
 * at the left edge.
 *
 * <p><b>Rewards</b>: −1 for every step, the last one included.
 *
 * <p><b>Start</b>: position uniform in [−0.6, −0.4), at rest.
 *
 * <p><b>End</b>: terminated at a position of 0.5 or more, which is success; truncated after 200 steps when made by name.
 *
 * <p><b>Version</b>: MountainCar-v0 of Gymnasium, in double precision.
 *
 * <p><b>Source</b>: A. W. Moore, "Efficient memory-based learning for robot control", PhD thesis, University of Cambridge
 * (1990).
 */
public final class MountainCar implements CopyableEnvironment {
    static final double LEFT_EDGE = -1.2;
    static final double RIGHT_EDGE = 0.6;
    static final double TOP_SPEED = 0.07;

    private static final double FLAG = 0.5;
    private static final double FORCE = 0.001;
    private static final double GRAVITY = 0.0025;

    static final Box OBSERVATIONS = Box.of(
            new float[] {(float) LEFT_EDGE, (float) -TOP_SPEED}, new float[] {(float) RIGHT_EDGE, (float) TOP_SPEED});
    private static final Discrete ACTIONS = new Discrete(3);
    private static final Step ON_THE_WAY = Step.transition(-1);
    private static final Step ARRIVED = Step.termination(-1);

    private final RandomStream random = new RandomStream(0);
    private double position;
    private double velocity;
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
        random.reseed(seed);
        set(random.uniform(-0.6, -0.4), 0);
    }

    /** Begins an episode in a given state. */
    void set(double startPosition, double startVelocity) {
        position = startPosition;
        velocity = startVelocity;
        running = true;
    }

    @Override
    public MountainCar copy() {
        MountainCar copy = new MountainCar();
        copy.copyFrom(this);
        return copy;
    }

    @Override
    public void copyFrom(CopyableEnvironment other) {
        MountainCar that = CopyableEnvironment.same(MountainCar.class, other);
        random.copyFrom(that.random);
        position = that.position;
        velocity = that.velocity;
        running = that.running;
    }

    @Override
    public void reseed(long seed) {
        random.reseed(seed);
    }

    @Override
    public boolean hasChance() {
        return false;
    }

    @Override
    public Step step(float[] actions, int at) {
        Actions.underWay(running);
        int action = Actions.choice(ACTIONS, actions, at);
        velocity += (action - 1) * FORCE + Trigonometry.cos(3 * position) * -GRAVITY;
        velocity = Math.max(-TOP_SPEED, Math.min(TOP_SPEED, velocity));
        position = Math.max(LEFT_EDGE, Math.min(RIGHT_EDGE, position + velocity));
        if (position == LEFT_EDGE && velocity < 0) {
            velocity = 0;
        }
        running = !(position >= FLAG && velocity >= 0);
        return running ? ON_THE_WAY : ARRIVED;
    }

    /** The state in full precision. */
    double[] state() {
        return new double[] {position, velocity};
    }

    @Override
    public void observe(float[] into, int at) {
        into[at] = (float) position;
        into[at + 1] = (float) velocity;
    }

    @Override
    public boolean reportsSuccess() {
        return true;
    }

    @Override
    public boolean success() {
        return !running;
    }

    @Override
    public void draw(Canvas canvas) {
        drawValley(canvas, position, FLAG);
    }

    /** The valley from the side; heights are half of sin(3 position), which looks like the slope the car feels. */
    static void drawValley(Canvas canvas, double position, double flag) {
        double[] hill = new double[2 * 41];
        for (int i = 0; i < hill.length / 2; i++) {
            hill[2 * i] = LEFT_EDGE + (RIGHT_EDGE - LEFT_EDGE) * i / 40;
            hill[2 * i + 1] = height(hill[2 * i]);
        }
        canvas.view(LEFT_EDGE - 0.05, -0.6, RIGHT_EDGE + 0.05, 0.75);
        canvas.line(Canvas.Ink.GROUND, 0.012, hill);
        canvas.line(Canvas.Ink.FAINT, 0.008, flag, height(flag), flag, height(flag) + 0.15);
        canvas.polygon(
                Canvas.Ink.GOAL,
                flag,
                height(flag) + 0.15,
                flag,
                height(flag) + 0.09,
                flag + 0.07,
                height(flag) + 0.12);
        // cos(3x) · 3 / 2 is the slope, and its root with 1 the length of a step along it.
        double slope = 1.5 * Trigonometry.cos(3 * position);
        double length = Math.sqrt(1 + slope * slope);
        double[] car = new double[8];
        double[] corners = {-0.06, 0.02, 0.06, 0.02, 0.06, 0.07, -0.06, 0.07};
        for (int i = 0; i < car.length; i += 2) {
            car[i] = position + (corners[i] - corners[i + 1] * slope) / length;
            car[i + 1] = height(position) + (corners[i] * slope + corners[i + 1]) / length;
        }
        canvas.polygon(Canvas.Ink.BODY, car);
        for (double wheel : new double[] {-0.035, 0.035}) {
            canvas.circle(
                    Canvas.Ink.LIMB,
                    position + (wheel - 0.02 * slope) / length,
                    height(position) + (wheel * slope + 0.02) / length,
                    0.02);
        }
    }

    private static double height(double x) {
        return 0.5 * Trigonometry.sin(3 * x);
    }

    @Override
    public String render() {
        return valley(position);
    }

    /** The valley from the side, its height being sin(3 position), with the car (o) and the flag (P). */
    static String valley(double position) {
        int rows = 7;
        int columns = 36;
        char[][] picture = new char[rows][columns + 1];
        for (char[] row : picture) {
            Arrays.fill(row, ' ');
        }
        int car = (int) Math.round((position - LEFT_EDGE) / (RIGHT_EDGE - LEFT_EDGE) * columns);
        for (int column = 0; column <= columns; column++) {
            double x = LEFT_EDGE + (RIGHT_EDGE - LEFT_EDGE) * column / columns;
            int row = (int) Math.round((1 - Trigonometry.sin(3 * x)) / 2 * (rows - 1));
            picture[row][column] = column == car ? 'o' : column == 34 ? 'P' : '.';
        }
        StringBuilder text = new StringBuilder();
        for (char[] row : picture) {
            text.append(new String(row).stripTrailing()).append('\n');
        }
        return text.toString();
    }
}
