package io.espalier.envs;

import io.espalier.core.Canvas;
import org.dyn4j.dynamics.Body;
import org.dyn4j.geometry.Polygon;
import org.dyn4j.geometry.Rotation;
import org.dyn4j.geometry.Transform;
import org.dyn4j.geometry.Vector2;

/**
 * A body of dyn4j that is turned by our own sine and cosine, so that its bits do not depend on the machine, and whose
 * angle goes on counting beyond a full turn.
 */
final class RigidBody extends Body {
    private double angle;
    private boolean touching;

    /** Puts the body's own origin, which need not be its centre of mass, to a place, in metres and radians. */
    void place(double x, double y, double radians) {
        angle = radians;
        turn();
        getTransform().setTranslation(x, y);
    }

    /** Radians, counterclockwise, counting whole turns. */
    double angle() {
        return angle;
    }

    /** Where the body's own origin is. */
    double x() {
        return getTransform().getTranslationX();
    }

    /** Where the body's own origin is. */
    double y() {
        return getTransform().getTranslationY();
    }

    /** Whether it touches another body after the last step. */
    boolean touching() {
        return touching;
    }

    void setTouching(boolean touches) {
        touching = touches;
    }

    /** All turning by the engine comes through here, except what {@link RigidWorld}'s solver does in its stead. */
    @Override
    public void rotateAboutCenter(double radians) {
        if (isStatic()) {
            return;
        }
        Vector2 centre = getWorldCenter();
        angle += radians;
        turn();
        Transform pose = getTransform();
        Vector2 local = getLocalCenter();
        pose.setTranslation(
                centre.x - (pose.getCost() * local.x - pose.getSint() * local.y),
                centre.y - (pose.getSint() * local.x + pose.getCost() * local.y));
    }

    /** Draws its polygon. */
    void draw(Canvas canvas, Canvas.Ink ink) {
        if (getFixtureCount() > 0 && getFixture(0).getShape() instanceof Polygon polygon) {
            Vector2[] corners = polygon.getVertices();
            double[] points = new double[2 * corners.length];
            for (int i = 0; i < corners.length; i++) {
                Vector2 corner = getWorldPoint(corners[i]);
                points[2 * i] = corner.x;
                points[2 * i + 1] = corner.y;
            }
            canvas.polygon(ink, points);
        }
    }

    private void turn() {
        getTransform().setRotation(Rotation.of(new Vector2(Trigonometry.cos(angle), Trigonometry.sin(angle))));
    }
}
