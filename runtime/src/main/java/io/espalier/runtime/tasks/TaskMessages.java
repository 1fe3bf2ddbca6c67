package io.espalier.runtime.tasks;

import io.espalier.core.State;
import io.espalier.runtime.workers.Resources;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What an employer and the node that does a task say to each other. */
final class TaskMessages {
    /** To the node: begin; the body has the files of the run to go on with, if there is one. */
    static final String BEGIN = "task/begin";
    /** To the node: the last report has been taken, the next may come. */
    static final String TAKEN = "task/taken";
    /** To the node: stop; the body has the reason, and the seconds that a round may take. */
    static final String STOP = "task/stop";

    /** From the node: how far it has come, and what has changed in the run's directory. */
    static final String REPORT = "task/report";
    /** From the node, once, after the last report: the result. */
    static final String DONE = "task/done";
    /** From the node, once, after the last report: what ended it. */
    static final String FAILED = "task/failed";

    private TaskMessages() {}

    static void putText(State into, String name, String text) {
        into.put(name, text.getBytes(StandardCharsets.UTF_8));
    }

    static String text(State from, String name) {
        return new String(from.bytes(name), StandardCharsets.UTF_8);
    }

    static void putResources(State into, Resources needs) {
        into.putDouble("cpus", needs.cpus());
        into.putLong("memory", needs.memoryMiB());
        putText(into, "labels", String.join("\n", needs.labels()));
    }

    static Resources resources(State from) {
        String labels = text(from, "labels");
        Set<String> set = labels.isEmpty() ? Set.of() : new HashSet<>(List.of(labels.split("\n", -1)));
        return new Resources(from.getDouble("cpus"), from.getLong("memory"), set);
    }
}
