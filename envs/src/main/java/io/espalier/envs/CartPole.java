package io.espalier.envs;

import io.espalier.core.Box;
import io.espalier.core.Canvas;
import io.espalier.core.CopyableEnvironment;
import io.espalier.core.Discrete;
import io.espalier.core.RandomStream;
import io.espalier.core.Space;
import io.espalier.core.Step;

/**
 * A pole stands on a cart that runs on a frictionless track; pushing the cart left or right keeps the pole upright.
 *
 * <p><b>Actions</b>, {@code discrete(2)}: 0 pushes the cart to the left, 1 to the right, with 10 N.
 *
 * <p><b>Observations</b>, {@code box[4]}:
 * <table>
 *   <caption>the four components</caption>
 *   <tr><th>index<th>quantity<th>bounds
 *   <tr><td>0<td>position of the cart, m<td>±4.8 (the episode ends beyond ±2.4)
 *   <tr><td>1<td>velocity of the cart, m/s<td>none
 *   <tr><td>2<td>angle of the pole, rad<td>±0.419, 24° (the episode ends beyond 12°)
 *   <tr><td>3<td>angular velocity of the pole, rad/s<td>none
 * </table>
 *
 * <p><b>Rewards</b>: 1 for every step, the last one included.
 *
 * <p><b>Start</b>: each component uniform in [-0.05, 0.05).
 *
 * <p><b>End</b>: terminated when the cart is more than 2.4 m from the middle or the pole more than 12° from upright;
 * truncated after 500 steps when made by name.
 *
 * <p><b>Version</b>: CartPole-v1 of Gymnasium. Physics in double precision, explicit Euler steps of 0.02 s.
 *
 * <p><b>Source</b>: A. G. Barto, R. S. Sutton and C. W. Anderson, "Neuronlike adaptive elements that can solve difficult
 * learning control problems", IEEE Transactions on Systems, Man, and Cybernetics 13 (1983).
 */
public final class CartPole implements CopyableEnvironment {
    static final double HALF_TRACK = 2.4;
    static final double LEANING = 12 * 2 * Math.PI / 360;

    private static final double GRAVITY = 9.8;
    private static final double POLE_MASS = 0.1;
    private static final double TOTAL_MASS = POLE_MASS + 1.0;
    private static final double HALF_LENGTH = 0.5;
    private static final double POLE_MOMENT = POLE_MASS * HALF_LENGTH;
    private static final double FORCE = 10;
    private static final double SECONDS = 0.02;

    static final Discrete ACTIONS = new Discrete(2);
    static final Box OBSERVATIONS = symmetric((float) (HALF_TRACK * 2), (float) (LEANING * 2));
    static final Step STANDS = Step.transition(1);
    static final Step FALLS = Step.termination(1);

    private final RandomStream random = new RandomStream(0);
    private double x;
    private double velocity;
    private double angle;
    private double spin;
    private boolean running;

    private static Box symmetric(float position, float angle) {
        float open = Float.POSITIVE_INFINITY;
        return Box.of(new float[] {-position, -open, -angle, -open}, new float[] {position, open, angle, open});
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
        set(
                random.uniform(-0.05, 0.05),
                random.uniform(-0.05, 0.05),
                random.uniform(-0.05, 0.05),
                random.uniform(-0.05, 0.05));
    }

    /** Begins an episode in a given state: metres, metres per second, radians, radians per second. */
    void set(double position, double cartVelocity, double poleAngle, double poleSpin) {
        x = position;
        velocity = cartVelocity;
        angle = poleAngle;
        spin = poleSpin;
        running = true;
    }

    @Override
    public CartPole copy() {
        CartPole copy = new CartPole();
        copy.copyFrom(this);
        return copy;
    }

    @Override
    public void copyFrom(CopyableEnvironment other) {
        CartPole that = CopyableEnvironment.same(CartPole.class, other);
        random.copyFrom(that.random);
        x = that.x;
        velocity = that.velocity;
        angle = that.angle;
        spin = that.spin;
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
        double force = Actions.choice(ACTIONS, actions, at) == 1 ? FORCE : -FORCE;
        double cos = Trigonometry.cos(angle);
        double sin = Trigonometry.sin(angle);
        double push = (force + POLE_MOMENT * (spin * spin) * sin) / TOTAL_MASS;
        double turn = (GRAVITY * sin - cos * push) / (HALF_LENGTH * (4.0 / 3.0 - POLE_MASS * (cos * cos) / TOTAL_MASS));
        double acceleration = push - POLE_MOMENT * turn * cos / TOTAL_MASS;
        x += SECONDS * velocity;
        velocity += SECONDS * acceleration;
        angle += SECONDS * spin;
        spin += SECONDS * turn;
        running = Math.abs(x) <= HALF_TRACK && Math.abs(angle) <= LEANING;
        return running ? STANDS : FALLS;
    }

    /** The state in full precision. */
    double[] state() {
        return new double[] {x, velocity, angle, spin};
    }

    @Override
    public void observe(float[] into, int at) {
        into[at] = (float) x;
        into[at + 1] = (float) velocity;
        into[at + 2] = (float) angle;
        into[at + 3] = (float) spin;
    }

    @Override
    public void draw(Canvas canvas) {
        canvas.view(-HALF_TRACK - 0.4, -0.5, HALF_TRACK + 0.4, 1.6);
        canvas.line(Canvas.Ink.GROUND, 0.02, -HALF_TRACK, 0, HALF_TRACK, 0);
        canvas.line(Canvas.Ink.DANGER, 0.04, -HALF_TRACK, -0.1, -HALF_TRACK, 0.1);
        canvas.line(Canvas.Ink.DANGER, 0.04, HALF_TRACK, -0.1, HALF_TRACK, 0.1);
        canvas.polygon(Canvas.Ink.BODY, Canvas.rectangle(x, 0, 0.5, 0.25, 0));
        double length = 2 * HALF_LENGTH;
        canvas.line(
                Canvas.Ink.LIMB,
                0.08,
                x,
                0.125,
                x + length * Trigonometry.sin(angle),
                0.125 + length * Trigonometry.cos(angle));
    }

    @Override
    public String render() {
        int column = (int) Math.round(24 + 24 * Math.max(-1, Math.min(1, x / HALF_TRACK)));
        String pole = angle < -0.05 ? "\\" : angle > 0.05 ? "/" : "|";
        return " ".repeat(column) + pole + "\n" + "─".repeat(column) + "▄" + "─".repeat(48 - column) + "\n";
    }
}
