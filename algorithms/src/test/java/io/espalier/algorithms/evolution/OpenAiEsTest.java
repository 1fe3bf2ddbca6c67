package io.espalier.algorithms.evolution;

import io.espalier.nn.Schedule;
import io.espalier.policy.EpisodeAlgorithm;
import io.espalier.testkit.EpisodeAlgorithmContract;

class OpenAiEsTest extends EpisodeAlgorithmContract {
    @Override
    protected EpisodeAlgorithm algorithm() {
        return new OpenAiEs(
                new OpenAiEs.Settings(12, 1, 0.1, Schedule.constant(0.05), "adam", 0.005, true, "dense(8) > tanh"));
    }
}
