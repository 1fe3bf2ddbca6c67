package io.espalier.runtime;

import io.espalier.core.State;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What the replicas of a learner have in common, as entries of their states by the names that learners use: parameters,
 * target parameters, statistics of observations and rewards, exploration and version. Everything else, as what is replayed
 * and where randomness stands, is each replica's own.
 */
final class Averaging {
    private static final Set<String> PARAMETERS =
            Set.of("parameters", "target", "policy-target", "actor", "temperature");
    private static final Set<String> FIGURES = Set.of("epsilon", "noise", "rate-factor", "statistics");
    private static final String COUNTS = "counts";
    private static final Pattern OPTIMIZER = Pattern.compile("(.*[/-])?optimizer/[0-9]+");

    private Averaging() {}

    private static String last(String name) {
        return name.substring(name.lastIndexOf('/') + 1);
    }

    private static boolean parameters(String name, Object value) {
        return value instanceof float[] && PARAMETERS.contains(last(name));
    }

    private static boolean common(String name, Object value) {
        return parameters(name, value)
                || (value instanceof double[] && FIGURES.contains(last(name)))
                || name.startsWith("observations/")
                || name.equals("version");
    }

    /** Moments, and how many updates there were: at least Adam's correction of the first ones hangs on that. */
    private static boolean ofOptimizer(String name, Object value) {
        return OPTIMIZER.matcher(name).matches()
                || (value instanceof long[]
                        && (last(name).equals(COUNTS) || last(name).equals("temperature-steps")));
    }

    /**
     * The common part of a learner's state.
     *
     * @throws IllegalArgumentException if it has no parameters that could be averaged
     */
    static State share(State learner, boolean moments, String algorithm) {
        State shared = new State();
        boolean some = false;
        for (var entry : learner.entries().entrySet()) {
            String name = entry.getKey();
            Object value = entry.getValue();
            some |= parameters(name, value);
            // Counts cross in any case: who averages tells how many updates there were.
            if (common(name, value) || (ofOptimizer(name, value) && (moments || value instanceof long[]))) {
                shared.put(name, value);
            }
        }
        if (!some) {
            throw new IllegalArgumentException("mode (local-sgd) cannot average what " + algorithm
                    + " learns: it has no parameters of a network. Maybe use synchronous.");
        }
        return shared;
    }

    /** Whether all parameters are finite. */
    static boolean finite(State shared) {
        for (var entry : shared.entries().entrySet()) {
            if (parameters(entry.getKey(), entry.getValue())) {
                for (float value : (float[]) entry.getValue()) {
                    if (!Float.isFinite(value)) {
                        return false;
                    }
                }
            }
        }
        return true;
    }

    /** How far a replica's parameters are from the average, relative to its length: |θᵢ − θ̄| / |θ̄|. */
    static double drift(State shared, State average) {
        double off = 0;
        double length = 0;
        for (var entry : average.entries().entrySet()) {
            if (last(entry.getKey()).equals("parameters") && shared.has(entry.getKey())) {
                float[] mean = (float[]) entry.getValue();
                float[] mine = shared.floats(entry.getKey(), mean.length);
                for (int i = 0; i < mean.length; i++) {
                    off += ((double) mine[i] - mean[i]) * ((double) mine[i] - mean[i]);
                    length += (double) mean[i] * mean[i];
                }
            }
        }
        return length == 0 ? 0 : Math.sqrt(off / length);
    }

    /**
     * A learner's state with the average in the place of what is common.
     *
     * @param fresh that learner's state at its very beginning
     */
    static State adopt(State own, State average, State fresh, LocalSgd.Optimizers optimizers) {
        State adopted = new State();
        own.entries().forEach((name, value) -> {
            if (ofOptimizer(name, value)) {
                adopted.put(name, moments(name, value, average, fresh, optimizers));
            } else {
                adopted.put(name, entry(average, name, value));
            }
        });
        return adopted;
    }

    private static Object moments(String name, Object own, State average, State fresh, LocalSgd.Optimizers optimizers) {
        if (optimizers == LocalSgd.Optimizers.AVERAGED) {
            return entry(average, name, own);
        } else if (optimizers == LocalSgd.Optimizers.LOCAL) {
            return own;
        } else if (own instanceof long[] counts) {
            // The optimiser's steps begin anew, what the learner counts goes on.
            long[] reset = counts.clone();
            reset[0] = fresh.longs(name)[0];
            return reset;
        }
        return entry(fresh, name, own);
    }

    /** What a state says under that name, or the other if it says nothing. */
    private static Object entry(State state, String name, Object otherwise) {
        Object value = state.entries().get(name);
        return value == null ? otherwise : value;
    }

    /**
     * A learner's state with the weighted mean of what replicas report in it; counts are those of the furthest.
     *
     * @param reports of replicas, in an order that does not depend on time: sums of doubles do depend on theirs
     */
    static State mean(State own, List<State> reports, double[] weights) {
        State mean = new State();
        own.entries().forEach((name, value) -> {
            mean.put(name, reports.get(0).has(name) ? mean(name, value, reports, weights) : value);
        });
        return mean;
    }

    private static Object mean(String name, Object own, List<State> reports, double[] weights) {
        if (own instanceof long[] counts) {
            long[] most = counts.clone();
            for (State report : reports) {
                long[] theirs = report.longs(name);
                Arrays.setAll(most, i -> Math.max(most[i], theirs[i]));
            }
            return most;
        } else if (reports.size() == 1) {
            return entry(reports.get(0), name, own);
        } else if (name.equals("observations/squares")) {
            return squares(reports, weights);
        } else if (own instanceof double[] figures) {
            return doubles(name, figures.length, reports, weights);
        } else if (own instanceof float[] values) {
            double[] sums = new double[values.length];
            for (int r = 0; r < weights.length; r++) {
                float[] theirs = reports.get(r).floats(name, values.length);
                for (int i = 0; i < sums.length; i++) {
                    sums[i] += weights[r] * theirs[i];
                }
            }
            double total = Arrays.stream(weights).sum();
            float[] result = new float[sums.length];
            for (int i = 0; i < sums.length; i++) {
                result[i] = (float) (sums[i] / total);
            }
            return result;
        }
        return own;
    }

    private static double[] doubles(String name, int length, List<State> reports, double[] weights) {
        double total = Arrays.stream(weights).sum();
        double[] result = new double[length];
        for (int r = 0; r < weights.length; r++) {
            double[] theirs = reports.get(r).doubles(name);
            for (int i = 0; i < length; i++) {
                result[i] += weights[r] / total * theirs[i];
            }
        }
        return result;
    }

    /**
     * Of a mixture: the variances' mean and the variance of the means.
     *
     * <pre>
     *   M = n · Σ wᵢ · (Mᵢ / nᵢ + (meanᵢ − mean)²),   n = Σ wᵢ · nᵢ,   Σ wᵢ = 1
     * </pre>
     */
    private static double[] squares(List<State> reports, double[] weights) {
        double[] mean =
                doubles("observations/mean", reports.get(0).doubles("observations/mean").length, reports, weights);
        double total = Arrays.stream(weights).sum();
        double[] result = new double[mean.length];
        double seen = 0;
        for (int r = 0; r < weights.length; r++) {
            State report = reports.get(r);
            double[] theirs = report.doubles("observations/mean");
            double[] squares = report.doubles("observations/squares");
            double count = report.getDouble("observations/count");
            seen += weights[r] / total * count;
            for (int i = 0; i < mean.length; i++) {
                double off = theirs[i] - mean[i];
                result[i] += weights[r] / total * (squares[i] / Math.max(1, count) + off * off);
            }
        }
        for (int i = 0; i < mean.length; i++) {
            result[i] *= seen;
        }
        return result;
    }
}
