package io.espalier.runtime;

import io.espalier.core.State;
import io.espalier.core.Stateful;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How far a run has come. Alive: it changes while the run goes on. May be read from any thread. */
public final class Progress implements Stateful {
    /** How many of the newest episodes are remembered. */
    public static final int REMEMBERED = 10_000;

    private static final int RATE_POINTS = 64;

    private final double[] returns = new double[REMEMBERED];
    private long episodes;
    private long environmentSteps;
    private long updates;
    private long rounds;
    private double secondsBefore;
    private long startNanos = System.nanoTime();
    private long stoppedNanos;
    private @Nullable EvaluationResult evaluation;
    private long evaluations;
    private final Map<String, Double> metrics = new LinkedHashMap<>();
    private double fraction;
    private String rule = "";

    private final long[] rateSteps = new long[RATE_POINTS];
    private final double[] rateSeconds = new double[RATE_POINTS];
    private int ratePoints;

    Progress() {}

    /** Environment steps taken. */
    public synchronized long environmentSteps() {
        return environmentSteps;
    }

    /** Gradient updates made. */
    public synchronized long updates() {
        return updates;
    }

    /** Rollouts that were learned from. */
    public synchronized long rounds() {
        return rounds;
    }

    /** Training episodes that ended. */
    public synchronized long episodes() {
        return episodes;
    }

    /** Seconds that the run has taken, over all its sittings. */
    public synchronized double wallSeconds() {
        long now = stoppedNanos != 0 ? stoppedNanos : System.nanoTime();
        return secondsBefore + (now - startNanos) / 1e9;
    }

    /**
     * The mean return of the newest training episodes.
     *
     * @param count how many, at most {@link #REMEMBERED}
     * @return NaN if there was no episode yet; the mean over fewer if there were fewer
     */
    public synchronized double meanReturn(int count) {
        int n = (int) Math.min(Math.min(count, REMEMBERED), episodes);
        double sum = 0;
        for (long e = episodes - n; e < episodes; e++) {
            sum += returns[(int) (e % REMEMBERED)];
        }
        return n == 0 ? Double.NaN : sum / n;
    }

    /** The standard deviation of the newest training episodes' returns; NaN if there was none. */
    public synchronized double stdReturn(int count) {
        int n = (int) Math.min(Math.min(count, REMEMBERED), episodes);
        double mean = meanReturn(count);
        double sum = 0;
        for (long e = episodes - n; e < episodes; e++) {
            double off = returns[(int) (e % REMEMBERED)] - mean;
            sum += off * off;
        }
        return n == 0 ? Double.NaN : n == 1 ? 0 : Math.sqrt(sum / (n - 1));
    }

    /** The last evaluation; null if there was none yet. */
    public synchronized @Nullable EvaluationResult evaluation() {
        return evaluation;
    }

    /** How many evaluations there were. */
    public synchronized long evaluations() {
        return evaluations;
    }

    /** The newest figure of each name that the learner and the run report. */
    public synchronized Map<String, Double> metrics() {
        return new LinkedHashMap<>(metrics);
    }

    /** Environment steps per second, lately. */
    public synchronized double stepsPerSecond() {
        if (ratePoints == 0) {
            double seconds = wallSeconds() - secondsBefore;
            return seconds > 0 ? environmentSteps / seconds : 0;
        }
        int newest = (ratePoints - 1) % RATE_POINTS;
        int oldest = ratePoints <= RATE_POINTS ? 0 : ratePoints % RATE_POINTS;
        double seconds = rateSeconds[newest] - rateSeconds[oldest];
        return seconds > 0 ? (rateSteps[newest] - rateSteps[oldest]) / seconds : 0;
    }

    /** How near the stop rule is, 0 to 1. */
    public synchronized double fraction() {
        return fraction;
    }

    /** The stop rule in words. */
    public synchronized String rule() {
        return rule;
    }

    /** Seconds until the stop rule holds if all goes on as before; NaN while nothing can be said. */
    public synchronized double secondsLeft() {
        double seconds = wallSeconds();
        return fraction <= 0 ? Double.NaN : seconds / fraction - seconds;
    }

    synchronized void episode(double episodeReturn) {
        returns[(int) (episodes % REMEMBERED)] = episodeReturn;
        episodes++;
    }

    synchronized void round(long steps, long gradientUpdates) {
        environmentSteps += steps;
        updates = gradientUpdates;
        rounds++;
        double seconds = wallSeconds();
        if (ratePoints == 0 || seconds - rateSeconds[(ratePoints - 1) % RATE_POINTS] > 0.1) {
            rateSteps[ratePoints % RATE_POINTS] = environmentSteps;
            rateSeconds[ratePoints % RATE_POINTS] = seconds;
            ratePoints++;
        }
    }

    synchronized void evaluated(EvaluationResult result) {
        evaluation = result;
        evaluations++;
    }

    synchronized void metric(String name, double value) {
        metrics.put(name, value);
    }

    synchronized void rule(String text, double done) {
        rule = text;
        fraction = done;
    }

    /** Begins a sitting. */
    synchronized void start() {
        startNanos = System.nanoTime();
    }

    synchronized void stop() {
        stoppedNanos = System.nanoTime();
    }

    @Override
    public synchronized void save(State into) {
        into.put("counts", new long[] {episodes, environmentSteps, updates, rounds, evaluations});
        into.putDouble("seconds", wallSeconds());
        int n = (int) Math.min(REMEMBERED, episodes);
        double[] newest = new double[n];
        for (int i = 0; i < n; i++) {
            newest[i] = returns[(int) ((episodes - n + i) % REMEMBERED)];
        }
        into.put("returns", newest);
        EvaluationResult last = evaluation;
        if (last != null) {
            last.save(into.child("evaluation"));
        }
    }

    @Override
    public synchronized void load(State from) {
        long[] counts = from.longs("counts");
        episodes = counts[0];
        environmentSteps = counts[1];
        updates = counts[2];
        rounds = counts[3];
        evaluations = counts[4];
        secondsBefore = from.getDouble("seconds");
        double[] newest = from.doubles("returns");
        for (int i = 0; i < newest.length; i++) {
            returns[(int) ((episodes - newest.length + i) % REMEMBERED)] = newest[i];
        }
        evaluation = evaluations == 0 ? null : EvaluationResult.load(from.child("evaluation"));
    }
}
