package io.espalier.nn;

import org.jspecify.annotations.Nullable;

/**
 * y = activation(x·W + b) with W = μ + σ∘(u·vᵀ) and b = μ′ + σ′∘v, where the noise u [inputs] and v [units] is that of the
 * family; without noise W = μ and b = μ′. The noisy weights are made anew when parameters or noise have changed, so that
 * the rest is the arithmetic of a dense layer. With its gradients dW and db: dμ = dW, dσ = dW∘(u·vᵀ), dμ′ = db, dσ′ = db∘v.
 */
final class NoisyLayer extends Layer {
    private final int weight;
    private final int bias;
    private final int weightSigma;
    private final int biasSigma;
    private final int inputNoise;
    private final int unitNoise;
    private final Transposed transposed;
    private float[] noisyWeight = new float[0];
    private float[] noisyBias = new float[0];
    private float[] noisyTransposed = new float[0];
    /** For tangent passes: made when first wanted. */
    private float[] moved = new float[0];

    private float[] carried = new float[0];
    private int freshAt;
    private int freshNoise;
    private boolean transposedIsFresh;
    private @Nullable FusedActivation activation;

    NoisyLayer(Wiring wiring, String name, NetworkSpec.NoisyDense spec, int[] shape) {
        super(wiring, vector(spec, shape), spec.units());
        int in = inputSize;
        int out = outputSize;
        Initializer mean = Initializer.uniformFanIn();
        float sigma = (float) (spec.sigma() / StrictMath.sqrt(in));
        Wiring.Filling constant = (random, into, at, size) -> java.util.Arrays.fill(into, at, at + size, sigma);
        weight = wiring.reserve(
                name + "weight", (random, into, at, size) -> mean.fill(random, into, at, in, out, out), in, out);
        bias = wiring.reserve(name + "bias", (random, into, at, size) -> mean.fillBias(random, into, at, out, in), out);
        weightSigma = wiring.reserve(name + "weightSigma", constant, in, out);
        biasSigma = wiring.reserve(name + "biasSigma", constant, out);
        inputNoise = wiring.reserveNoise(in);
        unitNoise = wiring.reserveNoise(out);
        transposed = new Transposed(wiring, weight, in, out);
    }

    private static int[] vector(NetworkSpec.NoisyDense spec, int[] shape) {
        if (shape.length != 1) {
            throw wrongShape("noisy(" + spec.units() + ")", "a vector", shape, "put flatten in front of it");
        }
        return shape;
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
        int n = outputSize;
        int k = inputSize;
        if (wiring.family.noiseIsOn()) {
            refresh();
            kernels.gemm(rows, n, k, in, at, k, 1, noisyWeight, 0, n, noisyBias, 0, output, 0, n);
        } else {
            float[] p = wiring.parameters;
            kernels.gemm(rows, n, k, in, at, k, 1, p, weight, n, p, bias, output, 0, n);
        }
        if (activation != null) {
            activation.forward(output, rows * n);
        }
    }

    /** Makes the noisy weights of the newest parameters and noise. */
    private void refresh() {
        Family family = wiring.family;
        int version = family.version();
        int noiseVersion = family.noiseVersion();
        if (freshAt == version && freshNoise == noiseVersion) {
            return;
        }
        int n = outputSize;
        if (noisyWeight.length == 0) {
            noisyWeight = new float[inputSize * n];
            noisyBias = new float[n];
        }
        float[] p = wiring.parameters;
        float[] noise = family.noise();
        for (int i = 0; i < inputSize; i++) {
            float u = noise[inputNoise + i];
            int row = i * n;
            for (int j = 0; j < n; j++) {
                noisyWeight[row + j] =
                        Math.fma(p[weightSigma + row + j], u * noise[unitNoise + j], p[weight + row + j]);
            }
        }
        for (int j = 0; j < n; j++) {
            noisyBias[j] = Math.fma(p[biasSigma + j], noise[unitNoise + j], p[bias + j]);
        }
        freshAt = version;
        freshNoise = noiseVersion;
        transposedIsFresh = false;
    }

    @Override
    void backward(float[] in, int at, int rows, float @Nullable [] inGradient) {
        float[] g = wiring.gradients;
        float[] dz = outputGradient;
        int n = outputSize;
        int k = inputSize;
        boolean noisy = wiring.family.noiseIsOn();
        if (activation != null) {
            activation.backward(output, dz, rows * n);
        }
        kernels.gemm(k, n, rows, in, at, 1, k, dz, 0, n, null, 0, g, weight, n);
        kernels.columnSums(rows, n, dz, 0, g, bias);
        if (noisy) {
            deviations(g);
        } else {
            java.util.Arrays.fill(g, weightSigma, weightSigma + k * n, 0);
            java.util.Arrays.fill(g, biasSigma, biasSigma + n, 0);
        }
        if (inGradient != null) {
            float[] wt = noisy ? noisyTransposed() : transposed.values();
            kernels.gemm(rows, k, n, dz, 0, n, 1, wt, 0, k, null, 0, inGradient, 0, k);
        }
    }

    @Override
    void tangent(float[] in, int at, int rows, float @Nullable [] inTangent, float[] direction) {
        float[] dz = outputTangent();
        int n = outputSize;
        int k = inputSize;
        boolean noisy = wiring.family.noiseIsOn();
        if (moved.length == 0) {
            moved = new float[k * n + n];
            carried = wiring.rows(n);
        }
        move(direction, noisy);
        kernels.gemm(rows, n, k, in, at, k, 1, moved, 0, n, moved, k * n, dz, 0, n);
        if (inTangent != null) {
            float[] weights = noisy ? noisyWeight : wiring.parameters;
            kernels.gemm(rows, n, k, inTangent, 0, k, 1, weights, noisy ? 0 : weight, n, null, 0, carried, 0, n);
            kernels.add(carried, 0, dz, 0, rows * n);
        }
        if (activation != null) {
            activation.backward(output, dz, rows * n);
        }
    }

    /** How the weights that act, and then the biases, change along a direction of the parameters. */
    private void move(float[] direction, boolean noisy) {
        int n = outputSize;
        System.arraycopy(direction, weight, moved, 0, inputSize * n);
        System.arraycopy(direction, bias, moved, inputSize * n, n);
        if (!noisy) {
            return;
        }
        float[] noise = wiring.family.noise();
        for (int i = 0; i <= inputSize; i++) {
            boolean biases = i == inputSize;
            float u = biases ? 1 : noise[inputNoise + i];
            int sigma = biases ? biasSigma : weightSigma + i * n;
            for (int j = 0; j < n; j++) {
                moved[i * n + j] = Math.fma(direction[sigma + j], u * noise[unitNoise + j], moved[i * n + j]);
            }
        }
    }

    /** The gradients of the deviations, from those of the means. */
    private void deviations(float[] g) {
        float[] noise = wiring.family.noise();
        int n = outputSize;
        for (int i = 0; i < inputSize; i++) {
            float u = noise[inputNoise + i];
            int row = i * n;
            for (int j = 0; j < n; j++) {
                g[weightSigma + row + j] = g[weight + row + j] * (u * noise[unitNoise + j]);
            }
        }
        for (int j = 0; j < n; j++) {
            g[biasSigma + j] = g[bias + j] * noise[unitNoise + j];
        }
    }

    private float[] noisyTransposed() {
        if (!transposedIsFresh) {
            if (noisyTransposed.length == 0) {
                noisyTransposed = new float[noisyWeight.length];
            }
            kernels.transpose(inputSize, outputSize, noisyWeight, 0, noisyTransposed, 0);
            transposedIsFresh = true;
        }
        return noisyTransposed;
    }

    @Override
    boolean trainable() {
        return true;
    }
}
