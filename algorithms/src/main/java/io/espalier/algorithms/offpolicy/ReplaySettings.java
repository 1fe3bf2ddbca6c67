package io.espalier.algorithms.offpolicy;

import io.espalier.algorithms.parts.Rules;
import io.espalier.nn.Schedule;
import io.espalier.policy.TaskSpec;

/** What {@link ReplayLearner} asks of an algorithm's settings; a record whose components are so named answers by itself. */
interface ReplaySettings extends MemorySettings {
    int rolloutSteps();

    int gradientSteps();

    int batch();

    Schedule learningRate();

    long targetInterval();

    double targetRate();

    Schedule epsilon();

    double gradientNorm();

    default boolean doubleTargets() {
        return false;
    }

    default Schedule importanceExponent() {
        return Schedule.constant(1);
    }

    /** What Adam adds to the root of its second moment. */
    default double adamEpsilon() {
        return 1e-8;
    }

    /** The share of random actions after that many environment steps. */
    default double exploration(TaskSpec task, long environmentSteps) {
        return environmentSteps < learningStarts() ? 1 : epsilon().at(task.progress(environmentSteps));
    }

    /** The rules that all such settings have in common. */
    static Rules rules(
            int environments,
            int rolloutSteps,
            int gradientSteps,
            int batch,
            int bufferSize,
            long learningStarts,
            double gamma,
            Schedule learningRate,
            long targetInterval,
            double targetRate,
            Schedule epsilon,
            double gradientNorm) {
        return new Rules()
                .atLeast(1, "environments", environments, "Maybe use 1")
                .atLeast(1, "rolloutSteps", rolloutSteps, "Maybe use 4")
                .atLeast(-1, "gradientSteps", gradientSteps, "Maybe use 1, or -1 for as many as steps")
                .atLeast(1, "batch", batch, "Maybe use 64")
                .atLeast(batch, "bufferSize", bufferSize, "Maybe use 100000")
                .atLeast(0, "learningStarts", learningStarts, "Maybe use 1000")
                .within(0, 1, "gamma", gamma, "Maybe use 0.99")
                .within(0, 1, "learningRate", learningRate, "Maybe use 0.0005")
                .atLeast(1, "targetInterval", targetInterval, "Maybe use 500")
                .within(0, 1, "targetRate", targetRate, "Maybe use 1 to copy, or 0.005 with targetInterval 1")
                .within(0, 1, "epsilon", epsilon, "Maybe use linear(1, 0.05, 0.1)")
                .notNegative("gradientNorm", gradientNorm, "Maybe use 10, or 0 for no limit");
    }
}
