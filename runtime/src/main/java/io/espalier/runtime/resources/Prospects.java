package io.espalier.runtime.resources;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Which other divisions might be better, by where the time goes; the most promising first. What cannot gain what a change
 * must gain is left out: more workers where the learner never waits, a faster learner where workers never wait for it.
 */
final class Prospects {
    private final Division now;
    private final Slice measured;
    private final Room room;
    private final double least;
    private final List<Prospect> list = new ArrayList<>();

    /** A division, and why it might be better. */
    record Prospect(Division division, String reason) {}

    private Prospects(Division now, Slice measured, Room room, double least) {
        this.now = now;
        this.measured = measured;
        this.room = room;
        this.least = least;
    }

    /**
     * Lists them.
     *
     * @param least the gain that a change must have, as a part
     */
    static List<Prospect> of(Division now, Slice measured, Room room, double least) {
        Prospects prospects = new Prospects(now, measured, room, least);
        if (measured.learnerIdle() >= measured.workersIdle()) {
            prospects.moreSampling();
            prospects.fasterLearning();
        } else {
            prospects.fasterLearning();
            prospects.moreSampling();
        }
        prospects.lessCrowding();
        return prospects.list;
    }

    private void moreSampling() {
        double idle = measured.learnerIdle();
        if (room.workers() == 0 || idle < least) {
            return;
        }
        String reason = "the learner waits for " + percent(idle) + " of its time";
        int workers = now.workers();
        // Workers that would keep the learner as busy as they are themselves.
        double times = (1 - measured.workersIdle()) / Math.max(0.01, 1 - idle);
        if (times >= 3) {
            add(4 * workers, now.learnerThreads(), reason);
        }
        add(2 * workers, now.learnerThreads(), reason);
        if (crowded()) {
            add(2 * workers, now.learnerThreads() / 2, reason + ", so one thread of it may be a worker's");
            add(workers, now.learnerThreads() / 2, reason + ", and its threads are in the way of workers");
        }
        if (workers > 1) {
            add(workers + workers / 2, now.learnerThreads(), reason);
        }
    }

    private void fasterLearning() {
        double idle = measured.workersIdle();
        double late = measured.lateShare();
        if (late >= least && room.workers() > 0) {
            String reason = percent(late) + " of the experience comes too late";
            if (late > 0.5) {
                add(now.workers() / 4, now.learnerThreads(), reason);
            }
            add(now.workers() / 2, now.learnerThreads(), reason);
            add(now.workers() - now.workers() / 4, now.learnerThreads(), reason);
        }
        boolean nobodyWaits = room.workers() > 0 && idle < least && late < least;
        // With half of the time of learning, a round can be shorter by half of the learner's part of it.
        boolean toGain = (1 - measured.learnerIdle()) / 2 >= least;
        if (nobodyWaits || !toGain) {
            return;
        }
        String reason = "the learner is busy for " + percent(1 - measured.learnerIdle()) + " of its time";
        if (overloaded()) {
            add(now.workers(), now.learnerThreads() / 2, reason + ", and processors are too few for its threads");
        }
        add(now.workers(), 2 * now.learnerThreads(), reason);
        if (room.workers() > 0 && idle >= least) {
            String waits = "workers wait for " + percent(idle) + " of their time";
            if (crowded()) {
                add(now.workers() / 2, 2 * now.learnerThreads(), waits + ", so one may be a thread of the learner's");
                if (idle > 0.75) {
                    add(now.workers() / 4, now.learnerThreads(), waits);
                }
                add(now.workers() / 2, now.learnerThreads(), waits);
            }
        }
    }

    private void lessCrowding() {
        int threads = now.workers() + now.learnerThreads();
        String reason = threads + " threads share " + room.processors() + " processors";
        if (room.workers() == 0 || room.processors() == 0) {
            reason = "threads of a small learner cost more than they share out";
        }
        if (crowded() || room.workers() == 0 || room.processors() == 0) {
            add(now.workers(), now.learnerThreads() / 2, reason);
        }
        if (crowded() && room.workers() > 0) {
            add(now.workers() / 2, now.learnerThreads(), reason);
        }
    }

    /** Whether there are more threads than processors, so that fewer may be faster. */
    private boolean crowded() {
        return room.processors() > 0 && now.workers() + now.learnerThreads() > room.processors();
    }

    /** Whether those who are at work are more than there are processors; whoever waits for an environment counts, too. */
    private boolean overloaded() {
        double busy =
                now.workers() * (1 - measured.workersIdle()) + now.learnerThreads() * (1 - measured.learnerIdle());
        return crowded() && busy > room.processors();
    }

    private void add(int workers, int learnerThreads, String reason) {
        Division to = room.nearest(new Division(Math.max(workers, 0), Math.max(1, learnerThreads)));
        boolean known = list.stream().anyMatch(prospect -> prospect.division().equals(to));
        if (!to.equals(now) && !known) {
            list.add(new Prospect(to, reason));
        }
    }

    static String percent(double part) {
        return String.format(Locale.ROOT, "%.0f %%", 100 * part);
    }
}
