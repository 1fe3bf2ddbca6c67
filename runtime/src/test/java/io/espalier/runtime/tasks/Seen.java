package io.espalier.runtime.tasks;

import io.espalier.runtime.events.RunEvent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Remembers what happens to tasks. */
class Seen implements TaskListener {
    final Map<String, TaskResult> results = new LinkedHashMap<>();
    final List<RunEvent> events = new ArrayList<>();
    final Map<String, Integer> starts = new LinkedHashMap<>();
    final Map<String, Long> steps = new LinkedHashMap<>();
    int running;
    int most;

    @Override
    public void started(Task task, String node, int attempt) {
        if (attempt == 1) {
            running++;
        }
        most = Math.max(most, running);
        starts.put(task.name(), attempt);
    }

    @Override
    public void progress(Task task, TaskProgress progress) {
        steps.put(task.name(), progress.environmentSteps());
    }

    @Override
    public void event(Task task, RunEvent event) {
        // A busy disk is nothing that these tests are about.
        if (!event.type().equals("checkpoint/skipped")) {
            events.add(event);
        }
    }

    @Override
    public void finished(TaskResult result) {
        running -= starts.containsKey(result.task().name()) ? 1 : 0;
        results.put(result.task().name(), result);
    }

    TaskResult of(String name) {
        return Objects.requireNonNull(results.get(name), name);
    }

    Map<String, String> digests() {
        Map<String, String> digests = new LinkedHashMap<>();
        results.forEach((name, result) -> digests.put(
                name, Objects.requireNonNull(result.training(), name).weightsDigest()));
        return digests;
    }
}
