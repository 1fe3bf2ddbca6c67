package io.espalier.runtime;

import io.espalier.core.State;
import io.espalier.policy.Learner;
import io.espalier.policy.Policy;
import io.espalier.runtime.events.RunEvent;

/**
 * Sees to it that no policy with NaN or infinities is ever acted on or saved. A learner skips updates that are not
 * finite by itself; after too many in a row, or should its policy not be finite, it goes back to its last good state;
 * after too many of these, the run stops.
 */
final class Divergence {
    /** Rounds with skipped updates, in a row, after which the learner goes back. */
    static final int SKIPPED_ROUNDS = 10;
    /** Times of going back to the same state after which the run stops. */
    static final int ROLLBACKS = 3;

    private final Learner learner;
    private final RunEvent.Sink events;
    private State good = new State();
    private Policy policy;
    private int skippedRounds;
    private int rollbacks;

    Divergence(Learner learner, RunEvent.Sink events) {
        this.learner = learner;
        this.events = events;
        policy = learner.policy();
        learner.save(good);
    }

    /** Takes a saved state of the learner as the one to go back to; not while it is skipping updates. */
    void good(State state) {
        if (skippedRounds == 0) {
            good = state;
            rollbacks = 0;
        }
    }

    /**
     * Looks at what an update did.
     *
     * @param skipped how many gradient updates it skipped because they were not finite
     * @return the policy to act with
     * @throws DivergenceException if going back has not helped
     */
    Policy check(double skipped) {
        skippedRounds = skipped > 0 ? skippedRounds + 1 : 0;
        Policy newest = learner.policy();
        boolean finite = newest.weights().finite();
        if (finite && skippedRounds < SKIPPED_ROUNDS) {
            policy = newest;
            return policy;
        }
        String why = finite
                ? "updates were skipped in " + skippedRounds
                        + " rounds in a row, because loss or gradient were not finite"
                : "the weights have become NaN or infinite";
        if (rollbacks == ROLLBACKS) {
            throw new DivergenceException(
                    "Learning diverges: " + why + "; going back to the last good state did not help " + ROLLBACKS
                            + " times. Maybe lower the learning rate, or clip gradients.");
        }
        rollbacks++;
        skippedRounds = 0;
        learner.load(good);
        policy = learner.policy();
        if (!policy.weights().finite()) {
            throw hopeless(why);
        }
        events.take(RunEvent.of(
                "learner/rollback",
                "went back to the last good state (" + rollbacks + " of " + ROLLBACKS + " times): " + why));
        return policy;
    }

    private static DivergenceException hopeless(String why) {
        return new DivergenceException(
                "Learning diverges: " + why + "; going back to the last good state does not help."
                        + " Maybe lower the learning rate, or clip gradients.");
    }
}
