package io.espalier.runtime.resources;

/**
 * How a run is divided among threads.
 *
 * @param workers how many workers collect at a time; 0 where that is not up for decision
 * @param learnerThreads on how many threads the learner learns
 */
public record Division(int workers, int learnerThreads) {
    /**
     * Checks the counts.
     *
     * @throws IllegalArgumentException if one is out of range
     */
    public Division {
        if (workers < 0 || learnerThreads < 1) {
            throw new IllegalArgumentException("workers (" + workers + ") must not be negative, and learnerThreads ("
                    + learnerThreads + ") must be at least 1.");
        }
    }

    /** As people say it. */
    public String text() {
        String threads = learnerThreads + (learnerThreads == 1 ? " learner thread" : " learner threads");
        return workers == 0 ? threads : workers + (workers == 1 ? " worker" : " workers") + " and " + threads;
    }
}
