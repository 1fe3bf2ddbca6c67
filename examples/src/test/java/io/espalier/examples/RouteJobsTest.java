package io.espalier.examples;

import io.espalier.core.Environment;
import io.espalier.core.SimulationEnvironment;
import io.espalier.testkit.EnvironmentContract;

class RouteJobsTest extends EnvironmentContract {
    @Override
    protected Environment create() {
        return new SimulationEnvironment(new RouteJobs.TwoServers());
    }

    /** A day has two hundred jobs, whatever happens. */
    @Override
    protected boolean fixedLength() {
        return true;
    }
}
