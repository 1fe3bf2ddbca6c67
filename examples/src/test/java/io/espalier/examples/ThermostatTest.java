package io.espalier.examples;

import io.espalier.core.Environment;
import io.espalier.testkit.EnvironmentContract;

/** All that an author writes to have an environment checked. */
class ThermostatTest extends EnvironmentContract {
    @Override
    protected Environment create() {
        return new Thermostat();
    }
}
