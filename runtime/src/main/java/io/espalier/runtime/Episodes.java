package io.espalier.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.espalier.core.State;
import io.espalier.core.VectorEnvironment;
import java.util.Arrays;

/** The episodes that ended in one group of environments during one rollout, or on one thread's during a round of plays. */
final class Episodes implements VectorEnvironment.EpisodeListener {
    private int count;
    private int[] steps = new int[64];
    private int[] environments = new int[64];
    private double[] returns = new double[64];
    private int[] lengths = new int[64];
    private boolean[] successes = new boolean[64];
    private int[] figureEnds = new int[64];
    private int figures;
    private String[] names = new String[16];
    private double[] values = new double[16];
    private int now;

    /** What follows belongs to that step of the rollout. */
    void at(int step) {
        now = step;
    }

    void clear() {
        cut(0);
    }

    /** Forgets all but the first so many. */
    void cut(int kept) {
        figures = kept == 0 ? 0 : figureEnds[kept - 1];
        count = kept;
    }

    @Override
    public void ended(int environment, double episodeReturn, int length, boolean success) {
        if (count == steps.length) {
            steps = Arrays.copyOf(steps, 2 * count);
            environments = Arrays.copyOf(environments, 2 * count);
            returns = Arrays.copyOf(returns, 2 * count);
            lengths = Arrays.copyOf(lengths, 2 * count);
            successes = Arrays.copyOf(successes, 2 * count);
            figureEnds = Arrays.copyOf(figureEnds, 2 * count);
        }
        steps[count] = now;
        environments[count] = environment;
        returns[count] = episodeReturn;
        lengths[count] = length;
        successes[count] = success;
        // Its figures were told just before.
        figureEnds[count] = figures;
        count++;
    }

    @Override
    public void metric(int environment, String name, double value) {
        if (figures == names.length) {
            names = Arrays.copyOf(names, 2 * figures);
            values = Arrays.copyOf(values, 2 * figures);
        }
        names[figures] = name;
        values[figures] = value;
        figures++;
    }

    /** Writes all of them. */
    void save(State into) {
        long[] whole = new long[5 * count];
        double[] sums = new double[count];
        for (int i = 0; i < count; i++) {
            whole[5 * i] = steps[i];
            whole[5 * i + 1] = environments[i];
            whole[5 * i + 2] = lengths[i];
            whole[5 * i + 3] = successes[i] ? 1 : 0;
            whole[5 * i + 4] = figureEnds[i];
            sums[i] = returns[i];
        }
        into.put("episodes", whole);
        into.put("returns", sums);
        if (figures > 0) {
            into.put("names", joined().getBytes(UTF_8));
            into.put("values", Arrays.copyOf(values, figures));
        }
    }

    /** One name a line. */
    private String joined() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < figures; i++) {
            text.append(i == 0 ? "" : "\n").append(names[i].replace('\n', ' '));
        }
        return text.toString();
    }

    /** Becomes what was saved. */
    void load(State from) {
        clear();
        long[] whole = from.longs("episodes");
        double[] sums = from.doubles("returns");
        String[] called = from.has("names") ? new String(from.bytes("names"), UTF_8).split("\n", -1) : new String[0];
        double[] told = from.has("values") ? from.doubles("values") : new double[0];
        if (whole.length != 5L * sums.length || called.length != told.length) {
            throw new IllegalArgumentException("a list of episodes has " + whole.length + " numbers, " + sums.length
                    + " returns, " + called.length + " names and " + told.length + " values; they do not fit.");
        }
        for (int i = 0; i < sums.length; i++) {
            for (long end = Math.min(told.length, whole[5 * i + 4]); figures < end; ) {
                metric(0, called[figures], told[figures]);
            }
            at((int) whole[5 * i]);
            ended((int) whole[5 * i + 1], sums[i], (int) whole[5 * i + 2], whole[5 * i + 3] != 0);
        }
    }

    int count() {
        return count;
    }

    int step(int i) {
        return steps[i];
    }

    int environment(int i) {
        return environments[i];
    }

    double episodeReturn(int i) {
        return returns[i];
    }

    int length(int i) {
        return lengths[i];
    }

    boolean success(int i) {
        return successes[i];
    }

    /** The first of the figures that belong to an episode. */
    int figuresFrom(int i) {
        return i == 0 ? 0 : figureEnds[i - 1];
    }

    /** Behind the last of them. */
    int figuresTo(int i) {
        return figureEnds[i];
    }

    String name(int figure) {
        return names[figure];
    }

    double value(int figure) {
        return values[figure];
    }
}
