package io.espalier.runtime.resources;

import io.espalier.core.RandomStream;
import io.espalier.core.Seeds;

/**
 * A run that is nothing but arithmetic: workers that compute and wait, a learner, and processors which they share. Time
 * goes as fast as the test computes.
 *
 * @param stepSeconds processor seconds of one environment step
 * @param waitSeconds that a step waits for something else
 * @param learnSeconds processor seconds of learning from a block of {@value #BLOCK} steps
 * @param together whether collecting and learning take turns
 */
record SyntheticLoad(
        double stepSeconds,
        double waitSeconds,
        double learnSeconds,
        double switchCost,
        int processors,
        boolean together) {
    static final int BLOCK = 64;
    /** The part of learning that several threads can share. */
    private static final double SHARED = 0.8;

    static SyntheticLoad waiting(double waitMillis) {
        return new SyntheticLoad(5e-6, waitMillis / 1e3, 2e-3, 0.03, 2, false);
    }

    static SyntheticLoad computing(double stepMicros, double learnMillis) {
        return new SyntheticLoad(stepMicros / 1e6, 0, learnMillis / 1e3, 0.03, 2, false);
    }

    /** What happens in so many seconds. */
    Slice slice(Division division, double seconds, double noise) {
        double workers = Math.max(1, division.workers());
        double threads = division.learnerThreads();
        double collect = BLOCK * (stepSeconds + waitSeconds) / workers;
        double learn = learnSeconds * (1 - SHARED + SHARED / threads);
        double round = together ? collect + learn : Math.max(collect, learn);
        // Everybody's work must find room on the processors, and each thread too many costs.
        double work = BLOCK * stepSeconds + learnSeconds * (1 + 0.05 * (threads - 1));
        round = Math.max(round, work / Math.min(processors, workers + threads));
        double crowd = Math.max(0, workers + threads - processors);
        round *= 1 + switchCost * Math.min(10, crowd) * Math.min(1, work / processors / round);
        double rounds = seconds / round * noise;
        double busy = Math.min(1, collect / round);
        return new Slice(
                seconds,
                Math.round(rounds * BLOCK),
                Math.max(1, Math.round(rounds)),
                busy * workers * seconds,
                (1 - busy) * workers * seconds,
                Math.min(1, learn / round) * seconds,
                Math.max(0, 1 - learn / round) * seconds,
                0,
                0);
    }

    double rate(Division division) {
        return slice(division, 100, 1).rate();
    }

    /** The best there is in that room. */
    Division best(Room room) {
        Division best = new Division(1, 1);
        for (int workers = 1; workers <= room.workers(); workers++) {
            for (int threads = 1; threads <= room.learnerThreads(); threads++) {
                Division other = new Division(workers, threads);
                if (rate(other) > rate(best)) {
                    best = other;
                }
            }
        }
        return best;
    }

    /** Noise of a machine that others use too: some percent, now and then a pause. */
    static final class Noise {
        private final RandomStream random;
        private final double size;

        Noise(long seed, double size) {
            random = Seeds.of(seed).child("noise").stream();
            this.size = size;
        }

        double next() {
            boolean pause = random.nextDouble() < 0.01;
            return (pause ? 0.4 : 1) * (1 + size * random.nextGaussian());
        }
    }
}
