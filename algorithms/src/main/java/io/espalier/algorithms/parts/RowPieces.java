package io.espalier.algorithms.parts;

import io.espalier.core.Cores;
import io.espalier.nn.Network;
import java.util.Arrays;

/**
 * The gradients of a single shard, whose rows are divided among the threads: for minibatches too small to have a shard for
 * each, with networks large enough to be worth another meeting of the threads. Rows are passed forward and backward in
 * pieces, which changes no bit; each element of a gradient is then summed over all rows by one thread, as it would be over
 * the whole shard, and so are the loss's figures.
 */
final class RowPieces {
    /** The most pieces: a few rows do not fill a processor. */
    static final int MOST = 4;

    /** Multiply-adds of a forward pass of all rows from which on it pays. */
    private static final long LEAST_WORK = 1 << 20;

    private final ShardedUpdate.Loss loss;
    private final Cores cores;
    private final Network whole;
    private final float[] wholeInputs;
    private final Network[] pieces;
    private final float[][] inputs;
    private final int inputSize;
    /** For figures that nobody adds. */
    private final double[] nothing = new double[0];

    private final Cores.Task passTask = (piece, thread) -> pass(piece);
    private final Cores.Task weightTask = (piece, thread) -> weights(piece);

    private int rows;

    /**
     * @param whole a replica for all rows, which is used by nobody else meanwhile
     */
    RowPieces(Network whole, ShardedUpdate.Loss loss, Cores cores) {
        this.whole = whole;
        this.loss = loss;
        this.cores = cores;
        inputSize = whole.inputSize();
        wholeInputs = new float[whole.capacity() * inputSize];
        int count = count(cores);
        int most = (whole.capacity() + count - 1) / count;
        pieces = new Network[count];
        Arrays.setAll(pieces, i -> whole.replica(most));
        inputs = new float[count][most * inputSize];
    }

    /** Whether minibatches of so many rows are one shard that should be divided, if its loss takes pieces. */
    static boolean pay(Network network, int mostRows, Cores cores) {
        return count(cores) > 1
                && ShardedUpdate.shards(mostRows) == 1
                && network.piecewise()
                && (long) mostRows * network.parameterCount() >= LEAST_WORK;
    }

    /** How many pieces there are with so many threads. */
    static int count(Cores cores) {
        return Math.min(MOST, cores.count());
    }

    /**
     * Overwrites gradients by those of the minibatch's first rows.
     *
     * @param into as long as the parameters
     * @param figures receives the loss's sums from 0 on; zero before
     */
    void gradients(int minibatchRows, float[] into, double[] figures) {
        rows = minibatchRows;
        whole.gradients(into);
        cores.run(pieces.length, passTask);
        cores.run(pieces.length, weightTask);
        loss.figures(0, rows, figures, 0);
    }

    private int start(int piece) {
        return (int) ((long) rows * piece / pieces.length);
    }

    private void pass(int piece) {
        int from = start(piece);
        int number = start(piece + 1) - from;
        if (number == 0) {
            return;
        }
        Network network = pieces[piece];
        loss.inputs(piece, from, number, inputs[piece]);
        loss.forward(network, from, number, inputs[piece]);
        loss.gradients(network, from, number, nothing, 0);
        network.backwardPiece();
        whole.join(network, from);
        System.arraycopy(inputs[piece], 0, wholeInputs, from * inputSize, number * inputSize);
    }

    private void weights(int piece) {
        whole.weightGradients(wholeInputs, rows, piece, pieces.length);
    }
}
