package io.espalier.algorithms.evolution;

import io.espalier.nn.Schedule;
import io.espalier.policy.EpisodeAlgorithm;
import io.espalier.testkit.EpisodeAlgorithmContract;

class ArsTest extends EpisodeAlgorithmContract {
    @Override
    protected EpisodeAlgorithm algorithm() {
        return new Ars(new Ars.Settings(8, 4, 1, 0.1, Schedule.constant(0.05), true, "linear"));
    }
}
