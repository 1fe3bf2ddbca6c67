package io.espalier.nn;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** What a piece of code allocates once it is compiled. */
final class Allocation {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private Allocation() {}

    /**
     * Allocated bytes of the best of many rounds of ten calls: what a call needs it needs in every round, while the JVM's
     * own doings on this thread (as when compiled code is thrown away) come and go.
     */
    static long ofTenCalls(Runnable call) {
        long least = Long.MAX_VALUE;
        // Patience in time too: the compiler works in the background, and may share its core with other builds.
        long started = System.nanoTime();
        for (int round = 0; least > 0 && (round < 3000 || System.nanoTime() - started < 20_000_000_000L); round++) {
            least = Math.min(least, round(call));
        }
        return least;
    }

    /** Allocated bytes of ten calls. */
    static long round(Runnable call) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 10; i++) {
            call.run();
        }
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }
}
