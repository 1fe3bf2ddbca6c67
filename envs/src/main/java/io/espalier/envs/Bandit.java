package io.espalier.envs;

import io.espalier.core.Discrete;
import io.espalier.core.Environment;
import io.espalier.core.MetricSink;
import io.espalier.core.RandomStream;
import io.espalier.core.Space;
import io.espalier.core.Step;

/**
 * The k-armed bandit: k levers, each paying around a mean of its own; find the best while you play.
 *
 * <p><b>Actions</b>, {@code discrete(k)}: which lever to pull.
 *
 * <p><b>Observations</b>, {@code discrete(1)}: always 0.
 *
 * <p><b>Rewards</b>: normal with the lever's mean and variance 1. The means are standard normal themselves.
 *
 * <p><b>Start</b>: the testbed draws new means for every episode; the fixed bandit has the same ones always.
 *
 * <p><b>End</b>: never terminated; truncated after 1000 pulls when made by name.
 *
 * <p><b>Figures of an episode</b>: "regret", what always pulling the best lever would have brought more, in the mean;
 * "best-share", the share of pulls that went to it.
 *
 * <p><b>Version</b>: Bandit10-v0 (means fixed) and BanditTestbed10-v0, Espalier's own; Gymnasium has none.
 *
 * <p><b>Source</b>: R. S. Sutton and A. G. Barto, "Reinforcement Learning: An Introduction" (2018), 2.3.
 */
public final class Bandit implements Environment {
    private static final Discrete OBSERVATIONS = new Discrete(1);

    private final RandomStream random = new RandomStream(0);
    private final Discrete levers;
    private final double[] mean;
    private final boolean fixed;
    private int best;
    private double regret;
    private int pulls;
    private int bestPulls;
    private boolean running;

    private Bandit(double[] mean, boolean fixed) {
        this.levers = new Discrete(mean.length);
        this.mean = mean;
        this.fixed = fixed;
    }

    /**
     * The testbed: every episode is another bandit.
     *
     * @throws IllegalArgumentException if there is no lever
     */
    public static Bandit testbed(int levers) {
        return new Bandit(new double[new Discrete(levers).n()], false);
    }

    /**
     * A bandit with given means.
     *
     * @throws IllegalArgumentException if there is no lever, or a mean is NaN or infinite
     */
    public static Bandit fixed(double... means) {
        for (double mean : means) {
            if (!Double.isFinite(mean)) {
                throw new IllegalArgumentException("mean (" + mean + ") must be a finite number.");
            }
        }
        return new Bandit(means.clone(), true);
    }

    /** The lever of the greatest mean. */
    public int best() {
        return best;
    }

    /** The mean of a lever. */
    public double mean(int lever) {
        return mean[lever];
    }

    @Override
    public Space observationSpace() {
        return OBSERVATIONS;
    }

    @Override
    public Space actionSpace() {
        return levers;
    }

    @Override
    public void reset(long seed) {
        random.reseed(seed);
        best = 0;
        for (int lever = 0; lever < mean.length; lever++) {
            if (!fixed) {
                mean[lever] = random.nextGaussian();
            }
            best = mean[lever] > mean[best] ? lever : best;
        }
        regret = 0;
        pulls = 0;
        bestPulls = 0;
        running = true;
    }

    @Override
    public Step step(float[] actions, int at) {
        Actions.underWay(running);
        int lever = Actions.choice(levers, actions, at);
        pulls++;
        bestPulls += lever == best ? 1 : 0;
        regret += mean[best] - mean[lever];
        return Step.transition(mean[lever] + random.nextGaussian());
    }

    @Override
    public void observe(float[] into, int at) {
        into[at] = 0;
    }

    @Override
    public void episodeMetrics(MetricSink sink) {
        sink.put("regret", regret);
        sink.put("best-share", pulls == 0 ? 0 : (double) bestPulls / pulls);
    }
}
