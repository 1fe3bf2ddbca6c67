package io.espalier.cli;

import io.espalier.core.Step;
import io.espalier.core.wrappers.EnvironmentWrapper;
import io.espalier.testkit.Corridor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** A corridor that can be told to fail, for commands that know it by its name only. */
public final class Troubled extends EnvironmentWrapper {
    /** The step, over all copies, from which on every step throws. */
    static final AtomicLong BREAKS_AT = new AtomicLong(Long.MAX_VALUE);

    private static final AtomicLong STEPS = new AtomicLong();

    /** Makes one; the first step of all hangs for good, and makes this file, if the system property names one. */
    public Troubled() {
        super(new Corridor());
    }

    static void repair() {
        BREAKS_AT.set(Long.MAX_VALUE);
    }

    static void breakAfter(long steps) {
        BREAKS_AT.set(STEPS.get() + steps);
    }

    @Override
    public Step step(float[] actions, int at) {
        String mark = System.getProperty("troubled.mark");
        if (mark != null) {
            hang(Path.of(mark));
        }
        if (STEPS.incrementAndGet() >= BREAKS_AT.get()) {
            throw new IllegalStateException("out of oil");
        }
        return super.step(actions, at);
    }

    private static void hang(Path mark) {
        try {
            Files.write(mark, new byte[0]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        while (true) {
            // Deaf to interrupts.
            LockSupport.parkNanos(1_000_000);
        }
    }
}
