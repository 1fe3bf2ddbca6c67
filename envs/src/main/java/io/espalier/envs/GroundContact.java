package io.espalier.envs;

import org.dyn4j.collision.narrowphase.NarrowphasePostProcessor;
import org.dyn4j.collision.narrowphase.Penetration;
import org.dyn4j.geometry.Convex;
import org.dyn4j.geometry.Polygon;
import org.dyn4j.geometry.Segment;
import org.dyn4j.geometry.Transform;
import org.dyn4j.geometry.Vector2;

/**
 * Makes straight pieces of ground push upwards: along their own normal, by the depth of the lowest point of the body that is
 * over the piece. Left to itself, the engine pushes out the shortest way, which for a foot in the seam of two pieces is
 * sideways into the other piece, so that it stays in the ground. (Box2D has no such foot, as its continuous collision
 * detection stops it at the surface.)
 */
final class GroundContact implements NarrowphasePostProcessor {
    @Override
    public void process(Convex convex, Transform pose, Convex other, Transform otherPose, Penetration penetration) {
        if (convex instanceof Segment ground && other instanceof Polygon body) {
            push(ground, body, otherPose, 1, penetration);
        } else if (other instanceof Segment ground && convex instanceof Polygon body) {
            push(ground, body, pose, -1, penetration);
        }
    }

    /** Ground lies where it was laid: its points run from left to right, and its pose is none. */
    private static void push(Segment ground, Polygon body, Transform pose, int sign, Penetration penetration) {
        Vector2 from = ground.getPoint1();
        Vector2 along = ground.getPoint2().difference(from);
        double length = along.normalize();
        double depth = depth(from, along, length, body.getVertices(), pose);
        if (depth > 0) {
            penetration.setNormal(new Vector2(-sign * along.y, sign * along.x));
            penetration.setDepth(depth);
        } else {
            penetration.clear();
        }
    }

    /** How far the part of a body that is over a piece of ground reaches below it; not above 0 if it does not. */
    private static double depth(Vector2 from, Vector2 along, double length, Vector2[] corners, Transform pose) {
        double lowest = Double.POSITIVE_INFINITY;
        Vector2 last = pose.getTransformed(corners[corners.length - 1]).subtract(from);
        double lastAt = last.dot(along);
        double lastHigh = along.cross(last);
        for (Vector2 corner : corners) {
            Vector2 next = pose.getTransformed(corner).subtract(from);
            double at = next.dot(along);
            double high = along.cross(next);
            if (at >= 0 && at <= length) {
                lowest = Math.min(lowest, high);
            }
            // Where the side from the last corner crosses the two ends of the piece.
            if (at < 0 != lastAt < 0) {
                lowest = Math.min(lowest, lastHigh + (high - lastHigh) * (0 - lastAt) / (at - lastAt));
            }
            if (at > length != lastAt > length) {
                lowest = Math.min(lowest, lastHigh + (high - lastHigh) * (length - lastAt) / (at - lastAt));
            }
            lastAt = at;
            lastHigh = high;
        }
        return -lowest;
    }
}
