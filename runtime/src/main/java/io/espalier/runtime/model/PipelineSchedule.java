package io.espalier.runtime.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * In which order each stage of a pipeline takes the micro-batches of a minibatch forward and backward. Both run backward in
 * the order of the micro-batches, so that gradients are summed in that order, and both empty the pipeline before the
 * parameters change: every pass of a minibatch sees the same weights.
 */
public enum PipelineSchedule {
    /**
     * All forward, then all backward (Huang et al., "GPipe", arXiv:1811.06965, figure 2c). Every stage keeps the
     * activations of all micro-batches.
     */
    GPIPE,

    /**
     * One forward, one backward: a stage begins with as many forward as there are stages after it, then takes turns
     * (Narayanan et al., arXiv:2104.04473, section 2.2.1; PipeDream's order with a flush). As fast as {@link #GPIPE}, but
     * stage s of S keeps the activations of min(S − s, M) of M micro-batches.
     */
    ONE_FORWARD_ONE_BACKWARD;

    /**
     * One thing that a stage does.
     *
     * @param forward whether forward, or backward
     * @param microBatch with which micro-batch, from 0
     */
    public record Operation(boolean forward, int microBatch) {}

    /**
     * What a stage does, first to last.
     *
     * @param stage from 0
     * @throws IllegalArgumentException if there is no such stage, or no micro-batch
     */
    public List<Operation> order(int stage, int stages, int microBatches) {
        if (stage < 0 || stage >= stages) {
            throw new IllegalArgumentException(
                    "stage (" + stage + ") must be from 0 to stages - 1 (" + (stages - 1) + ").");
        }
        if (microBatches < 1) {
            throw new IllegalArgumentException("microBatches (" + microBatches + ") must be at least 1.");
        }
        int ahead = this == GPIPE ? microBatches : Math.min(stages - 1 - stage, microBatches);
        List<Operation> order = new ArrayList<>();
        for (int m = 0; m < ahead; m++) {
            order.add(new Operation(true, m));
        }
        for (int m = 0; m < microBatches; m++) {
            if (ahead + m < microBatches) {
                order.add(new Operation(true, ahead + m));
            }
            order.add(new Operation(false, m));
        }
        return order;
    }

    /** Of how many micro-batches a stage keeps the activations at most. */
    public int stored(int stage, int stages, int microBatches) {
        int now = 0;
        int most = 0;
        for (Operation operation : order(stage, stages, microBatches)) {
            now += operation.forward() ? 1 : -1;
            most = Math.max(most, now);
        }
        return most;
    }

    /**
     * The part of the stages' time that they wait, when passing data on takes no time: 1 − Σ busy / (S · makespan). With
     * equal stages that is (S − 1) / (M + S − 1).
     *
     * @param forward what each stage needs for a micro-batch forward, in any unit
     * @param backward the same backward
     * @throws IllegalArgumentException if the two have not one length
     */
    public double bubble(double[] forward, double[] backward, int microBatches) {
        int stages = forward.length;
        if (backward.length != stages) {
            throw new IllegalArgumentException(
                    "backward (" + backward.length + " stages) must have as many as forward (" + stages + ").");
        }
        double[][][] ends = new double[2][stages][microBatches];
        for (double[][] pass : ends) {
            for (double[] stage : pass) {
                Arrays.fill(stage, Double.NaN);
            }
        }
        int[] next = new int[stages];
        double[] clock = new double[stages];
        double busy = 0;
        int left = 2 * stages * microBatches;
        while (left > 0) {
            for (int s = 0; s < stages; s++) {
                List<Operation> order = order(s, stages, microBatches);
                while (next[s] < order.size()) {
                    Operation operation = order.get(next[s]);
                    int m = operation.microBatch();
                    double ready = ready(operation, s, stages, ends);
                    if (Double.isNaN(ready)) {
                        break;
                    }
                    double takes = operation.forward() ? forward[s] : backward[s];
                    clock[s] = Math.max(clock[s], ready) + takes;
                    ends[operation.forward() ? 0 : 1][s][m] = clock[s];
                    busy += takes;
                    next[s]++;
                    left--;
                }
            }
        }
        double makespan = 0;
        for (double end : clock) {
            makespan = Math.max(makespan, end);
        }
        return 1 - busy / (stages * makespan);
    }

    /** When what an operation reads is there; NaN if it is not known yet. */
    private static double ready(Operation operation, int stage, int stages, double[][][] ends) {
        int m = operation.microBatch();
        if (operation.forward()) {
            return stage == 0 ? 0 : ends[0][stage - 1][m];
        }
        return stage == stages - 1 ? ends[0][stage][m] : ends[1][stage + 1][m];
    }

    /** (S − 1) / (M + S − 1): the {@link #bubble} of equal stages. */
    public static double equalBubble(int stages, int microBatches) {
        return (stages - 1.0) / (microBatches + stages - 1);
    }
}
