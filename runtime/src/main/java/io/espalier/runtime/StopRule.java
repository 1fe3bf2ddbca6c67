package io.espalier.runtime;

import io.espalier.core.Stateful;
import java.util.List;
import java.util.Optional;

/**
 * When a run has done enough. A rule is data and may be used for many runs; what it must remember of one run lives in
 * its {@link Watch}. Rules are asked after each round of collecting and learning. {@link #text} is readable and
 * {@link #parse} reads it: "return 475 over 20 episodes or environment-steps 100000".
 */
public interface StopRule {
    /** Begins to watch a run. */
    Watch watch();

    /** The rule in words; for the built-in rules, {@link #parse} reads them. */
    String text();

    /** Stops when this or another rule holds. */
    default StopRule or(StopRule other) {
        return any(this, other);
    }

    /** Stops when both have held at the same time. */
    default StopRule and(StopRule other) {
        return all(this, other);
    }

    /** The mean return of the last {@code episodes} training episodes, of which there must be as many, reaches a bar. */
    static StopRule targetReturn(double bar, int episodes) {
        return new StopRules.TargetReturn(bar, episodes);
    }

    /** The mean return of an evaluation during the run reaches a bar. */
    static StopRule targetEvaluation(double bar) {
        return new StopRules.TargetEvaluation(bar);
    }

    /** That many environment steps were taken. */
    static StopRule environmentSteps(long steps) {
        return new StopRules.EnvironmentSteps(steps);
    }

    /** That many gradient updates were made. */
    static StopRule updates(long updates) {
        return new StopRules.Updates(updates);
    }

    /** The run has taken that many seconds, over all its sittings. */
    static StopRule wallSeconds(double seconds) {
        return new StopRules.WallSeconds(seconds);
    }

    /**
     * For that many environment steps, the mean return has not risen by at least {@code least} above its best; that of
     * evaluations if there are any, else of the last 100 training episodes.
     */
    static StopRule noImprovement(double least, long environmentSteps) {
        return new StopRules.NoImprovement(least, environmentSteps);
    }

    /** Stops as soon as one of the rules holds. */
    static StopRule any(StopRule... rules) {
        return new StopRules.Any(List.of(rules));
    }

    /** Stops once all rules hold at the same time. */
    static StopRule all(StopRule... rules) {
        return new StopRules.All(List.of(rules));
    }

    /**
     * Reads what {@link #text} writes.
     *
     * @throws IllegalArgumentException if it is no rule
     */
    static StopRule parse(String text) {
        return StopRules.parse(text);
    }

    /**
     * The rule of that text, besides the budget of environment steps, which ends every run.
     *
     * @param text as for {@link #parse}; "budget", or nothing, for no rule but that
     * @throws IllegalArgumentException if it is none of these
     */
    static Optional<StopRule> besidesBudget(String text) {
        return text.isBlank() || text.strip().equals("budget") ? Optional.empty() : Optional.of(parse(text));
    }

    /** One run, seen by a rule. */
    interface Watch extends Stateful {
        /** Why the run should stop now; empty if it should go on. */
        Optional<String> reason(Progress progress);

        /** How near the rule is to holding, 0 to 1; a guess. */
        double fraction(Progress progress);
    }
}
