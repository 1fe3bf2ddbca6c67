package io.espalier.runtime;

import io.espalier.core.AbandonedCall;
import io.espalier.core.Discrete;
import io.espalier.core.Environment;
import io.espalier.core.MetricSink;
import io.espalier.core.Space;
import io.espalier.core.State;
import io.espalier.core.Stateful;
import io.espalier.core.Step;
import io.espalier.runtime.EnvironmentFault.Kind;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Stands between a run and an environment that is not trusted: whatever the environment does wrong comes out as an
 * {@link EnvironmentFault} with its number, seed, step and last actions. The environment sees only arrays that belong to
 * this guard, so it can neither write beside its row nor, once given up, write anything that is still in use.
 *
 * <p>{@link #step} and {@link #reset} also ask for the observation and the mask, all in one guarded call.
 */
final class EnvironmentGuard implements Environment {
    /*
     * The state: even outside a call, odd inside; it grows by two with each call, so the watchdog sees whether a call is
     * still the same one without any clock being read here. The watchdog adds INTERRUPTED before it interrupts, and sets
     * ABANDONED to give the call up; either makes the compare-and-set on leaving fail, and the slow path sorts it out.
     */
    private static final VarHandle STATE;
    private static final long INTERRUPTED = 1L << 62;
    private static final long ABANDONED = -1;

    private static final int ACTIONS = 8;
    /** Every 64th call is timed. */
    private static final long TIMED = 127;

    private static final float BESIDE = Float.intBitsToFloat(0x7FC0BE51);
    private static final float UNWRITTEN = Float.intBitsToFloat(0x7FC0A17E);

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(EnvironmentGuard.class, "state", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final String label;
    private final int number;
    private final Supplier<Environment> factory;
    private final GuardSettings settings;
    private final Watchdog watchdog;

    private @Nullable Environment inner;
    private Space observationSpace = new Discrete(1);
    private Space actionSpace = observationSpace;
    private boolean masked;
    private boolean reportsSuccess;
    private int actionSize;
    private int observationSize;
    private float[] row = {};
    private boolean[] mask = {};
    private float[] actions = {};
    private long seed;
    private int steps;
    private boolean maskIsNew;
    private boolean interrupted;
    private long goodSteps;
    private @Nullable EnvironmentFault fault;

    @SuppressWarnings("UnusedVariable") // through STATE
    private volatile long state;

    private @Nullable Thread owner;
    private volatile long typicalNanos;
    private volatile long slowestNanos;

    /** What the watchdog alone reads and writes. */
    final Watchdog.Sighting sighting = new Watchdog.Sighting();

    /** A guard without an environment yet: {@link #open} makes it, so that the watchdog sees a factory that hangs. */
    EnvironmentGuard(
            String label, int number, Supplier<Environment> factory, GuardSettings settings, Watchdog watchdog) {
        this.label = label;
        this.number = number;
        this.factory = factory;
        this.settings = settings;
        this.watchdog = watchdog;
    }

    /**
     * Makes the environment.
     *
     * @param like one whose spaces it must have; null for the first
     * @throws EnvironmentFault if the factory throws, or its environment has other spaces
     */
    void open(@Nullable Environment like) {
        watchdog.watch(this);
        long call = enter();
        try {
            Environment made = factory.get();
            inner = made;
            reportsSuccess = made.reportsSuccess();
            masked = made.masksActions();
            observationSpace = made.observationSpace();
            actionSpace = made.actionSpace();
            observationSize = observationSpace.size();
            actionSize = actionSpace.size();
            row = new float[observationSize + 2];
            mask = new boolean[masked ? actionSpace.choices() : 0];
            actions = new float[ACTIONS * actionSize];
        } catch (Throwable e) {
            throw thrown(call, e);
        }
        leave(call);
        if (like != null
                && !(observationSpace.equals(like.observationSpace())
                        && actionSpace.equals(like.actionSpace())
                        && masked == like.masksActions())) {
            throw fault(
                    Kind.WRONG_SHAPE,
                    "has spaces " + brief(observationSpace.text()) + " and " + brief(actionSpace.text())
                            + (masked ? " with masks" : "") + ", the others "
                            + brief(like.observationSpace().text()) + " and "
                            + brief(like.actionSpace().text()) + (like.masksActions() ? " with masks" : ""),
                    null);
        }
    }

    @Override
    public void reset(long newSeed) {
        seed = newSeed;
        steps = 0;
        interrupted = false;
        row[0] = BESIDE;
        row[observationSize + 1] = BESIDE;
        Arrays.fill(row, 1, 1 + observationSize, UNWRITTEN);
        long call = enter();
        int declared;
        try {
            Environment environment = environment();
            long start = System.nanoTime();
            environment.reset(newSeed);
            slowestNanos = Math.max(slowestNanos, System.nanoTime() - start);
            declared = environment.observationSpace().size();
            look(environment);
        } catch (Throwable e) {
            throw thrown(call, e);
        }
        leave(call);
        if (declared != observationSize) {
            throw fault(
                    Kind.WRONG_SHAPE,
                    "now declares observations of " + declared + " floats, not " + observationSize,
                    null);
        }
        checkRow();
    }

    @Override
    public Step step(float[] from, int at) {
        int place = (steps & (ACTIONS - 1)) * actionSize;
        System.arraycopy(from, at, actions, place, actionSize);
        steps++;
        interrupted = false;
        long call = enter();
        Step step;
        try {
            Environment environment = environment();
            step = (call & TIMED) == 1 ? timed(environment, place) : environment.step(actions, place);
            if (step.last()) {
                environment.observe(row, 1);
                maskIsNew = false;
            } else {
                look(environment);
            }
        } catch (Throwable e) {
            throw thrown(call, e);
        }
        leave(call);
        if (!Double.isFinite(step.reward())) {
            throw fault(Kind.NOT_FINITE, "gave the reward " + step.reward(), null);
        }
        checkRow();
        if (steps >= settings.longestEpisode() && !step.last()) {
            throw fault(
                    Kind.NEVER_DONE,
                    "has an episode of " + steps + " steps (longestEpisode is " + settings.longestEpisode()
                            + "). Maybe wrap it in a time limit",
                    null);
        }
        goodSteps++;
        return step;
    }

    @Override
    public void observe(float[] into, int at) {
        System.arraycopy(row, 1, into, at, observationSize);
    }

    @Override
    public void actionMask(boolean[] into, int at) {
        if (!masked) {
            Arrays.fill(into, at, at + actionSpace.choices(), true);
            return;
        }
        if (!maskIsNew) {
            call(environment -> {
                environment.actionMask(mask, 0);
                return true;
            });
            maskIsNew = true;
        }
        System.arraycopy(mask, 0, into, at, mask.length);
    }

    private void look(Environment environment) {
        environment.observe(row, 1);
        if (masked) {
            environment.actionMask(mask, 0);
            maskIsNew = true;
        }
    }

    private Step timed(Environment environment, int place) {
        long start = System.nanoTime();
        Step step = environment.step(actions, place);
        long took = System.nanoTime() - start;
        slowestNanos = Math.max(slowestNanos, took);
        typicalNanos = typicalNanos == 0 ? took : typicalNanos + (took - typicalNanos) / 4;
        return step;
    }

    private void checkRow() {
        if (Float.floatToRawIntBits(row[0]) != Float.floatToRawIntBits(BESIDE)
                || Float.floatToRawIntBits(row[observationSize + 1]) != Float.floatToRawIntBits(BESIDE)) {
            throw fault(Kind.WRONG_SHAPE, "wrote its observation beside its row of " + observationSize, null);
        }
        if (!observationSpace.contains(row, 1)) {
            throw badRow();
        }
        if (masked && maskIsNew && !Masks.possible(actionSpace, mask)) {
            throw fault(Kind.OUT_OF_SPACE, "allows no action", null);
        }
    }

    private EnvironmentFault badRow() {
        for (int i = 0; i < observationSize; i++) {
            if (Float.floatToRawIntBits(row[1 + i]) == Float.floatToRawIntBits(UNWRITTEN)) {
                return fault(Kind.WRONG_SHAPE, "left component " + i + " of " + observationSize + " unwritten", null);
            }
        }
        boolean finite = true;
        for (int i = 0; i < observationSize; i++) {
            finite &= Float.isFinite(row[1 + i]);
        }
        return fault(
                finite ? Kind.OUT_OF_SPACE : Kind.NOT_FINITE,
                "gave an observation outside " + brief(observationSpace.text()) + ": "
                        + observationSpace.violation(row, 1),
                null);
    }

    private static String brief(String text) {
        return text.length() <= 120 ? text : text.substring(0, 117) + "...";
    }

    private Environment environment() {
        Environment environment = inner;
        if (environment == null) {
            throw new IllegalStateException("the guard is not open.");
        }
        return environment;
    }

    private long enter() {
        long call = state + 1;
        if ((call & 1) == 0) {
            throw new IllegalStateException(label + " " + number
                    + " is in use by another thread, or was given up. Maybe two threads share it.");
        }
        owner = Thread.currentThread();
        STATE.setRelease(this, call);
        return call;
    }

    private void leave(long call) {
        if (!STATE.compareAndSet(this, call, call + 1)) {
            leaveLate(call);
        }
    }

    private synchronized void leaveLate(long call) {
        if (state == ABANDONED) {
            throw new AbandonedCall(label + " " + number + " returned after it was given up");
        }
        // The watchdog has interrupted this thread; the call came back after all.
        Thread.interrupted();
        interrupted = true;
        state = call + 1;
    }

    private EnvironmentFault thrown(long call, Throwable e) {
        leave(call);
        if (e instanceof VirtualMachineError error && !(e instanceof StackOverflowError)) {
            throw error;
        }
        String threw = "threw " + e;
        return interrupted
                ? fault(Kind.HANG, "did not return in time and, interrupted, " + threw, e)
                : fault(Kind.EXCEPTION, threw, e);
    }

    private EnvironmentFault fault(Kind kind, String what, @Nullable Throwable cause) {
        EnvironmentFault made = new EnvironmentFault(kind, label, number, seed, steps, what, lastActions(), cause);
        fault = made;
        return made;
    }

    /** The last actions, oldest first, as "[1.0] [0.0]". */
    private String lastActions() {
        StringBuilder text = new StringBuilder();
        for (int t = Math.max(0, steps - ACTIONS); t < steps; t++) {
            int place = (t & (ACTIONS - 1)) * actionSize;
            text.append(text.isEmpty() ? "" : " ")
                    .append(Arrays.toString(Arrays.copyOfRange(actions, place, place + Math.min(actionSize, 16))));
        }
        return text.toString();
    }

    // What the watchdog does, on its own thread.

    /** The state as another thread may see it; whoever sees it sees all that was written before. */
    long watch() {
        return (long) STATE.getAcquire(this) & ~INTERRUPTED;
    }

    static boolean inside(long state) {
        return (state & 1) != 0 && state > 0;
    }

    synchronized @Nullable Thread owner() {
        return owner;
    }

    /** Interrupts the thread, if it is still in that call. */
    synchronized void interrupt(long call) {
        Thread thread = owner;
        if (thread != null && STATE.compareAndSet(this, call, call | INTERRUPTED)) {
            thread.interrupt();
        }
    }

    /** Gives the call up, if the thread is still in it; it can never again write anything that matters. */
    synchronized @Nullable EnvironmentFault abandon(long call, String what) {
        if (!STATE.compareAndSet(this, call | INTERRUPTED, ABANDONED)) {
            return null;
        }
        return fault(Kind.HANG, what, null);
    }

    int number() {
        return number;
    }

    boolean abandoned() {
        return state == ABANDONED;
    }

    /** What it did wrong last. */
    @Nullable
    EnvironmentFault fault() {
        return fault;
    }

    /** Environment steps that went well since the last call of this method. */
    long takeGoodSteps() {
        long taken = goodSteps;
        goodSteps = 0;
        return taken;
    }

    long typicalNanos() {
        return typicalNanos;
    }

    long slowestNanos() {
        return slowestNanos;
    }

    EnvironmentFault unexpected(Throwable cause) {
        return fault(Kind.EXCEPTION, "failed: " + cause, cause);
    }

    EnvironmentFault slow(String what) {
        return new EnvironmentFault(Kind.SLOW, label, number, seed, steps, what, "", null);
    }

    // The rest of the environment.

    @Override
    public Space observationSpace() {
        return observationSpace;
    }

    @Override
    public Space actionSpace() {
        return actionSpace;
    }

    @Override
    public boolean masksActions() {
        return masked;
    }

    @Override
    public boolean reportsSuccess() {
        return reportsSuccess;
    }

    @Override
    public boolean success() {
        return call(Environment::success);
    }

    @Override
    public void episodeMetrics(MetricSink sink) {
        Map<String, Double> figures = new LinkedHashMap<>();
        call(environment -> {
            environment.episodeMetrics(figures::put);
            return true;
        });
        figures.forEach(sink::put);
    }

    @Override
    public String render() {
        return call(Environment::render);
    }

    @Override
    public @Nullable Stateful memory() {
        Stateful memory = environment().memory();
        return memory == null ? null : new Memory(memory);
    }

    @Override
    public void close() {
        watchdog.forget(this);
        Environment environment = inner;
        if (environment != null && state != ABANDONED) {
            watchdog.close(environment);
        }
    }

    private <T> T call(Call<T> what) {
        long call = enter();
        T result;
        try {
            result = what.of(environment());
        } catch (Throwable e) {
            throw thrown(call, e);
        }
        leave(call);
        return result;
    }

    private interface Call<T> {
        T of(Environment environment);
    }

    /** An environment's own state, with the guard's. */
    private final class Memory implements Stateful {
        private final Stateful memory;

        Memory(Stateful memory) {
            this.memory = memory;
        }

        @Override
        public void save(State into) {
            into.put("guard", new long[] {seed, steps});
            call(environment -> {
                memory.save(into);
                return true;
            });
        }

        @Override
        public void load(State from) {
            long[] saved = from.longs("guard");
            row[0] = BESIDE;
            row[observationSize + 1] = BESIDE;
            call(environment -> {
                memory.load(from);
                look(environment);
                return true;
            });
            seed = saved[0];
            steps = (int) saved[1];
            checkRow();
        }
    }
}
