package io.espalier.envs;

import io.espalier.core.Box;
import io.espalier.core.Canvas;
import io.espalier.core.Environment;
import io.espalier.core.RandomStream;
import io.espalier.core.Space;
import io.espalier.core.Step;

/**
 * A pendulum hangs on a motor too weak to lift it at once; it has to be swung up and kept upright.
 *
 * <p><b>Actions</b>, {@code box[1]}: the torque in N·m, clipped to ±2, positive counter-clockwise.
 *
 * <p><b>Observations</b>, {@code box[3]}: cosine and sine of the angle θ (0 is upright), each within ±1; the angular
 * velocity in rad/s, clipped to ±8.
 *
 * <p><b>Rewards</b>: −(θ² + 0.1 θ̇² + 0.001 torque²) with θ wrapped to [−π, π), all taken before the step; from about
 * −16.27 to 0.
 *
 * <p><b>Start</b>: angle uniform in [−π, π), angular velocity uniform in [−1, 1).
 *
 * <p><b>End</b>: never terminated; truncated after 200 steps when made by name.
 *
 * <p><b>Version</b>: Pendulum-v1 of Gymnasium. Semi-implicit Euler steps of 0.05 s in double precision; the torque and
 * its share of the reward are in single precision, as there.
 *
 * <p><b>Source</b>: Gymnasium's classic control environments, after a standard problem of control theory; described in
 * K. Doya, "Reinforcement learning in continuous time and space", Neural Computation 12 (2000).
 */
public final class Pendulum implements Environment {
    private static final float MOST_TORQUE = 2;
    private static final double MOST_SPIN = 8;
    private static final double GRAVITY = 10;
    private static final double SECONDS = 0.05;
    private static final double TURN = 2 * Math.PI;

    private static final Box ACTIONS = Box.uniform(-MOST_TORQUE, MOST_TORQUE, 1);
    private static final Box OBSERVATIONS = Box.of(new float[] {-1, -1, -8}, new float[] {1, 1, 8});

    private final RandomStream random = new RandomStream(0);
    private double angle;
    private double spin;
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
        set(random.uniform(-Math.PI, Math.PI), random.uniform(-1, 1));
    }

    /** Begins an episode in a given state: radians, radians per second. */
    void set(double startAngle, double startSpin) {
        angle = startAngle;
        spin = startSpin;
        running = true;
    }

    @Override
    public Step step(float[] actions, int at) {
        Actions.underWay(running);
        float torque = Math.max(-MOST_TORQUE, Math.min(MOST_TORQUE, Actions.finite(actions, at)));
        double off = wrapped(angle);
        double cost = off * off + 0.1 * (spin * spin) + 0.001f * (torque * torque);
        double faster = spin + (3 * GRAVITY / 2 * Trigonometry.sin(angle) + 3f * torque) * SECONDS;
        spin = Math.max(-MOST_SPIN, Math.min(MOST_SPIN, faster));
        angle += spin * SECONDS;
        return Step.transition(-cost);
    }

    /** The same angle within [−π, π). */
    private static double wrapped(double angle) {
        double rest = (angle + Math.PI) % TURN;
        return (rest < 0 ? rest + TURN : rest) - Math.PI;
    }

    /** The state in full precision. */
    double[] state() {
        return new double[] {angle, spin};
    }

    @Override
    public void observe(float[] into, int at) {
        into[at] = (float) Trigonometry.cos(angle);
        into[at + 1] = (float) Trigonometry.sin(angle);
        into[at + 2] = (float) spin;
    }

    @Override
    public void draw(Canvas canvas) {
        canvas.view(-1.3, -1.3, 1.3, 1.3);
        canvas.line(Canvas.Ink.FAINT, 0, 0, 0, 0, 1.2);
        canvas.line(Canvas.Ink.BODY, 0.15, 0, 0, -Trigonometry.sin(angle), Trigonometry.cos(angle));
        canvas.circle(Canvas.Ink.GROUND, 0, 0, 0.06);
    }

    /** Where the pendulum points, on a face of eight directions. */
    @Override
    public String render() {
        char[][] face = {
            "     ".toCharArray(),
            "     ".toCharArray(),
            "  o  ".toCharArray(),
            "     ".toCharArray(),
            "     ".toCharArray()
        };
        int right = (int) Math.rint(-Trigonometry.sin(angle) * 1.4);
        int up = (int) Math.rint(Trigonometry.cos(angle) * 1.4);
        char rod = right == 0 ? '|' : up == 0 ? '-' : right == up ? '/' : '\\';
        face[2 - up][2 + right] = rod;
        face[2 - 2 * up][2 + 2 * right] = rod;
        return String.join(
                        "\n",
                        new String(face[0]),
                        new String(face[1]),
                        new String(face[2]),
                        new String(face[3]),
                        new String(face[4]))
                + "\n";
    }
}
