package io.espalier.policy;

import io.espalier.core.RandomStream;
import io.espalier.nn.Losses;
import io.espalier.nn.ValueDistributions;

/** {@link ActionHead.EpsilonGreedyQuantiles} and {@link ActionHead.EpsilonGreedyAtoms} at work: greedy on the means. */
final class DistributionActor extends Actor {
    private final int count;
    private final float[] outputs;
    private final float[] means;
    private final float[] probabilities;
    private final float[] logs;
    private final GreedyActor greedyOnMeans;
    private ActionHead head;

    /**
     * @param count actions
     * @param outputs [capacity, count, outputs per action]
     */
    DistributionActor(int count, int capacity, float[] outputs, ActionHead head) {
        this.count = count;
        this.outputs = outputs;
        this.head = head;
        means = new float[capacity * count];
        int scratch = head instanceof ActionHead.EpsilonGreedyAtoms ? outputs.length : 0;
        probabilities = new float[scratch];
        logs = new float[scratch];
        greedyOnMeans = new GreedyActor(count, means, means, head);
    }

    @Override
    void load(ActionHead newer) {
        head = newer;
        greedyOnMeans.load(newer);
    }

    @Override
    void act(
            int rows,
            boolean[] masks,
            int maskAt,
            RandomStream[] streams,
            int firstStream,
            boolean greedy,
            float[] actions,
            int actionsAt,
            float[] logProbabilities,
            int rowsAt) {
        int size = head.outputsPerAction();
        if (head instanceof ActionHead.EpsilonGreedyAtoms atoms) {
            Losses.softmax(outputs, 0, rows * count, size, null, 0, probabilities, 0, logs, 0);
            ValueDistributions.atomMeans(probabilities, 0, rows * count, size, atoms.low(), atoms.high(), means, 0);
        } else {
            ValueDistributions.quantileMeans(outputs, 0, rows * count, size, means, 0);
        }
        greedyOnMeans.act(
                rows, masks, maskAt, streams, firstStream, greedy, actions, actionsAt, logProbabilities, rowsAt);
    }
}
