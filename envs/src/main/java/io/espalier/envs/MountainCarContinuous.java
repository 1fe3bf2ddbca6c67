package io.espalier.envs;

import io.espalier.core.Box;
import io.espalier.core.Canvas;
import io.espalier.core.Environment;
import io.espalier.core.RandomStream;
import io.espalier.core.Space;
import io.espalier.core.Step;

/**
 * The mountain car with a throttle: reach the flag on the right hill, and save fuel.
 *
 * <p><b>Actions</b>, {@code box[1]}: the force, clipped to ±1.
 *
 * <p><b>Observations</b>, {@code box[2]}: the position, from −1.2 to 0.6, and the velocity, within ±0.07, both clipped.
 *
 * <p><b>Dynamics</b>: velocity += 0.0015 force − 0.0025 cos(3 position); position += velocity. The car stops dead at the
 * left edge.
 *
 * <p><b>Rewards</b>: −0.1 action² (before clipping) for every step, and 100 more for arriving.
 *
 * <p><b>Start</b>: position uniform in [−0.6, −0.4), at rest.
 *
 * <p><b>End</b>: terminated at a position of 0.45 or more, which is success; truncated after 999 steps when made by
 * name.
 *
 * <p><b>Version</b>: MountainCarContinuous-v0 of Gymnasium. There the state is kept in single precision from the first
 * step on, the one that a reset chose in double, and single and double meet in the force; all that is reproduced here.
 *
 * <p><b>Source</b>: A. W. Moore, "Efficient memory-based learning for robot control", PhD thesis, University of Cambridge
 * (1990); the continuous form is O. Sigaud's.
 */
public final class MountainCarContinuous implements Environment {
    private static final float POWER = 0.0015f;
    private static final double GRAVITY = 0.0025;
    private static final float TOP_SPEED = (float) MountainCar.TOP_SPEED;
    private static final float LEFT_EDGE = (float) MountainCar.LEFT_EDGE;
    private static final float RIGHT_EDGE = (float) MountainCar.RIGHT_EDGE;
    private static final float FLAG = 0.45f;
    private static final Box ACTIONS = Box.uniform(-1, 1, 1);

    private final RandomStream random = new RandomStream(0);
    private double position;
    private double velocity;
    private boolean first;
    private boolean running;

    @Override
    public Space observationSpace() {
        return MountainCar.OBSERVATIONS;
    }

    @Override
    public Space actionSpace() {
        return ACTIONS;
    }

    @Override
    public void reset(long seed) {
        random.reseed(seed);
        set(random.uniform(-0.6, -0.4), 0);
        first = true;
    }

    /** Goes on, as after a first step, from a given state. */
    void set(double startPosition, double startVelocity) {
        position = startPosition;
        velocity = startVelocity;
        first = false;
        running = true;
    }

    /** Begins an episode as {@link #reset} does, at a given position. */
    void begin(double startPosition) {
        set(startPosition, 0);
        first = true;
    }

    @Override
    public Step step(float[] actions, int at) {
        Actions.underWay(running);
        float action = Actions.finite(actions, at);
        double slope = GRAVITY * Trigonometry.cos(first ? 3 * position : 3 * (float) position);
        // A clipped force is a double over there, any other a float, which draws the slope down with it.
        double push = Math.abs(action) > 1 ? Math.signum(action) * 0.0015 - slope : action * POWER - (float) slope;
        double faster = first ? velocity + push : (float) velocity + (float) push;
        // What a clip leaves is a float in either case: the first step, from rest, never reaches a limit.
        double speed = Math.max(-TOP_SPEED, Math.min(TOP_SPEED, faster));
        double further = first ? position + speed : (float) position + (float) speed;
        double place = Math.max(LEFT_EDGE, Math.min(RIGHT_EDGE, further));
        if (place == LEFT_EDGE && speed < 0) {
            speed = 0;
        }
        running = !(place >= FLAG && speed >= 0);
        position = (float) place;
        velocity = (float) speed;
        first = false;
        double fuel = (double) action * action * 0.1;
        return running ? Step.transition(0 - fuel) : Step.termination(100 - fuel);
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
        MountainCar.drawValley(canvas, position, 0.45);
    }

    @Override
    public String render() {
        return MountainCar.valley(position);
    }
}
