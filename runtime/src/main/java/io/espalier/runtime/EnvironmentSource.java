package io.espalier.runtime;

import io.espalier.core.Environment;
import io.espalier.core.Space;
import java.util.function.Supplier;

/** Makes guarded environments that all have the spaces of the first, and reports what they do wrong. */
final class EnvironmentSource {
    private final Supplier<Environment> factory;
    private final GuardSettings settings;
    private final Watchdog watchdog;
    private final RunEvent.Sink events;
    private final EnvironmentGuard model;
    private boolean modelIsFree = true;

    /**
     * Makes the first environment.
     *
     * @throws EnvironmentFault if that fails
     */
    EnvironmentSource(Supplier<Environment> factory, GuardSettings settings, Watchdog watchdog, RunEvent.Sink events) {
        this.factory = factory;
        this.settings = settings;
        this.watchdog = watchdog;
        this.events = events;
        model = new EnvironmentGuard(0, factory, settings, watchdog);
        model.open(null);
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

    GuardSettings settings() {
        return settings;
    }

    /** A guard that is yet to be {@linkplain #open opened}; the first that is asked for is open already. */
    synchronized EnvironmentGuard guard(int number) {
        if (modelIsFree && number == 0) {
            modelIsFree = false;
            return model;
        }
        return new EnvironmentGuard(number, factory, settings, watchdog);
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
            events.take(RunEvent.of(fault, ""));
        }
        return fault;
    }
}
