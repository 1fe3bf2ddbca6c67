package io.espalier.runtime;

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

    static RunEvent of(EnvironmentFault fault, String stack) {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("environment", fault.environment());
        details.put("seed", fault.seed());
        details.put("step", fault.step());
        if (!stack.isEmpty()) {
            details.put("stack", stack);
        }
        return new RunEvent("environment/" + fault.kind().label(), fault.message(), details);
    }

    /** Takes events, from any thread. */
    @FunctionalInterface
    interface Sink {
        /** Takes one. */
        void take(RunEvent event);
    }
}
