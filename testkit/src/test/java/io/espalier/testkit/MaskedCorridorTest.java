package io.espalier.testkit;

import io.espalier.core.Environment;

class MaskedCorridorTest extends EnvironmentContract {
    @Override
    protected Environment create() {
        return Corridor.masked(10);
    }
}
