package io.espalier.runtime;

import java.io.Closeable;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** What happened in a run, one JSON object a line: faults, checkpoints, roll-backs, the end. Safe for many threads. */
final class EventLog implements Closeable {
    private static final JsonMapper JSON = new JsonMapper();

    private final Writer out;

    /** Opens or begins a log; half a line at its end, left by a crash or a full disk, is dropped. */
    EventLog(Path file, Disk disk) throws IOException {
        if (Files.exists(file)) {
            String text = Files.readString(file, StandardCharsets.UTF_8);
            int end = text.lastIndexOf('\n') + 1;
            if (end < text.length()) {
                disk.write(file, text.substring(0, end).getBytes(StandardCharsets.UTF_8));
            }
        }
        out = GrowingFile.text(disk, file);
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
