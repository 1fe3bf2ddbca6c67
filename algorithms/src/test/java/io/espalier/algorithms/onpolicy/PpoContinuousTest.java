package io.espalier.algorithms.onpolicy;

import io.espalier.core.Box;
import io.espalier.core.Environment;
import io.espalier.core.RandomStream;
import io.espalier.core.Space;
import io.espalier.core.Step;
import io.espalier.nn.Schedule;
import io.espalier.policy.Algorithm;
import io.espalier.testkit.AlgorithmContract;

/** Two real actions, normalised observations, a shared trunk, clipped values. */
class PpoContinuousTest extends AlgorithmContract {
    @Override
    protected Algorithm algorithm() {
        return new Ppo(new Ppo.Settings(
                3,
                40,
                2,
                6,
                0.9,
                0.9,
                Schedule.constant(0.005),
                Schedule.constant(0.2),
                0.3,
                0.001,
                0.5,
                0.5,
                true,
                true,
                true,
                0,
                0.02,
                "dense(16) > tanh",
                true,
                -0.5));
    }

    @Override
    protected Environment environment() {
        return new Aim();
    }

    @Override
    protected double learnedAt() {
        return -0.15;
    }

    /** Shows a number x, far from 0 and small; wants the actions x' and −x', x' being x put between −1 and 1. */
    private static final class Aim implements Environment {
        private final RandomStream random = new RandomStream(0);
        private double wanted;
        private int steps = -1;

        @Override
        public Space observationSpace() {
            return Box.unbounded(1);
        }

        @Override
        public Space actionSpace() {
            return Box.uniform(-1, 1, 2);
        }

        @Override
        public void reset(long seed) {
            random.reseed(seed);
            wanted = random.uniform(-1, 1);
            steps = 0;
        }

        @Override
        public Step step(float[] actions, int at) {
            double first = actions[at] - wanted;
            double second = actions[at + 1] + wanted;
            double reward = -(first * first + second * second);
            wanted = random.uniform(-1, 1);
            return ++steps == 5 ? Step.truncation(reward) : Step.transition(reward);
        }

        @Override
        public void observe(float[] into, int at) {
            into[at] = (float) (50 + 0.1 * wanted);
        }
    }
}
