package io.espalier.nn;

import java.util.ArrayList;
import java.util.List;

/** Makes the layers of a spec. Parameters are named by their way through the tree, as "0.weight" or "policy.2.bias". */
final class Layers {
    private Layers() {}

    /**
     * Makes the layers of a spec, in the order in which their parameters stand.
     *
     * @param name what the parameters' names begin with
     * @param first whether they read the network's input itself
     */
    static Layer of(Wiring wiring, String name, NetworkSpec spec, int[] shape, boolean first) {
        if (spec instanceof NetworkSpec.Sequential chain) {
            return chain(wiring, name, chain.layers(), shape, first);
        } else if (spec instanceof NetworkSpec.Dense dense) {
            return new DenseLayer(wiring, name, dense, shape, first);
        } else if (spec instanceof NetworkSpec.NoisyDense noisy) {
            return new NoisyLayer(wiring, name, noisy, shape);
        } else if (spec instanceof NetworkSpec.Activation activation) {
            return new ActivationLayer(wiring, activation, shape);
        } else if (spec instanceof NetworkSpec.LayerNorm norm) {
            return new LayerNormLayer(wiring, name, norm, shape);
        } else if (spec instanceof NetworkSpec.Conv2d conv) {
            return new ConvLayer(wiring, name, conv, shape);
        } else if (spec instanceof NetworkSpec.Embedding embedding) {
            return new EmbeddingLayer(wiring, name, embedding, shape);
        } else if (spec instanceof NetworkSpec.Gru gru) {
            return new GruLayer(wiring, name, gru, shape);
        } else if (spec instanceof NetworkSpec.Lstm lstm) {
            return new LstmLayer(wiring, name, lstm, shape);
        } else if (spec instanceof NetworkSpec.Attention attention) {
            return new AttentionLayer(wiring, name, attention, shape);
        } else if (spec instanceof NetworkSpec.Gated gated) {
            return new GatedLayer(wiring, name, gated, shape, of(wiring, name + "inner.", gated.inner(), shape, false));
        } else if (spec instanceof NetworkSpec.Residual residual) {
            return new ResidualLayer(wiring, shape, of(wiring, name, residual.inner(), shape, false));
        } else if (spec instanceof NetworkSpec.Dueling dueling) {
            Layer value = of(wiring, name + "value.", dueling.value(), shape, first);
            return new DuelingLayer(
                    wiring, shape, value, of(wiring, name + "advantage.", dueling.advantage(), shape, first));
        } else if (spec instanceof NetworkSpec.Heads heads) {
            return heads(wiring, name, heads, shape, first);
        } else if (spec instanceof NetworkSpec.Constant constant) {
            return new ConstantLayer(wiring, name, constant, shape);
        }
        Layer flat = new ResidualLayer(wiring, shape, null);
        flat.reshape(flat.outputSize);
        return flat;
    }

    private static Layer chain(Wiring wiring, String name, List<NetworkSpec> specs, int[] shape, boolean first) {
        List<Layer> layers = new ArrayList<>();
        int[] now = shape;
        for (int i = 0; i < specs.size(); i++) {
            NetworkSpec spec = specs.get(i);
            Layer last = layers.isEmpty() ? null : layers.get(layers.size() - 1);
            if (spec instanceof NetworkSpec.Flatten && (last != null || i + 1 < specs.size())) {
                now = new int[] {Layer.size(now)}; // no work: the elements lie as they must
            } else if (!(last != null
                    && spec instanceof NetworkSpec.Activation activation
                    && last.fuse(activation.kind()))) {
                Layer layer = of(wiring, name + i + ".", spec, now, first && layers.isEmpty());
                layers.add(layer);
                now = layer.outputShape();
            }
            if (last != null && spec instanceof NetworkSpec.Flatten) {
                last.reshape(now);
            }
        }
        Layer only = layers.get(0);
        return layers.size() == 1 ? only : new ChainLayer(wiring, shape, layers);
    }

    private static Layer heads(Wiring wiring, String name, NetworkSpec.Heads spec, int[] shape, boolean first) {
        List<String> names = new ArrayList<>();
        List<Layer> layers = new ArrayList<>();
        for (NetworkSpec.Head head : spec.heads()) {
            names.add(head.name());
            layers.add(of(wiring, name + head.name() + ".", head.spec(), shape, first));
        }
        return new HeadsLayer(wiring, shape, names, layers);
    }
}
