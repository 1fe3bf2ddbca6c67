package io.espalier.algorithms.onpolicy;

import io.espalier.algorithms.parts.ActionCounts;
import io.espalier.algorithms.parts.ActionDistribution;
import io.espalier.algorithms.parts.ActionDivergence;
import io.espalier.algorithms.parts.AdvantageScale;
import io.espalier.algorithms.parts.ConjugateGradient;
import io.espalier.algorithms.parts.OnPolicyBatch;
import io.espalier.algorithms.parts.ShardedUpdate;
import io.espalier.core.Cores;
import io.espalier.nn.FloatMath;
import io.espalier.nn.Gradients;
import io.espalier.nn.Network;
import java.util.Arrays;

/**
 * One step of a policy along its natural gradient, on all rows of a rollout at once. Over the M rows t, with π the policy
 * now, π′ the one at the beginning of the step, μ the one that acted (its log-probabilities are in the rollout) and Aₜ the
 * advantage:
 *
 * <pre>
 *   S(π) = 1/M Σₜ π(aₜ|sₜ)/μ(aₜ|sₜ) · Aₜ           the surrogate
 *   D(π) = 1/M Σₜ KL(π′(·|sₜ) ‖ π(·|sₜ))
 *   g = ∇S(π′),  F = ∇²D(π′) + damping,  x = F⁻¹g by conjugate gradients,  β = √(2δ / xᵀF·x)
 * </pre>
 *
 * <p>Schulman et al., "Trust region policy optimization", arXiv:1502.05477, appendix C; the direction x is that of Kakade,
 * "A natural policy gradient" (2001). Products F·v are exact: the tangent pass gives J·v, the distribution's information M
 * in terms of the outputs is known in closed form, and the backward pass gives Jᵀ·M·J·v.
 *
 * <p>Rows are cut into shards as in {@link ShardedUpdate}, each with a replica that keeps its activations, so that a
 * product needs no forward pass; shards are summed in their order. Allocates nothing after construction.
 */
final class TrustRegion {
    private static final int FIGURES = 16;
    private static final int SURROGATE = 0, DIVERGENCE = 1, ENTROPY = 2;
    private static final double TOLERANCE = 1e-10;

    private final Network network;
    private final Cores cores;
    private final OnPolicyBatch batch;
    private final double damping;
    private final int shardRows;
    private final Network[] replicas;
    private final float[][] inputs;
    private final double[] figures;
    private final ActionDistribution distribution;
    private final ActionDivergence divergence;
    private final AdvantageScale scale = new AdvantageScale();
    private final ConjugateGradient solver;
    private final float[] start;
    private final float[] gradient;
    private final float[] direction;
    private final float[] product;
    private final Cores.Task beginTask = (shard, thread) -> begin(shard);
    private final Cores.Task productTask = (shard, thread) -> product(shard);
    private final Cores.Task measureTask = (shard, thread) -> measure(shard);
    private final ConjugateGradient.Matrix fisher = this::times;

    private int[] order = {};
    private int count;
    private int shards;
    private float[] along = {};

    /**
     * @param network the actor alone: heads "policy" and, for real actions, "logStd"
     * @param counts the choices of each discrete component of an action; none for real actions
     * @param damping what is added to the diagonal of the Fisher information
     */
    TrustRegion(
            Network network,
            OnPolicyBatch batch,
            ActionCounts counts,
            int mostRows,
            int iterations,
            double damping,
            Cores cores) {
        this.network = network;
        this.batch = batch;
        this.damping = damping;
        this.cores = cores;
        shardRows = ShardedUpdate.shardRows(mostRows);
        int most = ShardedUpdate.shards(mostRows);
        replicas = new Network[most];
        Arrays.setAll(replicas, i -> network.replica(shardRows));
        inputs = new float[most][shardRows * network.inputSize()];
        figures = new double[most * FIGURES];
        distribution = new ActionDistribution(network, counts, mostRows);
        divergence = new ActionDivergence(distribution, mostRows, network.headSize(network.head("policy")));
        int parameters = network.parameterCount();
        solver = new ConjugateGradient(parameters, iterations, TOLERANCE);
        start = new float[parameters];
        gradient = new float[parameters];
        direction = new float[parameters];
        product = new float[parameters];
    }

    /**
     * Begins a step: forward passes, the surrogate, and its gradient g.
     *
     * @param rows the batch's rows {@code rows[0 .. number - 1]} are learned from
     * @param scaled whether to scale Aₜ to mean 0 and deviation 1
     */
    void begin(int[] rows, int number, boolean scaled) {
        order = rows;
        count = number;
        shards = (number + shardRows - 1) / shardRows;
        distribution.rows(batch.rollout(), rows, 0);
        if (scaled) {
            scale.measure(batch.advantages(), rows, 0, number);
        } else {
            scale.off();
        }
        System.arraycopy(network.parameters(), 0, start, 0, start.length);
        cores.run(shards, beginTask);
        sum(gradient);
    }

    private void begin(int shard) {
        int from = shard * shardRows;
        int number = Math.min(shardRows, count - from);
        int size = network.inputSize();
        for (int i = 0; i < number; i++) {
            System.arraycopy(batch.inputs(), order[from + i] * size, inputs[shard], i * size, size);
        }
        Network replica = replicas[shard];
        replica.forward(inputs[shard], 0, number);
        distribution.read(replica, from, number);
        divergence.remember(replica, from, number);
        int at = shard * FIGURES;
        Arrays.fill(figures, at, at + FIGURES, 0);
        for (int i = 0; i < number; i++) {
            float weighted = surrogate(from, i);
            figures[at + SURROGATE] += weighted;
            figures[at + ENTROPY] += distribution.entropy(from, i);
            distribution.gradient(replica, from, i, weighted / count, 0);
        }
        replica.backward();
    }

    /** π(aₜ|sₜ)/μ(aₜ|sₜ)·Aₜ, which is also its own derivative with respect to ln π(aₜ|sₜ). */
    private float surrogate(int from, int i) {
        int row = order[from + i];
        float logRatio = distribution.logProbability(from, i) - batch.rollout().logProbabilities[row];
        return FloatMath.exp(logRatio) * scale.of(batch.advantages()[row]);
    }

    /**
     * Solves F·x = g.
     *
     * @param limit δ
     * @return β, the step along x with which a quadratic D would reach δ; NaN if there is no way to go
     */
    double direction(double limit) {
        solver.solve(fisher, gradient, direction);
        times(direction, product);
        double curvature = 0;
        for (int i = 0; i < direction.length; i++) {
            curvature += (double) direction[i] * product[i];
        }
        double step = StrictMath.sqrt(2 * limit / curvature);
        return curvature > 0 && step > 0 && step < Double.POSITIVE_INFINITY ? step : Double.NaN;
    }

    /** F·v with damping, at the parameters with which the step began. */
    void times(float[] v, float[] into) {
        along = v;
        cores.run(shards, productTask);
        sum(into);
        Gradients.addScaled(into, (float) damping, v, 0, into.length);
    }

    private void product(int shard) {
        Network replica = replicas[shard];
        int from = shard * shardRows;
        int number = Math.min(shardRows, count - from);
        replica.tangent(along);
        for (int i = 0; i < number; i++) {
            divergence.information(replica, from, i, 1f / count);
        }
        replica.backward();
    }

    private void sum(float[] into) {
        System.arraycopy(replicas[0].gradients(), 0, into, 0, into.length);
        for (int shard = 1; shard < shards; shard++) {
            Gradients.add(into, replicas[shard].gradients(), 0, into.length);
        }
    }

    /** Moves the network to θ + step·x, where θ is where the step began, and measures S and D there. */
    void move(double step) {
        float[] parameters = network.parameters();
        for (int i = 0; i < parameters.length; i++) {
            parameters[i] = (float) (start[i] + step * direction[i]);
        }
        network.parametersChanged();
        cores.run(shards, measureTask);
    }

    private void measure(int shard) {
        int from = shard * shardRows;
        int number = Math.min(shardRows, count - from);
        Network replica = replicas[shard];
        replica.forward(inputs[shard], 0, number);
        distribution.read(replica, from, number);
        int at = shard * FIGURES;
        Arrays.fill(figures, at, at + FIGURES, 0);
        for (int i = 0; i < number; i++) {
            figures[at + SURROGATE] += surrogate(from, i);
            figures[at + DIVERGENCE] += divergence.divergence(replica, from, i);
        }
    }

    /** Moves the network back to where the step began, bit for bit. */
    void back() {
        System.arraycopy(start, 0, network.parameters(), 0, start.length);
        network.parametersChanged();
    }

    /** S, where it was last measured. */
    double surrogate() {
        return mean(SURROGATE);
    }

    /** D, where it was last measured. */
    double divergence() {
        return mean(DIVERGENCE);
    }

    /** The mean entropy at the beginning of the step; asked before the first {@link #move}. */
    double entropy() {
        return mean(ENTROPY);
    }

    private double mean(int figure) {
        double sum = 0;
        for (int shard = 0; shard < shards; shard++) {
            sum += figures[shard * FIGURES + figure];
        }
        return sum / count;
    }

    /** g. */
    float[] gradient() {
        return gradient;
    }

    /** x. */
    float[] direction() {
        return direction;
    }

    /** ‖F·x − g‖² / ‖g‖², what the iterations left over. */
    double residual() {
        return solver.residual();
    }
}
