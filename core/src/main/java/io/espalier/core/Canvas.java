package io.espalier.core;

/**
 * What an environment draws its scene on. Coordinates are the scene's own, x to the right and y up, made known by
 * {@link #view} before anything else; what is drawn later covers what was drawn before. Whoever provides the canvas
 * decides what comes of it: a picture, a film, a sketch of characters.
 */
public interface Canvas {
    /** What a shape is, rather than its colour, so that each canvas finds colours that go together. */
    enum Ink {
        /** What everything stands on: ground, track, walls. */
        GROUND,
        /** The main thing the policy moves. */
        BODY,
        /** Another part of it. */
        LIMB,
        /** A force at work: flames, torque. */
        FORCE,
        /** What to reach. */
        GOAL,
        /** What to keep off. */
        DANGER,
        /** Marks that belong to no thing: scales, rays. */
        FAINT
    }

    /**
     * Says which part of the scene is seen.
     *
     * @throws IllegalArgumentException if it is empty or not finite
     */
    void view(double left, double bottom, double right, double top);

    /** A filled polygon. */
    void polygon(Ink ink, double... corners);

    /** A line through points x, y, x, y, and so on, of a width in the scene's units; 0 for the thinnest that is seen. */
    void line(Ink ink, double width, double... points);

    /** A filled circle. */
    void circle(Ink ink, double x, double y, double radius);

    /** Corners of a rectangle around a middle, turned by an angle in radians, for {@link #polygon}. */
    static double[] rectangle(double x, double y, double width, double height, double angle) {
        double cos = StrictMath.cos(angle) / 2;
        double sin = StrictMath.sin(angle) / 2;
        double wideX = width * cos;
        double wideY = width * sin;
        double highX = -height * sin;
        double highY = height * cos;
        return new double[] {
            x - wideX - highX,
            y - wideY - highY,
            x + wideX - highX,
            y + wideY - highY,
            x + wideX + highX,
            y + wideY + highY,
            x - wideX + highX,
            y - wideY + highY
        };
    }
}
