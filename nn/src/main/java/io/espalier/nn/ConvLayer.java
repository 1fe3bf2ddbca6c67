package io.espalier.nn;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * 2-D convolution as a matrix product: the windows of a few images are laid out as rows of a matrix [positions, C·k·k],
 * small enough to stay in the cache, and multiplied by W [C·k·k, filters]. Windows are laid out anew for the backward
 * pass rather than kept, unless the whole batch was one group. The gradient of W is summed over groups in order; a group
 * has a fixed number of images, so the sum does not depend on anything else.
 */
final class ConvLayer extends Layer {
    /** The windows of one group take at most this many floats, if one image's do. */
    private static final int GROUP = 1 << 15;

    private final int channels;
    private final int height;
    private final int width;
    private final int kernel;
    private final int stride;
    private final int padding;
    private final int outHeight;
    private final int outWidth;
    private final int positions;
    private final int window;
    private final int filters;
    private final int group;
    private final int weight;
    private final int bias;
    private final Transposed transposed;
    /** Where the elements of a window are in an image, from its first one on. */
    private final int[] offsets;

    private final float[] windows;
    private final float[] byPosition;
    private final float[] part;
    private float[] carried = new float[0];
    private @Nullable FusedActivation activation;

    /** Whether {@link #windows} are those of the whole batch, so that the backward pass need not lay them out. */
    private boolean laidOut;

    ConvLayer(Wiring wiring, String name, NetworkSpec.Conv2d spec, int[] shape) {
        super(wiring, image(spec, shape), outputShape(spec, shape));
        channels = shape[0];
        height = shape[1];
        width = shape[2];
        kernel = spec.kernel();
        stride = spec.stride();
        padding = spec.padding();
        filters = spec.filters();
        outHeight = outputShape()[1];
        outWidth = outputShape()[2];
        positions = outHeight * outWidth;
        window = Wiring.product("conv window", channels, kernel, kernel);
        int each = Wiring.product("conv windows", positions, Math.max(window, filters));
        group = Math.min(wiring.capacity, Math.max(1, GROUP / each));
        Initializer init = spec.init();
        int fanOut = Wiring.product("conv fan-out", filters, kernel, kernel);
        weight = wiring.reserve(
                name + "weight",
                (random, into, at, size) -> init.fill(random, into, at, window, filters, fanOut),
                channels,
                kernel,
                kernel,
                filters);
        bias = wiring.reserve(
                name + "bias", (random, into, at, size) -> init.fillBias(random, into, at, size, window), filters);
        transposed = new Transposed(wiring, weight, window, filters);
        offsets = wiring.indices(window);
        for (int j = 0; j < offsets.length; j++) {
            int line = j / kernel;
            offsets[j] = (line / kernel * height + line % kernel) * width + j % kernel;
        }
        windows = wiring.buffer(group * positions * window);
        byPosition = wiring.buffer(group * positions * filters);
        part = wiring.buffer(window * filters + filters);
    }

    private static String shown(NetworkSpec.Conv2d spec) {
        return "conv(" + spec.filters() + ", " + spec.kernel() + ")";
    }

    private static int[] image(NetworkSpec.Conv2d spec, int[] shape) {
        if (shape.length != 3) {
            throw wrongShape(
                    shown(spec), "an image [channels, height, width]", shape, "give the network the unflattened shape");
        }
        return shape;
    }

    private static int[] outputShape(NetworkSpec.Conv2d spec, int[] shape) {
        int[] out = {spec.filters(), 0, 0};
        for (int i = 1; i <= 2; i++) {
            int room = shape[i] + 2 * spec.padding() - spec.kernel();
            if (room < 0) {
                throw wrongShape(
                        shown(spec),
                        "an image of at least " + (spec.kernel() - 2 * spec.padding()) + " pixels a side",
                        shape,
                        "use padding, or a smaller kernel");
            }
            out[i] = room / spec.stride() + 1;
        }
        return out;
    }

    @Override
    boolean fuse(NetworkSpec.Activation.Kind kind) {
        if (activation != null || !FusedActivation.possible(kind)) {
            return false;
        }
        activation = new FusedActivation(kernels, kind);
        return true;
    }

    @Override
    void forward(float[] in, int at, int rows) {
        float[] p = wiring.parameters;
        for (int row = 0; row < rows; row += group) {
            int images = Math.min(group, rows - row);
            int m = images * positions;
            layOut(in, at + row * inputSize, images);
            times(m, p, p, byPosition);
            for (int i = 0; i < images; i++) {
                int to = (row + i) * outputSize;
                kernels.transpose(positions, filters, byPosition, i * outputSize, output, to);
            }
        }
        laidOut = rows <= group;
        if (activation != null) {
            activation.forward(output, rows * outputSize);
        }
    }

    @Override
    void backward(float[] in, int at, int rows, float @Nullable [] inGradient) {
        if (activation != null) {
            activation.backward(output, outputGradient, rows * outputSize);
        }
        for (int row = 0; row < rows; row += group) {
            int images = Math.min(group, rows - row);
            if (!laidOut) {
                layOut(in, at + row * inputSize, images);
            }
            for (int i = 0; i < images; i++) {
                int from = (row + i) * outputSize;
                kernels.transpose(filters, positions, outputGradient, from, byPosition, i * outputSize);
            }
            parameterGradients(images * positions, row == 0);
            if (inGradient != null) {
                laidOut = false;
                float[] wt = transposed.values();
                kernels.gemm(
                        images * positions,
                        window,
                        filters,
                        byPosition,
                        0,
                        filters,
                        1,
                        wt,
                        0,
                        window,
                        null,
                        0,
                        windows,
                        0,
                        window);
                for (int i = 0; i < images; i++) {
                    gather(i * positions * window, inGradient, (row + i) * inputSize);
                }
            }
        }
    }

    @Override
    void tangent(float[] in, int at, int rows, float @Nullable [] inTangent, float[] direction) {
        float[] dy = outputTangent();
        if (carried.length == 0 && inTangent != null) {
            carried = wiring.buffer(byPosition.length);
        }
        for (int row = 0; row < rows; row += group) {
            int images = Math.min(group, rows - row);
            int m = images * positions;
            layOut(in, at + row * inputSize, images);
            times(m, direction, direction, byPosition);
            if (inTangent != null) {
                layOut(inTangent, row * inputSize, images);
                times(m, wiring.parameters, null, carried);
                kernels.add(carried, 0, byPosition, 0, m * filters);
            }
            for (int i = 0; i < images; i++) {
                int to = (row + i) * outputSize;
                kernels.transpose(positions, filters, byPosition, i * outputSize, dy, to);
            }
        }
        laidOut = rows <= group && inTangent == null;
        if (activation != null) {
            activation.backward(output, dy, rows * outputSize);
        }
    }

    /** into = windows · W + b, a row for each of m positions. */
    private void times(int m, float[] weights, float @Nullable [] biases, float[] into) {
        kernels.gemm(
                m, filters, window, windows, 0, window, 1, weights, weight, filters, biases, bias, into, 0, filters);
    }

    private void parameterGradients(int m, boolean first) {
        float[] g = first ? wiring.gradients : part;
        int weightAt = first ? weight : 0;
        int biasAt = first ? bias : window * filters;
        kernels.gemm(window, filters, m, windows, 0, 1, window, byPosition, 0, filters, null, 0, g, weightAt, filters);
        kernels.columnSums(m, filters, byPosition, 0, g, biasAt);
        if (!first) {
            kernels.add(part, 0, wiring.gradients, weight, window * filters);
            kernels.add(part, window * filters, wiring.gradients, bias, filters);
        }
    }

    /** Images to windows: one row for each output position, elements in the order channel, line, column. */
    private void layOut(float[] in, int at, int images) {
        int to = 0;
        for (int i = 0; i < images; i++) {
            int image = at + i * inputSize;
            for (int y = -padding; y < outHeight * stride - padding; y += stride) {
                for (int x = -padding; x < outWidth * stride - padding; x += stride, to += window) {
                    if (inside(y, x)) {
                        int corner = image + y * width + x;
                        for (int j = 0; j < offsets.length; j++) {
                            windows[to + j] = in[corner + offsets[j]];
                        }
                    } else {
                        cut(in, image, y, x, to);
                    }
                }
            }
        }
    }

    /** Whether a window from there does not reach beyond the image. */
    private boolean inside(int y, int x) {
        return y >= 0 && x >= 0 && y + kernel <= height && x + kernel <= width;
    }

    /** A window that does: zeros where there is no image. */
    private void cut(float[] in, int image, int y, int x, int to) {
        int at = to;
        for (int c = 0; c < channels; c++) {
            for (int v = y; v < y + kernel; v++, at += kernel) {
                line(in, image + (c * height + v) * width, v, x, at);
            }
        }
    }

    private void line(float[] in, int from, int v, int x, int to) {
        if (v < 0 || v >= height) {
            Arrays.fill(windows, to, to + kernel, 0f);
        } else if (x >= 0 && x + kernel <= width) {
            for (int u = 0; u < kernel; u++) {
                windows[to + u] = in[from + x + u];
            }
        } else {
            for (int u = 0; u < kernel; u++) {
                windows[to + u] = x + u >= 0 && x + u < width ? in[from + x + u] : 0f;
            }
        }
    }

    /** Gradients of one image's windows, added up in the order of positions to the gradient of the image. */
    private void gather(int windowsAt, float[] into, int at) {
        Arrays.fill(into, at, at + inputSize, 0f);
        int from = windowsAt;
        for (int y = -padding; y < outHeight * stride - padding; y += stride) {
            for (int x = -padding; x < outWidth * stride - padding; x += stride) {
                if (inside(y, x)) {
                    int corner = at + y * width + x;
                    for (int j = 0; j < offsets.length; j++) {
                        into[corner + offsets[j]] += windows[from + j];
                    }
                    from += window;
                    continue;
                }
                int low = Math.max(0, -x);
                int high = Math.min(kernel, width - x);
                for (int c = 0; c < channels; c++) {
                    for (int v = y; v < y + kernel; v++, from += kernel) {
                        if (v >= 0 && v < height) {
                            int to = at + (c * height + v) * width + x;
                            for (int u = low; u < high; u++) {
                                into[to + u] += windows[from + u];
                            }
                        }
                    }
                }
            }
        }
    }

    @Override
    boolean trainable() {
        return true;
    }
}
