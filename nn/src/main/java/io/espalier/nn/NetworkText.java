package io.espalier.nn;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The text form of {@link NetworkSpec}. */
final class NetworkText {
    private static final Initializer USUAL = Initializer.uniformFanIn();
    private static final double EPSILON = 1e-5;
    private static final double SIGMA = 0.5;

    private NetworkText() {}

    static NetworkSpec parse(String text) {
        try {
            return chain(TextForm.parse(text));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("network \"" + Json.shown(text) + "\": " + e.getMessage(), e);
        }
    }

    private static NetworkSpec chain(TextForm.Chain chain) {
        List<NetworkSpec> layers = new ArrayList<>();
        for (TextForm.Term term : chain.terms()) {
            layers.add(layer(term));
            term.done();
        }
        return NetworkSpec.sequential(layers);
    }

    private static NetworkSpec layer(TextForm.Term term) {
        for (NetworkSpec.Activation.Kind kind : NetworkSpec.Activation.Kind.values()) {
            if (kind.word().equals(term.word())) {
                return new NetworkSpec.Activation(kind);
            }
        }
        return switch (term.word()) {
            case "dense" ->
                new NetworkSpec.Dense(
                        term.integer("units"), term.value("init", Initializer::of, USUAL), term.flag("bias", true));
            case "noisy" -> new NetworkSpec.NoisyDense(term.integer("units"), term.real("sigma", SIGMA));
            case "layer-norm" -> new NetworkSpec.LayerNorm(term.real("epsilon", EPSILON));
            case "conv" ->
                new NetworkSpec.Conv2d(
                        term.integer("filters"),
                        term.integer("kernel"),
                        term.integer("stride", 1),
                        term.integer("padding", 0),
                        term.value("init", Initializer::of, USUAL));
            case "flatten" -> new NetworkSpec.Flatten();
            case "embedding" ->
                new NetworkSpec.Embedding(
                        term.integer("count"),
                        term.integer("width"),
                        term.value("init", Initializer::of, Initializer.normal(1)));
            case "gru" -> new NetworkSpec.Gru(term.integer("units"), term.value("init", Initializer::of, USUAL));
            case "lstm" -> new NetworkSpec.Lstm(term.integer("units"), term.value("init", Initializer::of, USUAL));
            case "attention" ->
                new NetworkSpec.Attention(
                        term.integer("heads"),
                        term.integer("window"),
                        term.value("init", Initializer::of, Initializer.xavierUniform()));
            case "gated" -> new NetworkSpec.Gated(chain(term.need("inner")), term.real("bias", 2));
            case "gtrxl" -> NetworkSpec.gtrxl(term.integer("width"), term.integer("heads"), term.integer("window"));
            case "residual" -> new NetworkSpec.Residual(chain(term.need("inner")));
            case "dueling" -> new NetworkSpec.Dueling(chain(term.need("value")), chain(term.need("advantage")));
            case "heads" -> heads(term);
            case "constant" -> new NetworkSpec.Constant(term.integer("size"), term.real("value", 0));
            default ->
                throw new IllegalArgumentException("\"" + Json.shown(term.word()) + "\" is not a layer. Maybe one"
                        + " of dense(64), noisy(64), tanh, relu, gelu, sigmoid, softplus, layer-norm, conv(16, 3),"
                        + " flatten, embedding(16, 4), gru(64), lstm(64), attention(4, 16), gtrxl(64, 4, 16), gated(...),"
                        + " residual(...), dueling(...), heads(policy: ..., value: ...), constant(2).");
        };
    }

    private static NetworkSpec heads(TextForm.Term term) {
        List<NetworkSpec.Head> heads = new ArrayList<>();
        for (TextForm.Argument argument : term.arguments()) {
            String name = argument.name();
            if (name == null) {
                throw new IllegalArgumentException("each of the heads must have a name, as in heads(value: dense(1)).");
            }
            heads.add(new NetworkSpec.Head(name, chain(term.need(name))));
        }
        return new NetworkSpec.Heads(heads);
    }

    static String write(NetworkSpec spec) {
        if (spec instanceof NetworkSpec.Dense dense) {
            return "dense(" + dense.units() + init(dense.init(), USUAL) + (dense.bias() ? ")" : ", bias=false)");
        } else if (spec instanceof NetworkSpec.NoisyDense noisy) {
            String sigma = noisy.sigma() == SIGMA ? "" : ", sigma=" + TextForm.number(noisy.sigma());
            return "noisy(" + noisy.units() + sigma + ")";
        } else if (spec instanceof NetworkSpec.Activation activation) {
            return activation.kind().word();
        } else if (spec instanceof NetworkSpec.LayerNorm norm) {
            return norm.epsilon() == EPSILON
                    ? "layer-norm"
                    : "layer-norm(epsilon=" + TextForm.number(norm.epsilon()) + ")";
        } else if (spec instanceof NetworkSpec.Conv2d conv) {
            return "conv(" + conv.filters() + ", " + conv.kernel()
                    + (conv.stride() == 1 ? "" : ", stride=" + conv.stride())
                    + (conv.padding() == 0 ? "" : ", padding=" + conv.padding())
                    + init(conv.init(), USUAL) + ")";
        } else if (spec instanceof NetworkSpec.Embedding embedding) {
            return "embedding(" + embedding.count() + ", " + embedding.width()
                    + init(embedding.init(), Initializer.normal(1)) + ")";
        } else if (spec instanceof NetworkSpec.Gru gru) {
            return "gru(" + gru.units() + init(gru.init(), USUAL) + ")";
        } else if (spec instanceof NetworkSpec.Lstm lstm) {
            return "lstm(" + lstm.units() + init(lstm.init(), USUAL) + ")";
        } else if (spec instanceof NetworkSpec.Attention attention) {
            return "attention(" + attention.heads() + ", " + attention.window()
                    + init(attention.init(), Initializer.xavierUniform()) + ")";
        } else if (spec instanceof NetworkSpec.Gated gated) {
            String bias = gated.bias() == 2 ? "" : ", bias=" + TextForm.number(gated.bias());
            return "gated(" + write(gated.inner()) + bias + ")";
        } else if (spec instanceof NetworkSpec.Residual residual) {
            return "residual(" + write(residual.inner()) + ")";
        } else if (spec instanceof NetworkSpec.Dueling dueling) {
            return "dueling(value: " + write(dueling.value()) + ", advantage: " + write(dueling.advantage()) + ")";
        } else if (spec instanceof NetworkSpec.Sequential chain) {
            return chain.layers().stream().map(NetworkText::write).collect(Collectors.joining(" > "));
        } else if (spec instanceof NetworkSpec.Heads heads) {
            return heads.heads().stream()
                    .map(head -> head.name() + ": " + write(head.spec()))
                    .collect(Collectors.joining(", ", "heads(", ")"));
        } else if (spec instanceof NetworkSpec.Constant constant) {
            String value = constant.value() == 0 ? "" : ", value=" + TextForm.number(constant.value());
            return "constant(" + constant.size() + value + ")";
        }
        return "flatten";
    }

    private static String init(Initializer init, Initializer usual) {
        return init.equals(usual) ? "" : ", init=" + init.text();
    }
}
