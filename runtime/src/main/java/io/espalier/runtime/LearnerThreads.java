package io.espalier.runtime;

import io.espalier.core.Cores;

/**
 * The first few of a run's threads, for its learner; how many may change between two updates. Tasks are what they are
 * whatever their number, so results do not depend on it.
 */
final class LearnerThreads implements Cores {
    private static final Task NOTHING = (index, thread) -> {};

    private final Cores all;
    private final Task strided = this::stride;
    private volatile int used;
    private Task task = NOTHING;
    private int tasks;
    private int threads;

    LearnerThreads(Cores all) {
        this.all = all;
        used = all.count();
    }

    /** Uses so many from the next call on; from the thread that learns. */
    void use(int count) {
        if (count < 1 || count > all.count()) {
            throw new IllegalArgumentException(
                    "learner threads (" + count + ") must be from 1 to " + all.count() + ", those of the run.");
        }
        used = count;
    }

    int used() {
        return used;
    }

    /** All there can be: scratch space is chosen by the number of the thread. */
    @Override
    public int count() {
        return all.count();
    }

    @Override
    public void run(int taskCount, Task work) {
        int now = used;
        if (now == all.count()) {
            all.run(taskCount, work);
        } else if (now == 1) {
            SERIAL.run(taskCount, work);
        } else {
            task = work;
            tasks = taskCount;
            threads = now;
            try {
                all.run(now, strided);
            } finally {
                task = NOTHING;
            }
        }
    }

    /** One thread's share of the tasks. */
    private void stride(int share, int thread) {
        for (int index = share; index < tasks; index += threads) {
            task.run(index, thread);
        }
    }
}
