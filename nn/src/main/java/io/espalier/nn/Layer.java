package io.espalier.nn;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One layer with its own activations. {@link #forward} reads rows of the input and fills {@link #output};
 * {@link #backward} reads {@link #outputGradient} (and may destroy it), overwrites this layer's gradients and, where
 * asked, the gradient of the input. Its own gradients it may leave out where {@link Wiring#withoutWeights} says so.
 */
abstract class Layer {
    final Wiring wiring;
    final Kernels kernels;
    final int inputSize;
    final int outputSize;
    final float[] output;
    final float[] outputGradient;

    /** As one of several heads: whether {@link #forward} and {@link #backward} are for it too. */
    boolean wanted = true;

    /** Made when it is first wanted: few networks ever run a tangent pass. */
    private float[] outputTangent = new float[0];

    private int[] outputShape;

    Layer(Wiring wiring, int[] inputShape, int... outputShape) {
        this.wiring = wiring;
        this.kernels = wiring.kernels;
        this.inputSize = size(inputShape);
        this.outputSize = size(outputShape);
        this.outputShape = outputShape;
        this.output = wiring.rows(outputSize);
        this.outputGradient = wiring.rows(outputSize);
    }

    /** A layer whose output is that of another. */
    Layer(Wiring wiring, int[] inputShape, Layer last) {
        this.wiring = wiring;
        this.kernels = wiring.kernels;
        this.inputSize = size(inputShape);
        this.outputSize = last.outputSize;
        this.outputShape = last.outputShape;
        this.output = last.output;
        this.outputGradient = last.outputGradient;
    }

    /** Reads {@code in[at .. at + rows * inputSize - 1]}, which must stay unchanged until {@link #backward}. */
    abstract void forward(float[] in, int at, int rows);

    /**
     * After {@link #forward} with the same arguments.
     *
     * @param inGradient overwritten from index 0 on by the gradient of the input; null if nobody wants it
     */
    abstract void backward(float[] in, int at, int rows, float @Nullable [] inGradient);

    /**
     * After {@link #forward} with the same arguments: fills {@link #outputTangent()} with how the output changes along a
     * direction of the parameters and of the input.
     *
     * @param inTangent the direction of the input, from index 0 on; null if it stays as it is
     * @param direction of the parameters, in their order
     * @throws UnsupportedOperationException if this kind of layer has no tangent pass
     */
    void tangent(float[] in, int at, int rows, float @Nullable [] inTangent, float[] direction) {
        throw new UnsupportedOperationException("a "
                + getClass().getSimpleName()
                + " has no tangent pass, which natural gradients need. Maybe use other layers, or PPO.");
    }

    /** The tangent of {@link #output}, in the same order. */
    float[] outputTangent() {
        if (outputTangent.length == 0) {
            outputTangent = wiring.rows(outputSize);
        }
        return outputTangent;
    }

    /** Whether there are parameters in it. */
    abstract boolean trainable();

    /** Whether {@link #weightGradients} completes all that a backward pass {@link Wiring#withoutWeights} leaves out. */
    boolean piecewise() {
        return !trainable();
    }

    /**
     * Computes a part of the gradients that a backward pass {@link Wiring#withoutWeights} has left out, from what the layers hold
     * of all rows.
     *
     * @param part below {@code parts}; no two write the same elements
     */
    void weightGradients(float[] in, int at, int rows, int part, int parts) {}

    /** Whether its output depends on its input. */
    boolean readsInput() {
        return true;
    }

    /** The heads in which it ends, if it does. */
    @Nullable
    HeadsLayer heads() {
        return null;
    }

    /** Takes over the activation that follows, and says so; or leaves it to a layer of its own. */
    boolean fuse(NetworkSpec.Activation.Kind activation) {
        return false;
    }

    final int[] outputShape() {
        return outputShape;
    }

    /** The same elements in another shape. */
    final void reshape(int... shape) {
        outputShape = shape;
    }

    static int size(int[] shape) {
        return Wiring.product("shape", shape);
    }

    static IllegalArgumentException wrongShape(String layer, String wanted, int[] shape, String remedy) {
        return new IllegalArgumentException(
                layer + " wants " + wanted + ", got " + Arrays.toString(shape) + ". Maybe " + remedy + ".");
    }
}
