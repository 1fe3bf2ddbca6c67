package io.espalier.benchmarks;

import io.espalier.cluster.ClusterSettings;
import io.espalier.cluster.ClusterWorker;
import io.espalier.cluster.WorkerSettings;
import io.espalier.runtime.events.RunEvent;
import io.espalier.runtime.workers.Resources;
import java.util.List;
import java.util.Set;

/** A worker's node in a process of its own, to be hurt. Says what happens to it, and at the end how far it stepped. */
final class NodeChild {
    /** Ends by SIGTERM as it stands, without handing in what it has in hand. */
    static final String UNDRAINED = "undrained";

    /** Ends with its head instead of waiting for the next one. */
    static final String MORTAL = "mortal";

    /** Waits as long for an answer as in a network that pauses. */
    static final String PATIENT = "patient";

    /** Tells every 5 seconds what it uses. */
    static final String WATCHED = "watched";

    private NodeChild() {}

    /**
     * Runs it.
     *
     * @param words host and port of the head, own port (0 for any), name, processors, and perhaps what is wrong with it
     */
    public static void main(String[] words) {
        List<String> traits = List.of(words).subList(5, words.length);
        WorkerSettings settings = new WorkerSettings(
                words[0],
                Integer.parseInt(words[1]),
                ClusterSettings.LOCAL
                        .at("", Integer.parseInt(words[2]))
                        .withoutProtection()
                        .with(
                                traits.contains(PATIENT)
                                        ? ClusterSettings.Timings.PATIENT
                                        : ClusterSettings.Timings.FAST),
                words[3],
                new Resources(Double.parseDouble(words[4]), 0, Set.of()),
                NodeChild.class.getClassLoader());
        ClusterWorker worker = new ClusterWorker(settings, event -> told(event, traits.contains(MORTAL)));
        if (traits.contains(WATCHED)) {
            Vitals.watch(5);
        }
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            if (!traits.contains(UNDRAINED)) {
                worker.drain();
            }
            Lines.say("stepped " + FaultTasks.STEPS.get());
        }));
        worker.run();
    }

    private static void told(RunEvent event, boolean mortal) {
        Lines.say("event " + event.type() + " " + event.message());
        if (mortal && event.type().equals("cluster/lost")) {
            Runtime.getRuntime().halt(1);
        }
    }
}
