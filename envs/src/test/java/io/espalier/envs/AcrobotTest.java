package io.espalier.envs;

import io.espalier.core.Environment;
import io.espalier.core.wrappers.TimeLimit;
import io.espalier.testkit.EnvironmentContract;

class AcrobotTest extends EnvironmentContract {
    @Override
    protected Environment create() {
        return new TimeLimit(new Acrobot(), 500);
    }
}
