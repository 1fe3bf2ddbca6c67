package io.espalier.runtime;

import io.espalier.core.Cores;
import io.espalier.core.GradientExchange;
import io.espalier.core.ReplayMemory;
import io.espalier.policy.TaskSpec;
import io.espalier.runtime.events.RunEvent;
import io.espalier.runtime.workers.WorkerPool;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link Gathering} is made of.
 *
 * @param source makes environments for those who step them on the run's own threads
 * @param cores the run's own threads
 * @param learnerThreads those of them on which the learner learns
 * @param workers where workers beside them can run; null if nobody has named a place
 * @param events takes what happens
 * @param records takes what the mode has to write down
 */
record GatheringParts(
        RunPlan plan,
        EnvironmentSource source,
        TaskSpec task,
        SpinCores cores,
        LearnerThreads learnerThreads,
        @Nullable WorkerPool workers,
        RunEvent.Sink events,
        RunRecords records) {
    /** Where the learner's work is done. */
    Cores learnerCores() {
        return plan.placement().around(learnerThreads);
    }

    /**
     * The run's own threads, where gradients meet others.
     *
     * @throws IllegalArgumentException if the learner's work is to be done elsewhere
     */
    Cores coresWith(GradientExchange exchange) {
        if (plan.placement() != LearnerPlacement.HERE) {
            throw new IllegalArgumentException("mode (" + plan.mode().text()
                    + ") has several learners, which cannot be cut over workers as well. Maybe use mode synchronous,"
                    + " with learners=1.");
        }
        return learnerThreads.with(exchange);
    }

    /**
     * The run's own threads, where learners that replay find their memory in that place.
     *
     * @throws IllegalArgumentException if the learner's work is to be done elsewhere
     */
    Cores coresWithReplay(ReplayMemory.Place replay) {
        if (plan.placement() != LearnerPlacement.HERE) {
            throw new IllegalArgumentException("mode (" + plan.mode().text()
                    + ") has its replay in shards, whose learner cannot be cut over workers as well. Maybe leave out"
                    + " shards.");
        }
        return learnerThreads.withReplay(replay);
    }
}
