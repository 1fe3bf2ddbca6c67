package io.espalier.policy;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** Bytes that a thread allocates. */
final class Allocation {
    private static final int WARM_UP = 200;
    private static final int ROUNDS = 200;
    private static final long PATIENCE_NANOS = 60_000_000_000L;

    private Allocation() {}

    /** Bytes of many rounds of a piece of work that has been done before; measured again if something disturbed it. */
    static long of(Runnable work) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (int i = 0; i < WARM_UP; i++) {
            work.run();
        }
        long least = Long.MAX_VALUE;
        // Until the compiler, which works in the background, has taken the vectors' boxes away.
        long started = System.nanoTime();
        for (int attempt = 0; least > 0 && (attempt < 5 || System.nanoTime() - started < PATIENCE_NANOS); attempt++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < ROUNDS; i++) {
                work.run();
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        return least;
    }
}
