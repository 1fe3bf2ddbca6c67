package io.espalier.envs;

import io.espalier.core.RandomStream;

/**
 * Schedulers for {@link ClusterScheduling} that learn nothing, to compare with. They see what a policy sees.
 *
 * <p>Source: H. Mao et al., "Resource management with deep reinforcement learning", HotNets (2016), section 4.1, and R. Grandl
 * et al., "Multi-resource packing for cluster schedulers", SIGCOMM (2014).
 */
public enum ClusterHeuristic {
    /** Starts the shortest job that fits; lets time pass if none does. */
    SHORTEST_JOB_FIRST {
        @Override
        double score(float[] observation, int job) {
            return 1 / observation[job + DURATION];
        }
    },

    /** Starts the job whose demand is best aligned with what is free: the greatest scalar product. */
    PACKING {
        @Override
        double score(float[] observation, int job) {
            return (1 - observation[0]) * observation[job + CPU]
                    + (1 - observation[ClusterScheduling.HORIZON]) * observation[job + MEMORY];
        }
    },

    /** Like Tetris, weighs alignment against shortness: the sum of alignment and 1 / time steps. */
    TETRIS {
        @Override
        double score(float[] observation, int job) {
            double steps = observation[job + DURATION] * ClusterScheduling.HORIZON;
            return PACKING.score(observation, job) + 1 / steps;
        }
    },

    /** Any of the allowed actions, letting time pass included. */
    RANDOM {
        @Override
        double score(float[] observation, int job) {
            return 0;
        }

        @Override
        public int choose(float[] observation, boolean[] mask, RandomStream random) {
            int action;
            do {
                action = random.nextInt(mask.length);
            } while (!mask[action]);
            return action;
        }
    };

    private static final int CPU = 1;
    private static final int MEMORY = 2;
    private static final int DURATION = 3;

    /** How much a job should be started, whose slot begins at that index of the observation. */
    abstract double score(float[] observation, int job);

    /**
     * Decides.
     *
     * @param observation a row of the environment's observation space
     * @param mask its action mask
     * @param random drawn from by {@link #RANDOM} alone
     * @return the action; of equal scores the first
     */
    public int choose(float[] observation, boolean[] mask, RandomStream random) {
        int best = mask.length - 1;
        double most = Double.NEGATIVE_INFINITY;
        for (int slot = 0; slot < mask.length - 1; slot++) {
            if (mask[slot]) {
                double score = score(observation, ClusterScheduling.FIRST_SLOT + slot * ClusterScheduling.SLOT_WIDTH);
                if (score > most) {
                    most = score;
                    best = slot;
                }
            }
        }
        return best;
    }
}
