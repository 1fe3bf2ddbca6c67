package io.espalier.policy;

import io.espalier.core.Cores;
import io.espalier.nn.Network;
import io.espalier.nn.Optimizer;

/**
 * Cores with a place elsewhere for networks that are trained: where a learner is given such cores, its gradient updates
 * are computed there, as by the stages of a pipeline on several workers. The learner knows nothing of it but that; its
 * results are those of plain {@link Cores}, bit for bit.
 */
public interface NetworkCores extends Cores {
    /**
     * Makes a place for the gradient updates of a network.
     *
     * @param network holds the parameters now and after every {@link Placed#step}
     * @param optimizer its state now and after every {@link Placed#step}; never stepped here
     * @param mostRows the most rows of a part of a minibatch
     * @throws IllegalArgumentException if this network cannot be computed there
     */
    Placed place(Network network, Optimizer optimizer, int mostRows);

    /** The parts into which a minibatch was cut, and what its loss is. Called from the learner's own thread alone. */
    interface Parts {
        /** How many rows a part has. */
        int rows(int part);

        /**
         * Writes the network's inputs for a part.
         *
         * @param into receives [rows, input size]
         */
        void inputs(int part, float[] into);

        /**
         * Reads the outputs and writes their gradients. May be asked again for a part, when a worker was lost, and must
         * then do the same.
         *
         * @param network holds the outputs of the part's rows and takes their gradients
         */
        void loss(int part, Network network);
    }

    /** The gradient updates of one network, elsewhere. */
    interface Placed {
        /** Computes the gradients of a minibatch, and sums them over its parts, in their order. */
        void gradients(int parts, Parts minibatch);

        /**
         * The squared norm of the gradient in blocks of so many parameters.
         *
         * @param blockSize a multiple of 1024
         * @param into receives one for each block, as {@link io.espalier.nn.Gradients#squaredNorm} gives it
         */
        void norms(int blockSize, double[] into);

        /** One step of the optimiser along that gradient; network and optimiser then hold what came of it. */
        void step(float learningRate, float gradientScale);

        /** Takes parameters and optimiser state anew from network and optimiser, which were written. */
        void reload();
    }
}
