package io.espalier.algorithms.onpolicy;

import io.espalier.core.Box;
import io.espalier.core.Environment;
import io.espalier.core.RandomStream;
import io.espalier.core.Space;
import io.espalier.core.Step;

/** Shows a number x, far from 0 and small; wants the actions x' and −x', x' being x put between −1 and 1. */
final class Aim implements Environment {
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
