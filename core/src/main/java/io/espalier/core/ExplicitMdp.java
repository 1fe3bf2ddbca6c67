package io.espalier.core;

/** A {@link FiniteMdp} that was written down as arrays. */
final class ExplicitMdp implements FiniteMdp {
    /** How far sums of probabilities may be off by rounding. */
    private static final double ROUNDING = 1e-9;

    private final double[][][] probability;
    private final double[][] reward;
    private final double[] start;

    ExplicitMdp(double[][][] probability, double[][] reward, double[] start) {
        int states = start.length;
        if (states == 0 || probability.length != states || reward.length != states || reward[0].length == 0) {
            throw new IllegalArgumentException("probability (" + probability.length + " states), reward ("
                    + reward.length + ") and start (" + states + ") must have the same number of states, at least 1,"
                    + " and at least 1 action.");
        }
        this.probability = new double[states][reward[0].length][];
        this.reward = new double[states][];
        this.start = start.clone();
        if (Math.abs(sum("start", start) - 1) > ROUNDING) {
            throw new IllegalArgumentException("start must sum to 1, not " + sum("start", start) + ".");
        }
        for (int s = 0; s < states; s++) {
            if (probability[s].length != actions(reward) || reward[s].length != actions(reward)) {
                throw new IllegalArgumentException("state " + s + " must have " + actions(reward)
                        + " actions like state 0, in probability and reward.");
            }
            this.reward[s] = reward[s].clone();
            for (int a = 0; a < actions(reward); a++) {
                this.probability[s][a] = row(probability[s][a], reward[s][a], s, a);
            }
        }
    }

    private double[] row(double[] given, double mean, int s, int a) {
        String name = "probability of state " + s + ", action " + a;
        if (given.length != start.length || !Double.isFinite(mean) || sum(name, given) > 1 + ROUNDING) {
            throw new IllegalArgumentException(name + " must have " + start.length
                    + " values that sum to at most 1, and a finite reward, not " + given.length + " values that sum to "
                    + sum(name, given) + " and " + mean + ". Maybe the rest to 1 is where the task ends.");
        }
        return given.clone();
    }

    private static int actions(double[][] reward) {
        return reward[0].length;
    }

    private static double sum(String name, double[] probabilities) {
        double sum = 0;
        for (double each : probabilities) {
            if (!(each >= 0)) {
                throw new IllegalArgumentException(name + " (" + each + ") must not be negative.");
            }
            sum += each;
        }
        return sum;
    }

    @Override
    public int states() {
        return start.length;
    }

    @Override
    public int actions() {
        return reward[0].length;
    }

    @Override
    public double startProbability(int state) {
        return start[state];
    }

    @Override
    public void forEachOutcome(int state, int action, Sink sink) {
        if (state < 0 || state >= states() || action < 0 || action >= actions()) {
            throw new IllegalArgumentException("state (" + state + ") and action (" + action + ") must be below "
                    + states() + " and " + actions() + ", and not negative.");
        }
        double left = 1;
        for (int next = 0; next < start.length; next++) {
            double p = probability[state][action][next];
            left -= p;
            if (p > 0) {
                sink.outcome(p, next, reward[state][action], false);
            }
        }
        if (left > ROUNDING) {
            sink.outcome(left, state, reward[state][action], true);
        }
    }
}
