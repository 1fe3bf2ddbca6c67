package io.espalier.nn;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * A network as data: a tree of layers. {@link Network} runs it. Shapes are without the row (batch) dimension: a vector is
 * [n], an image [C, H, W].
 *
 * <p>Text form, read by {@link #parse} and written by {@link #text}: layers joined by {@code >}, as in
 * {@code dense(64, init=orthogonal(1.41)) > tanh > heads(policy: dense(2, init=orthogonal(0.01)), value: dense(1))}.
 */
public sealed interface NetworkSpec {
    /** The most units, filters, rows of a table, or elements of a constant that one layer may have. */
    int MOST = 1 << 24;

    /** The deepest nesting of layers in layers. */
    int DEEPEST = 10;

    /**
     * Affine map of a vector: y = x·W + b, with W [inputs, units]. Text: {@code dense(64)},
     * {@code dense(64, init=he-normal, bias=false)}.
     *
     * @param units length of the output
     * @param init how W starts; b starts at 0 (with {@link Initializer#uniformFanIn} it is drawn)
     * @param bias whether there is a b
     */
    record Dense(int units, Initializer init, boolean bias) implements NetworkSpec {
        /**
         * Checks.
         *
         * @throws IllegalArgumentException if units is not from 1 to {@link #MOST}
         */
        public Dense {
            check("dense: units", units, 1, MOST);
        }
    }

    /**
     * A dense layer whose parameters are normal distributions with learned means and deviations (Fortunato et al.,
     * arXiv:1706.10295, factorised noise): y = x·(μ + σ∘f(ε)f(ε′)ᵀ) + μ′ + σ′∘f(ε′), f(x) = sign(x)·√|x|, with ε [inputs]
     * and ε′ [units] standard normal. {@link Network#drawNoise} draws them; until then, and when noise is off, the layer is
     * y = x·μ + μ′. The means start uniform in ±1/√inputs. Text: {@code noisy(64)}, {@code noisy(64, sigma=0.1)}.
     *
     * @param units length of the output
     * @param sigma every deviation starts with sigma/√inputs
     */
    record NoisyDense(int units, double sigma) implements NetworkSpec {
        /**
         * Checks.
         *
         * @throws IllegalArgumentException if units is not from 1 to {@link #MOST}, or sigma negative or not finite
         */
        public NoisyDense {
            check("noisy: units", units, 1, MOST);
            if (!(sigma >= 0) || Double.isInfinite(sigma)) {
                throw new IllegalArgumentException(
                        "noisy: sigma (" + sigma + ") must be finite and not negative. Maybe 0.5.");
            }
            sigma += 0.0; // -0 becomes 0, so that equal texts mean equal values
        }
    }

    /**
     * A function of each element. Text: {@code tanh}, {@code relu}, {@code gelu}, {@code sigmoid}, {@code softplus}.
     *
     * @param kind the function
     */
    record Activation(Kind kind) implements NetworkSpec {
        /** The functions. */
        public enum Kind {
            /** (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ). */
            TANH,
            /** max(x, 0). */
            RELU,
            /** x·Φ(x), Φ the distribution function of the normal distribution, exactly, not its tanh approximation. */
            GELU,
            /** 1 / (1 + e⁻ˣ). */
            SIGMOID,
            /** ln(1 + eˣ). */
            SOFTPLUS;

            String word() {
                return name().toLowerCase(Locale.ROOT);
            }
        }
    }

    /**
     * Layer normalisation over all elements of a row (Ba et al., arXiv:1607.06450): y = (x − mean) / √(variance + ε)·g + b,
     * with learned g (starts at 1) and b (starts at 0) of the input's shape; the variance divides by n. Text:
     * {@code layer-norm}, {@code layer-norm(epsilon=0.001)}.
     *
     * @param epsilon ε
     */
    record LayerNorm(double epsilon) implements NetworkSpec {
        /**
         * Checks.
         *
         * @throws IllegalArgumentException if epsilon is not above 0 and finite
         */
        public LayerNorm {
            if (!(epsilon > 0) || Double.isInfinite(epsilon)) {
                throw new IllegalArgumentException("layer-norm: epsilon (" + epsilon + ") must be above 0.");
            }
        }
    }

    /**
     * 2-D convolution (cross-correlation, as everywhere in the field) with bias:
     * y[f, i, j] = b[f] + Σ over c, u, v of x[c, i·stride + u − padding, j·stride + v − padding]·W[c, u, v, f], x being 0
     * outside. Output [filters, (H + 2·padding − kernel)/stride + 1, the same of W]. Text: {@code conv(16, 3)},
     * {@code conv(32, 8, stride=4, padding=2, init=he-uniform)}.
     *
     * @param filters channels of the output
     * @param kernel height and width of the window
     * @param stride step of the window
     * @param padding zeros added on all four sides
     * @param init how W starts
     */
    record Conv2d(int filters, int kernel, int stride, int padding, Initializer init) implements NetworkSpec {
        /**
         * Checks.
         *
         * @throws IllegalArgumentException if a number is not positive (padding: negative) or too large
         */
        public Conv2d {
            check("conv: filters", filters, 1, MOST);
            check("conv: kernel", kernel, 1, 1024);
            check("conv: stride", stride, 1, 1024);
            check("conv: padding", padding, 0, kernel - 1);
        }
    }

    /** Any shape to a vector of the same elements, in row-major order. Text: {@code flatten}. */
    record Flatten() implements NetworkSpec {}

    /**
     * A learned table: index i gives row i. The input is a vector of indices, whole numbers from 0 to count − 1 in
     * float; one index gives [width], n of them give [n, width]. Text: {@code embedding(500, 6)},
     * {@code embedding(500, 6, init=zeros)}. Indices have no gradient; it is given as 0.
     *
     * @param count rows of the table
     * @param width length of a row
     * @param init how the table starts
     */
    record Embedding(int count, int width, Initializer init) implements NetworkSpec {
        /**
         * Checks.
         *
         * @throws IllegalArgumentException if a number is not from 1 to {@link #MOST}
         */
        public Embedding {
            check("embedding: count", count, 1, MOST);
            check("embedding: width", width, 1, MOST);
        }
    }

    /**
     * Gated recurrent units (Cho et al., arXiv:1406.1078), with the gates and parameters of PyTorch's GRU: reads a vector
     * and what it gave at the step before. Remembers {@code units} floats. Text: {@code gru(64)},
     * {@code gru(64, init=orthogonal(1))}.
     *
     * @param units length of the output
     * @param init how the weights start; with {@link Initializer#uniformFanIn} they and the biases are uniform in
     *     ±√(1/units), as in PyTorch, else the biases start at 0
     */
    record Gru(int units, Initializer init) implements NetworkSpec {
        /**
         * Checks.
         *
         * @throws IllegalArgumentException if units is not from 1 to {@link #MOST}
         */
        public Gru {
            check("gru: units", units, 1, MOST);
        }
    }

    /**
     * Long short-term memory (Hochreiter and Schmidhuber 1997, with forget gates), with the gates and parameters of
     * PyTorch's LSTM. Remembers 2 · {@code units} floats: the output, then the cell. Text: {@code lstm(64)},
     * {@code lstm(64, init=orthogonal(1))}.
     *
     * @param units length of the output
     * @param init as for {@link Gru}
     */
    record Lstm(int units, Initializer init) implements NetworkSpec {
        /**
         * Checks.
         *
         * @throws IllegalArgumentException if units is not from 1 to {@link #MOST}
         */
        public Lstm {
            check("lstm: units", units, 1, MOST);
        }
    }

    /**
     * Multi-head attention of each step to itself and to at most {@code window} steps before it in the same episode
     * (Vaswani et al., arXiv:1706.03762), with a learned vector for each distance in time added to the keys (Shaw et al.,
     * arXiv:1803.02155), without biases: y = (heads side by side)·Wo, of the input's width. Remembers
     * {@code window · width + 1} floats: the last inputs and how many they are. Text: {@code attention(4, 16)},
     * {@code attention(4, 16, init=xavier-uniform)}.
     *
     * @param heads parts of equal width into which the input is cut
     * @param window how many steps back it looks at most
     * @param init how the four matrices start
     */
    record Attention(int heads, int window, Initializer init) implements NetworkSpec {
        /**
         * Checks.
         *
         * @throws IllegalArgumentException if heads is not from 1 to 1024, or window not from 1 to 65536
         */
        public Attention {
            check("attention: heads", heads, 1, 1024);
            check("attention: window", window, 1, 1 << 16);
        }
    }

    /**
     * A gate like that of gated recurrent units where a residual has a sum (Parisotto et al., arXiv:1910.06764, section
     * 3.2): y = inner(x), r = σ(y·Wr + x·Ur), z = σ(y·Wz + x·Uz − b), output x + z∘(tanh(y·Wc + (r∘x)·Uc) − x). Text:
     * {@code gated(layer-norm > attention(4, 16) > relu)}, {@code gated(dense(8), bias=1)}.
     *
     * @param inner keeps the vector's length, has no heads
     * @param bias what b starts with; 2 lets little but x pass at first
     */
    record Gated(NetworkSpec inner, double bias) implements NetworkSpec {
        /**
         * Checks.
         *
         * @throws IllegalArgumentException if inner nests too deep or bias is not finite
         */
        public Gated {
            checkDepth(1 + depth(inner));
            if (Double.isNaN(bias) || Double.isInfinite(bias)) {
                throw new IllegalArgumentException("gated: bias (" + bias + ") must be finite. Maybe 2.");
            }
            bias += 0.0;
        }
    }

    /**
     * y = x + inner(x) (He et al., arXiv:1512.03385). Text: {@code residual(dense(64) > relu > dense(64))}.
     *
     * @param inner keeps the shape, has no heads
     */
    record Residual(NetworkSpec inner) implements NetworkSpec {
        /**
         * Checks.
         *
         * @throws IllegalArgumentException if inner nests too deep
         */
        public Residual {
            checkDepth(1 + depth(inner));
        }
    }

    /**
     * Action values from two streams that read the same input: Q(s, a) = V(s) + A(s, a) − mean over a′ of A(s, a′) (Wang et
     * al. 2016, https://arxiv.org/abs/1511.06581, equation 9). Where values are distributions, V is m numbers and A is m
     * for each action, side by side, and the equation holds for each of the m (Hessel et al., arXiv:1710.02298).
     *
     * @param value the stream of V, which ends in one number, or m
     * @param advantage the stream of A, so many numbers an action
     */
    record Dueling(NetworkSpec value, NetworkSpec advantage) implements NetworkSpec {
        /** Checks the depth. */
        public Dueling {
            checkDepth(1 + Math.max(depth(value), depth(advantage)));
        }
    }

    /**
     * One layer after the other; a chain in a chain is taken apart. Text: {@code a > b > c}.
     *
     * @param layers at least two
     */
    record Sequential(List<NetworkSpec> layers) implements NetworkSpec {
        /**
         * Takes chains in the chain apart.
         *
         * @throws IllegalArgumentException if there are fewer than two layers, or heads anywhere but at the end
         */
        public Sequential {
            List<NetworkSpec> flat = new ArrayList<>();
            for (NetworkSpec layer : layers) {
                if (layer instanceof Sequential chain) {
                    flat.addAll(chain.layers);
                } else {
                    flat.add(layer);
                }
            }
            layers = List.copyOf(flat);
            if (layers.size() < 2) {
                throw new IllegalArgumentException("a chain of " + layers.size()
                        + " layers: it must have at least 2. Maybe use the layer itself.");
            }
            for (NetworkSpec layer : layers.subList(0, layers.size() - 1)) {
                if (layer instanceof Heads) {
                    throw new IllegalArgumentException(
                            "heads must be the last of a chain. Maybe move what follows" + " them into each head.");
                }
            }
            checkDepth(layers.stream().mapToInt(NetworkSpec::depth).max().orElse(0));
        }
    }

    /**
     * Parallel heads on one input: what stands before them is the shared trunk; with nothing before them each head is a
     * network of its own. A head may end in heads again; the outputs are the leaves, in order, and their names must
     * differ. Text: {@code heads(policy: dense(2), value: dense(1))}.
     *
     * @param heads at least one
     */
    record Heads(List<Head> heads) implements NetworkSpec {
        /**
         * Checks.
         *
         * @throws IllegalArgumentException if there are no heads, or two outputs have one name
         */
        public Heads {
            heads = List.copyOf(heads);
            if (heads.isEmpty()) {
                throw new IllegalArgumentException("heads: there must be at least one.");
            }
            checkDepth(1
                    + heads.stream().mapToInt(head -> depth(head.spec())).max().orElse(0));
            addNames(heads, new HashSet<>());
        }

        private static void addNames(List<Head> heads, Set<String> names) {
            for (Head head : heads) {
                NetworkSpec last = head.spec() instanceof Sequential chain
                        ? chain.layers().get(chain.layers().size() - 1)
                        : head.spec();
                if (last instanceof Heads inner) {
                    addNames(inner.heads, names);
                } else if (!names.add(head.name())) {
                    throw new IllegalArgumentException("heads: \"" + head.name() + "\" is there twice.");
                }
            }
        }
    }

    /**
     * One of several {@link Heads}.
     *
     * @param name letters, digits, - and _, a letter first, at most 64 characters
     * @param spec the network of this head
     */
    record Head(String name, NetworkSpec spec) {
        /**
         * Checks the name.
         *
         * @throws IllegalArgumentException if it is none
         */
        public Head {
            if (!name.matches("[A-Za-z][A-Za-z0-9_-]{0,63}")) {
                throw new IllegalArgumentException("\"" + Json.shown(name) + "\" is not a name for a head. Maybe use"
                        + " letters, digits, - and _, a letter first, at most 64.");
            }
        }
    }

    /**
     * A learned vector that does not depend on the input, such as the logarithms of standard deviations. Text:
     * {@code constant(2)}, {@code constant(2, value=-0.5)}.
     *
     * @param size its length
     * @param value what each element starts with
     */
    record Constant(int size, double value) implements NetworkSpec {
        /**
         * Checks.
         *
         * @throws IllegalArgumentException if size is not from 1 to {@link #MOST} or value not finite
         */
        public Constant {
            check("constant: size", size, 1, MOST);
            if (Double.isNaN(value) || Double.isInfinite(value)) {
                throw new IllegalArgumentException("constant: value (" + value + ") must be finite.");
            }
            value += 0.0;
        }
    }

    /**
     * Reads the text form.
     *
     * @throws IllegalArgumentException if it is none; the message says where
     */
    static NetworkSpec parse(String text) {
        return NetworkText.parse(text);
    }

    /** The text form: one line, numbers exact, defaults left out. */
    default String text() {
        return NetworkText.write(this);
    }

    /**
     * Reads the JSON form.
     *
     * @throws IllegalArgumentException if it is none; the message says where, as in {@code $.layers[2].units}
     */
    static NetworkSpec parseJson(String json) {
        return NetworkJson.read(Json.parse(json, TextForm.LONGEST));
    }

    /** Reads the JSON form. */
    static NetworkSpec fromJson(Json json) {
        return NetworkJson.read(json);
    }

    /** The JSON form, as {@code {"layer":"dense","units":64,"init":"orthogonal(1)","bias":true}}. */
    default String json() {
        return toJson().toString();
    }

    /** The JSON form as a value. */
    default Json toJson() {
        return NetworkJson.write(this);
    }

    /** A dense layer with bias and PyTorch's default initialisation. */
    static Dense dense(int units) {
        return dense(units, Initializer.uniformFanIn());
    }

    /** A dense layer with bias. */
    static Dense dense(int units, Initializer init) {
        return new Dense(units, init, true);
    }

    /** A noisy dense layer whose deviations start with 0.5/√inputs, as in the paper. */
    static NoisyDense noisy(int units) {
        return new NoisyDense(units, 0.5);
    }

    /** tanh of each element. */
    static Activation tanh() {
        return new Activation(Activation.Kind.TANH);
    }

    /** relu of each element. */
    static Activation relu() {
        return new Activation(Activation.Kind.RELU);
    }

    /** gelu of each element. */
    static Activation gelu() {
        return new Activation(Activation.Kind.GELU);
    }

    /** sigmoid of each element. */
    static Activation sigmoid() {
        return new Activation(Activation.Kind.SIGMOID);
    }

    /** softplus of each element. */
    static Activation softplus() {
        return new Activation(Activation.Kind.SOFTPLUS);
    }

    /** Layer normalisation with ε = 1e-5. */
    static LayerNorm layerNorm() {
        return new LayerNorm(1e-5);
    }

    /** A convolution with PyTorch's default initialisation. */
    static Conv2d conv(int filters, int kernel, int stride, int padding) {
        return new Conv2d(filters, kernel, stride, padding, Initializer.uniformFanIn());
    }

    /** Any shape to a vector. */
    static Flatten flatten() {
        return new Flatten();
    }

    /** A table that starts with standard normal numbers. */
    static Embedding embedding(int count, int width) {
        return new Embedding(count, width, Initializer.normal(1));
    }

    /** Gated recurrent units with PyTorch's default initialisation. */
    static Gru gru(int units) {
        return new Gru(units, Initializer.uniformFanIn());
    }

    /** Long short-term memory with PyTorch's default initialisation. */
    static Lstm lstm(int units) {
        return new Lstm(units, Initializer.uniformFanIn());
    }

    /**
     * One block of a gated transformer with memory (Parisotto et al., arXiv:1910.06764, figure 1): attention over the
     * steps before and two dense layers, each behind a layer norm and in a gate. Text: {@code gtrxl(32, 4, 16)}, which is
     * read as the layers that it stands for.
     *
     * @param width of what goes in and of what comes out
     * @param heads of the attention
     * @param window of the attention
     */
    static NetworkSpec gtrxl(int width, int heads, int window) {
        NetworkSpec attention =
                sequential(layerNorm(), new Attention(heads, window, Initializer.xavierUniform()), relu());
        return sequential(
                new Gated(attention, 2),
                new Gated(sequential(layerNorm(), dense(width), relu(), dense(width), relu()), 2));
    }

    /** x + inner(x). */
    static Residual residual(NetworkSpec inner) {
        return new Residual(inner);
    }

    /** Action values from a stream for the state's value and one for the actions' advantages. */
    static Dueling dueling(NetworkSpec value, NetworkSpec advantage) {
        return new Dueling(value, advantage);
    }

    /** A learned vector that starts with zeros. */
    static Constant constant(int size) {
        return new Constant(size, 0);
    }

    /** One layer after the other; a single one is returned as it is. */
    static NetworkSpec sequential(NetworkSpec... layers) {
        return sequential(List.of(layers));
    }

    /** One layer after the other; a single one is returned as it is. */
    static NetworkSpec sequential(List<? extends NetworkSpec> layers) {
        return layers.size() == 1 ? layers.get(0) : new Sequential(List.copyOf(layers));
    }

    /** Parallel heads. */
    static Heads heads(Head... heads) {
        return new Heads(List.of(heads));
    }

    /** One head, for {@link #heads}. */
    static Head head(String name, NetworkSpec spec) {
        return new Head(name, spec);
    }

    /**
     * Dense layers of those widths, each followed by the activation, with PyTorch's default initialisation. Give it a
     * last layer with {@link #then}.
     *
     * @throws IllegalArgumentException if there are no widths
     */
    static NetworkSpec mlp(Activation.Kind activation, int... hidden) {
        return mlp(activation, Initializer.uniformFanIn(), hidden);
    }

    /** Dense layers of those widths and that initialisation, each followed by the activation. */
    static NetworkSpec mlp(Activation.Kind activation, Initializer init, int... hidden) {
        List<NetworkSpec> layers = new ArrayList<>();
        for (int units : hidden) {
            layers.add(dense(units, init));
            layers.add(new Activation(activation));
        }
        return new Sequential(layers);
    }

    /** Whether it remembers what came before: then {@link Network} wants the rows' states. */
    default boolean hasMemory() {
        return Memory.in(this);
    }

    /** This, followed by another. */
    default NetworkSpec then(NetworkSpec next) {
        return new Sequential(List.of(this, next));
    }

    /** Whether there are {@link NoisyDense} layers in it. */
    default boolean noisy() {
        if (this instanceof Sequential chain) {
            return chain.layers.stream().anyMatch(NetworkSpec::noisy);
        } else if (this instanceof Residual residual) {
            return residual.inner.noisy();
        } else if (this instanceof Gated gated) {
            return gated.inner.noisy();
        } else if (this instanceof Dueling dueling) {
            return dueling.value.noisy() || dueling.advantage.noisy();
        } else if (this instanceof Heads heads) {
            return heads.heads.stream().anyMatch(head -> head.spec.noisy());
        }
        return this instanceof NoisyDense;
    }

    private static void check(String name, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(name + " (" + value + ") must be from " + least + " to " + most + ".");
        }
    }

    /** Levels of residuals and heads; chains do not count, since they do not nest in each other. */
    private static int depth(NetworkSpec spec) {
        if (spec instanceof Sequential chain) {
            return chain.layers.stream().mapToInt(NetworkSpec::depth).max().orElse(0);
        }
        if (spec instanceof Residual residual) {
            return 1 + depth(residual.inner);
        }
        if (spec instanceof Gated gated) {
            return 1 + depth(gated.inner);
        }
        if (spec instanceof Dueling dueling) {
            return 1 + Math.max(depth(dueling.value), depth(dueling.advantage));
        }
        if (spec instanceof Heads heads) {
            return 1
                    + heads.heads.stream()
                            .mapToInt(head -> depth(head.spec))
                            .max()
                            .orElse(0);
        }
        return 0;
    }

    private static void checkDepth(int depth) {
        if (depth > DEEPEST) {
            throw new IllegalArgumentException("layers nest " + depth + " levels deep; " + DEEPEST + " are the most.");
        }
    }
}
