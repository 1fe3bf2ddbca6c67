package io.espalier.runtime;

import io.espalier.core.Cores;
import io.espalier.core.MetricSink;

/**
 * Where a learner's work is done, if not on the run's own threads alone; for {@link Trainer#learnerPlacement}. Has no
 * influence on the result. Whoever makes it closes it, after the run.
 */
public interface LearnerPlacement {
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

    /** Gives its figures since it was last asked; after each round, on the run's own thread. */
    void report(MetricSink metrics);
}
