package io.espalier.runtime;

import java.util.concurrent.CountDownLatch;

/** A place to hang in that interrupts do not end. */
final class Stuck {
    private final CountDownLatch entered = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);

    void hang() {
        entered.countDown();
        boolean out = false;
        while (!out) {
            try {
                released.await();
                out = true;
            } catch (InterruptedException e) {
                // Deaf on purpose.
                out = false;
            }
        }
    }

    void awaitEntered() throws InterruptedException {
        entered.await();
    }

    void release() {
        released.countDown();
    }
}
