package io.espalier.runtime;

import java.io.Closeable;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** What happened in a run, one JSON object a line: faults, checkpoints, roll-backs, the end. Safe for many threads. */
final class EventLog implements Closeable {
    private static final JsonMapper JSON = new JsonMapper();

    private final Writer out;

    EventLog(Path file) throws IOException {
        out = Files.newBufferedWriter(
                file, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /**
     * Appends an event and hands it to the operating system at once: events are few, and matter most after a crash.
     *
     * @param kind what happened, as "environment-fault"
     * @param details further facts by name
     */
    synchronized void write(String kind, long environmentSteps, Map<String, ?> details) throws IOException {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("time", Instant.now().toString());
        line.put("event", kind);
        line.put("environmentSteps", environmentSteps);
        line.putAll(details);
        out.append(JSON.writeValueAsString(line)).append('\n');
        out.flush();
    }

    @Override
    public synchronized void close() throws IOException {
        out.close();
    }
}
