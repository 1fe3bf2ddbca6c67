package io.espalier.envs;

import io.espalier.core.Box;
import io.espalier.core.Canvas;
import io.espalier.core.Environment;
import io.espalier.core.RandomStream;
import io.espalier.core.Sketch;
import io.espalier.core.Space;
import io.espalier.core.Step;
import org.dyn4j.geometry.Geometry;
import org.dyn4j.geometry.Vector2;

/**
 * A robot with two legs walks over uneven ground; in the hardcore version over pits, stumps and stairs too.
 *
 * <p><b>Actions</b>, {@code box[4]} from −1 to 1: hip and knee of the first leg, hip and knee of the second. The sign is the
 * direction in which the motor turns, at up to 4 rad/s in a hip and 6 rad/s in a knee, the size its torque, in 80 N m.
 *
 * <p><b>Observations</b>, {@code box[24]}, cut to the bounds (Gymnasium lets them go beyond):
 * <table>
 *   <caption>the components</caption>
 *   <tr><th>index<th>quantity<th>bounds
 *   <tr><td>0<td>angle of the hull, rad, counterclockwise<td>±π
 *   <tr><td>1<td>angular velocity of the hull, in 25 rad/s<td>±5
 *   <tr><td>2<td>horizontal velocity, in 8.33 m/s<td>±5
 *   <tr><td>3<td>vertical velocity, in 12.5 m/s<td>±5
 *   <tr><td>4, 9<td>angle of each hip, rad<td>±π
 *   <tr><td>5, 10<td>speed of each hip, in 4 rad/s<td>±5
 *   <tr><td>6, 11<td>angle of each knee + 1, rad<td>±π
 *   <tr><td>7, 12<td>speed of each knee, in 6 rad/s<td>±5
 *   <tr><td>8, 13<td>1 if the foot touches the ground, else 0<td>0 to 5
 *   <tr><td>14 to 23<td>ten rays from straight down to 77° forward: free distance, in 5.33 m<td>±1
 * </table>
 *
 * <p><b>Rewards</b>: the growth of 4.33·(x in metres) − 5·|angle of the hull|, which comes to over 300 for the whole way, less
 * 0.028 for each motor at full torque. The last step brings −100 in place of this after a fall.
 *
 * <p><b>Start</b>: standing at the left end, pushed by a random horizontal force of up to 5 N during the first step; the ground
 * is random.
 *
 * <p><b>End</b>: terminated when the hull touches the ground or goes left of the ground's beginning, and at the other end;
 * truncated after 1600 steps when made by name, 2000 in the hardcore version.
 *
 * <p><b>Version</b>: BipedalWalker-v3 and BipedalWalkerHardcore-v3 of Gymnasium: its constants, on another engine. What differs:
 * dyn4j in double precision for Box2D in single precision, with as many iterations, but ground that pushes upwards only ({@link
 * GroundContact}) in place of continuous collision detection; a foot that touches two pieces of ground and leaves one still counts as touching. So single episodes differ, and returns
 * compare in the mean.
 *
 * <p><b>Source</b>: O. Klimov's task in G. Brockman et al., "OpenAI Gym", arXiv:1606.01540 (2016).
 */
public final class BipedalWalker implements Environment {
    static final double PIXEL = 1.0 / 30;
    static final double LEG_HEIGHT = 34 * PIXEL;
    static final double END = (WalkerTerrain.POINTS - WalkerTerrain.GRASS) * WalkerTerrain.STRIDE;

    private static final double WIDTH = 600 * PIXEL;
    private static final double HEIGHT = 400 * PIXEL;
    private static final double LEG_WIDTH = 8 * PIXEL;
    private static final double LEG_DOWN = -8 * PIXEL;
    private static final double GROUND_FRICTION = 2.5;
    private static final double START_FORCE = 5;
    private static final double TORQUE = 80;
    private static final double HIP_SPEED = 4;
    private static final double KNEE_SPEED = 6;
    private static final int RAYS = 10;
    private static final double RANGE = 160 * PIXEL;
    private static final double[] RAY_X = new double[RAYS];
    private static final double[] RAY_Y = new double[RAYS];
    private static final int VELOCITY_ITERATIONS = 180;
    private static final int POSITION_ITERATIONS = 60;
    private static final double[] HULL = {-30, -8, 34, -8, 34, 1, 6, 9, -30, 9};
    private static final Box ACTIONS = Box.uniform(-1, 1, 4);
    private static final Box OBSERVATIONS = space();

    static {
        for (int i = 0; i < RAYS; i++) {
            RAY_X[i] = StrictMath.sin(1.5 * i / RAYS) * RANGE;
            RAY_Y[i] = -StrictMath.cos(1.5 * i / RAYS) * RANGE;
        }
    }

    private final boolean hardcore;
    private final RandomStream random = new RandomStream(0);
    private final double[] seen = new double[14 + RAYS];
    private final RigidBody[] legs = new RigidBody[4];
    private final Hinge[] hinges = new Hinge[4];
    private WalkerTerrain terrain = new WalkerTerrain(random, false);
    private RigidWorld world = new RigidWorld(GROUND_FRICTION, 1, 1);
    private RigidBody hull = new RigidBody();
    private double shaping;
    private boolean running;
    private boolean arrived;

    /**
     * A walk.
     *
     * @param hardcore whether there are pits, stumps and stairs
     */
    public BipedalWalker(boolean hardcore) {
        this.hardcore = hardcore;
    }

    private static Box space() {
        float pi = (float) Math.PI;
        float[] high = new float[14 + RAYS];
        float[] low = new float[high.length];
        for (int i = 0; i < high.length; i++) {
            boolean angle = i == 0 || i == 4 || i == 6 || i == 9 || i == 11;
            high[i] = i >= 14 ? 1 : angle ? pi : 5;
            low[i] = i == 8 || i == 13 ? 0 : -high[i];
        }
        return Box.of(low, high);
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
        terrain = new WalkerTerrain(random, hardcore);
        world = new RigidWorld(GROUND_FRICTION, VELOCITY_ITERATIONS, POSITION_ITERATIONS);
        terrain.build(world);
        double x = WalkerTerrain.STRIDE * WalkerTerrain.START / 2;
        double y = WalkerTerrain.LEVEL + 2 * LEG_HEIGHT;
        Vector2[] corners = new Vector2[HULL.length / 2];
        for (int i = 0; i < corners.length; i++) {
            corners[i] = new Vector2(HULL[2 * i] * PIXEL, HULL[2 * i + 1] * PIXEL);
        }
        hull = world.addBody(Geometry.createPolygon(corners), 5, 0.1, x, y);
        hull.applyForce(new Vector2(random.uniform(-START_FORCE, START_FORCE), 0));
        addLeg(0, x, y, -0.05);
        addLeg(2, x, y, 0.05);
        shaping = Double.NaN;
        arrived = false;
        move();
        running = true;
    }

    /** A leg where Gymnasium puts it, off its hinges; the first step pulls it there. */
    private void addLeg(int at, double x, double y, double angle) {
        Vector2 top = new Vector2(0, LEG_HEIGHT / 2);
        RigidBody upper = world.addBody(Geometry.createRectangle(LEG_WIDTH, LEG_HEIGHT), 1, 0.2, 0, 0);
        RigidBody lower = world.addBody(Geometry.createRectangle(0.8 * LEG_WIDTH, LEG_HEIGHT), 1, 0.2, 0, 0);
        // Without torque: the first step is one of no action.
        hinges[at] = world.addHinge(hull, new Vector2(0, LEG_DOWN), upper, top, -0.8, 1.1, 0);
        hinges[at + 1] = world.addHinge(upper, new Vector2(0, -LEG_HEIGHT / 2), lower, top, -1.6, -0.1, 0);
        upper.place(x, y - LEG_HEIGHT / 2 - LEG_DOWN, angle);
        lower.place(x, y - LEG_HEIGHT * 3 / 2 - LEG_DOWN, angle);
        legs[at] = upper;
        legs[at + 1] = lower;
    }

    @Override
    public Step step(float[] actions, int at) {
        Actions.underWay(running);
        double effort = 0;
        for (int i = 0; i < hinges.length; i++) {
            double action = Actions.finite(actions, at + i);
            double size = Math.min(1, Math.abs(action));
            hinges[i].setMotorSpeed((i % 2 == 0 ? HIP_SPEED : KNEE_SPEED) * Math.signum(action));
            hinges[i].setMaximumMotorTorque(TORQUE * size);
            effort += size;
        }
        double before = shaping;
        move();
        boolean lost = hull.touching() || hull.x() < 0;
        arrived = hull.x() > END;
        running = !lost && !arrived;
        double reward = lost ? -100 : shaping - before - 0.00035 * TORQUE * effort;
        return running ? Step.transition(reward) : Step.termination(reward);
    }

    private void move() {
        for (RigidBody leg : legs) {
            leg.setAtRest(false);
        }
        world.step();
        Vector2 velocity = hull.getLinearVelocity();
        seen[0] = hull.angle();
        seen[1] = 2 * hull.getAngularVelocity() * RigidWorld.SECONDS;
        seen[2] = 0.3 * velocity.x * WIDTH * RigidWorld.SECONDS;
        seen[3] = 0.3 * velocity.y * HEIGHT * RigidWorld.SECONDS;
        for (int leg = 0; leg < 2; leg++) {
            Hinge hip = hinges[2 * leg];
            Hinge knee = hinges[2 * leg + 1];
            seen[4 + 5 * leg] = hip.angle();
            seen[5 + 5 * leg] = hip.speed() / HIP_SPEED;
            seen[6 + 5 * leg] = knee.angle() + 1;
            seen[7 + 5 * leg] = knee.speed() / KNEE_SPEED;
            seen[8 + 5 * leg] = legs[2 * leg + 1].touching() ? 1 : 0;
        }
        for (int i = 0; i < RAYS; i++) {
            seen[14 + i] = terrain.ray(hull.x(), hull.y(), RAY_X[i], RAY_Y[i]);
        }
        shaping = 130 * hull.x() * PIXEL - 5 * Math.abs(hull.angle());
    }

    @Override
    public void observe(float[] into, int at) {
        for (int i = 0; i < seen.length; i++) {
            into[at + i] = Math.max(OBSERVATIONS.low(i), Math.min(OBSERVATIONS.high(i), (float) seen[i]));
        }
    }

    /** The hull, for tests. */
    RigidBody hull() {
        return hull;
    }

    /** The lower half of a leg, for tests. */
    RigidBody foot(int leg) {
        return legs[2 * leg + 1];
    }

    @Override
    public boolean reportsSuccess() {
        return true;
    }

    /** Whether the end of the ground was reached. */
    @Override
    public boolean success() {
        return arrived;
    }

    @Override
    public String render() {
        return Sketch.of(this, 60, 20);
    }

    /** The walker from the side; the view goes along with it. */
    @Override
    public void draw(Canvas canvas) {
        double left = hull.x() - WIDTH / 5;
        canvas.view(left, WalkerTerrain.LEVEL - 3, left + 0.75 * WIDTH, WalkerTerrain.LEVEL + 5);
        terrain.draw(canvas, left, left + 0.75 * WIDTH, WalkerTerrain.LEVEL - 3);
        if (hinges[0] != null) {
            int ray = RAYS - 1;
            double free = seen[14 + ray];
            canvas.line(
                    Canvas.Ink.FAINT,
                    0,
                    hull.x(),
                    hull.y(),
                    hull.x() + free * RAY_X[ray],
                    hull.y() + free * RAY_Y[ray]);
            legs[0].draw(canvas, Canvas.Ink.GOAL);
            legs[1].draw(canvas, Canvas.Ink.GOAL);
            hull.draw(canvas, Canvas.Ink.BODY);
            legs[2].draw(canvas, Canvas.Ink.LIMB);
            legs[3].draw(canvas, Canvas.Ink.LIMB);
        }
    }
}
