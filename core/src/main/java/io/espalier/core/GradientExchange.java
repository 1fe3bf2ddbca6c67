package io.espalier.core;

/**
 * Where the gradients of one learner meet those of others, as of its replicas or of a parameter server. Reached through
 * {@link Cores#exchange}; an algorithm knows nothing of it. Whoever makes gradient updates {@linkplain #join joins} once for
 * each network, and asks its {@link Part} between the shards of a gradient and the optimiser's step.
 */
@FunctionalInterface
public interface GradientExchange {
    /** Everything stays with the learner. */
    GradientExchange NONE = update -> Part.ALONE;

    /** Takes the updates of one network in; called once, when they are made ready. */
    Part join(Update update);

    /** The updates of one network, as an exchange may use them; on the thread that makes them, or while that waits. */
    interface Update {
        /** The parameters themselves. */
        float[] parameters();

        /** To be called when {@link #parameters} have been written. */
        void parametersChanged();

        /** Computes the gradient of one shard of the minibatch that is being learned from. */
        void compute(int shard);

        /** The largest norm of the whole gradient; 0 for no limit. */
        double clipNorm();

        /**
         * Steps the optimiser for the parameters [from, to) alone.
         *
         * @param gradient of all parameters
         * @param steps how many steps these parameters have taken, this one included
         * @param scale factor on the gradient
         */
        void step(float[] gradient, int from, int to, long steps, double learningRate, float scale);
    }

    /** What an exchange does for the updates of one network. */
    interface Part {
        /** Does nothing. */
        Part ALONE = new Part() {};

        /** Whether a shard's gradient is computed here. */
        default boolean computes(int shard) {
            return true;
        }

        /**
         * Called when all shards computed here are: brings in the others.
         *
         * @param gradients by shard; [0] may be made the sum of all, in the order of shards
         * @param figures of all shards, those of each beside each other, as many for each
         * @return whether gradients[0] is the sum of all shards
         */
        default boolean complete(int shards, float[][] gradients, double[] figures) {
            return false;
        }

        /**
         * Called with a gradient that is finite, instead of a step of the optimiser.
         *
         * @param gradient the sum of all shards, not clipped; valid during the call
         * @return whether the step was taken elsewhere, and {@link Update#parameters} hold what came of it
         */
        default boolean steps(float[] gradient, double learningRate) {
            return false;
        }
    }
}
