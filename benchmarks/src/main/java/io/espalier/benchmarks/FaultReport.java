package io.espalier.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What one fault came to: what was wrong, what took too long, and how long things took. */
final class FaultReport {
    private final List<String> wrong = new ArrayList<>();
    private final List<String> slow = new ArrayList<>();
    private final Map<String, Double> seconds = new LinkedHashMap<>();

    /** Found wrong, whatever time it took. */
    List<String> wrong() {
        return wrong;
    }

    /** Right, but later than it must be; on a machine that others use too this may be theirs. */
    List<String> slow() {
        return slow;
    }

    /** Seconds by name. */
    Map<String, Double> seconds() {
        return seconds;
    }

    void wrong(String what) {
        wrong.add(what);
    }

    void same(String what, Object expected, Object found) {
        if (!String.valueOf(expected).equals(String.valueOf(found))) {
            wrong.add(what + ": " + found + ", not " + expected);
        }
    }

    void atMost(String what, long found, long bound) {
        if (found > bound) {
            wrong.add(what + ": " + found + ", more than " + bound);
        }
    }

    void atLeast(String what, double found, double bound) {
        if (!(found >= bound)) {
            wrong.add(String.format(Locale.ROOT, "%s: %.0f, less than %.0f", what, found, bound));
        }
    }

    /** The head must call a node lost. */
    void lost(FaultScene scene, long fault, double bound) {
        within(
                "called lost",
                fault,
                scene.head()
                        .await(fault, FaultScene.PATIENCE, line -> line.text().startsWith("event cluster/lost")),
                bound);
    }

    void fullRate(FaultScene scene, long fault, double bound) {
        took("full rate again", scene.fullRateAfter(fault), bound);
    }

    /** This must have been said at all, and soon. */
    void within(String what, long fault, ChildJvm.@Nullable Line line, double bound) {
        if (line == null) {
            wrong.add(what + ": never");
        } else {
            took(what, (line.nanos() - fault) / 1e9, bound);
        }
    }

    private void took(String what, double time, double bound) {
        seconds.put(what, time);
        if (!(time <= bound)) {
            slow.add(String.format(Locale.ROOT, "%s: %.2f s, more than %.1f s", what, time, bound));
        }
    }
}
