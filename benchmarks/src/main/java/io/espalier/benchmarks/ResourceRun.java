package io.espalier.benchmarks;

import io.espalier.runtime.ResourceUse;
import io.espalier.runtime.Trainer;
import io.espalier.runtime.TrainingListener;
import io.espalier.runtime.events.RunEvent;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A run of a load that goes on while a study watches it. */
final class ResourceRun implements AutoCloseable {
    private final Trainer trainer;
    private final Thread thread;
    private final List<RunEvent> decisions = new CopyOnWriteArrayList<>();
    private volatile Throwable failure = new IllegalStateException("none");

    ResourceRun(ResourceLoad load, ResourceUse use, int workers, int threads) {
        trainer = load.trainer(use, workers, threads).listen(new TrainingListener() {
            @Override
            public void event(RunEvent event) {
                decisions.add(event);
            }
        });
        thread = new Thread(
                () -> {
                    try {
                        trainer.run();
                    } catch (RuntimeException | Error e) {
                        failure = e;
                    }
                },
                "study-run");
        thread.start();
    }

    long steps() {
        if (!thread.isAlive()) {
            throw new IllegalStateException("the run of the study ended by itself.", failure);
        }
        return trainer.progress().environmentSteps();
    }

    /** Environment steps a second over so many seconds from now. */
    double rate(double seconds) throws InterruptedException {
        long from = System.nanoTime();
        long before = steps();
        Thread.sleep((long) (seconds * 1000));
        return (steps() - before) / ((System.nanoTime() - from) / 1e9);
    }

    /** Seconds until so many steps are made. */
    double until(long wanted, double patience) throws InterruptedException {
        long from = System.nanoTime();
        while (steps() < wanted && System.nanoTime() - from < patience * 1e9) {
            Thread.sleep(2);
        }
        return (System.nanoTime() - from) / 1e9;
    }

    /** What the run decided of its division. */
    List<RunEvent> decisions() {
        return decisions.stream()
                .filter(event -> event.type().startsWith("resources/"))
                .toList();
    }

    @Override
    public void close() {
        trainer.requestStop("the study has seen enough");
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
