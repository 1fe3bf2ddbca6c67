package io.espalier.runtime;

import io.espalier.core.Environment;
import io.espalier.core.Step;
import io.espalier.core.wrappers.EnvironmentWrapper;

/** Lets something happen before each step, counted from 1 over all episodes. */
final class Scripted extends EnvironmentWrapper {
    private final Script script;
    private int steps;

    Scripted(Environment inner, Script script) {
        super(inner);
        this.script = script;
    }

    @Override
    public Step step(float[] actions, int at) {
        steps++;
        try {
            script.before(steps);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return inner.step(actions, at);
    }

    interface Script {
        void before(int step) throws InterruptedException;
    }
}
