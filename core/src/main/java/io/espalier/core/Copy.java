package io.espalier.core;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One environment and the private arrays it writes into. What it throws is handed over, not thrown. */
final class Copy {
    final Environment environment;
    final float[] observation;
    final boolean[] mask;

    double reward;
    boolean terminated;
    boolean truncated;
    boolean success;

    private final List<String> names = new ArrayList<>();
    private double[] figures = new double[4];
    private final MetricSink sink = this::note;

    Copy(Environment environment, int observationSize, int maskSize) {
        this.environment = environment;
        observation = new float[observationSize];
        mask = new boolean[maskSize];
    }

    /** Acts and looks. */
    @Nullable
    Throwable step(float[] actions, int at) {
        try {
            Step step = environment.step(actions, at);
            reward = step.reward();
            terminated = step.terminated();
            truncated = step.truncated();
            environment.observe(observation, 0);
            if (terminated) {
                Arrays.fill(mask, true);
            } else if (mask.length > 0) {
                environment.actionMask(mask, 0);
            }
            if (terminated || truncated) {
                success = environment.reportsSuccess() && environment.success();
                names.clear();
                environment.episodeMetrics(sink);
            }
            return null;
        } catch (AbandonedCall e) {
            throw e;
        } catch (Throwable e) {
            return e;
        }
    }

    /** Begins an episode and looks. */
    @Nullable
    Throwable begin(long seed) {
        try {
            environment.reset(seed);
            look();
            return null;
        } catch (AbandonedCall e) {
            throw e;
        } catch (Throwable e) {
            return e;
        }
    }

    void look() {
        environment.observe(observation, 0);
        if (mask.length > 0) {
            environment.actionMask(mask, 0);
        }
    }

    void tellFigures(VectorEnvironment.EpisodeListener listener, int number) {
        for (int i = 0; i < names.size(); i++) {
            listener.metric(number, names.get(i), figures[i]);
        }
    }

    private void note(String name, double value) {
        if (names.size() == figures.length) {
            figures = Arrays.copyOf(figures, 2 * figures.length);
        }
        figures[names.size()] = value;
        names.add(name);
    }
}
