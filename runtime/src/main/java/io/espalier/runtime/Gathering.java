package io.espalier.runtime;

import io.espalier.core.MetricSink;
import io.espalier.core.State;
import io.espalier.policy.Learner;
import io.espalier.policy.Policy;

/**
 * How a run comes by a round of experience, and hands it to the learner. As a task of {@link SpinCores} it gathers in
 * parallel: whatever happens in environments happens there, and its progress is kept in fields.
 */
interface Gathering extends SpinCores.Resumable, AutoCloseable {
    /** Who learns from it. */
    Learner learner();

    /** Into how many tasks the coming round is cut. */
    int tasks();

    /**
     * Makes ready for the coming round.
     *
     * @param policy the learner's newest
     * @param environmentSteps environment steps taken in the run so far
     */
    void begin(Policy policy, long environmentSteps);

    /** Tells of the episodes that ended in the round, in an order that does not depend on threads. */
    void tell(EpisodeRecorder recorder);

    /**
     * Lets the learner learn from the round.
     *
     * @return how many environment steps it took
     */
    long learn(MetricSink metrics);

    /** What of it can be divided anew while it goes on. */
    default Redivisible redivisible() {
        return Redivisible.NOT;
    }

    /** All faults of environments so far. */
    long faults();

    /**
     * Writes what must be known to gather on, besides the learner.
     *
     * @param settled false if a round is under way, whose environments cannot be asked: the round is dropped
     */
    void save(State into, boolean settled);

    /** Becomes what was saved. */
    void load(State from);

    @Override
    void close();
}
