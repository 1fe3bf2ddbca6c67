package io.espalier.runtime;

import io.espalier.runtime.events.RunEvent;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One environment did what an environment must not do. Costs one transition, unless it happens too often. */
public final class EnvironmentFault extends RuntimeException {
    private final Kind kind;
    private final int environment;
    private final long seed;
    private final int step;

    EnvironmentFault(
            Kind kind,
            String label,
            int environment,
            long seed,
            int step,
            String what,
            String actions,
            @Nullable Throwable cause) {
        super(
                label + " " + environment + " (seed " + seed + ", step " + step + ") " + what
                        + (actions.isEmpty() ? "" : "; last actions " + actions),
                cause);
        this.kind = kind;
        this.environment = environment;
        this.seed = seed;
        this.step = step;
    }

    /** One that was met in another JVM, with the message that it had there. */
    EnvironmentFault(Kind kind, int environment, long seed, int step, String message) {
        super(message);
        this.kind = kind;
        this.environment = environment;
        this.seed = seed;
        this.step = step;
    }

    String message() {
        String message = getMessage();
        return message == null ? "" : message;
    }

    /** What a run tells of it; the stack may be empty. */
    RunEvent event(String stack) {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("environment", environment);
        details.put("seed", seed);
        details.put("step", step);
        if (!stack.isEmpty()) {
            details.put("stack", stack);
        }
        return new RunEvent("environment/" + kind.label(), message(), details);
    }

    /** What it did. */
    public Kind kind() {
        return kind;
    }

    /** The number of the environment in the run. */
    public int environment() {
        return environment;
    }

    /** The seed of the episode. */
    public long seed() {
        return seed;
    }

    /** The environment steps begun in the episode; 0 if it failed before the first. */
    public int step() {
        return step;
    }

    /** What an environment can do wrong. */
    public enum Kind {
        /** It threw. */
        EXCEPTION,
        /** It did not return in time. */
        HANG,
        /** NaN or an infinity as reward or in the observation. */
        NOT_FINITE,
        /** An observation outside the observation space, or no action allowed. */
        OUT_OF_SPACE,
        /** It wrote beside its row, left part of it unwritten, or declares other spaces than before. */
        WRONG_SHAPE,
        /** An episode longer than any may be. */
        NEVER_DONE,
        /** Much slower than the others; reported, not replaced, since speed is no property of the task. */
        SLOW;

        /** As it stands in events and metrics: "not_finite". */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
