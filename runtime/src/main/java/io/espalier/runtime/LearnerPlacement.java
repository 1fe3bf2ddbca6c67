package io.espalier.runtime;

import io.espalier.core.Cores;
import io.espalier.core.MetricSink;

/**
 * Where a learner's work is done, if not on the run's own threads alone; for {@link Trainer#learnerPlacement}. Has no
 * influence on the result. Whoever makes it closes it, after the run.
 */
public interface LearnerPlacement extends AutoCloseable {
    /** On the run's own threads: the default. */
    LearnerPlacement HERE = new LearnerPlacement() {
        @Override
        public Cores around(Cores cores) {
            return cores;
        }

        @Override
        public void report(MetricSink metrics) {}
    };

    /** The cores that the learner gets, made of the run's. */
    Cores around(Cores cores);

    /** How many processors of a pool of workers it keeps for itself, where those who collect come from the same pool. */
    default int processors() {
        return 0;
    }

    /** Gives its figures since it was last asked; after each round, on the run's own thread. */
    void report(MetricSink metrics);

    /** Ends what it had placed. */
    @Override
    default void close() {}
}
