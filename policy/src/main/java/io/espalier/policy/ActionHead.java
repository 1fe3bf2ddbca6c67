package io.espalier.policy;

/**
 * How the outputs of a policy's network become actions. Each head names the network outputs it reads; where the network
 * has a single output, its name does not matter.
 *
 * <p>Sampling takes all randomness from the row's own stream, always the same number of draws for a row, so that an action
 * depends on its row, its stream and the weights alone. Greedy acting draws nothing. The log-probability that goes with an
 * action is always that of the sampling distribution, also when acting greedily.
 */
public sealed interface ActionHead {
    /** The network output that the categorical, Gaussian and deterministic heads, squashed or not, read. */
    String POLICY = "policy";

    /** The network output that estimates the state's value; optional, for every head. */
    String VALUE = "value";

    /** The network output that holds action values. */
    String Q = "q";

    /** The network output by which a table samples, where that differs from what it takes to be best; optional. */
    String EXPLORE = "explore";

    /** The network output that holds logarithms of standard deviations. */
    String LOG_STD = "logStd";

    /** The most numbers that describe the return of one action. */
    int MOST_ATOMS = 1 << 16;

    /**
     * Independent categorical distributions, one for each discrete component of the action; output "policy" holds their
     * logits side by side, {@code actionSpace.choices()} of them (two per bit of a multi-binary space: for 0 and for 1).
     * Forbidden choices are left out of the distribution exactly: they have probability 0, and the log-probability is that
     * of the distribution over what is allowed. Greedy: the largest logit, the lowest number among equals. One draw per
     * component.
     *
     * <p>The log-probability is the float sum, over components in order from 0, of what
     * {@link io.espalier.nn.Losses#softmax} gives for the choice; a learner that computes it so gets the same bits.
     */
    record Categorical() implements ActionHead {
        @Override
        public String text() {
            return "categorical";
        }
    }

    /**
     * A normal distribution with independent elements, for a box: means in output "policy", logarithms of standard
     * deviations in output "logStd". The action is not cut to the bounds of the box: see
     * {@link PolicySession#toEnvironment}. Greedy: the mean. Two draws per element.
     *
     * <p>The log-probability is that of {@link io.espalier.nn.Losses#gaussianLogProbability} for the recorded action.
     */
    record DiagonalGaussian() implements ActionHead {
        @Override
        public String text() {
            return "diagonal-gaussian";
        }
    }

    /** For a box: the action is the output "policy", its log-probability is given as 0. No draws. */
    record Deterministic() implements ActionHead {
        @Override
        public String text() {
            return "deterministic";
        }
    }

    /**
     * A normal distribution with independent elements, squashed into a bounded box (Haarnoja et al., arXiv:1812.05905,
     * appendix C): u ~ N(mean, σ), action = centre + half · tanh(u). Means in output "policy", logarithms of σ in output
     * "logStd", cut to {@link io.espalier.nn.Losses#clipLogStd}. Greedy: u is the mean. Two draws per element.
     *
     * <p>The log-probability is the density of the action in the box: ln N(u) − Σ ln(1 − tanh²(u)) − Σ ln(half).
     */
    record SquashedGaussian() implements ActionHead {
        @Override
        public String text() {
            return "squashed-gaussian";
        }
    }

    /**
     * For a bounded box: the action is centre + half · tanh(output "policy"). When sampling, noise is added to tanh, and
     * the sum cut to ±1 (Fujimoto et al., arXiv:1802.09477). Its log-probability is given as 0. Two draws per element.
     *
     * @param noise standard deviation of the noise, as a share of half the box's width; finite and not negative
     */
    record SquashedDeterministic(double noise) implements ActionHead {
        /**
         * Checks the noise.
         *
         * @throws IllegalArgumentException if it is negative or not finite
         */
        public SquashedDeterministic {
            if (!(noise >= 0) || Double.isInfinite(noise)) {
                throw new IllegalArgumentException("noise (" + noise + ") must be finite and not negative. Maybe 0.1.");
            }
        }

        @Override
        public String text() {
            return "squashed-deterministic(" + noise + ")";
        }
    }

    /**
     * For one discrete action: with probability epsilon any allowed action, else the allowed one of the largest value in
     * output "q", the lowest number among equals. Two draws.
     *
     * @param epsilon 0 to 1
     */
    record EpsilonGreedy(double epsilon) implements ActionHead {
        /**
         * Checks the probability.
         *
         * @throws IllegalArgumentException if it is none
         */
        public EpsilonGreedy {
            checkProbability(epsilon);
        }

        @Override
        public String text() {
            return "epsilon-greedy(" + epsilon + ")";
        }
    }

    /**
     * As {@link EpsilonGreedy}, where the network gives a distribution of the return of each action: output "q" holds
     * quantiles [actions, quantiles], and an action's value is their mean (Dabney et al., arXiv:1710.10044).
     *
     * @param epsilon 0 to 1
     * @param quantiles of each action, 1 to {@link #MOST_ATOMS}
     */
    record EpsilonGreedyQuantiles(double epsilon, int quantiles) implements ActionHead {
        /**
         * Checks.
         *
         * @throws IllegalArgumentException if a number is out of its range
         */
        public EpsilonGreedyQuantiles {
            checkProbability(epsilon);
            checkCount("quantiles", quantiles, 1);
        }

        @Override
        public String text() {
            return "epsilon-greedy-quantiles(" + epsilon + ", " + quantiles + ")";
        }
    }

    /**
     * As {@link EpsilonGreedy}, where the network gives a distribution of the return of each action: output "q" holds
     * logits [actions, atoms], and an action's value is the mean of their softmax over atoms from low to high at equal
     * distances (Bellemare et al., arXiv:1707.06887).
     *
     * @param epsilon 0 to 1
     * @param atoms of each action, 2 to {@link #MOST_ATOMS}
     * @param low the least return that can be told
     * @param high the greatest; above low, both finite
     */
    record EpsilonGreedyAtoms(double epsilon, int atoms, double low, double high) implements ActionHead {
        /**
         * Checks.
         *
         * @throws IllegalArgumentException if a number is out of its range
         */
        public EpsilonGreedyAtoms {
            checkProbability(epsilon);
            checkCount("atoms", atoms, 2);
            if (!(low < high) || Double.isInfinite(high - low)) {
                throw new IllegalArgumentException(
                        "low (" + low + ") must be below high (" + high + ") and both finite. Maybe -10 and 10.");
            }
        }

        @Override
        public String text() {
            return "epsilon-greedy-atoms(" + epsilon + ", " + atoms + ", " + low + ", " + high + ")";
        }
    }

    /**
     * A table: for one discrete action and discrete or multi-discrete observations, which the network reads as one index
     * (the components as digits of a mixed-radix number, the first the most significant), so that its spec is
     * {@code embedding(states, actions)}. With probability epsilon any allowed action, else one of the largest value:
     * when sampling, any of those that are equal; when greedy, the lowest number. Two draws.
     *
     * <p>Where the network has an output "explore" besides "q", sampling takes the largest of that one, and only greedy
     * acting that of "q": for bounds and posterior samples, which say what to try rather than what is best.
     *
     * @param epsilon 0 to 1
     */
    record Tabular(double epsilon) implements ActionHead {
        /**
         * Checks the probability.
         *
         * @throws IllegalArgumentException if it is none
         */
        public Tabular {
            checkProbability(epsilon);
        }

        @Override
        public String text() {
            return "tabular(" + epsilon + ")";
        }
    }

    /**
     * Another head over a network with noisy layers: when sampling, the network has the noise that is drawn from a seed,
     * the same for all rows; when greedy it acts by its means. A learner publishes a new seed with each set of weights, so
     * that what a row's action is does not depend on who acts.
     *
     * @param inner how outputs become actions; not itself noisy
     * @param seed of the noise
     */
    record Noisy(ActionHead inner, long seed) implements ActionHead {
        /**
         * Checks the inner head.
         *
         * @throws IllegalArgumentException if it is noisy
         */
        public Noisy {
            if (inner instanceof Noisy) {
                throw new IllegalArgumentException("noisy: inner (" + inner.text() + ") must not be noisy itself.");
            }
        }

        @Override
        public String text() {
            return "noisy(" + inner.text() + ", " + seed + ")";
        }
    }

    /** The head without noise: the inner one of a noisy head, else this. */
    default ActionHead plain() {
        return this instanceof Noisy noisy ? noisy.inner() : this;
    }

    /** The readable form, as {@code epsilon-greedy(0.05)}; {@link #parse} reads it. */
    String text();

    /**
     * Reads the form that {@link #text} writes.
     *
     * @throws IllegalArgumentException if the text is none
     */
    static ActionHead parse(String text) {
        return ActionHeadText.parse(text);
    }

    /** How many numbers of the network's output each action has: 1 unless the head reads distributions. */
    default int outputsPerAction() {
        if (plain() instanceof EpsilonGreedyQuantiles head) {
            return head.quantiles();
        }
        return plain() instanceof EpsilonGreedyAtoms head ? head.atoms() : 1;
    }

    private static void checkCount(String name, int count, int least) {
        if (count < least || count > MOST_ATOMS) {
            throw new IllegalArgumentException(
                    name + " (" + count + ") must be from " + least + " to " + MOST_ATOMS + ". Maybe 51.");
        }
    }

    private static void checkProbability(double epsilon) {
        if (!(epsilon >= 0 && epsilon <= 1)) {
            throw new IllegalArgumentException("epsilon (" + epsilon + ") must be from 0 to 1. Maybe 0.05.");
        }
    }
}
