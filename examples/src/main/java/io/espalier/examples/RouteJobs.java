package io.espalier.examples;

import io.espalier.algorithms.onpolicy.Ppo;
import io.espalier.core.Box;
import io.espalier.core.Decider;
import io.espalier.core.Discrete;
import io.espalier.core.RandomStream;
import io.espalier.core.Simulation;
import io.espalier.core.SimulationEnvironment;
import io.espalier.core.Space;
import io.espalier.runtime.EvaluationSettings;
import io.espalier.runtime.Trainer;
import io.espalier.runtime.TrainingResult;

/**
 * A simulator that owns its loop: jobs arrive, and each must be sent to one of two servers, of which the second is twice
 * as slow. The policy is asked at every arrival. Sending each job to the server with the least work would be wise;
 * nobody tells it.
 */
public final class RouteJobs {
    private RouteJobs() {}

    /** The simulator. It knows nothing of training. */
    static final class TwoServers implements Simulation {
        private static final int JOBS = 200;

        @Override
        public Space observationSpace() {
            return Box.uniform(0, 1000, 3);
        }

        @Override
        public Space actionSpace() {
            return new Discrete(2);
        }

        @Override
        public void run(Decider decider, long seed) {
            RandomStream random = new RandomStream(seed);
            float[] state = new float[3];
            for (int job = 0; job < JOBS; job++) {
                double idle = random.nextExponential();
                state[0] = (float) Math.max(0, state[0] - idle);
                state[1] = (float) Math.max(0, state[1] - idle);
                state[2] = (float) random.nextExponential();
                int server = decider.choose(state);
                // The job waits for all work before it, then is worked on.
                state[server] += server == 0 ? state[2] : 2 * state[2];
                decider.reward(-state[server]);
            }
            decider.terminated(state);
        }
    }

    /** Runs the example. */
    public static void main(String[] words) {
        TrainingResult result = Trainer.of(
                        new Ppo(Ppo.Settings.defaults()), () -> new SimulationEnvironment(new TwoServers()))
                .seed(1)
                .environmentSteps(words.length > 0 ? Long.parseLong(words[0]) : 100_000)
                .evaluation(EvaluationSettings.DEFAULT.withEpisodes(50))
                .run();
        System.out.printf("mean time of a job in the system: %.2f%n", -result.meanReturn() / TwoServers.JOBS);
    }
}
