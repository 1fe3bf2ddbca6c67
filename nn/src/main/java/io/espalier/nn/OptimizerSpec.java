package io.espalier.nn;

/**
 * The settings of an {@link Optimizer}. Text forms: {@code sgd}, {@code sgd(momentum=0.9, nesterov=true)},
 * {@code rmsprop(rho=0.99, epsilon=1e-5, tensorflow=true)}, {@code adam(epsilon=1e-5)},
 * {@code adamw(weight-decay=0.01)}. The learning rate is not among them: it comes with each step.
 *
 * <p>In the formulas g is the gradient, θ a parameter, α the learning rate, t the number of updates so far, this one
 * included; all slots start at 0 unless said otherwise.
 */
public sealed interface OptimizerSpec {
    /**
     * Stochastic gradient descent: g += weightDecay·θ; v = momentum·v + g; θ −= α·v, or with Nesterov
     * θ −= α·(g + momentum·v). The form of PyTorch (Sutskever et al. 2013 up to the place of α).
     *
     * @param momentum 0 for none, below 1
     * @param nesterov whether to look ahead; needs momentum
     * @param weightDecay added to the gradient times the parameter
     */
    record Sgd(double momentum, boolean nesterov, double weightDecay) implements OptimizerSpec {
        /**
         * Checks.
         *
         * @throws IllegalArgumentException if a number is out of range
         */
        public Sgd {
            decay("sgd: momentum", momentum);
            notNegative("sgd: weight-decay", weightDecay);
            if (nesterov && momentum == 0) {
                throw new IllegalArgumentException("sgd: nesterov needs momentum. Maybe momentum=0.9.");
            }
        }
    }

    /**
     * RMSProp (Hinton, lecture 6e): s = ρ·s + (1−ρ)·g²; u = g / (√s + ε); θ −= α·u. Centered: s − m² in place of s, with
     * m = ρ·m + (1−ρ)·g (Graves 2013, arXiv:1308.0850). With momentum: v = momentum·v + u and θ −= α·v.
     *
     * <p>TensorFlow's form, with which the classic Atari results were made: u = g / √(s + ε), s starts at 1, and the
     * learning rate is inside the momentum, v = momentum·v + α·u.
     *
     * @param rho decay of the running squares
     * @param epsilon ε
     * @param centered whether to divide by the standard deviation instead of the root mean square
     * @param momentum 0 for none, below 1
     * @param tensorflow whether to use TensorFlow's form instead of PyTorch's
     */
    record RmsProp(double rho, double epsilon, boolean centered, double momentum, boolean tensorflow)
            implements OptimizerSpec {
        /**
         * Checks.
         *
         * @throws IllegalArgumentException if a number is out of range
         */
        public RmsProp {
            decay("rmsprop: rho", rho);
            positive("rmsprop: epsilon", epsilon);
            decay("rmsprop: momentum", momentum);
        }
    }

    /**
     * Adam (Kingma and Ba, arXiv:1412.6980, algorithm 1): m = β₁·m + (1−β₁)·g; v = β₂·v + (1−β₂)·g²;
     * θ −= α/(1−β₁ᵗ) · m / (√v/√(1−β₂ᵗ) + ε).
     *
     * @param beta1 β₁
     * @param beta2 β₂
     * @param epsilon ε
     */
    record Adam(double beta1, double beta2, double epsilon) implements OptimizerSpec {
        /**
         * Checks.
         *
         * @throws IllegalArgumentException if a number is out of range
         */
        public Adam {
            decay("adam: beta1", beta1);
            decay("adam: beta2", beta2);
            positive("adam: epsilon", epsilon);
        }
    }

    /**
     * {@link Adam} with decoupled weight decay (Loshchilov and Hutter, arXiv:1711.05101): first θ = (1 − α·weightDecay)·θ.
     *
     * @param beta1 β₁
     * @param beta2 β₂
     * @param epsilon ε
     * @param weightDecay per unit of learning rate
     */
    record AdamW(double beta1, double beta2, double epsilon, double weightDecay) implements OptimizerSpec {
        /**
         * Checks.
         *
         * @throws IllegalArgumentException if a number is out of range
         */
        public AdamW {
            decay("adamw: beta1", beta1);
            decay("adamw: beta2", beta2);
            positive("adamw: epsilon", epsilon);
            notNegative("adamw: weight-decay", weightDecay);
        }
    }

    /** Plain stochastic gradient descent. */
    static Sgd sgd() {
        return new Sgd(0, false, 0);
    }

    /** RMSProp with PyTorch's defaults: ρ = 0.99, ε = 1e-8. */
    static RmsProp rmsProp() {
        return new RmsProp(0.99, 1e-8, false, 0, false);
    }

    /** Adam with the paper's settings: 0.9, 0.999, 1e-8. */
    static Adam adam() {
        return adam(1e-8);
    }

    /** Adam with another ε; 1e-5 is customary in reinforcement learning. */
    static Adam adam(double epsilon) {
        return new Adam(0.9, 0.999, epsilon);
    }

    /** AdamW with the usual betas and ε = 1e-8. */
    static AdamW adamW(double weightDecay) {
        return new AdamW(0.9, 0.999, 1e-8, weightDecay);
    }

    /** The optimiser with these settings for so many parameters. */
    default Optimizer create(int parameters) {
        return new Optimizer(this, parameters, Kernels.INSTANCE);
    }

    /**
     * Reads the text form; what is left out has the default of {@link #sgd}, {@link #rmsProp}, {@link #adam},
     * {@link #adamW} (0.01).
     *
     * @throws IllegalArgumentException if it is none
     */
    static OptimizerSpec valueOf(String text) {
        TextForm.Term term = TextForm.parseTerm(text);
        OptimizerSpec spec = switch (term.word()) {
            case "sgd" -> new Sgd(term.real("momentum", 0), term.flag("nesterov", false), term.real("weight-decay", 0));
            case "rmsprop" ->
                new RmsProp(
                        term.real("rho", 0.99),
                        term.real("epsilon", 1e-8),
                        term.flag("centered", false),
                        term.real("momentum", 0),
                        term.flag("tensorflow", false));
            case "adam" -> new Adam(term.real("beta1", 0.9), term.real("beta2", 0.999), term.real("epsilon", 1e-8));
            case "adamw" ->
                new AdamW(
                        term.real("beta1", 0.9),
                        term.real("beta2", 0.999),
                        term.real("epsilon", 1e-8),
                        term.real("weight-decay", 0.01));
            default ->
                throw new IllegalArgumentException("\"" + Json.shown(text)
                        + "\" is not an optimizer. Maybe one of sgd(momentum=0.9), rmsprop(rho=0.99), adam,"
                        + " adam(epsilon=1e-5), adamw(weight-decay=0.01).");
        };
        term.done();
        return spec;
    }

    /** The same as {@link #valueOf}. */
    static OptimizerSpec parse(String text) {
        return valueOf(text);
    }

    /** The text form, with every setting. */
    default String text() {
        if (this instanceof Sgd sgd) {
            return "sgd(momentum=" + TextForm.number(sgd.momentum) + ", nesterov=" + sgd.nesterov + ", weight-decay="
                    + TextForm.number(sgd.weightDecay) + ")";
        } else if (this instanceof RmsProp rms) {
            return "rmsprop(rho=" + TextForm.number(rms.rho) + ", epsilon=" + TextForm.number(rms.epsilon)
                    + ", centered=" + rms.centered + ", momentum=" + TextForm.number(rms.momentum) + ", tensorflow="
                    + rms.tensorflow + ")";
        } else if (this instanceof AdamW adam) {
            return "adamw(" + betas(adam.beta1, adam.beta2, adam.epsilon) + ", weight-decay="
                    + TextForm.number(adam.weightDecay) + ")";
        }
        Adam adam = (Adam) this;
        return "adam(" + betas(adam.beta1, adam.beta2, adam.epsilon) + ")";
    }

    private static String betas(double beta1, double beta2, double epsilon) {
        return "beta1=" + TextForm.number(beta1) + ", beta2=" + TextForm.number(beta2) + ", epsilon="
                + TextForm.number(epsilon);
    }

    private static void decay(String name, double value) {
        if (!(value >= 0 && value < 1)) {
            throw new IllegalArgumentException(name + " (" + value + ") must be at least 0 and below 1.");
        }
    }

    private static void positive(String name, double value) {
        if (!(value > 0) || Double.isInfinite(value)) {
            throw new IllegalArgumentException(name + " (" + value + ") must be above 0 and finite.");
        }
    }

    private static void notNegative(String name, double value) {
        if (!(value >= 0) || Double.isInfinite(value)) {
            throw new IllegalArgumentException(name + " (" + value + ") must be finite and not negative.");
        }
    }
}
