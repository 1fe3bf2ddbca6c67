package io.espalier.runtime;

import java.util.Arrays;

/**
 * How many blocks are under way from workers to a learner that does not wait for them, and who is asked for the next. A
 * block grows older with each one that is learned from before it, so those that only queue are made in vain: their number
 * goes down while blocks wait for the learner, or come too late, and up while the learner waits for blocks.
 */
final class Credits {
    /** Blocks of one worker under way: with two it need not wait for the next order. */
    private static final int MOST_EACH = 2;

    private final int ahead;
    private final long maxStaleness;
    private int workers;
    private int[] underWay = {};
    private long[] lastAsked = {};
    private long orders;
    private int all;
    private int limit;

    /**
     * @param ahead blocks that each worker is asked for whatever happens; 0 to let their number follow the need
     */
    Credits(int ahead, long maxStaleness) {
        this.ahead = ahead;
        this.maxStaleness = maxStaleness;
    }

    /** So many workers collect from now on; those that are new get one block each at first. */
    void workers(int count) {
        if (underWay.length < count) {
            underWay = Arrays.copyOf(underWay, count);
            lastAsked = Arrays.copyOf(lastAsked, count);
        }
        int before = workers;
        workers = count;
        limit = Math.max(1, Math.min(most(), limit + count - before));
    }

    /** Blocks that one worker may be asked for in advance. */
    int mostEach() {
        return ahead == 0 ? MOST_EACH : ahead;
    }

    /** With more, the last of them would be too old even if all workers were equally fast. */
    private int most() {
        int two = MOST_EACH * workers;
        return maxStaleness >= two ? two : (int) maxStaleness + 1;
    }

    /** A worker has taken the place of another: nothing of it is under way. */
    void begun(int worker) {
        all -= underWay[worker];
        underWay[worker] = 0;
    }

    /** A block of that worker has come. */
    void came(int worker) {
        all--;
        underWay[worker]--;
    }

    /** It came too late. */
    void dropped() {
        limit = Math.max(1, limit - 1);
    }

    /**
     * A block was taken to be learned from.
     *
     * @param waited whether the learner had to wait for it
     * @param waiting blocks that have come and wait after it
     */
    void taken(boolean waited, int waiting) {
        if (waited) {
            limit = Math.min(most(), limit + 1);
        } else if (waiting > 1) {
            limit = Math.max(1, limit - 1);
        }
    }

    /** The worker to be asked for a block now, which then counts as asked; -1 if enough are under way. */
    int next() {
        int most = mostEach();
        int best = -1;
        for (int worker = 0; worker < workers; worker++) {
            if (underWay[worker] < most && (best < 0 || before(worker, best))) {
                best = worker;
            }
        }
        if (best < 0 || (ahead == 0 && all >= limit)) {
            return -1;
        }
        all++;
        underWay[best]++;
        lastAsked[best] = ++orders;
        return best;
    }

    /** Who has less to do comes first, then who has not been asked for longer. */
    private boolean before(int worker, int other) {
        return underWay[worker] != underWay[other]
                ? underWay[worker] < underWay[other]
                : lastAsked[worker] < lastAsked[other];
    }

    /** Blocks that are under way or wait. */
    int all() {
        return all;
    }
}
