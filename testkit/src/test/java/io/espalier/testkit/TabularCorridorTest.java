package io.espalier.testkit;

import io.espalier.core.Environment;

class TabularCorridorTest extends EnvironmentContract {
    @Override
    protected Environment create() {
        return Corridor.tabular(7);
    }

    @Override
    protected int timeLimit() {
        return 28;
    }
}
