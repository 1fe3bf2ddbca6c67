package io.espalier.nn;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Attention of each step to itself and to the steps before it in a window, as far as they belong to its episode. For each
 * head, with i the distance in steps, 0 to the number of steps remembered:
 *
 * <pre>
 *   q = xₜ·Wq    kᵢ = xₜ₋ᵢ·Wk + pᵢ    vᵢ = xₜ₋ᵢ·Wv    a = softmax over i of q·kᵢ / √(width of a head)    m = Σᵢ aᵢ·vᵢ
 * </pre>
 *
 * and y = (the heads' m side by side)·Wo. A state is the inputs of the last steps, the newest last, and how many they are.
 * The gradient flows into the steps of the pass, not into those that the pass started from.
 */
final class AttentionLayer extends Layer {
    private final int width;
    private final int heads;
    private final int headWidth;
    private final int window;
    private final float scale;
    private final int offset;
    private final int weightQuery;
    private final int weightKey;
    private final int weightValue;
    private final int positions;
    private final int weightOut;
    private final Transposed transposedQuery;
    private final Transposed transposedKey;
    private final Transposed transposedValue;
    private final Transposed transposedOut;
    /** [window + steps, sequences, width]: what was remembered, then the input. */
    private final float[] context;

    private final float[] keys;
    private final float[] values;
    private final float[] keyGradient;
    private final float[] valueGradient;
    private final float[] queries;
    private final float[] queryGradient;
    private final float[] mixed;
    private final float[] mixedGradient;
    private final float[] part;
    /** [rows, heads, window + 1]: how much each row looks at the steps it sees, the farthest first. */
    private final float[] shares;

    private final float[] shareGradient;
    /** [rows]: how many steps before it a row sees. */
    private final int[] lengths;

    AttentionLayer(Wiring wiring, String name, NetworkSpec.Attention spec, int[] shape) {
        super(wiring, vector(spec, shape), shape);
        width = inputSize;
        heads = spec.heads();
        headWidth = width / heads;
        window = spec.window();
        scale = (float) (1 / StrictMath.sqrt(headWidth));
        offset = wiring.memory.reserve("attention", Wiring.product("attention: window x width", window, width) + 1);
        weightQuery = reserve(name + "weight_q", spec.init(), width);
        weightKey = reserve(name + "weight_k", spec.init(), width);
        weightValue = reserve(name + "weight_v", spec.init(), width);
        positions = reserve(name + "position", Initializer.normal(0.02), window + 1);
        weightOut = reserve(name + "weight_o", spec.init(), width);
        transposedQuery = new Transposed(wiring, weightQuery, width, width);
        transposedKey = new Transposed(wiring, weightKey, width, width);
        transposedValue = new Transposed(wiring, weightValue, width, width);
        transposedOut = new Transposed(wiring, weightOut, width, width);
        int seen = Wiring.product("attention: width x window", width, window + 1);
        context = wiring.rows(seen);
        keys = wiring.rows(seen);
        values = wiring.rows(seen);
        keyGradient = wiring.rows(seen);
        valueGradient = wiring.rows(seen);
        queries = wiring.rows(width);
        queryGradient = wiring.rows(width);
        mixed = wiring.rows(width);
        mixedGradient = wiring.rows(width);
        part = wiring.rows(width);
        shares = wiring.rows(Wiring.product("attention: heads x window", heads, window + 1));
        shareGradient = wiring.buffer(window + 1);
        lengths = wiring.indices(wiring.capacity);
    }

    private static int[] vector(NetworkSpec.Attention spec, int[] shape) {
        String name = "attention(" + spec.heads() + ", " + spec.window() + ")";
        if (shape.length != 1) {
            throw wrongShape(name, "a vector", shape, "put flatten in front of it");
        }
        if (shape[0] % spec.heads() != 0) {
            throw wrongShape(name, "a width that its heads divide", shape, "use another number of heads");
        }
        return shape;
    }

    private int reserve(String tensor, Initializer init, int rows) {
        return wiring.reserve(
                tensor, (random, into, at, size) -> init.fill(random, into, at, rows, width, width), rows, width);
    }

    @Override
    void forward(float[] in, int at, int rows) {
        float[] p = wiring.parameters;
        recall(in, at, rows);
        int seen = window * wiring.memory.sequences + rows;
        product(rows, in, at, p, weightQuery, queries);
        product(seen, context, 0, p, weightKey, keys);
        product(seen, context, 0, p, weightValue, values);
        Arrays.fill(mixed, 0, rows * width, 0f);
        for (int row = 0; row < rows; row++) {
            for (int head = 0; head < heads; head++) {
                attend(row, head);
            }
        }
        product(rows, mixed, 0, p, weightOut, output);
        remember(rows);
    }

    private void product(int rows, float[] a, int at, float[] b, int bAt, float[] c) {
        kernels.gemm(rows, width, width, a, at, width, 1, b, bAt, width, null, 0, c, 0, width);
    }

    /** Lays the context out, and counts how far back each row sees. */
    private void recall(float[] in, int at, int rows) {
        Memory memory = wiring.memory;
        int count = memory.sequences;
        for (int s = 0; s < count; s++) {
            int state = memory.at(s, offset);
            for (int step = 0; step < window; step++) {
                System.arraycopy(memory.states(), state + step * width, context, (step * count + s) * width, width);
            }
            int length = Math.max(0, Math.min(window, (int) memory.states()[state + window * width]));
            for (int row = s; row < rows; row += count) {
                length = memory.starts(row) ? 0 : length;
                lengths[row] = length;
                length = Math.min(window, length + 1);
            }
        }
        System.arraycopy(in, at, context, window * count * width, rows * width);
    }

    private void remember(int rows) {
        Memory memory = wiring.memory;
        int count = memory.sequences;
        for (int s = 0; s < count; s++) {
            int state = memory.at(s, offset);
            int known = Math.min(window, lengths[rows - count + s] + 1);
            int unknown = (window - known) * width;
            Arrays.fill(memory.states(), state, state + unknown, 0f);
            for (int step = window - known; step < window; step++) {
                int from = ((memory.steps + step) * count + s) * width;
                System.arraycopy(context, from, memory.states(), state + step * width, width);
            }
            memory.states()[state + window * width] = known;
        }
    }

    /** Where in the context the farthest step that a row sees has its features of a head; steps are strides apart. */
    private int farthest(int row, int head) {
        int count = wiring.memory.sequences;
        return (window * count + row - lengths[row] * count) * width + head * headWidth;
    }

    private void attend(int row, int head) {
        float[] p = wiring.parameters;
        int length = lengths[row];
        int stride = wiring.memory.sequences * width;
        int first = farthest(row, head);
        int share = (row * heads + head) * (window + 1);
        int query = row * width + head * headWidth;
        float largest = Float.NEGATIVE_INFINITY;
        for (int i = 0; i <= length; i++) {
            int key = first + i * stride;
            int position = positions + (length - i) * width + head * headWidth;
            float sum = 0;
            for (int c = 0; c < headWidth; c++) {
                sum += queries[query + c] * (keys[key + c] + p[position + c]);
            }
            sum *= scale;
            shares[share + i] = sum;
            largest = Math.max(largest, sum);
        }
        for (int i = 0; i <= length; i++) {
            shares[share + i] -= largest;
        }
        kernels.exp(shares, share, shares, share, length + 1);
        float total = 0;
        for (int i = 0; i <= length; i++) {
            total += shares[share + i];
        }
        for (int i = 0; i <= length; i++) {
            float weight = shares[share + i] / total;
            shares[share + i] = weight;
            int value = first + i * stride;
            for (int c = 0; c < headWidth; c++) {
                mixed[query + c] += weight * values[value + c];
            }
        }
    }

    @Override
    void backward(float[] in, int at, int rows, float @Nullable [] inGradient) {
        float[] g = wiring.gradients;
        int before = window * wiring.memory.sequences;
        int seen = before + rows;
        product(rows, outputGradient, 0, transposedOut.values(), 0, mixedGradient);
        weightGradient(rows, mixed, 0, outputGradient, g, weightOut);
        Arrays.fill(keyGradient, 0, seen * width, 0f);
        Arrays.fill(valueGradient, 0, seen * width, 0f);
        Arrays.fill(queryGradient, 0, rows * width, 0f);
        Arrays.fill(g, positions, positions + (window + 1) * width, 0f);
        for (int row = 0; row < rows; row++) {
            for (int head = 0; head < heads; head++) {
                attendBack(row, head);
            }
        }
        weightGradient(rows, in, at, queryGradient, g, weightQuery);
        weightGradient(seen, context, 0, keyGradient, g, weightKey);
        weightGradient(seen, context, 0, valueGradient, g, weightValue);
        if (inGradient != null) {
            product(rows, queryGradient, 0, transposedQuery.values(), 0, inGradient);
            product(rows, keyGradient, before * width, transposedKey.values(), 0, part);
            kernels.add(part, 0, inGradient, 0, rows * width);
            product(rows, valueGradient, before * width, transposedValue.values(), 0, part);
            kernels.add(part, 0, inGradient, 0, rows * width);
        }
    }

    private void weightGradient(int rows, float[] in, int at, float[] dz, float[] g, int weight) {
        kernels.gemm(width, width, rows, in, at, 1, width, dz, 0, width, null, 0, g, weight, width);
    }

    private void attendBack(int row, int head) {
        float[] p = wiring.parameters;
        float[] g = wiring.gradients;
        int length = lengths[row];
        int stride = wiring.memory.sequences * width;
        int first = farthest(row, head);
        int share = (row * heads + head) * (window + 1);
        int query = row * width + head * headWidth;
        float mean = 0;
        for (int i = 0; i <= length; i++) {
            int value = first + i * stride;
            float weight = shares[share + i];
            float sum = 0;
            for (int c = 0; c < headWidth; c++) {
                sum += mixedGradient[query + c] * values[value + c];
            }
            for (int c = 0; c < headWidth; c++) {
                valueGradient[value + c] += weight * mixedGradient[query + c];
            }
            shareGradient[i] = sum;
            mean += weight * sum;
        }
        for (int i = 0; i <= length; i++) {
            float slope = shares[share + i] * (shareGradient[i] - mean) * scale;
            int key = first + i * stride;
            int position = (length - i) * width + head * headWidth + positions;
            for (int c = 0; c < headWidth; c++) {
                queryGradient[query + c] += slope * (keys[key + c] + p[position + c]);
            }
            for (int c = 0; c < headWidth; c++) {
                float d = slope * queries[query + c];
                keyGradient[key + c] += d;
                g[position + c] += d;
            }
        }
    }

    @Override
    boolean trainable() {
        return true;
    }
}
