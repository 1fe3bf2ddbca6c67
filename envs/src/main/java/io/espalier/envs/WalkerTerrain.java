package io.espalier.envs;

import io.espalier.core.Canvas;
import io.espalier.core.RandomStream;
import java.util.ArrayList;
import java.util.List;
import org.dyn4j.geometry.Geometry;
import org.dyn4j.geometry.Vector2;

/**
 * The ground of {@link BipedalWalker}: 199 straight pieces from left to right, and in the hardcore version the blocks of
 * pits, stumps and stairs. It knows its edges too, for rays.
 */
final class WalkerTerrain {
    static final int POINTS = 200;
    static final double STRIDE = 14.0 / 30;
    static final double LEVEL = 400.0 / 30 / 4;
    static final int START = 20;
    static final int GRASS = 10;

    private static final int PIT = 1;
    private static final int STUMP = 2;

    private final double[] height = new double[POINTS];

    /** Corners of blocks, counterclockwise: x, y, x, y, and so on. */
    private final List<double[]> blocks = new ArrayList<>();

    /** Draws a terrain, with obstacles or without, in the order of Gymnasium's generator. */
    WalkerTerrain(RandomStream random, boolean obstacles) {
        double slope = 0;
        double y = LEVEL;
        int i = 0;
        int left = START;
        boolean fresh = false;
        while (i < POINTS) {
            // Grass: the first point after a stretch of anything keeps the height of the one before.
            for (; left > 0 && i < POINTS; left--) {
                if (!fresh) {
                    slope = 0.8 * slope + 0.01 * Math.signum(LEVEL - y);
                    slope += i > START ? random.uniform(-1, 1) / 30 : 0;
                    y += slope;
                }
                fresh = false;
                height[i++] = y;
            }
            left = GRASS / 2 + random.nextInt(GRASS - GRASS / 2);
            if (obstacles && i < POINTS) {
                i = addObstacle(random, i, y);
                y = height[i - 1];
                // Drawn again, as there: the draw before it is lost.
                left = GRASS / 2 + random.nextInt(GRASS - GRASS / 2);
            }
            fresh = true;
        }
    }

    /** Adds one obstacle that begins at a point, and returns the point after it. */
    private int addObstacle(RandomStream random, int first, double y) {
        int kind = 1 + random.nextInt(3);
        double x = first * STRIDE;
        if (kind == PIT) {
            int wide = 3 + random.nextInt(2);
            addBlock(x, y - 4 * STRIDE, x + STRIDE, y);
            addBlock(x + wide * STRIDE, y - 4 * STRIDE, x + (wide + 1) * STRIDE, y);
            int length = wide + 2;
            for (int k = 0; k < length; k++) {
                fill(first + k, k == 0 || k == length - 1 ? y : y - 4 * STRIDE);
            }
            return Math.min(POINTS, first + length);
        } else if (kind == STUMP) {
            int wide = 1 + random.nextInt(2);
            addBlock(x, y, x + wide * STRIDE, y + wide * STRIDE);
            for (int k = 0; k < wide; k++) {
                fill(first + k, y);
            }
            return Math.min(POINTS, first + wide);
        }
        int up = random.nextDouble() > 0.5 ? 1 : -1;
        int wide = 4;
        int steps = 3 + random.nextInt(2);
        for (int s = 0; s < steps; s++) {
            double top = y + s * up * STRIDE;
            addBlock(x + s * wide * STRIDE, top - STRIDE, x + (s + 1) * wide * STRIDE, top);
        }
        fill(first, y);
        for (int k = 1; k < steps * wide; k++) {
            // Under the stairs the ground is a ramp.
            fill(first + k, y + (k - up) / (double) wide * up * STRIDE);
        }
        return Math.min(POINTS, first + steps * wide);
    }

    private void fill(int i, double y) {
        if (i < POINTS) {
            height[i] = y;
        }
    }

    private void addBlock(double left, double bottom, double right, double top) {
        blocks.add(new double[] {left, bottom, right, bottom, right, top, left, top});
    }

    /** Lays it all into a world. */
    void build(RigidWorld world) {
        for (double[] block : blocks) {
            Vector2[] corners = new Vector2[block.length / 2];
            for (int i = 0; i < corners.length; i++) {
                corners[i] = new Vector2(block[2 * i], block[2 * i + 1]);
            }
            world.addGround(Geometry.createPolygon(corners));
        }
        for (int i = 0; i + 1 < POINTS; i++) {
            world.addGround(i * STRIDE, height[i], (i + 1) * STRIDE, height[i + 1]);
        }
    }

    /** The height of a point. */
    double height(int i) {
        return height[i];
    }

    /** The blocks, each as its corners. */
    List<double[]> blocks() {
        return blocks;
    }

    /**
     * How far a ray goes before it meets ground, as a share of its length; 1 if it meets none.
     *
     * @param alongX where the ray ends, from where it begins
     * @param alongY where the ray ends, from where it begins
     */
    double ray(double x, double y, double alongX, double alongY) {
        double free = 1;
        int first = Math.max(0, (int) Math.floor(Math.min(x, x + alongX) / STRIDE));
        int last = Math.min(POINTS - 2, (int) Math.floor(Math.max(x, x + alongX) / STRIDE));
        for (int i = first; i <= last; i++) {
            free = Math.min(
                    free, meeting(x, y, alongX, alongY, i * STRIDE, height[i], (i + 1) * STRIDE, height[i + 1]));
        }
        for (int b = 0; b < blocks.size(); b++) {
            double[] c = blocks.get(b);
            if (c[0] > Math.max(x, x + alongX) || c[2] < Math.min(x, x + alongX)) {
                continue;
            }
            for (int i = 0; i < c.length; i += 2) {
                int j = (i + 2) % c.length;
                free = Math.min(free, meeting(x, y, alongX, alongY, c[i], c[i + 1], c[j], c[j + 1]));
            }
        }
        return free;
    }

    /** Where on a ray, from 0 to 1, a straight piece from (aX, aY) to (bX, bY) lies; 1 if it does not. */
    private static double meeting(
            double x, double y, double alongX, double alongY, double aX, double aY, double bX, double bY) {
        double pieceX = bX - aX;
        double pieceY = bY - aY;
        double cross = alongX * pieceY - alongY * pieceX;
        if (cross == 0) {
            return 1;
        }
        double onRay = ((aX - x) * pieceY - (aY - y) * pieceX) / cross;
        double onPiece = ((aX - x) * alongY - (aY - y) * alongX) / cross;
        return onRay >= 0 && onRay <= 1 && onPiece >= 0 && onPiece <= 1 ? onRay : 1;
    }

    /** Draws what lies between two places. */
    void draw(Canvas canvas, double left, double right, double bottom) {
        int first = Math.max(0, (int) Math.floor(left / STRIDE));
        int last = Math.min(POINTS - 1, (int) Math.ceil(right / STRIDE));
        double[] ground = new double[2 * (last - first + 1) + 4];
        for (int i = first; i <= last; i++) {
            ground[2 * (i - first)] = i * STRIDE;
            ground[2 * (i - first) + 1] = height[i];
        }
        int end = ground.length - 4;
        ground[end] = last * STRIDE;
        ground[end + 1] = bottom;
        ground[end + 2] = first * STRIDE;
        ground[end + 3] = bottom;
        canvas.polygon(Canvas.Ink.GROUND, ground);
        for (double[] block : blocks) {
            if (block[2] >= left && block[0] <= right) {
                canvas.polygon(Canvas.Ink.DANGER, block);
            }
        }
    }
}
