package io.espalier.runtime;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns SIGINT and SIGTERM into a request to stop: the run finishes its round, or drops it if an environment does not let
 * it, saves, and the program ends by itself, with exit code 0. A second SIGINT ends the process at once, with 130. If the program has not ended after 25 seconds
 * (Kubernetes kills after 30), the process ends with 143.
 *
 * <p>The JDK's signals are reached by reflection: {@code sun.misc.Signal} stands in the module jdk.unsupported, which
 * every JDK has, but naming it in code is a warning that javac does not let one suppress. A shutdown hook would not do:
 * with it the exit code is 143, whatever the program does.
 */
public final class ShutdownRequest implements AutoCloseable {
    /** Seconds that the program has to end after the first signal. */
    public static final int PATIENCE_SECONDS = 25;

    /** Of these, how many a round may take; the rest is for saving. */
    public static final int GRACE_SECONDS = 10;

    private static final Logger LOG = LoggerFactory.getLogger(ShutdownRequest.class);

    private final Consumer<String> stop;
    private final AtomicInteger asked = new AtomicInteger();
    private final Runnable restore;

    private ShutdownRequest(Consumer<String> stop) {
        this.stop = stop;
        Runnable interrupts = handle("INT");
        Runnable terminations = handle("TERM");
        restore = () -> {
            interrupts.run();
            terminations.run();
        };
    }

    /**
     * From now on, until it is closed, signals stop this trainer; a round that is not over after {@link #GRACE_SECONDS}
     * is dropped.
     */
    public static ShutdownRequest forward(Trainer trainer) {
        return forward(trainer, GRACE_SECONDS);
    }

    /** As {@link #forward(Trainer)}, with another time that a round may take. */
    public static ShutdownRequest forward(Trainer trainer, double graceSeconds) {
        return new ShutdownRequest(reason -> trainer.requestStop(reason, graceSeconds));
    }

    /** From now on, until it is closed, signals call this with a sentence that names them. */
    public static ShutdownRequest forward(Consumer<String> stop) {
        return new ShutdownRequest(stop);
    }

    /** Whether a signal has come. */
    public boolean requested() {
        return asked.get() > 0;
    }

    private void received(String name) {
        int before = asked.getAndIncrement();
        if (before == 0) {
            LOG.info("SIG{}: finishing the round and saving", name);
            Thread deadline = new Thread(this::endAfterPatience, "espalier-shutdown");
            deadline.setDaemon(true);
            deadline.start();
            stop.accept("stopped by SIG" + name);
        } else if (name.equals("INT")) {
            Runtime.getRuntime().halt(130);
        }
    }

    private void endAfterPatience() {
        try {
            TimeUnit.SECONDS.sleep(PATIENCE_SECONDS);
        } catch (InterruptedException e) {
            return;
        }
        LOG.error("the run did not stop within {} seconds", PATIENCE_SECONDS);
        Runtime.getRuntime().halt(143);
    }

    /** Handles a signal; returns what restores the handler before. */
    private Runnable handle(String name) {
        try {
            Class<?> signalType = Class.forName("sun.misc.Signal");
            Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
            Object signal = signalType.getConstructor(String.class).newInstance(name);
            Method handle = signalType.getMethod("handle", signalType, handlerType);
            InvocationHandler receive = (proxy, method, arguments) -> switch (method.getName()) {
                case "handle" -> {
                    received(name);
                    yield null;
                }
                case "hashCode" -> System.identityHashCode(proxy);
                case "equals" -> arguments != null && proxy == arguments[0];
                default -> "ShutdownRequest";
            };
            Object handler =
                    Proxy.newProxyInstance(handlerType.getClassLoader(), new Class<?>[] {handlerType}, receive);
            Object before = handle.invoke(null, signal, handler);
            return () -> {
                try {
                    handle.invoke(null, signal, before);
                } catch (ReflectiveOperationException e) {
                    LOG.warn("the handler of SIG{} could not be restored", name, e);
                }
            };
        } catch (ReflectiveOperationException | RuntimeException e) {
            LOG.warn("SIG{} will end the process without saving: this JVM does not let it be handled", name, e);
            return () -> {};
        }
    }

    /** Gives the signals back. */
    @Override
    public void close() {
        restore.run();
    }
}
