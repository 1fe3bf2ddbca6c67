package io.espalier.benchmarks;

import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * The cores of one machine of a simulation, shared evenly by the threads that want them: each of n threads on c cores goes
 * at the speed min(1, c / n). All go at the same speed, so one clock of work done per thread tells when each has finished.
 */
final class SharedCores {
    private record Job(double finish, long number, Runnable then) {}

    private final EventQueue events;
    private final double cores;
    private final PriorityQueue<Job> jobs =
            new PriorityQueue<>(Comparator.comparingDouble(Job::finish).thenComparingLong(Job::number));
    private double work;
    private double updated;
    private double busy;
    private long number;
    private long plan;

    SharedCores(EventQueue events, double cores) {
        this.events = events;
        this.cores = cores;
    }

    /** Does so many core seconds of work on a thread of its own, then goes on. */
    void run(double coreSeconds, Runnable then) {
        advance();
        jobs.add(new Job(work + coreSeconds, number++, then));
        planNext();
    }

    /** Core seconds that were used. */
    double used() {
        advance();
        return busy;
    }

    private double speed() {
        return jobs.isEmpty() ? 0 : Math.min(1, cores / jobs.size());
    }

    private void advance() {
        double passed = events.now() - updated;
        work += passed * speed();
        busy += passed * speed() * jobs.size();
        updated = events.now();
    }

    /** Plans the next end of a job; what was planned before is void, since the speed has changed. */
    private void planNext() {
        Job next = jobs.peek();
        long mine = ++plan;
        if (next != null) {
            events.after(Math.max(0, next.finish - work) / speed(), () -> {
                if (mine == plan) {
                    advance();
                    Job done = jobs.remove();
                    // Rounding must not leave a trace of it.
                    work = Math.max(work, done.finish);
                    planNext();
                    done.then.run();
                }
            });
        }
    }
}
