package io.espalier.runtime.resources;

/**
 * Among what a {@link Division} can be chosen.
 *
 * @param workers the most workers; 0 where their number is not up for decision
 * @param learnerThreads the most threads of the learner
 * @param processors processors that workers and learner share; 0 if they share none, as on a cluster
 * @param ahead rounds that each worker is asked for in advance, which must be over before a change shows; 0 where all
 *     workers make one round together
 */
public record Room(int workers, int learnerThreads, int processors, int ahead) {
    /** The division nearest to that one. */
    Division nearest(Division wanted) {
        int most = Math.max(workers == 0 ? 0 : 1, Math.min(wanted.workers(), workers));
        return new Division(most, Math.max(1, Math.min(wanted.learnerThreads(), learnerThreads)));
    }

    boolean holds(Division division) {
        return nearest(division).equals(division);
    }

    /** Rounds after a change that are still of before. */
    int roundsToSettle(Division before, Division after) {
        // In a pipeline the block under way is of before, and with the next one environments move.
        return ahead == 0 ? 3 : 1 + ahead * Math.max(before.workers(), after.workers());
    }

    /** Rounds in which each worker had its turn, twice. */
    int roundsToJudge(Division division) {
        return ahead == 0 ? 3 : Math.max(3, 2 * division.workers());
    }
}
