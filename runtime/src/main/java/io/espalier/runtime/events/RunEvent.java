package io.espalier.runtime.events;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Something that happened in a run and is worth a line in its event log: a fault, a checkpoint, a rollback.
 *
 * @param type what kind, as "environment/hang" or "checkpoint/saved"
 * @param message one sentence
 * @param details further figures and texts by name: numbers, strings or booleans
 */
public record RunEvent(String type, String message, Map<String, Object> details) {
    /** Keeps a copy of the details. */
    public RunEvent {
        details = new LinkedHashMap<>(details);
    }

    /** One without details. */
    public static RunEvent of(String type, String message) {
        return new RunEvent(type, message, Map.of());
    }

    /** Takes events, from any thread. */
    @FunctionalInterface
    public interface Sink {
        /** Takes one. */
        void take(RunEvent event);
    }
}
