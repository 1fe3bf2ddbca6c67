package io.espalier.nn;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Parallel heads; the gradient of the shared input is the sum of theirs, in their order. */
final class HeadsLayer extends Layer {
    private final String[] names;
    private final Layer[] heads;
    private final float[] part;
    private final boolean readsInput;
    private final boolean trainable;

    HeadsLayer(Wiring wiring, int[] shape, List<String> names, List<Layer> heads) {
        super(wiring, shape, 0);
        this.names = names.toArray(String[]::new);
        this.heads = heads.toArray(Layer[]::new);
        long reading = heads.stream().filter(Layer::readsInput).count();
        this.readsInput = reading > 0;
        this.trainable = heads.stream().anyMatch(Layer::trainable);
        this.part = reading > 1 ? wiring.rows(inputSize) : new float[0];
    }

    @Override
    void forward(float[] in, int at, int rows) {
        for (Layer head : heads) {
            if (head.wanted) {
                head.forward(in, at, rows);
            }
        }
    }

    @Override
    void backward(float[] in, int at, int rows, float @Nullable [] inGradient) {
        boolean begun = false;
        for (Layer head : heads) {
            if (!head.wanted) {
                continue;
            }
            if (inGradient == null || !head.readsInput()) {
                head.backward(in, at, rows, null);
            } else if (begun) {
                head.backward(in, at, rows, part);
                kernels.add(part, 0, inGradient, 0, rows * inputSize);
            } else {
                head.backward(in, at, rows, inGradient);
                begun = true;
            }
        }
        if (inGradient != null && !begun) {
            Arrays.fill(inGradient, 0, rows * inputSize, 0f);
        }
    }

    @Override
    boolean piecewise() {
        for (Layer head : heads) {
            if (!head.piecewise()) {
                return false;
            }
        }
        return true;
    }

    @Override
    void weightGradients(float[] in, int at, int rows, int part, int parts) {
        for (Layer head : heads) {
            if (head.wanted) {
                head.weightGradients(in, at, rows, part, parts);
            }
        }
    }

    @Override
    void tangent(float[] in, int at, int rows, float @Nullable [] inTangent, float[] direction) {
        for (Layer head : heads) {
            head.tangent(in, at, rows, inTangent, direction);
        }
    }

    /** Adds the leaves, in order. */
    void collect(List<String> intoNames, List<Layer> intoLayers) {
        for (int i = 0; i < heads.length; i++) {
            HeadsLayer inner = heads[i].heads();
            if (inner == null) {
                intoNames.add(names[i]);
                intoLayers.add(heads[i]);
            } else {
                inner.collect(intoNames, intoLayers);
            }
        }
    }

    @Override
    boolean trainable() {
        return trainable;
    }

    @Override
    boolean readsInput() {
        return readsInput;
    }

    @Override
    HeadsLayer heads() {
        return this;
    }
}
