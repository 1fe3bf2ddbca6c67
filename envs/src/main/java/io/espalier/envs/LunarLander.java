package io.espalier.envs;

import io.espalier.core.Box;
import io.espalier.core.Canvas;
import io.espalier.core.Discrete;
import io.espalier.core.Environment;
import io.espalier.core.RandomStream;
import io.espalier.core.Sketch;
import io.espalier.core.Space;
import io.espalier.core.Step;
import org.dyn4j.geometry.Geometry;
import org.dyn4j.geometry.Vector2;

/**
 * A lander with two legs comes down on the moon between two flags, by a main engine and two side engines.
 *
 * <p><b>Actions</b>: {@code discrete(4)}: 0 nothing, 1 the engine that pushes leftwards and turns counterclockwise, 2 the main
 * engine, 3 the opposite of 1. Continuous: {@code box[2]} from −1 to 1. The first is the main engine: off up to 0, above from
 * half to full power. The second is the side engines: off between −0.5 and 0.5, beyond from half to full power, negative as
 * action 1. What lies outside the box is cut to it.
 *
 * <p><b>Observations</b>, {@code box[8]}, cut to the bounds (Gymnasium lets them go beyond):
 * <table>
 *   <caption>the eight components; 1 m is 30 pixels of Gymnasium's picture</caption>
 *   <tr><th>index<th>quantity<th>bounds
 *   <tr><td>0<td>x from the middle of the pad, in 10 m<td>±2.5 (the episode ends beyond ±1)
 *   <tr><td>1<td>height above standing on the pad, in 6.67 m<td>±2.5
 *   <tr><td>2<td>horizontal velocity, in 5 m/s<td>±10
 *   <tr><td>3<td>vertical velocity, in 7.5 m/s<td>±10
 *   <tr><td>4<td>angle, rad, counterclockwise<td>±2π
 *   <tr><td>5<td>angular velocity, in 2.5 rad/s<td>±10
 *   <tr><td>6, 7<td>1 if the right and the left leg touch the ground, else 0<td>0 to 1
 * </table>
 *
 * <p><b>Rewards</b>: the growth of −100·(distance from the pad + speed + |angle|) + 10 for each leg on the ground, all as
 * observed; less 0.3 for a step of the main engine at full power and 0.03 for one of a side engine. The last step brings
 * −100 after a crash or leaving the picture, +100 when the lander lies still, in place of all else.
 *
 * <p><b>Start</b>: in the middle of the upper edge, pushed by a random force of up to 1000 N in both directions during the first
 * step; the ground is random but for the pad.
 *
 * <p><b>End</b>: terminated when the hull touches the ground, when x leaves ±1, or when the lander sleeps; truncated after 1000
 * steps when made by name.
 *
 * <p><b>Version</b>: LunarLander-v3 and LunarLanderContinuous-v3 of Gymnasium without wind: its constants, on another engine.
 * What differs: dyn4j in double precision for Box2D in single precision, with 60 iterations for velocities in place of 180
 * (more change nothing, see {@link Hinge}), and ground that pushes upwards only
 * ({@link GroundContact}) in place of continuous collision detection; a leg that touches two pieces of ground and leaves
 * one still counts as touching; the engines' random scatter is another stream of numbers. So single episodes differ, and
 * returns compare in the mean.
 *
 * <p><b>Source</b>: O. Klimov's task in G. Brockman et al., "OpenAI Gym", arXiv:1606.01540 (2016).
 */
public final class LunarLander implements Environment {
    static final double WIDTH = 20;
    static final double HEIGHT = 400.0 / 30;
    static final double PAD_HEIGHT = HEIGHT / 4;

    private static final double PIXEL = 1.0 / 30;
    private static final int CHUNKS = 11;
    private static final double GROUND_FRICTION = 0.1;
    private static final double START_FORCE = 1000;
    private static final double MAIN_POWER = 13;
    private static final double SIDE_POWER = 0.6;
    private static final double LEG_AWAY = 20 * PIXEL;
    private static final double LEG_DOWN = 18 * PIXEL;
    private static final double LEG_HALF_WIDTH = 2 * PIXEL;
    private static final double LEG_HALF_HEIGHT = 8 * PIXEL;
    private static final double LEG_TORQUE = 40;
    private static final int VELOCITY_ITERATIONS = 60;
    private static final int POSITION_ITERATIONS = 60;
    private static final double[] HULL = {-14, 17, -17, 0, -17, -10, 17, -10, 17, 0, 14, 17};

    private static final Discrete CHOICES = new Discrete(4);
    private static final Box POWERS = Box.uniform(-1, 1, 2);
    private static final float FULL_TURN = (float) (2 * Math.PI);
    private static final Box OBSERVATIONS = Box.of(
            new float[] {-2.5f, -2.5f, -10, -10, -FULL_TURN, -10, 0, 0},
            new float[] {2.5f, 2.5f, 10, 10, FULL_TURN, 10, 1, 1});

    private final boolean continuous;
    private final RandomStream random = new RandomStream(0);
    private final double[] ground = new double[CHUNKS];
    private final double[] seen = new double[8];
    private RigidWorld world = new RigidWorld(GROUND_FRICTION, 1, 1);
    private RigidBody hull = new RigidBody();
    private RigidBody rightLeg = hull;
    private RigidBody leftLeg = hull;
    private double shaping;
    private double mainPower;
    private double sidePower;
    private boolean running;
    private boolean landed;

    /**
     * A moon.
     *
     * @param continuous whether actions are the powers of the engines, rather than one of four choices
     */
    public LunarLander(boolean continuous) {
        this.continuous = continuous;
    }

    @Override
    public Space observationSpace() {
        return OBSERVATIONS;
    }

    @Override
    public Space actionSpace() {
        return continuous ? POWERS : CHOICES;
    }

    @Override
    public void reset(long seed) {
        random.reseed(seed);
        double[] heights = new double[CHUNKS + 1];
        for (int i = 0; i < heights.length; i++) {
            heights[i] = random.uniform(0, HEIGHT / 2);
        }
        begin(heights, random.uniform(-START_FORCE, START_FORCE), random.uniform(-START_FORCE, START_FORCE));
    }

    /** Begins an episode over ground of these heights, pushed by a force in newtons during the first step. */
    void begin(double[] heights, double right, double up) {
        world = new RigidWorld(GROUND_FRICTION, VELOCITY_ITERATIONS, POSITION_ITERATIONS);
        for (int i = CHUNKS / 2 - 2; i <= CHUNKS / 2 + 2; i++) {
            heights[i] = PAD_HEIGHT;
        }
        for (int i = 0; i < CHUNKS; i++) {
            ground[i] = 0.33 * (heights[i == 0 ? CHUNKS : i - 1] + heights[i] + heights[i + 1]);
        }
        world.addGround(0, 0, WIDTH, 0);
        for (int i = 0; i + 1 < CHUNKS; i++) {
            world.addGround(groundX(i), ground[i], groundX(i + 1), ground[i + 1]);
        }
        Vector2[] corners = new Vector2[HULL.length / 2];
        for (int i = 0; i < corners.length; i++) {
            corners[i] = new Vector2(HULL[2 * i] * PIXEL, HULL[2 * i + 1] * PIXEL);
        }
        hull = world.addBody(Geometry.createPolygon(corners), 5, 0.1, WIDTH / 2, HEIGHT);
        rightLeg = addLeg(-1, 0.4, 0.9);
        leftLeg = addLeg(1, -0.9, -0.4);
        hull.applyForce(new Vector2(right, up));
        shaping = Double.NaN;
        landed = false;
        move(0, 0);
        running = true;
    }

    static double groundX(int i) {
        return i * WIDTH / (CHUNKS - 1);
    }

    /** A leg where Gymnasium puts it, off its hinge; the first step pulls it there. */
    private RigidBody addLeg(int side, double lowest, double highest) {
        RigidBody leg = world.addBody(Geometry.createRectangle(2 * LEG_HALF_WIDTH, 2 * LEG_HALF_HEIGHT), 1, 0.2, 0, 0);
        Vector2 anchor = new Vector2(side * LEG_AWAY, LEG_DOWN);
        Hinge hinge = world.addHinge(hull, new Vector2(), leg, anchor, lowest, highest, LEG_TORQUE);
        hinge.setMotorSpeed(0.3 * side);
        leg.place(WIDTH / 2 - side * LEG_AWAY, HEIGHT, side * 0.05);
        return leg;
    }

    @Override
    public Step step(float[] actions, int at) {
        Actions.underWay(running);
        double main = 0;
        double side = 0;
        if (continuous) {
            double wanted = Math.max(-1, Math.min(1, Actions.finite(actions, at)));
            double aside = Math.max(-1, Math.min(1, Actions.finite(actions, at + 1)));
            main = wanted > 0 ? 0.5 + 0.5 * wanted : 0;
            side = Math.abs(aside) > 0.5 ? aside : 0;
        } else {
            int choice = Actions.choice(CHOICES, actions, at);
            main = choice == 2 ? 1 : 0;
            side = choice == 1 ? -1 : choice == 3 ? 1 : 0;
        }
        double before = shaping;
        move(main, side);
        double reward = shaping - before - 0.3 * main - 0.03 * Math.abs(side);
        boolean lost = hull.touching() || Math.abs(seen[0]) >= 1;
        landed = hull.isAtRest();
        running = !lost && !landed;
        if (running) {
            return Step.transition(reward);
        }
        // As in Gymnasium, lying still outranks having crashed.
        return Step.termination(landed ? 100 : -100);
    }

    /**
     * One step of the world.
     *
     * @param main power of the main engine, 0 to 1
     * @param side power of a side engine, 0 to 1 in size; positive as action 3
     */
    private void move(double main, double side) {
        double sin = Trigonometry.sin(hull.angle());
        double cos = Trigonometry.cos(hull.angle());
        // Drawn in every step, whether an engine runs or not.
        double scatter = random.uniform(-1, 1) * PIXEL;
        double scatterAside = random.uniform(-1, 1) * PIXEL;
        mainPower = main;
        sidePower = side;
        if (main > 0) {
            double below = 4 * PIXEL + 2 * scatter;
            double x = sin * below - cos * scatterAside;
            double y = -cos * below - sin * scatterAside;
            push(-x * MAIN_POWER * main, -y * MAIN_POWER * main, hull.x() + x, hull.y() + y);
        }
        if (side != 0) {
            double power = SIDE_POWER * Math.abs(side);
            double aside = 3 * scatterAside + Math.signum(side) * 12 * PIXEL;
            double x = sin * scatter - cos * aside;
            double y = -cos * scatter - sin * aside;
            // 17 and 14 differ in Gymnasium too, so the lever depends a little on the angle.
            push(-x * power, -y * power, hull.x() + x - sin * 17 * PIXEL, hull.y() + y + cos * 14 * PIXEL);
        }
        world.step();
        Vector2 velocity = hull.getLinearVelocity();
        seen[0] = (hull.x() - WIDTH / 2) / (WIDTH / 2);
        seen[1] = (hull.y() - (PAD_HEIGHT + LEG_DOWN)) / (HEIGHT / 2);
        seen[2] = velocity.x * (WIDTH / 2) * RigidWorld.SECONDS;
        seen[3] = velocity.y * (HEIGHT / 2) * RigidWorld.SECONDS;
        seen[4] = hull.angle();
        seen[5] = 20 * hull.getAngularVelocity() * RigidWorld.SECONDS;
        seen[6] = rightLeg.touching() ? 1 : 0;
        seen[7] = leftLeg.touching() ? 1 : 0;
        shaping = -100 * length(seen[0], seen[1])
                - 100 * length(seen[2], seen[3])
                - 100 * Math.abs(seen[4])
                + 10 * seen[6]
                + 10 * seen[7];
    }

    private void push(double impulseX, double impulseY, double x, double y) {
        hull.applyImpulse(new Vector2(impulseX, impulseY), new Vector2(x, y));
    }

    private static double length(double x, double y) {
        return Math.sqrt(x * x + y * y);
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

    @Override
    public boolean reportsSuccess() {
        return true;
    }

    /** Whether the lander lies still. */
    @Override
    public boolean success() {
        return landed;
    }

    @Override
    public String render() {
        return Sketch.of(this, 60, 20);
    }

    @Override
    public void draw(Canvas canvas) {
        canvas.view(0, 0, WIDTH, HEIGHT);
        double[] moon = new double[2 * CHUNKS + 4];
        for (int i = 0; i < CHUNKS; i++) {
            moon[2 * i] = groundX(i);
            moon[2 * i + 1] = ground[i];
        }
        moon[2 * CHUNKS] = WIDTH;
        canvas.polygon(Canvas.Ink.GROUND, moon);
        for (int side : new int[] {-1, 1}) {
            double x = groundX(CHUNKS / 2 + side);
            canvas.line(Canvas.Ink.FAINT, 0.05, x, PAD_HEIGHT, x, PAD_HEIGHT + 1.6);
            canvas.polygon(Canvas.Ink.GOAL, x, PAD_HEIGHT + 1.6, x, PAD_HEIGHT + 1.2, x + 0.8, PAD_HEIGHT + 1.4);
        }
        if (mainPower > 0) {
            flame(canvas, 0, -10 * PIXEL, 0, -1 - mainPower);
        }
        if (sidePower != 0) {
            double side = Math.signum(sidePower);
            flame(canvas, -side * 14 * PIXEL, 12 * PIXEL, -side * (0.4 + 0.4 * Math.abs(sidePower)), 0);
        }
        rightLeg.draw(canvas, Canvas.Ink.LIMB);
        leftLeg.draw(canvas, Canvas.Ink.LIMB);
        hull.draw(canvas, Canvas.Ink.BODY);
    }

    /** A flame from a point of the hull, given from its origin, along a way in metres. */
    private void flame(Canvas canvas, double x, double y, double alongX, double alongY) {
        double aside = 0.15;
        Vector2 left =
                hull.getWorldPoint(new Vector2(x - aside * Math.signum(alongY), y + aside * Math.signum(alongX)));
        Vector2 right =
                hull.getWorldPoint(new Vector2(x + aside * Math.signum(alongY), y - aside * Math.signum(alongX)));
        Vector2 tip = hull.getWorldPoint(new Vector2(x + alongX, y + alongY));
        canvas.polygon(Canvas.Ink.FORCE, left.x, left.y, right.x, right.y, tip.x, tip.y);
    }
}
