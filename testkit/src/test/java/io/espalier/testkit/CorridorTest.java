package io.espalier.testkit;

import io.espalier.core.Environment;

class CorridorTest extends EnvironmentContract {
    @Override
    protected Environment create() {
        return new Corridor();
    }
}
