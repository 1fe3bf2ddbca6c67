package io.espalier.examples;

import io.espalier.core.Box;
import io.espalier.core.Discrete;
import io.espalier.core.Environment;
import io.espalier.core.RandomStream;
import io.espalier.core.Space;
import io.espalier.core.Step;

/**
 * An environment of one's own: keep a room near 20 degrees while the weather drifts. Train on it with
 * {@code espalier train --env io.espalier.examples.Thermostat --classpath examples/target/espalier-examples.jar}.
 */
public final class Thermostat implements Environment {
    private static final int MINUTES = 240;

    private final Space observations = Box.of(new float[] {-60, -60}, new float[] {100, 60});
    private final Space actions = new Discrete(2);
    private final RandomStream random = new RandomStream(0);
    private double inside;
    private double outside;
    private int minute = MINUTES;

    @Override
    public Space observationSpace() {
        return observations;
    }

    @Override
    public Space actionSpace() {
        return actions;
    }

    @Override
    public void reset(long seed) {
        random.reseed(seed);
        inside = random.uniform(10, 25);
        outside = random.uniform(-10, 10);
        minute = 0;
    }

    @Override
    public Step step(float[] action, int at) {
        if (minute == MINUTES) {
            throw new IllegalStateException("No episode is under way. Maybe call reset first.");
        }
        outside = Math.max(-40, Math.min(40, outside + random.uniform(-0.5, 0.5)));
        inside += 0.05 * (outside - inside) + (action[at] == 1 ? 2 : 0);
        double reward = 1 - Math.min(1, Math.abs(inside - 20) / 5);
        // The room goes on being a room after four hours: a truncation, not an end of the task.
        return ++minute == MINUTES ? Step.truncation(reward) : Step.transition(reward);
    }

    @Override
    public void observe(float[] into, int at) {
        into[at] = (float) inside;
        into[at + 1] = (float) outside;
    }
}
