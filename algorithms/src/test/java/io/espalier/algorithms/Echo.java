package io.espalier.algorithms;

import io.espalier.core.Box;
import io.espalier.core.Discrete;
import io.espalier.core.Environment;
import io.espalier.core.RandomStream;
import io.espalier.core.Space;
import io.espalier.core.Step;

/**
 * Shows +1 or -1, then 0 and 0; the action on the third must be 1 for +1 and 0 for -1. It pays 1 or -1, so that a policy
 * without memory gets 0 on average, whatever it does.
 */
public final class Echo implements Environment {
    private int time;
    private int sign;

    @Override
    public Space observationSpace() {
        return Box.uniform(-1, 1, 1);
    }

    @Override
    public Space actionSpace() {
        return new Discrete(2);
    }

    @Override
    public void reset(long seed) {
        time = 0;
        sign = new RandomStream(seed).nextInt(2) == 0 ? -1 : 1;
    }

    @Override
    public Step step(float[] actions, int at) {
        time++;
        return time < 3 ? Step.transition(0) : Step.termination((actions[at] == 1) == (sign == 1) ? 1 : -1);
    }

    @Override
    public void observe(float[] into, int at) {
        into[at] = time == 0 ? sign : 0;
    }
}
