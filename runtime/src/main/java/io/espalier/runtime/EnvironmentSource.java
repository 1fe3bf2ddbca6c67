package io.espalier.runtime;

import io.espalier.core.Environment;
import io.espalier.core.Space;
import io.espalier.runtime.events.RunEvent;
import java.util.function.Supplier;

/** Makes guarded environments that all have the spaces of the first, and reports what they do wrong. */
final class EnvironmentSource {
    private final Supplier<Environment> factory;
    private final String label;
    private final GuardSettings settings;
    private final Watchdog watchdog;
    private final RunEvent.Sink events;
    private final EnvironmentGuard model;
    private boolean modelIsFree;

    /**
     * Makes the first environment.
     *
     * @param label what to call one in messages; its number follows
     * @param name what the environment is called, as "CartPole-v1"
     * @throws EnvironmentFailure if that fails
     */
    EnvironmentSource(
            Supplier<Environment> factory,
            String label,
            String name,
            GuardSettings settings,
            Watchdog watchdog,
            RunEvent.Sink events) {
        this.factory = factory;
        this.label = label;
        this.settings = settings;
        this.watchdog = watchdog;
        this.events = events;
        model = new EnvironmentGuard(label, 0, factory, settings, watchdog);
        try {
            model.open(null);
        } catch (EnvironmentFault e) {
            throw new EnvironmentFailure(
                    "The first environment of " + name + " could not be made: " + e.message()
                            + (e.kind() == EnvironmentFault.Kind.HANG
                                    ? ". Maybe it needs longer than hangSeconds (" + settings.hangSeconds()
                                            + ") to start"
                                    : ""),
                    e);
        }
        modelIsFree = true;
    }

    Space observationSpace() {
        return model.observationSpace();
    }

    Space actionSpace() {
        return model.actionSpace();
    }

    boolean masked() {
        return model.masksActions();
    }

    boolean reportsSuccess() {
        return model.reportsSuccess();
    }

    GuardSettings settings() {
        return settings;
    }

    /** A source of further environments like these, called otherwise. */
    EnvironmentSource called(String other) {
        return new EnvironmentSource(this, other);
    }

    private EnvironmentSource(EnvironmentSource like, String label) {
        factory = like.factory;
        this.label = label;
        settings = like.settings;
        watchdog = like.watchdog;
        events = like.events;
        model = like.model;
        modelIsFree = false;
    }

    /** A guard that is yet to be {@linkplain #open opened}; the first that is asked for is open already. */
    synchronized EnvironmentGuard guard(int number) {
        if (modelIsFree && number == 0) {
            modelIsFree = false;
            return model;
        }
        return new EnvironmentGuard(label, number, factory, settings, watchdog);
    }

    /**
     * Makes a guard's environment.
     *
     * @throws EnvironmentFault if that fails or it has other spaces than the first
     */
    void open(EnvironmentGuard guard) {
        if (guard != model) {
            guard.open(model);
        }
    }

    /** Reports that an environment failed; as what. */
    EnvironmentFault report(EnvironmentGuard guard, Throwable cause) {
        EnvironmentFault fault = cause instanceof EnvironmentFault known ? known : guard.unexpected(cause);
        // The watchdog has reported the others, with their stack.
        if (!guard.abandoned()) {
            events.take(fault.event(""));
        }
        return fault;
    }
}
