package io.espalier.runtime;

import io.espalier.core.EnvironmentSpec;
import io.espalier.core.Space;
import io.espalier.runtime.events.RunEvent;

/**
 * What an environment says of itself, asked of one that is made for the purpose.
 *
 * @param observationSpace where observations come from
 * @param actionSpace where actions come from
 * @param masksActions whether it ever forbids an action
 */
public record EnvironmentFacts(Space observationSpace, Space actionSpace, boolean masksActions) {
    /**
     * Makes an environment, asks it and closes it. A factory that hangs is given up as in a run.
     *
     * @throws EnvironmentFailure if it cannot be made; the cause's cause is what it threw
     */
    public static EnvironmentFacts of(EnvironmentSpec environment, GuardSettings settings) {
        RunEvent.Sink nobody = event -> {};
        Watchdog watchdog = new Watchdog(settings, nobody, (stuck, fault) -> {});
        watchdog.start();
        try {
            EnvironmentSource source = new EnvironmentSource(
                    environment.factory(), "environment", environment.name(), settings, watchdog, nobody);
            return new EnvironmentFacts(source.observationSpace(), source.actionSpace(), source.masked());
        } finally {
            watchdog.closeAll();
            watchdog.close();
        }
    }
}
