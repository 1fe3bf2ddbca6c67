package io.espalier.algorithms.offpolicy;

import io.espalier.core.ReplaySpec;
import io.espalier.policy.TaskSpec;

/** What a learner that replays asks of an algorithm's settings for its memory. */
interface MemorySettings {
    int environments();

    int bufferSize();

    long learningStarts();

    double gamma();

    default int nStep() {
        return 1;
    }

    default double priorityExponent() {
        return 0;
    }

    /** The memory that these settings want for a task. */
    default ReplaySpec memory(TaskSpec task) {
        return new ReplaySpec(
                bufferSize(),
                task.observationSpace(),
                task.actionSpace(),
                task.masked(),
                environments(),
                nStep(),
                gamma(),
                learningStarts(),
                priorityExponent());
    }
}
