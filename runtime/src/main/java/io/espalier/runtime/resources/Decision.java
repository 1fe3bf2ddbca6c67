package io.espalier.runtime.resources;

import io.espalier.runtime.events.RunEvent;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * What was decided of the division of a run, and why.
 *
 * @param kind what
 * @param from the division until now
 * @param to the division from now on
 * @param reason why, in words
 * @param before environment steps a second that were measured under {@code from}; NaN if there was nothing to measure
 * @param after those under {@code to}; NaN as long as nothing is measured. Where a trial has failed, what it came to
 */
public record Decision(Kind kind, Division from, Division to, String reason, double before, double after) {
    /** Kinds of decisions. */
    public enum Kind {
        /** Another division is tried. */
        TRY,
        /** What was tried is better, and stays. */
        KEEP,
        /** What was tried is not better: the division is again that of before. */
        BACK,
        /** The load has changed, so what did not help before may help now. */
        RECONSIDER,
        /** Room for workers has come or gone. */
        FOLLOW
    }

    /** The measured gain, as a part: 0.1 for ten percent more environment steps a second; NaN if there is none yet. */
    public double gain() {
        return after / before - 1;
    }

    /** For the event log of a run. */
    public RunEvent event() {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("workersBefore", from.workers());
        details.put("learnerThreadsBefore", from.learnerThreads());
        details.put("workers", to.workers());
        details.put("learnerThreads", to.learnerThreads());
        details.put("reason", reason);
        if (Double.isFinite(before)) {
            details.put("stepsPerSecondBefore", before);
        }
        if (Double.isFinite(after)) {
            details.put("stepsPerSecond", after);
        }
        if (Double.isFinite(gain())) {
            details.put("gain", gain());
        }
        return new RunEvent("resources/" + kind.name().toLowerCase(Locale.ROOT), message(), details);
    }

    private String message() {
        String measured = Double.isFinite(gain())
                ? String.format(
                        Locale.ROOT, " (%,.0f instead of %,.0f steps a second, %+.1f %%)", after, before, 100 * gain())
                : "";
        return switch (kind) {
            case TRY -> "trying " + to.text() + " instead of " + from.text() + ": " + reason;
            case KEEP -> to.text() + " instead of " + from.text() + " from now on: " + reason + measured;
            case BACK -> "back to " + to.text() + ": " + reason + measured;
            case RECONSIDER -> "the division into " + to.text() + " is up again: " + reason + measured;
            case FOLLOW -> to.text() + " instead of " + from.text() + ": " + reason;
        };
    }
}
