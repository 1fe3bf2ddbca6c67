package io.espalier.testkit;

import io.espalier.core.Cores;
import io.espalier.core.RandomStream;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Cores that do the tasks of each call in a new random order on several threads: what depends on their order, or on who
 * does them, comes out different.
 */
public final class ShuffledCores implements Cores, AutoCloseable {
    private final int count;
    private final RandomStream random;
    private final ExecutorService threads;

    /**
     * @param count how many threads, the caller's among them
     * @param seed decides the orders
     */
    public ShuffledCores(int count, long seed) {
        if (count < 1) {
            throw new IllegalArgumentException("count (" + count + ") must be at least 1.");
        }
        this.count = count;
        this.random = new RandomStream(seed);
        this.threads = Executors.newFixedThreadPool(Math.max(1, count - 1), work -> {
            Thread thread = new Thread(work, "shuffled-cores");
            thread.setDaemon(true);
            return thread;
        });
    }

    @Override
    public int count() {
        return count;
    }

    @Override
    public void run(int tasks, Task task) {
        int[] order = new int[tasks];
        for (int i = 0; i < tasks; i++) {
            int j = random.nextInt(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        AtomicInteger next = new AtomicInteger();
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<@Nullable Throwable>();
        CountDownLatch done = new CountDownLatch(count - 1);
        for (int thread = 1; thread < count; thread++) {
            int number = thread;
            threads.execute(() -> {
                work(order, next, task, number, failure);
                done.countDown();
            });
        }
        work(order, next, task, 0, failure);
        try {
            done.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while tasks were running", e);
        }
        if (failure.get() != null) {
            throw new IllegalStateException("a task failed", failure.get());
        }
    }

    private static void work(
            int[] order, AtomicInteger next, Task task, int thread, AtomicReference<@Nullable Throwable> failure) {
        try {
            for (int i = next.getAndIncrement(); i < order.length; i = next.getAndIncrement()) {
                task.run(order[i], thread);
            }
        } catch (RuntimeException | Error e) {
            failure.compareAndSet(null, e);
        }
    }

    @Override
    public void close() {
        threads.shutdown();
    }
}
