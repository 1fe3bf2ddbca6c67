package io.espalier.testkit;

import io.espalier.core.Environment;
import io.espalier.core.Space;
import io.espalier.core.Step;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Everything an environment told in one episode. */
final class Trace {
    private final List<String> lines = new ArrayList<>();
    private final List<Step> steps = new ArrayList<>();
    private final float[] observation;
    private final boolean[] mask;

    Trace(Environment environment) {
        observation = new float[environment.observationSpace().size()];
        mask = new boolean[environment.actionSpace().choices()];
    }

    /** Notes what is seen and allowed now. */
    void look(Environment environment) {
        look(environment, observation, 0);
    }

    /** Notes what is seen and allowed now, by way of a caller's array. */
    void look(Environment environment, float[] into, int at) {
        Space space = environment.observationSpace();
        environment.observe(into, at);
        StringBuilder line = new StringBuilder("observation [");
        for (int i = 0; i < space.size(); i++) {
            line.append(i == 0 ? "" : ", ").append(into[at + i]);
        }
        line.append(']');
        if (environment.masksActions() && (steps.isEmpty() || !last().last())) {
            environment.actionMask(mask, 0);
            line.append(", mask ").append(Arrays.toString(mask));
        }
        lines.add(line.toString());
    }

    /** Notes what a step brought, and what it led to. */
    void step(Environment environment, Step step) {
        steps.add(step);
        StringBuilder line = new StringBuilder(step.toString());
        if (step.last()) {
            line.append(", success ").append(environment.success());
            environment.episodeMetrics(
                    (name, value) -> line.append(", ").append(name).append(' ').append(value));
        }
        lines.add(line.toString());
    }

    /** Environment steps. */
    int length() {
        return steps.size();
    }

    /** The newest step. */
    Step last() {
        return steps.get(steps.size() - 1);
    }

    /** Where two traces first differ, in words; empty if they are the same. */
    String difference(Trace other) {
        for (int i = 0; i < Math.max(lines.size(), other.lines.size()); i++) {
            String mine = i < lines.size() ? lines.get(i) : "nothing";
            String its = i < other.lines.size() ? other.lines.get(i) : "nothing";
            if (!mine.equals(its)) {
                return "after " + i / 2 + " steps: " + shortened(mine) + " against " + shortened(its);
            }
        }
        return "";
    }

    private static String shortened(String line) {
        return line.length() > 200 ? line.substring(0, 200) + "..." : line;
    }
}
