package io.espalier.core;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Simulation} as an {@link Environment}. The simulator runs in a daemon thread of its own, which takes turns
 * with the environment's caller: only one of the two ever runs, so nothing depends on timing.
 *
 * <p><b>Ends.</b> {@link #step} returns the last step of an episode once {@link Simulation#run} has returned. A simulator
 * that returns without telling how the episode ended has <em>terminated</em>: it does not go on, and shows nothing to
 * bootstrap from; {@link #observe} then still gives what was seen at the last decision. One that never asked is an error.
 *
 * <p><b>Failures.</b> Whatever the simulator throws comes out of the {@code reset} or {@code step} that waits for it, as
 * the cause of a {@link SimulationException}; the next reset begins afresh.
 *
 * <p><b>Leaving early.</b> A reset in mid-episode and {@link #close} unwind the simulator by a
 * {@link SimulationCancelled} and wait for it. After {@code close} the thread is gone. If the simulator is stuck, so is
 * the caller; closing from another thread then interrupts the simulator and does not wait. An environment that is not
 * closed keeps its thread.
 */
public final class SimulationEnvironment implements Environment {
    private static final AtomicInteger NUMBER = new AtomicInteger();
    private static final long CLOSING_MILLISECONDS = 10_000;

    private enum Event {
        NONE,
        DECISION,
        TERMINATED,
        TRUNCATED,
        FAILED
    }

    private final Simulation simulation;
    private final Space observationSpace;
    private final Space actionSpace;
    private final boolean masks;
    private final Baton baton = new Baton();
    private final Questions questions = new Questions();

    // Of the thread whose turn it is.
    private final float[] observation;
    private final boolean[] mask;
    private final float[] action;
    private final Map<String, Double> figures = new LinkedHashMap<>();
    private Event event = Event.NONE;
    private double reward;
    private boolean success;
    private long seed;
    private boolean cancelled;
    private @Nullable Throwable failure;

    // Of the caller.
    private boolean underWay;
    private @Nullable Thread thread;

    private volatile boolean closed;

    /** Adapts a simulation, whose closing becomes this object's task. The thread is started by the first reset. */
    public SimulationEnvironment(Simulation simulation) {
        this.simulation = simulation;
        observationSpace = simulation.observationSpace();
        actionSpace = simulation.actionSpace();
        masks = simulation.masksActions();
        observation = new float[observationSpace.size()];
        action = new float[actionSpace.size()];
        mask = new boolean[actionSpace.choices()];
    }

    @Override
    public Space observationSpace() {
        return observationSpace;
    }

    @Override
    public Space actionSpace() {
        return actionSpace;
    }

    /** The simulator's thread; null before the first reset. For those who must find out where it is stuck. */
    public @Nullable Thread thread() {
        return thread;
    }

    /**
     * Begins an episode and runs the simulator up to its first question.
     *
     * @throws SimulationException if the simulator fails before
     * @throws IllegalStateException if the simulator ends without a question, or the environment is closed
     */
    @Override
    public void reset(long seed) {
        if (closed) {
            throw new IllegalStateException("The environment is closed.");
        }
        if (thread == null) {
            Thread started = new Thread(this::live, "espalier-simulation-" + NUMBER.incrementAndGet());
            started.setDaemon(true);
            started.start();
            thread = started;
        }
        if (underWay) {
            underWay = false;
            cancelled = true;
            await("unwinding after a reset in mid-episode");
            cancelled = false;
        }
        this.seed = seed;
        await("beginning an episode");
        if (event != Event.DECISION) {
            throw new IllegalStateException(
                    "The simulation ended without a single decision (seed " + seed + "). Maybe run returns early.");
        }
        underWay = true;
    }

    @Override
    public Step step(float[] actions, int at) {
        if (!underWay) {
            throw new IllegalStateException("No episode is under way. Maybe reset first.");
        }
        System.arraycopy(actions, at, action, 0, action.length);
        underWay = false;
        await("between two decisions");
        underWay = event == Event.DECISION;
        return new Step(reward, event == Event.TERMINATED, event == Event.TRUNCATED);
    }

    /** Lets the simulator run until it has something to say. */
    private void await(String when) {
        baton.pass(true);
        baton.await(false);
        if (closed) {
            throw new IllegalStateException("The environment was closed " + when + ".");
        }
        Throwable cause = failure;
        if (cause != null) {
            failure = null;
            throw new SimulationException("The simulation failed " + when + " (seed " + seed + "): " + cause, cause);
        }
    }

    @Override
    public void observe(float[] into, int at) {
        System.arraycopy(observation, 0, into, at, observation.length);
    }

    @Override
    public boolean masksActions() {
        return masks;
    }

    @Override
    public void actionMask(boolean[] into, int at) {
        System.arraycopy(mask, 0, into, at, mask.length);
    }

    @Override
    public boolean reportsSuccess() {
        return simulation.reportsSuccess();
    }

    @Override
    public boolean success() {
        return success;
    }

    @Override
    public void episodeMetrics(MetricSink sink) {
        figures.forEach(sink::put);
    }

    /**
     * Unwinds the simulator, ends its thread and closes the simulation.
     *
     * @throws IllegalStateException if the simulator does not unwind
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        underWay = false;
        Thread running = thread;
        try {
            if (running != null) {
                end(running);
            }
        } finally {
            simulation.close();
        }
    }

    private void end(Thread running) {
        if (baton.away()) {
            // Somebody else waits for the simulator, which is stuck: waiting here too would not help.
            running.interrupt();
            return;
        }
        baton.pass(true);
        boolean interrupted = Thread.interrupted();
        try {
            running.join(CLOSING_MILLISECONDS);
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        } else if (running.isAlive()) {
            throw new IllegalStateException("The simulation still runs " + CLOSING_MILLISECONDS
                    + " ms after it was cancelled. Maybe it catches SimulationCancelled, which it must let pass.");
        }
    }

    /** The life of the simulator's thread. */
    private void live() {
        while (true) {
            baton.await(true);
            if (closed) {
                baton.pass(false);
                return;
            }
            event = Event.NONE;
            reward = 0;
            success = false;
            figures.clear();
            try {
                simulation.run(questions, seed);
                if (event == Event.DECISION) {
                    event = Event.TERMINATED;
                    reward = questions.earned;
                }
            } catch (Throwable e) {
                event = Event.FAILED;
                if (!stopping() || !isCancellation(e)) {
                    failure = e;
                }
            }
            questions.earned = 0;
            boolean ends = closed;
            // Also at the end of all: whoever was given up while waiting for this thread must not wait forever.
            baton.pass(false);
            if (ends) {
                return;
            }
        }
    }

    private boolean stopping() {
        return cancelled || closed;
    }

    private static boolean isCancellation(Throwable thrown) {
        for (Throwable e = thrown; e != null; e = e.getCause()) {
            if (e instanceof SimulationCancelled) {
                return true;
            }
        }
        return false;
    }

    /** What the simulator talks to. */
    private final class Questions implements Decider {
        private final float[] choice = new float[1];
        private double earned;

        @Override
        public void decide(float[] seen, float[] into) {
            ask(seen, null, into);
        }

        @Override
        public void decide(float[] seen, boolean[] allowed, float[] into) {
            ask(seen, allowed, into);
        }

        @Override
        public int choose(float[] seen) {
            ask(seen, null, choice);
            return (int) choice[0];
        }

        @Override
        public int choose(float[] seen, boolean[] allowed) {
            ask(seen, allowed, choice);
            return (int) choice[0];
        }

        private void ask(float[] seen, boolean @Nullable [] allowed, float[] into) {
            check();
            require("action", into.length, action.length);
            show(seen);
            if (allowed == null) {
                Arrays.fill(mask, true);
            } else {
                require("mask", allowed.length, mask.length);
                System.arraycopy(allowed, 0, mask, 0, mask.length);
            }
            handOver(Event.DECISION);
            baton.pass(false);
            baton.await(true);
            if (stopping()) {
                throw new SimulationCancelled();
            }
            System.arraycopy(action, 0, into, 0, action.length);
        }

        @Override
        public void reward(double amount) {
            check();
            if (event == Event.NONE) {
                throw new IllegalStateException("reward (" + amount
                        + ") before the first decision: nothing has earned it. Maybe leave it out.");
            }
            earned += amount;
        }

        @Override
        public void terminated(float[] seen) {
            end(seen, Event.TERMINATED);
        }

        @Override
        public void truncated(float[] seen) {
            end(seen, Event.TRUNCATED);
        }

        private void end(float[] seen, Event how) {
            check();
            if (event == Event.NONE) {
                throw new IllegalStateException("The simulation ended without a single decision (seed " + seed + ").");
            }
            show(seen);
            Arrays.fill(mask, true);
            handOver(how);
        }

        @Override
        public void success(boolean accomplished) {
            if (stopping()) {
                throw new SimulationCancelled();
            }
            success = accomplished;
        }

        @Override
        public void metric(String name, double value) {
            if (stopping()) {
                throw new SimulationCancelled();
            }
            figures.put(name, value);
        }

        private void show(float[] seen) {
            require("observation", seen.length, observation.length);
            System.arraycopy(seen, 0, observation, 0, observation.length);
        }

        private void handOver(Event what) {
            event = what;
            reward = earned;
            earned = 0;
        }

        private void check() {
            if (Thread.currentThread() != thread()) {
                throw new IllegalStateException("The decider was asked from "
                        + Thread.currentThread().getName() + ". Maybe ask from the thread that runs the simulation.");
            }
            if (stopping()) {
                throw new SimulationCancelled();
            }
            if (event == Event.TERMINATED || event == Event.TRUNCATED) {
                throw new IllegalStateException("The episode was told to have ended before."
                        + " Maybe return from run after terminated or truncated.");
            }
        }

        private void require(String name, int length, int wanted) {
            if (length != wanted) {
                throw new IllegalArgumentException(
                        name + " (" + length + " values) must have " + wanted + ", as its space says.");
            }
        }
    }
}
