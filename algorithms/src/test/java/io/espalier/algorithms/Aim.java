package io.espalier.algorithms;

import io.espalier.core.Box;
import io.espalier.core.Environment;
import io.espalier.core.RandomStream;
import io.espalier.core.Space;
import io.espalier.core.Step;

/** Shows a number x from −1 to 1, shifted and scaled; wants the actions x and −x. */
public final class Aim implements Environment {
    private final double centre;
    private final double width;
    private final RandomStream random = new RandomStream(0);
    private double wanted;
    private int steps = -1;

    /** Far from 0 and small, so that it wants normalised observations. */
    public Aim() {
        this(50, 0.1);
    }

    /** Shows centre + width · x. */
    public Aim(double centre, double width) {
        this.centre = centre;
        this.width = width;
    }

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
        into[at] = (float) (centre + width * wanted);
    }
}
