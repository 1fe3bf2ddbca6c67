package io.espalier.algorithms.parts;

import io.espalier.core.Cores;
import io.espalier.core.Rollout;
import io.espalier.nn.Network;
import java.util.Arrays;

/**
 * What a network says of a rollout that another may have made: ln π(aₜ|sₜ) of every action, v(sₜ) of every state, and the
 * value of what every step reached. Works on all cores, in chunks of a fixed number of rows; allocates nothing after
 * construction.
 */
public final class RolloutEvaluation {
    private static final int CHUNK = 128;

    private final OnPolicyBatch batch;
    private final Cores cores;
    private final Network[] replicas;
    private final float[][] inputs;
    private final ActionDistribution distribution;
    private final int valueHead;
    private final int[] order;
    private final float[] logProbabilities;
    private final float[] values;
    private final float[] nextValues;
    private final Cores.Task rowTask = this::rows;
    private final Cores.Task reachedTask = this::reached;

    /**
     * @param batch has taken in what is to be evaluated
     * @param network heads "policy", "value" and, for real actions, "logStd"; its parameters are read at each evaluation
     * @param counts the choices of each discrete component of an action; none for real actions
     * @param rows of each rollout
     */
    public RolloutEvaluation(OnPolicyBatch batch, Network network, ActionCounts counts, int rows, Cores cores) {
        this.batch = batch;
        this.cores = cores;
        replicas = new Network[cores.count()];
        Arrays.setAll(replicas, i -> network.replica(CHUNK));
        inputs = new float[cores.count()][CHUNK * network.inputSize()];
        distribution = new ActionDistribution(network, counts, rows);
        valueHead = network.head("value");
        order = new int[rows];
        Arrays.setAll(order, i -> i);
        logProbabilities = new float[rows];
        values = new float[rows];
        nextValues = new float[rows];
    }

    /** Evaluates the rollout that the batch has taken in, with the network's parameters as they are. */
    public void evaluate() {
        Rollout rollout = batch.rollout();
        int rows = rollout.rows();
        distribution.rows(rollout, order, 0);
        cores.run((rows + CHUNK - 1) / CHUNK, rowTask);
        for (int row = 0; row < rows; row++) {
            int following = row + rollout.environments;
            nextValues[row] = following < rows ? values[following] : 0;
        }
        cores.run((batch.wantedCount() + CHUNK - 1) / CHUNK, reachedTask);
    }

    private void rows(int chunk, int thread) {
        int from = chunk * CHUNK;
        int number = Math.min(CHUNK, order.length - from);
        Network replica = replicas[thread];
        replica.forward(batch.inputs(), from * batch.inputSize(), number);
        distribution.read(replica, from, number);
        for (int i = 0; i < number; i++) {
            logProbabilities[from + i] = distribution.logProbability(from, i);
            values[from + i] = replica.output(valueHead)[i];
        }
    }

    private void reached(int chunk, int thread) {
        int from = chunk * CHUNK;
        int number = Math.min(CHUNK, batch.wantedCount() - from);
        batch.encodeReached(from, number, thread, inputs[thread]);
        replicas[thread].forward(inputs[thread], 0, number);
        for (int i = 0; i < number; i++) {
            nextValues[batch.wanted(from + i)] = replicas[thread].output(valueHead)[i];
        }
    }

    /** [rows]: ln π(aₜ|sₜ). */
    public float[] logProbabilities() {
        return logProbabilities;
    }

    /** [rows]: v(sₜ). */
    public float[] values() {
        return values;
    }

    /** [rows]: the value of what step t reached; it does not count where the task ended. */
    public float[] nextValues() {
        return nextValues;
    }
}
