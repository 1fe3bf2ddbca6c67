package io.espalier.nn;

import java.util.List;

/**
 * What the forward pass of a spec costs for one row, in multiply-adds, counted from shapes: products of matrices exactly,
 * functions of single elements with the few that they are worth. Good for comparing parts of one network.
 */
final class ForwardCost {
    /** Multiply-adds of an activation, or of a normalised element. */
    private static final long ELEMENT = 8;

    private ForwardCost() {}

    /** The shape of what comes out. */
    static int[] outputShape(NetworkSpec spec, int[] shape) {
        return layer(spec, shape).outputShape();
    }

    /** How many parameters it has. */
    static int parameters(NetworkSpec spec, int[] shape) {
        Wiring wiring = new Wiring(Kernels.INSTANCE, new Family(), 1, false);
        Layers.of(wiring, "", spec, shape.clone(), true);
        return wiring.tensors().stream().mapToInt(Network.Tensor::size).sum();
    }

    private static Layer layer(NetworkSpec spec, int[] shape) {
        return Layers.of(new Wiring(Kernels.INSTANCE, new Family(), 1, false), "", spec, shape.clone(), true);
    }

    /** The cost of a row. */
    static long of(NetworkSpec spec, int[] shape) {
        long in = Layer.size(shape);
        if (spec instanceof NetworkSpec.Sequential chain) {
            return chain(chain.layers(), shape);
        } else if (spec instanceof NetworkSpec.Residual residual) {
            return in + of(residual.inner(), shape);
        } else if (spec instanceof NetworkSpec.Gated gated) {
            return 6 * in * in + 4 * ELEMENT * in + of(gated.inner(), shape);
        } else if (spec instanceof NetworkSpec.Heads heads) {
            return heads.heads().stream()
                    .mapToLong(head -> of(head.spec(), shape))
                    .sum();
        } else if (spec instanceof NetworkSpec.Dueling dueling) {
            return of(dueling.value(), shape) + of(dueling.advantage(), shape);
        } else if (spec instanceof NetworkSpec.Flatten) {
            return 0;
        } else if (spec instanceof NetworkSpec.Constant constant) {
            return constant.size();
        }
        long out = Layer.size(outputShape(spec, shape));
        if (spec instanceof NetworkSpec.Activation || spec instanceof NetworkSpec.LayerNorm) {
            return ELEMENT * out;
        } else if (spec instanceof NetworkSpec.Embedding) {
            return out;
        } else if (spec instanceof NetworkSpec.Conv2d conv) {
            return out * (shape[0] * (long) conv.kernel() * conv.kernel() + 1);
        } else if (spec instanceof NetworkSpec.Attention attention) {
            return parameters(spec, shape) + 2L * attention.window() * in;
        }
        return parameters(spec, shape) + out; // dense, noisy and recurrent layers use each parameter once
    }

    private static long chain(List<NetworkSpec> layers, int[] shape) {
        long sum = 0;
        int[] now = shape;
        for (NetworkSpec layer : layers) {
            sum += of(layer, now);
            now = outputShape(layer, now);
        }
        return sum;
    }
}
