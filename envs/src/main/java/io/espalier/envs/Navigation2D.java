package io.espalier.envs;

import io.espalier.core.Box;
import io.espalier.core.Canvas;
import io.espalier.core.Environment;
import io.espalier.core.RandomStream;
import io.espalier.core.Space;
import io.espalier.core.State;
import io.espalier.core.Stateful;
import io.espalier.core.Step;
import java.util.Arrays;

/**
 * A point finds its way over a square field to a goal, around round obstacles that lie elsewhere in every episode.
 *
 * <p><b>Actions</b>, {@code box[2]} from −1 to 1: the movement of one step, rightwards and upwards, in units of 0.05; a longer
 * one than 1 is shortened to 1. The edge of the field, from −1 to 1 in both directions, stops the point.
 *
 * <p><b>Observations</b>, {@code box[20]} with {@link Sensing#RANGES}, {@code box[22]} with {@link Sensing#OBSTACLES}:
 * <table>
 *   <caption>the components</caption>
 *   <tr><th>index<th>quantity<th>bounds
 *   <tr><td>0, 1<td>the point's place<td>±1
 *   <tr><td>2, 3<td>from the point to the goal<td>±2
 *   <tr><td>4 to 19<td>ranges: the free distance in 16 directions, counter-clockwise from the right, at most 1<td>0 to 1
 *   <tr><td>4 + 3 i to 6 + 3 i<td>obstacles: from the point to the centre of obstacle i of 6, and its radius; zeros if there is
 *   none<td>±2, radius 0 to 0.25
 * </table>
 *
 * <p><b>Rewards</b>: with {@link Reward#SPARSE} 1 for reaching the goal and 0 otherwise. With {@link Reward#SHAPED} in each step
 * the distance gained on the straight line to the goal, minus 0.01; and 1 for reaching it, −1 for hitting an obstacle.
 *
 * <p><b>Start</b>: up to 6 obstacles with radii from 0.1 to 0.25, at least 0.1 from each other and from the edge, so that there
 * is always a way; point and goal uniform where there is 0.06 of space around them, at least 1 apart.
 *
 * <p><b>End</b>: terminated within 0.05 of the goal, which is success, or on hitting an obstacle, on the way too; truncated after
 * 200 steps when made by name.
 *
 * <p><b>Version</b>: Navigation2D-v0 with ranges and shaped reward; Navigation2DSparse-v0 with ranges and sparse reward. A
 * task of this library; there is no outside figure to compare with.
 */
public final class Navigation2D implements Environment, Stateful {
    /** How obstacles are seen. */
    public enum Sensing {
        /** By the free distance in 16 directions. */
        RANGES,
        /** By place and radius. */
        OBSTACLES
    }

    /** What is rewarded. */
    public enum Reward {
        /** Arriving alone. */
        SPARSE,
        /** Coming nearer as well, and obstacles are punished. */
        SHAPED
    }

    static final int OBSTACLES = 6;
    static final double STRIDE = 0.05;
    static final double ARRIVED = 0.05;

    private static final int RAYS = 16;
    private static final double[] RAY_X = new double[RAYS];
    private static final double[] RAY_Y = new double[RAYS];
    private static final double LEAST_RADIUS = 0.1;
    private static final double MOST_RADIUS = 0.25;
    private static final double GAP = 0.1;
    private static final double SPACE = 0.06;
    private static final double FAR = 1;
    private static final int ATTEMPTS = 50;
    private static final Box ACTIONS = Box.uniform(-1, 1, 2);
    private static final Step SPARSE_STEP = Step.transition(0);
    private static final Step SPARSE_CRASH = Step.termination(0);
    private static final Step SPARSE_GOAL = Step.termination(1);

    static {
        for (int i = 0; i < RAYS; i++) {
            RAY_X[i] = StrictMath.cos(2 * Math.PI * i / RAYS);
            RAY_Y[i] = StrictMath.sin(2 * Math.PI * i / RAYS);
        }
    }

    private final RandomStream random = new RandomStream(0);
    private final Sensing sensing;
    private final Reward reward;
    private final Box observations;

    /** Obstacles: x, y and radius of each; a radius of 0 if there is none. */
    private final double[] obstacles = new double[3 * OBSTACLES];

    private double x;
    private double y;
    private double goalX;
    private double goalY;
    private boolean running;
    private boolean arrived;

    /** A field. */
    public Navigation2D(Sensing sensing, Reward reward) {
        this.sensing = sensing;
        this.reward = reward;
        observations = space(sensing);
    }

    private static Box space(Sensing sensing) {
        float[] low = new float[4 + (sensing == Sensing.RANGES ? RAYS : 3 * OBSTACLES)];
        float[] high = new float[low.length];
        Arrays.fill(high, 2);
        Arrays.fill(high, 0, 2, 1);
        for (int i = 4; i < high.length; i++) {
            if (sensing == Sensing.RANGES) {
                high[i] = 1;
            } else if (i % 3 == 0) {
                high[i] = (float) MOST_RADIUS;
            }
        }
        for (int i = 0; i < low.length; i++) {
            low[i] = i < 4 || high[i] == 2 ? -high[i] : 0;
        }
        return Box.of(low, high);
    }

    @Override
    public Space observationSpace() {
        return observations;
    }

    @Override
    public Space actionSpace() {
        return ACTIONS;
    }

    @Override
    public void reset(long seed) {
        random.reseed(seed);
        Arrays.fill(obstacles, 0);
        for (int i = 0; i < obstacles.length; i += 3) {
            place(i);
        }
        do {
            x = random.uniform(-1, 1);
            y = random.uniform(-1, 1);
            goalX = random.uniform(-1, 1);
            goalY = random.uniform(-1, 1);
        } while (goalDistance() < FAR || crowded(x, y, SPACE) || crowded(goalX, goalY, SPACE));
        running = true;
        arrived = false;
    }

    /** Finds room for an obstacle, or leaves it out: then the field is full enough. */
    private void place(int at) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            double radius = random.uniform(LEAST_RADIUS, MOST_RADIUS);
            double most = 1 - GAP - radius;
            double centreX = random.uniform(-most, most);
            double centreY = random.uniform(-most, most);
            if (!crowded(centreX, centreY, radius + GAP)) {
                setObstacle(at / 3, centreX, centreY, radius);
                return;
            }
        }
    }

    /** Whether an obstacle or the edge is nearer than {@code space}. */
    private boolean crowded(double atX, double atY, double space) {
        boolean crowded = Math.abs(atX) > 1 - space || Math.abs(atY) > 1 - space;
        for (int i = 0; i < obstacles.length; i += 3) {
            double apart = length(obstacles[i] - atX, obstacles[i + 1] - atY);
            crowded |= obstacles[i + 2] > 0 && apart < obstacles[i + 2] + space;
        }
        return crowded;
    }

    void setObstacle(int i, double centreX, double centreY, double radius) {
        obstacles[3 * i] = centreX;
        obstacles[3 * i + 1] = centreY;
        obstacles[3 * i + 2] = radius;
    }

    /** Begins an episode on an empty field. */
    void set(double startX, double startY, double toX, double toY) {
        Arrays.fill(obstacles, 0);
        x = startX;
        y = startY;
        goalX = toX;
        goalY = toY;
        running = true;
        arrived = false;
    }

    private static double length(double right, double up) {
        return Math.sqrt(right * right + up * up);
    }

    private double goalDistance() {
        return length(goalX - x, goalY - y);
    }

    @Override
    public Step step(float[] actions, int at) {
        Actions.underWay(running);
        double right = Math.max(-1, Math.min(1, Actions.finite(actions, at)));
        double up = Math.max(-1, Math.min(1, Actions.finite(actions, at + 1)));
        double stride = STRIDE / Math.max(1, length(right, up));
        double before = goalDistance();
        double nextX = Math.max(-1, Math.min(1, x + stride * right));
        double nextY = Math.max(-1, Math.min(1, y + stride * up));
        boolean crash = crosses(x, y, nextX, nextY);
        x = nextX;
        y = nextY;
        arrived = !crash && goalDistance() <= ARRIVED;
        running = !crash && !arrived;
        if (reward == Reward.SPARSE) {
            return arrived ? SPARSE_GOAL : crash ? SPARSE_CRASH : SPARSE_STEP;
        }
        double earned = before - goalDistance() - 0.01 + (arrived ? 1 : crash ? -1 : 0);
        return running ? Step.transition(earned) : Step.termination(earned);
    }

    /** Whether a straight way touches an obstacle: whether the point of it nearest to a centre does. */
    private boolean crosses(double fromX, double fromY, double toX, double toY) {
        double right = toX - fromX;
        double up = toY - fromY;
        double squared = right * right + up * up;
        for (int i = 0; i < obstacles.length; i += 3) {
            double centreRight = obstacles[i] - fromX;
            double centreUp = obstacles[i + 1] - fromY;
            double along = squared == 0 ? 0 : (centreRight * right + centreUp * up) / squared;
            double nearest = Math.max(0, Math.min(1, along));
            if (length(centreRight - nearest * right, centreUp - nearest * up) < obstacles[i + 2]) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void observe(float[] into, int at) {
        into[at] = (float) x;
        into[at + 1] = (float) y;
        into[at + 2] = (float) (goalX - x);
        into[at + 3] = (float) (goalY - y);
        if (sensing == Sensing.RANGES) {
            for (int ray = 0; ray < RAYS; ray++) {
                into[at + 4 + ray] = (float) range(RAY_X[ray], RAY_Y[ray]);
            }
            return;
        }
        for (int i = 0; i < obstacles.length; i += 3) {
            boolean there = obstacles[i + 2] > 0;
            into[at + 4 + i] = there ? (float) (obstacles[i] - x) : 0;
            into[at + 5 + i] = there ? (float) (obstacles[i + 1] - y) : 0;
            into[at + 6 + i] = (float) obstacles[i + 2];
        }
    }

    /** The free distance in the direction of a unit vector, at most 1. Inside an obstacle, after hitting it, 0. */
    private double range(double right, double up) {
        double free = 1;
        free = right > 0 ? Math.min(free, (1 - x) / right) : right < 0 ? Math.min(free, (-1 - x) / right) : free;
        free = up > 0 ? Math.min(free, (1 - y) / up) : up < 0 ? Math.min(free, (-1 - y) / up) : free;
        for (int i = 0; i < obstacles.length; i += 3) {
            double centreRight = obstacles[i] - x;
            double centreUp = obstacles[i + 1] - y;
            double along = centreRight * right + centreUp * up;
            double aside = centreRight * up - centreUp * right;
            double half = obstacles[i + 2] * obstacles[i + 2] - aside * aside;
            if (half > 0) {
                double chord = Math.sqrt(half);
                free = along + chord > 0 ? Math.min(free, Math.max(0, along - chord)) : free;
            }
        }
        return free;
    }

    @Override
    public boolean reportsSuccess() {
        return true;
    }

    @Override
    public boolean success() {
        return arrived;
    }

    @Override
    public void save(State into) {
        into.put("obstacles", obstacles);
        into.put("rest", new double[] {x, y, goalX, goalY, running ? 1 : 0, arrived ? 1 : 0});
    }

    @Override
    public void load(State from) {
        System.arraycopy(Memory.doubles(from, "obstacles", obstacles.length), 0, obstacles, 0, obstacles.length);
        double[] rest = Memory.doubles(from, "rest", 6);
        x = rest[0];
        y = rest[1];
        goalX = rest[2];
        goalY = rest[3];
        running = rest[4] != 0;
        arrived = rest[5] != 0;
    }

    @Override
    public void draw(Canvas canvas) {
        canvas.view(-1.05, -1.05, 1.05, 1.05);
        canvas.line(Canvas.Ink.GROUND, 0.01, -1, -1, 1, -1, 1, 1, -1, 1, -1, -1);
        for (int i = 0; i < obstacles.length; i += 3) {
            if (obstacles[i + 2] > 0) {
                canvas.circle(Canvas.Ink.DANGER, obstacles[i], obstacles[i + 1], obstacles[i + 2]);
            }
        }
        canvas.circle(Canvas.Ink.GOAL, goalX, goalY, ARRIVED);
        canvas.circle(Canvas.Ink.BODY, x, y, 0.03);
    }

    /** The field from above: the point, @, the goal, G, and obstacles, #. */
    @Override
    public String render() {
        StringBuilder picture = new StringBuilder();
        for (int row = 0; row < 20; row++) {
            for (int column = 0; column < 40; column++) {
                double atX = (column + 0.5) / 20 - 1;
                double atY = 1 - (row + 0.5) / 10;
                boolean blocked = crosses(atX, atY, atX, atY);
                picture.append(
                        shows(x, y, row, column) ? '@' : shows(goalX, goalY, row, column) ? 'G' : blocked ? '#' : '.');
            }
            picture.append('\n');
        }
        return picture.toString();
    }

    private static boolean shows(double atX, double atY, int row, int column) {
        return Math.min(39, (int) ((atX + 1) * 20)) == column && Math.min(19, (int) ((1 - atY) * 10)) == row;
    }
}
