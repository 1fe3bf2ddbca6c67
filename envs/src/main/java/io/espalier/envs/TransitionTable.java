package io.espalier.envs;

import io.espalier.core.FiniteMdp;
import io.espalier.core.Step;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What may come of every action in every state of a small task, immutable, and ready to be drawn from. */
final class TransitionTable implements FiniteMdp {
    /** Tells a sink what may come of an action in a state. */
    @FunctionalInterface
    interface Rules {
        void outcomes(int state, int action, Sink sink);
    }

    private final int actions;
    private final double[] start;

    /** The outcomes of a state and an action stand from {@code first[state * actions + action]} on. */
    private final int[] first;

    private final double[] probability;
    private final int[] next;
    private final Step[] step;

    /** Writes down the rules; states are equally likely to be the start if their flag is set. */
    TransitionTable(boolean[] starts, int actions, Rules rules) {
        this.actions = actions;
        this.start = uniform(starts);
        this.first = new int[starts.length * actions + 1];
        List<Double> probabilities = new ArrayList<>();
        List<Integer> nexts = new ArrayList<>();
        List<Step> steps = new ArrayList<>();
        // Equal steps are the same object: a table holds a handful of them.
        Map<Step, Step> known = new HashMap<>();
        for (int row = 0; row < first.length - 1; row++) {
            rules.outcomes(row / actions, row % actions, (p, state, reward, terminated) -> {
                Step led = terminated ? Step.termination(reward) : Step.transition(reward);
                probabilities.add(p);
                nexts.add(state);
                steps.add(known.computeIfAbsent(led, same -> same));
            });
            first[row + 1] = nexts.size();
        }
        probability = probabilities.stream().mapToDouble(Double::doubleValue).toArray();
        next = nexts.stream().mapToInt(Integer::intValue).toArray();
        step = steps.toArray(Step[]::new);
    }

    private static double[] uniform(boolean[] starts) {
        int count = 0;
        for (boolean possible : starts) {
            count += possible ? 1 : 0;
        }
        double[] start = new double[starts.length];
        for (int state = 0; state < start.length; state++) {
            start[state] = starts[state] ? 1.0 / count : 0;
        }
        return start;
    }

    @Override
    public int states() {
        return start.length;
    }

    @Override
    public int actions() {
        return actions;
    }

    @Override
    public double startProbability(int state) {
        return start[state];
    }

    @Override
    public void forEachOutcome(int state, int action, Sink sink) {
        if (state < 0 || state >= start.length || action < 0 || action >= actions) {
            throw new IllegalArgumentException("state (" + state + ") and action (" + action + ") must be below "
                    + start.length + " and " + actions + ", and not negative.");
        }
        int row = state * actions + action;
        for (int i = first[row]; i < first[row + 1]; i++) {
            sink.outcome(probability[i], next[i], step[i].reward(), step[i].terminated());
        }
    }

    /** The state in which an episode begins, given a number drawn uniformly from [0, 1). */
    int drawStart(double uniform) {
        double sum = 0;
        for (int state = 0; state < start.length; state++) {
            sum += start[state];
            if (sum > uniform) {
                return state;
            }
        }
        // Rounding left the sum below the number drawn: the last possible state has that sliver.
        int last = start.length - 1;
        while (start[last] == 0) {
            last--;
        }
        return last;
    }

    /** The number of an outcome, for {@link #next} and {@link #step}, given a number drawn uniformly from [0, 1). */
    int draw(int state, int action, double uniform) {
        int i = first[state * actions + action];
        int last = first[state * actions + action + 1] - 1;
        double sum = probability[i];
        while (sum <= uniform && i < last) {
            sum += probability[++i];
        }
        return i;
    }

    int next(int outcome) {
        return next[outcome];
    }

    Step step(int outcome) {
        return step[outcome];
    }
}
