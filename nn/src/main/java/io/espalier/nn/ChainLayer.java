package io.espalier.nn;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** One layer after the other. The backward pass ends at the first layer that has parameters, unless more is wanted. */
final class ChainLayer extends Layer {
    private final Layer[] layers;
    private final int firstTrainable;

    ChainLayer(Wiring wiring, int[] shape, List<Layer> layers) {
        super(wiring, shape, layers.get(layers.size() - 1));
        this.layers = layers.toArray(Layer[]::new);
        int first = 0;
        while (first < this.layers.length && !this.layers[first].trainable()) {
            first++;
        }
        firstTrainable = first;
    }

    @Override
    void forward(float[] in, int at, int rows) {
        layers[0].forward(in, at, rows);
        for (int i = 1; i < layers.length; i++) {
            layers[i].forward(layers[i - 1].output, 0, rows);
        }
    }

    @Override
    void backward(float[] in, int at, int rows, float @Nullable [] inGradient) {
        int stop = inGradient == null ? firstTrainable : 0;
        for (int i = layers.length - 1; i > 0 && i >= stop; i--) {
            layers[i].backward(layers[i - 1].output, 0, rows, i > stop ? layers[i - 1].outputGradient : null);
        }
        if (stop == 0) {
            layers[0].backward(in, at, rows, inGradient);
        }
    }

    @Override
    boolean piecewise() {
        for (Layer layer : layers) {
            if (!layer.piecewise()) {
                return false;
            }
        }
        return true;
    }

    @Override
    void weightGradients(float[] in, int at, int rows, int part, int parts) {
        layers[0].weightGradients(in, at, rows, part, parts);
        for (int i = 1; i < layers.length; i++) {
            layers[i].weightGradients(layers[i - 1].output, 0, rows, part, parts);
        }
    }

    @Override
    void tangent(float[] in, int at, int rows, float @Nullable [] inTangent, float[] direction) {
        layers[0].tangent(in, at, rows, inTangent, direction);
        for (int i = 1; i < layers.length; i++) {
            layers[i].tangent(layers[i - 1].output, 0, rows, layers[i - 1].outputTangent(), direction);
        }
    }

    @Override
    float[] outputTangent() {
        return layers[layers.length - 1].outputTangent();
    }

    @Override
    boolean trainable() {
        return firstTrainable < layers.length;
    }

    @Override
    boolean readsInput() {
        for (Layer layer : layers) {
            if (!layer.readsInput()) {
                return false;
            }
        }
        return true;
    }

    @Override
    @Nullable
    HeadsLayer heads() {
        return layers[layers.length - 1].heads();
    }
}
