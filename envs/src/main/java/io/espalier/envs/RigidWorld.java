package io.espalier.envs;

import java.util.List;
import org.dyn4j.collision.CategoryFilter;
import org.dyn4j.dynamics.BodyFixture;
import org.dyn4j.dynamics.ContinuousDetectionMode;
import org.dyn4j.dynamics.Settings;
import org.dyn4j.dynamics.TimeStep;
import org.dyn4j.dynamics.contact.ContactConstraint;
import org.dyn4j.dynamics.contact.SequentialImpulses;
import org.dyn4j.dynamics.contact.SolvedContact;
import org.dyn4j.geometry.Convex;
import org.dyn4j.geometry.MassType;
import org.dyn4j.geometry.Segment;
import org.dyn4j.geometry.Transform;
import org.dyn4j.geometry.Vector2;
import org.dyn4j.world.ContactCollisionData;
import org.dyn4j.world.World;
import org.dyn4j.world.listener.ContactListenerAdapter;

/**
 * Ground and a few jointed bodies above it, stepped by dyn4j with the constants of Box2D: time steps of 1/50 s, gravity of
 * 10 m/s², no damping, friction mixed as the geometric mean, no bouncing, sleep after half a second below 0.01 m/s and 2°/s.
 *
 * <p>Bodies touch the ground alone, as the masks of Gymnasium's two tasks want it. A world is made for each episode: then
 * nothing of an episode, contacts least of all, is left for the next.
 *
 * <p>There is no continuous collision detection: dyn4j orders its work by hash codes that differ from run to run. The
 * bodies here are thicker than the way of one step.
 */
final class RigidWorld {
    static final double SECONDS = 1.0 / 50;

    private static final CategoryFilter GROUND = new CategoryFilter(1, 0xffff);
    private static final CategoryFilter ABOVE = new CategoryFilter(0x20, 1);

    private final World<RigidBody> world = new World<>();
    private final RigidBody ground = new RigidBody();
    private final double groundFriction;

    /**
     * An empty world.
     *
     * @param groundFriction of the ground, to be mixed with that of the body on it
     * @param velocityIterations how often a step solves for velocities
     * @param positionIterations how often a step solves for positions at the most
     */
    RigidWorld(double groundFriction, int velocityIterations, int positionIterations) {
        this.groundFriction = groundFriction;
        Settings settings = world.getSettings();
        settings.setStepFrequency(SECONDS);
        settings.setVelocityConstraintSolverIterations(velocityIterations);
        settings.setPositionConstraintSolverIterations(positionIterations);
        settings.setContinuousDetectionMode(ContinuousDetectionMode.NONE);
        world.setGravity(0, -10);
        world.setContactConstraintSolver(new Solver());
        world.setNarrowphasePostProcessor(new GroundContact());
        world.addContactListener(new ContactListenerAdapter<>() {
            @Override
            public void collision(ContactCollisionData<RigidBody> contact) {
                contact.getBody1().setTouching(true);
                contact.getBody2().setTouching(true);
            }
        });
        ground.setMass(MassType.INFINITE);
        world.addBody(ground);
    }

    /** A straight piece of ground from left to right. */
    void addGround(double fromX, double fromY, double toX, double toY) {
        addGround(new Segment(new Vector2(fromX, fromY), new Vector2(toX, toY)));
    }

    /** A piece of ground. */
    void addGround(Convex shape) {
        BodyFixture fixture = new BodyFixture(shape);
        fixture.setFriction(groundFriction);
        fixture.setFilter(GROUND);
        ground.addFixture(fixture);
    }

    /**
     * A body that moves, put with its own origin to a place and not turned.
     *
     * @param density in kg/m²
     */
    RigidBody addBody(Convex shape, double density, double friction, double x, double y) {
        BodyFixture fixture = new BodyFixture(shape);
        fixture.setDensity(density);
        fixture.setFriction(friction);
        fixture.setRestitution(0);
        fixture.setFilter(ABOVE);
        RigidBody body = new RigidBody();
        body.addFixture(fixture);
        body.setMass(MassType.NORMAL);
        body.setAngularDamping(0);
        body.place(x, y, 0);
        world.addBody(body);
        return body;
    }

    /**
     * Joins two bodies that have not been turned. The second is moved so that the anchors meet.
     *
     * @param anchor where the hinge is on the first body, from its origin
     * @param otherAnchor where it is on the second body, from its origin
     * @param lowest the least angle of the second body against the first, in radians
     * @param highest the greatest
     * @param torque the most of the motor, in N m
     */
    Hinge addHinge(
            RigidBody body,
            Vector2 anchor,
            RigidBody other,
            Vector2 otherAnchor,
            double lowest,
            double highest,
            double torque) {
        Vector2 meeting = body.getWorldPoint(anchor);
        other.place(meeting.x - otherAnchor.x, meeting.y - otherAnchor.y, 0);
        Hinge hinge = new Hinge(body, other, meeting, lowest, highest, torque);
        world.addJoint(hinge);
        return hinge;
    }

    /** Goes on by 1/50 s. */
    void step() {
        for (int i = 0; i < world.getBodyCount(); i++) {
            world.getBody(i).setTouching(false);
        }
        world.step(1);
    }

    /** Pushes what is in the ground out of it, as dyn4j and Box2D do, but turning by our own sine and cosine. */
    private static final class Solver extends SequentialImpulses<RigidBody> {
        @Override
        public boolean solvePositionContraints(
                List<ContactConstraint<RigidBody>> constraints, TimeStep step, Settings settings) {
            double least = 0;
            for (int i = 0; i < constraints.size(); i++) {
                ContactConstraint<RigidBody> constraint = constraints.get(i);
                List<? extends SolvedContact> contacts = constraint.getContacts();
                for (int k = 0; k < contacts.size(); k++) {
                    if (!contacts.get(k).isIgnored()) {
                        least = Math.min(least, pushApart(constraint, contacts.get(k), settings));
                    }
                }
            }
            return least >= -3 * settings.getLinearTolerance();
        }

        /** The separation before the push, in metres; negative inside each other. */
        private static double pushApart(
                ContactConstraint<RigidBody> constraint, SolvedContact contact, Settings settings) {
            RigidBody body = constraint.getBody1();
            RigidBody other = constraint.getBody2();
            Vector2 normal = constraint.getNormal();
            Vector2 onBody = moved(body, contact.getPoint());
            Vector2 onOther = moved(other, contact.getPoint());
            double separation = onBody.difference(onOther).dot(normal) - contact.getDepth();
            double push = -settings.getBaumgarte()
                    * Math.max(
                            -settings.getMaximumLinearCorrection(),
                            Math.min(0, separation + settings.getLinearTolerance()));
            double arm = onBody.subtract(body.getWorldCenter()).cross(normal);
            double otherArm = onOther.subtract(other.getWorldCenter()).cross(normal);
            double inverseMass = body.getMass().getInverseMass();
            double otherInverseMass = other.getMass().getInverseMass();
            double inverseInertia = body.getMass().getInverseInertia();
            double otherInverseInertia = other.getMass().getInverseInertia();
            double impulse = push
                    / (inverseMass
                            + otherInverseMass
                            + inverseInertia * arm * arm
                            + otherInverseInertia * otherArm * otherArm);
            body.translate(normal.product(impulse * inverseMass));
            body.rotateAboutCenter(inverseInertia * arm * impulse);
            other.translate(normal.product(-impulse * otherInverseMass));
            other.rotateAboutCenter(-otherInverseInertia * otherArm * impulse);
            return separation;
        }

        /** Where the point of a body that was there when contacts were found, before this step moved it, is now. */
        private static Vector2 moved(RigidBody body, Vector2 point) {
            Transform found = body.getPreviousTransform();
            return body.getTransform().getTransformed(found.getInverseTransformed(point));
        }
    }
}
