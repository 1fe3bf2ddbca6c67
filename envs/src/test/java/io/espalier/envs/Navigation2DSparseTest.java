package io.espalier.envs;

import io.espalier.core.Environment;
import io.espalier.core.wrappers.TimeLimit;
import io.espalier.testkit.EnvironmentContract;

class Navigation2DSparseTest extends EnvironmentContract {
    @Override
    protected Environment create() {
        return new TimeLimit(new Navigation2D(Navigation2D.Sensing.OBSTACLES, Navigation2D.Reward.SPARSE), 200);
    }
}
