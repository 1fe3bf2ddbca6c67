package io.espalier.envs;

import io.espalier.core.Box;
import io.espalier.core.Canvas;
import io.espalier.core.CopyableEnvironment;
import io.espalier.core.Discrete;
import io.espalier.core.RandomStream;
import io.espalier.core.Space;
import io.espalier.core.Step;

/**
 * Two links hang from a fixed joint; a motor in the joint between them swings the free end above a line.
 *
 * <p><b>Actions</b>, {@code discrete(3)}: a torque of 0 −1, 1 none, 2 +1 N·m on the joint between the links.
 *
 * <p><b>Observations</b>, {@code box[6]}: cosine and sine of θ₁ (the first link, 0 pointing down), cosine and sine of θ₂
 * (the second link, relative to the first); the angular velocities in rad/s, clipped to ±4π and ±9π.
 *
 * <p><b>Rewards</b>: −1 for every step, but 0 for the one that reaches the line.
 *
 * <p><b>Start</b>: both angles and both angular velocities uniform in [−0.1, 0.1).
 *
 * <p><b>End</b>: terminated when −cos θ₁ − cos(θ₁ + θ₂) &gt; 1, the free end being one link's length above the joint,
 * which is success; truncated after 500 steps when made by name.
 *
 * <p><b>Version</b>: Acrobot-v1 of Gymnasium with the dynamics of Sutton and Barto's book. One step is 0.2 s by one
 * classical Runge-Kutta step in double precision; links of 1 m and 1 kg with a moment of inertia of 1 kg·m².
 *
 * <p><b>Source</b>: R. S. Sutton, "Generalization in reinforcement learning: successful examples using sparse coarse
 * coding", NIPS 8 (1996); R. S. Sutton and A. G. Barto, "Reinforcement Learning: An Introduction" (2018), 11.3 of the
 * first edition.
 */
public final class Acrobot implements CopyableEnvironment {
    private static final double GRAVITY = 9.8;
    private static final double SECONDS = 0.2;
    private static final double MOST_SPIN_1 = 4 * Math.PI;
    private static final double MOST_SPIN_2 = 9 * Math.PI;
    // Lengths and masses of both links are 1, so they vanish from the equations; their centres lie in the middle.
    private static final double CENTRE = 0.5;
    private static final double INERTIA = 1;

    private static final Box OBSERVATIONS = symmetric(1, 1, 1, 1, (float) MOST_SPIN_1, (float) MOST_SPIN_2);
    private static final Discrete ACTIONS = new Discrete(3);
    private static final Step BELOW = Step.transition(-1);
    private static final Step REACHED = Step.termination(0);

    private final RandomStream random = new RandomStream(0);
    /** θ₁, θ₂ and their derivatives, as are the arrays below. */
    private final double[] state = new double[4];

    private final double[] probe = new double[4];
    private final double[] k1 = new double[4];
    private final double[] k2 = new double[4];
    private final double[] k3 = new double[4];
    private final double[] k4 = new double[4];
    private boolean running;

    private static Box symmetric(float... high) {
        float[] low = new float[high.length];
        for (int i = 0; i < high.length; i++) {
            low[i] = -high[i];
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
        // Single precision, as in Gymnasium.
        for (int i = 0; i < 4; i++) {
            state[i] = (float) random.uniform(-0.1, 0.1);
        }
        running = true;
    }

    /** Begins an episode in a given state: radians and radians per second. */
    void set(double angle1, double angle2, double spin1, double spin2) {
        state[0] = angle1;
        state[1] = angle2;
        state[2] = spin1;
        state[3] = spin2;
        running = true;
    }

    @Override
    public Acrobot copy() {
        Acrobot copy = new Acrobot();
        copy.copyFrom(this);
        return copy;
    }

    @Override
    public void copyFrom(CopyableEnvironment other) {
        Acrobot that = CopyableEnvironment.same(Acrobot.class, other);
        random.copyFrom(that.random);
        System.arraycopy(that.state, 0, state, 0, state.length);
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
        double torque = Actions.choice(ACTIONS, actions, at) - 1;
        derivatives(state, torque, k1);
        derivatives(ahead(SECONDS / 2, k1), torque, k2);
        derivatives(ahead(SECONDS / 2, k2), torque, k3);
        derivatives(ahead(SECONDS, k3), torque, k4);
        for (int i = 0; i < 4; i++) {
            state[i] += SECONDS / 6 * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i]);
        }
        state[0] = wrapped(state[0]);
        state[1] = wrapped(state[1]);
        state[2] = Math.max(-MOST_SPIN_1, Math.min(MOST_SPIN_1, state[2]));
        state[3] = Math.max(-MOST_SPIN_2, Math.min(MOST_SPIN_2, state[3]));
        running = !(-Trigonometry.cos(state[0]) - Trigonometry.cos(state[1] + state[0]) > 1);
        return running ? BELOW : REACHED;
    }

    private double[] ahead(double seconds, double[] slope) {
        for (int i = 0; i < 4; i++) {
            probe[i] = state[i] + seconds * slope[i];
        }
        return probe;
    }

    /** The equations of motion in Sutton and Barto's book. */
    private static void derivatives(double[] at, double torque, double[] into) {
        double angle1 = at[0];
        double angle2 = at[1];
        double spin1 = at[2];
        double spin2 = at[3];
        double cos2 = Trigonometry.cos(angle2);
        double sin2 = Trigonometry.sin(angle2);
        double d1 = CENTRE * CENTRE + (1 + CENTRE * CENTRE + 2 * CENTRE * cos2) + INERTIA + INERTIA;
        double d2 = CENTRE * CENTRE + CENTRE * cos2 + INERTIA;
        double phi2 = CENTRE * GRAVITY * Trigonometry.cos(angle1 + angle2 - Math.PI / 2);
        double phi1 = -CENTRE * (spin2 * spin2) * sin2
                - 2 * CENTRE * spin2 * spin1 * sin2
                + (CENTRE + 1) * GRAVITY * Trigonometry.cos(angle1 - Math.PI / 2)
                + phi2;
        into[0] = spin1;
        into[1] = spin2;
        into[3] = (torque + d2 / d1 * phi1 - CENTRE * (spin1 * spin1) * sin2 - phi2)
                / (CENTRE * CENTRE + INERTIA - d2 * d2 / d1);
        into[2] = -(d2 * into[3] + phi1) / d1;
    }

    /** The same angle within ±π. */
    private static double wrapped(double angle) {
        double inside = angle;
        while (inside > Math.PI) {
            inside -= 2 * Math.PI;
        }
        while (inside < -Math.PI) {
            inside += 2 * Math.PI;
        }
        return inside;
    }

    /** The state in full precision. */
    double[] state() {
        return state.clone();
    }

    @Override
    public void observe(float[] into, int at) {
        into[at] = (float) Trigonometry.cos(state[0]);
        into[at + 1] = (float) Trigonometry.sin(state[0]);
        into[at + 2] = (float) Trigonometry.cos(state[1]);
        into[at + 3] = (float) Trigonometry.sin(state[1]);
        into[at + 4] = (float) state[2];
        into[at + 5] = (float) state[3];
    }

    @Override
    public boolean reportsSuccess() {
        return true;
    }

    @Override
    public boolean success() {
        return !running;
    }

    /** Hanging from (0, 0), angle 0 downwards. */
    @Override
    public void draw(Canvas canvas) {
        double elbowX = Trigonometry.sin(state[0]);
        double elbowY = -Trigonometry.cos(state[0]);
        double endX = elbowX + Trigonometry.sin(state[0] + state[1]);
        double endY = elbowY - Trigonometry.cos(state[0] + state[1]);
        canvas.view(-2.2, -2.2, 2.2, 2.2);
        canvas.line(Canvas.Ink.GOAL, 0.03, -2.2, 1, 2.2, 1);
        canvas.line(Canvas.Ink.BODY, 0.15, 0, 0, elbowX, elbowY);
        canvas.line(Canvas.Ink.LIMB, 0.15, elbowX, elbowY, endX, endY);
        canvas.circle(Canvas.Ink.GROUND, 0, 0, 0.1);
        canvas.circle(Canvas.Ink.GROUND, elbowX, elbowY, 0.08);
    }

    /** How high the free end is, from −2 to 2, and the line at 1. */
    @Override
    public String render() {
        double height = -Trigonometry.cos(state[0]) - Trigonometry.cos(state[1] + state[0]);
        StringBuilder scale = new StringBuilder("-----------------------------:----------\n");
        scale.setCharAt((int) Math.round((height + 2) / 4 * 39), 'o');
        return scale.toString();
    }
}
