package io.espalier.nn;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The JSON form of {@link NetworkSpec}: one object a layer, {@code "layer"} names it, all components are there. */
final class NetworkJson {
    private NetworkJson() {}

    static Json write(NetworkSpec spec) {
        Json json = Json.object();
        if (spec instanceof NetworkSpec.Dense dense) {
            return json.put("layer", "dense")
                    .put("units", dense.units())
                    .put("init", dense.init().text())
                    .put("bias", dense.bias());
        } else if (spec instanceof NetworkSpec.NoisyDense noisy) {
            return json.put("layer", "noisy").put("units", noisy.units()).put("sigma", noisy.sigma());
        } else if (spec instanceof NetworkSpec.Activation activation) {
            return json.put("layer", activation.kind().word());
        } else if (spec instanceof NetworkSpec.LayerNorm norm) {
            return json.put("layer", "layer-norm").put("epsilon", norm.epsilon());
        } else if (spec instanceof NetworkSpec.Conv2d conv) {
            return json.put("layer", "conv")
                    .put("filters", conv.filters())
                    .put("kernel", conv.kernel())
                    .put("stride", conv.stride())
                    .put("padding", conv.padding())
                    .put("init", conv.init().text());
        } else if (spec instanceof NetworkSpec.Embedding embedding) {
            return json.put("layer", "embedding")
                    .put("count", embedding.count())
                    .put("width", embedding.width())
                    .put("init", embedding.init().text());
        } else if (spec instanceof NetworkSpec.Gru gru) {
            return json.put("layer", "gru")
                    .put("units", gru.units())
                    .put("init", gru.init().text());
        } else if (spec instanceof NetworkSpec.Lstm lstm) {
            return json.put("layer", "lstm")
                    .put("units", lstm.units())
                    .put("init", lstm.init().text());
        } else if (spec instanceof NetworkSpec.Attention attention) {
            return json.put("layer", "attention")
                    .put("heads", attention.heads())
                    .put("window", attention.window())
                    .put("init", attention.init().text());
        } else if (spec instanceof NetworkSpec.Gated gated) {
            return json.put("layer", "gated").put("inner", write(gated.inner())).put("bias", gated.bias());
        } else if (spec instanceof NetworkSpec.Residual residual) {
            return json.put("layer", "residual").put("inner", write(residual.inner()));
        } else if (spec instanceof NetworkSpec.Dueling dueling) {
            return json.put("layer", "dueling")
                    .put("value", write(dueling.value()))
                    .put("advantage", write(dueling.advantage()));
        } else if (spec instanceof NetworkSpec.Sequential chain) {
            Json layers = Json.array();
            chain.layers().forEach(layer -> layers.add(write(layer)));
            return json.put("layer", "sequential").put("layers", layers);
        } else if (spec instanceof NetworkSpec.Heads heads) {
            Json list = Json.array();
            heads.heads()
                    .forEach(head ->
                            list.add(Json.object().put("name", head.name()).put("spec", write(head.spec()))));
            return json.put("layer", "heads").put("heads", list);
        } else if (spec instanceof NetworkSpec.Constant constant) {
            return json.put("layer", "constant").put("size", constant.size()).put("value", constant.value());
        }
        return json.put("layer", "flatten");
    }

    static NetworkSpec read(Json json) {
        try {
            return layer(json);
        } catch (IllegalArgumentException e) {
            String message = String.valueOf(e.getMessage());
            if (message.startsWith("$")) {
                throw e;
            }
            throw new IllegalArgumentException(json.path() + ": " + message, e);
        }
    }

    private static NetworkSpec layer(Json json) {
        String name = json.get("layer").asString();
        return switch (name) {
            case "dense" -> {
                json.only("layer", "units", "init", "bias");
                yield new NetworkSpec.Dense(
                        json.get("units").asInt(), init(json), json.get("bias").asBoolean());
            }
            case "noisy" -> {
                json.only("layer", "units", "sigma");
                yield new NetworkSpec.NoisyDense(
                        json.get("units").asInt(), json.get("sigma").asDouble());
            }
            case "layer-norm" -> {
                json.only("layer", "epsilon");
                yield new NetworkSpec.LayerNorm(json.get("epsilon").asDouble());
            }
            case "conv" -> {
                json.only("layer", "filters", "kernel", "stride", "padding", "init");
                yield new NetworkSpec.Conv2d(
                        json.get("filters").asInt(),
                        json.get("kernel").asInt(),
                        json.get("stride").asInt(),
                        json.get("padding").asInt(),
                        init(json));
            }
            case "flatten" -> {
                json.only("layer");
                yield new NetworkSpec.Flatten();
            }
            case "embedding" -> {
                json.only("layer", "count", "width", "init");
                yield new NetworkSpec.Embedding(
                        json.get("count").asInt(), json.get("width").asInt(), init(json));
            }
            case "gru" -> {
                json.only("layer", "units", "init");
                yield new NetworkSpec.Gru(json.get("units").asInt(), init(json));
            }
            case "lstm" -> {
                json.only("layer", "units", "init");
                yield new NetworkSpec.Lstm(json.get("units").asInt(), init(json));
            }
            case "attention" -> {
                json.only("layer", "heads", "window", "init");
                yield new NetworkSpec.Attention(
                        json.get("heads").asInt(), json.get("window").asInt(), init(json));
            }
            case "gated" -> {
                json.only("layer", "inner", "bias");
                yield new NetworkSpec.Gated(
                        read(json.get("inner")), json.get("bias").asDouble());
            }
            case "residual" -> {
                json.only("layer", "inner");
                yield new NetworkSpec.Residual(read(json.get("inner")));
            }
            case "dueling" -> {
                json.only("layer", "value", "advantage");
                yield new NetworkSpec.Dueling(read(json.get("value")), read(json.get("advantage")));
            }
            case "sequential" -> {
                json.only("layer", "layers");
                List<NetworkSpec> layers = new ArrayList<>();
                json.get("layers").elements().forEach(layer -> layers.add(read(layer)));
                yield new NetworkSpec.Sequential(layers);
            }
            case "heads" -> {
                json.only("layer", "heads");
                List<NetworkSpec.Head> heads = new ArrayList<>();
                for (Json head : json.get("heads").elements()) {
                    head.only("name", "spec");
                    heads.add(new NetworkSpec.Head(head.get("name").asString(), read(head.get("spec"))));
                }
                yield new NetworkSpec.Heads(heads);
            }
            case "constant" -> {
                json.only("layer", "size", "value");
                yield new NetworkSpec.Constant(
                        json.get("size").asInt(), json.get("value").asDouble());
            }
            default -> {
                json.only("layer");
                yield new NetworkSpec.Activation(activation(name));
            }
        };
    }

    private static NetworkSpec.Activation.Kind activation(String name) {
        for (NetworkSpec.Activation.Kind kind : NetworkSpec.Activation.Kind.values()) {
            if (kind.name().toLowerCase(Locale.ROOT).equals(name)) {
                return kind;
            }
        }
        throw new IllegalArgumentException("\"" + Json.shown(name) + "\" is not a layer.");
    }

    private static Initializer init(Json json) {
        return Initializer.parse(json.get("init").asString());
    }
}
