package io.espalier.envs;

import org.dyn4j.dynamics.Settings;
import org.dyn4j.dynamics.TimeStep;
import org.dyn4j.dynamics.joint.RevoluteJoint;
import org.dyn4j.geometry.Vector2;

/**
 * A revolute joint with a motor and limits, in the place of dyn4j's.
 *
 * <p>What it pulls together and what it limits are solved as one block of three equations, as Box2D 2.3 does: with a light leg
 * on a heavy hull, solving one after the other takes several times the iterations. Positions are corrected here too, since
 * dyn4j 6.0.0 takes one element of the effective mass from before the bodies moved, which throws them apart once in some
 * thousand landings. It allocates nothing per iteration of the velocities.
 */
final class Hinge extends RevoluteJoint<RigidBody> {
    private final double lowest;
    private final double highest;

    /** −1 at the lower limit, 1 at the upper, 0 between. */
    private int limit;

    // Impulses so far: of the anchor, of the limit, of the motor.
    private double pullX;
    private double pullY;
    private double stop;
    private double drive;

    // Of the step: masses and inertias (inverse), arms from the centres of mass to the anchor, and the matrix K.
    private double mass;
    private double otherMass;
    private double inertia;
    private double otherInertia;
    private double armX;
    private double armY;
    private double otherArmX;
    private double otherArmY;
    private double k11;
    private double k12;
    private double k22;
    private double k13;
    private double k23;
    private double k33;

    /**
     * Joins two bodies that have not been turned.
     *
     * @param anchor where they meet, in the world
     * @param lowest the least angle of the second body against the first, in radians
     * @param highest the greatest
     * @param torque the most of the motor, in N m
     */
    Hinge(RigidBody body, RigidBody other, Vector2 anchor, double lowest, double highest, double torque) {
        super(body, other, anchor);
        this.lowest = lowest;
        this.highest = highest;
        setLimitsEnabled(lowest, highest);
        setMotorEnabled(true);
        setMaximumMotorTorqueEnabled(true);
        setMaximumMotorTorque(torque);
    }

    /** The angle of the second body against the first, in radians. */
    double angle() {
        return getBody2().angle() - getBody1().angle();
    }

    /** The angular velocity of the second body against the first, in radians per second. */
    double speed() {
        return getBody2().getAngularVelocity() - getBody1().getAngularVelocity();
    }

    @Override
    public void initializeConstraints(TimeStep step, Settings settings) {
        prepare();
        int now = angle() <= lowest ? -1 : angle() >= highest ? 1 : 0;
        stop = now == limit ? stop : 0;
        limit = now;
        apply(pullX, pullY, stop + drive);
    }

    /** Masses, arms and K for the poses as they are. */
    private void prepare() {
        RigidBody body = getBody1();
        RigidBody other = getBody2();
        mass = body.getMass().getInverseMass();
        otherMass = other.getMass().getInverseMass();
        inertia = body.getMass().getInverseInertia();
        otherInertia = other.getMass().getInverseInertia();
        Vector2 arm = body.getWorldPoint(localAnchor1).subtract(body.getWorldCenter());
        Vector2 otherArm = other.getWorldPoint(localAnchor2).subtract(other.getWorldCenter());
        armX = arm.x;
        armY = arm.y;
        otherArmX = otherArm.x;
        otherArmY = otherArm.y;
        k11 = mass + otherMass + inertia * armY * armY + otherInertia * otherArmY * otherArmY;
        k12 = -inertia * armX * armY - otherInertia * otherArmX * otherArmY;
        k22 = mass + otherMass + inertia * armX * armX + otherInertia * otherArmX * otherArmX;
        k13 = -inertia * armY - otherInertia * otherArmY;
        k23 = inertia * armX + otherInertia * otherArmX;
        k33 = inertia + otherInertia;
    }

    /** Gives an impulse at the anchor and one around it to the second body, and their opposites to the first. */
    private void apply(double x, double y, double twist) {
        RigidBody body = getBody1();
        RigidBody other = getBody2();
        body.getLinearVelocity().add(-mass * x, -mass * y);
        body.setAngularVelocity(body.getAngularVelocity() - inertia * (armX * y - armY * x + twist));
        other.getLinearVelocity().add(otherMass * x, otherMass * y);
        other.setAngularVelocity(other.getAngularVelocity() + otherInertia * (otherArmX * y - otherArmY * x + twist));
    }

    @Override
    public void solveVelocityConstraints(TimeStep step, Settings settings) {
        double most = getMaximumMotorTorque() * step.getDeltaTime();
        double driven = Math.max(-most, Math.min(most, drive - (speed() - getMotorSpeed()) / k33));
        apply(0, 0, driven - drive);
        drive = driven;

        // K · j = −(velocity of the second anchor against the first, and angular velocity if a limit holds).
        RigidBody body = getBody1();
        RigidBody other = getBody2();
        Vector2 velocity = body.getLinearVelocity();
        Vector2 otherVelocity = other.getLinearVelocity();
        double spin = body.getAngularVelocity();
        double otherSpin = other.getAngularVelocity();
        double x = -(otherVelocity.x - otherSpin * otherArmY - velocity.x + spin * armY);
        double y = -(otherVelocity.y + otherSpin * otherArmX - velocity.y - spin * armX);
        double twist = 0;
        if (limit != 0) {
            // The third unknown first, by Cramer's rule; a stop pushes away from its limit only.
            double minor = k11 * k22 - k12 * k12;
            double minor13 = k12 * k23 - k22 * k13;
            double minor23 = k12 * k13 - k11 * k23;
            double determinant = k13 * minor13 + k23 * minor23 + k33 * minor;
            twist = (x * minor13 + y * minor23 + (spin - otherSpin) * minor) / determinant;
            double stopped = limit < 0 ? Math.max(0, stop + twist) : Math.min(0, stop + twist);
            twist = stopped - stop;
            stop = stopped;
            x -= k13 * twist;
            y -= k23 * twist;
        }
        double determinant = k11 * k22 - k12 * k12;
        double pushX = (k22 * x - k12 * y) / determinant;
        double pushY = (k11 * y - k12 * x) / determinant;
        pullX += pushX;
        pullY += pushY;
        apply(pushX, pushY, twist);
    }

    @Override
    public boolean solvePositionConstraints(TimeStep step, Settings settings) {
        RigidBody body = getBody1();
        RigidBody other = getBody2();
        double most = settings.getMaximumAngularCorrection();
        double tolerance = settings.getAngularTolerance();
        double beyond = 0;
        if (angle() <= lowest) {
            beyond = Math.max(-most, Math.min(0, angle() - lowest + tolerance));
        } else if (angle() >= highest) {
            beyond = Math.max(0, Math.min(most, angle() - highest - tolerance));
        }
        shift(0, 0, -beyond / k33);
        prepare();
        Vector2 apart = other.getWorldPoint(localAnchor2).subtract(body.getWorldPoint(localAnchor1));
        double determinant = k11 * k22 - k12 * k12;
        shift((k12 * apart.y - k22 * apart.x) / determinant, (k12 * apart.x - k11 * apart.y) / determinant, 0);
        return apart.getMagnitude() <= settings.getLinearTolerance() && Math.abs(beyond) <= tolerance;
    }

    /** As {@link #apply}, but moves the bodies instead of making them faster. */
    private void shift(double x, double y, double twist) {
        RigidBody body = getBody1();
        RigidBody other = getBody2();
        body.translate(-mass * x, -mass * y);
        body.rotateAboutCenter(-inertia * (armX * y - armY * x + twist));
        other.translate(otherMass * x, otherMass * y);
        other.rotateAboutCenter(otherInertia * (otherArmX * y - otherArmY * x + twist));
    }
}
