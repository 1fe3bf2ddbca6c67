package io.espalier.runtime;

import io.espalier.core.Canvas;
import io.espalier.core.CopyableEnvironment;
import io.espalier.core.Discrete;
import io.espalier.core.Environment;
import io.espalier.core.MetricSink;
import io.espalier.core.Space;
import io.espalier.core.State;
import io.espalier.core.Stateful;
import io.espalier.core.Step;
import io.espalier.runtime.EnvironmentFault.Kind;
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
    private static final int ACTIONS = 8;
    /** Every 64th call is timed. */
    private static final long TIMED = 127;
    /** Every eighth reset is timed. */
    private static final int TIMED_RESETS = 7;

    private final String label;
    private int number;
    private final Supplier<Environment> factory;
    private final GuardSettings settings;
    private final Watchdog watchdog;

    private @Nullable Environment inner;
    private Space observationSpace = new Discrete(1);
    private Space actionSpace = observationSpace;
    private boolean masked;
    private boolean reportsSuccess;
    private int actionSize;
    private ObservationRow row = new ObservationRow(observationSpace);
    private boolean[] mask = {};
    private float[] actions = {};
    private long seed;
    private int steps;
    private int resets;
    private boolean maskIsNew;
    private long goodSteps;
    private @Nullable EnvironmentFault fault;
    private volatile @Nullable Making making;

    /** What each call passes. */
    final CallGate gate;
    /** How long calls took. */
    final CallTimes times = new CallTimes();
    /** What the watchdog alone reads and writes. */
    final Watchdog.Sighting sighting = new Watchdog.Sighting();

    /** A guard without an environment yet: {@link #open} makes it, so that the watchdog sees a factory that hangs. */
    EnvironmentGuard(
            String label, int number, Supplier<Environment> factory, GuardSettings settings, Watchdog watchdog) {
        this.label = label;
        this.number = number;
        gate = new CallGate(label + " " + number);
        this.factory = factory;
        this.settings = settings;
        this.watchdog = watchdog;
    }

    /**
     * Makes the environment.
     *
     * @param like one whose spaces it must have; null for the first
     * @throws EnvironmentFault if the factory throws or hangs, or its environment has other spaces
     */
    void open(@Nullable Environment like) {
        watchdog.watch(this);
        Making now = new Making();
        making = now;
        now.run(this::make, "espalier-maker");
        making = null;
        if (like != null
                && !(observationSpace.equals(like.observationSpace())
                        && actionSpace.equals(like.actionSpace())
                        && masked == like.masksActions())) {
            throw fault(
                    Kind.WRONG_SHAPE,
                    "has spaces " + ObservationRow.brief(observationSpace) + " and " + ObservationRow.brief(actionSpace)
                            + (masked ? " with masks" : "") + ", the others "
                            + ObservationRow.brief(like.observationSpace()) + " and "
                            + ObservationRow.brief(like.actionSpace()) + (like.masksActions() ? " with masks" : ""),
                    null);
        }
    }

    private void make() {
        long call = gate.enter();
        try {
            Environment made = factory.get();
            inner = made;
            reportsSuccess = made.reportsSuccess();
            masked = made.masksActions();
            observationSpace = made.observationSpace();
            actionSpace = made.actionSpace();
            actionSize = actionSpace.size();
            row = new ObservationRow(observationSpace);
            mask = new boolean[masked ? actionSpace.choices() : 0];
            actions = new float[ACTIONS * actionSize];
        } catch (Throwable e) {
            throw thrown(call, e);
        }
        gate.leave(call);
    }

    @Override
    public void reset(long newSeed) {
        seed = newSeed;
        steps = 0;
        row.prepare();
        long call = gate.enter();
        int declared;
        try {
            Environment environment = environment();
            if ((resets++ & TIMED_RESETS) == 0) {
                long start = System.nanoTime();
                environment.reset(newSeed);
                times.took(System.nanoTime() - start);
            } else {
                environment.reset(newSeed);
            }
            declared = environment.observationSpace().size();
            look(environment);
        } catch (Throwable e) {
            throw thrown(call, e);
        }
        gate.leave(call);
        if (declared != observationSpace.size()) {
            throw fault(
                    Kind.WRONG_SHAPE,
                    "now declares observations of " + declared + " floats, not " + observationSpace.size(),
                    null);
        }
        checkRow();
    }

    @Override
    public Step step(float[] from, int at) {
        int place = (steps & (ACTIONS - 1)) * actionSize;
        Rows.copy(from, at, actions, place, actionSize);
        steps++;
        long call = gate.enter();
        Step step;
        try {
            Environment environment = environment();
            step = (call & TIMED) == 1 ? timed(environment, place) : environment.step(actions, place);
            if (step.last()) {
                environment.observe(row.array(), row.start());
                maskIsNew = false;
            } else {
                look(environment);
            }
        } catch (Throwable e) {
            throw thrown(call, e);
        }
        gate.leave(call);
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
        row.copyInto(into, at);
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
        environment.observe(row.array(), row.start());
        if (masked) {
            environment.actionMask(mask, 0);
            maskIsNew = true;
        }
    }

    private Step timed(Environment environment, int place) {
        long start = System.nanoTime();
        Step step = environment.step(actions, place);
        times.stepTook(System.nanoTime() - start);
        return step;
    }

    private void checkRow() {
        if (!row.good()) {
            throw fault(row.kind(), row.problem(), null);
        }
        if (masked && maskIsNew && !Masks.possible(actionSpace, mask)) {
            throw fault(Kind.OUT_OF_SPACE, "allows no action", null);
        }
    }

    private Environment environment() {
        Environment environment = inner;
        if (environment == null) {
            throw new IllegalStateException("the guard is not open.");
        }
        return environment;
    }

    private EnvironmentFault thrown(long call, Throwable e) {
        gate.leave(call);
        if (e instanceof VirtualMachineError error && !(e instanceof StackOverflowError)) {
            throw error;
        }
        String threw = "threw " + e;
        return gate.interrupted(call)
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

    /** Gives the call up; the fault to report, or null if it has come back. */
    @Nullable
    EnvironmentFault abandon(long call, String what) {
        return gate.abandon(call) ? fault(Kind.HANG, what, null) : null;
    }

    /** Lets the one who waits for the environment go on without it; false if it is made already. */
    boolean giveUpMaking(EnvironmentFault why) {
        Making now = making;
        if (now != null) {
            now.giveUp(why);
        }
        return now != null;
    }

    int number() {
        return number;
    }

    /** What its number is from now on. */
    void called(int newNumber) {
        number = newNumber;
    }

    boolean abandoned() {
        return gate.abandoned();
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

    /**
     * A copy of what is guarded, made under guard. The copy itself is bare: a search takes millions of steps in copies, so
     * nobody checks them or waits for them; what it throws surfaces at the search.
     */
    @Override
    public @Nullable CopyableEnvironment searchCopy() {
        long call = gate.enter();
        CopyableEnvironment copy;
        try {
            copy = environment().searchCopy();
        } catch (Throwable e) {
            throw thrown(call, e);
        }
        gate.leave(call);
        return copy;
    }

    @Override
    public void draw(Canvas canvas) {
        call(environment -> {
            environment.draw(canvas);
            return true;
        });
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
        if (environment != null && !gate.abandoned()) {
            watchdog.close(environment);
        }
    }

    private <T> T call(Call<T> what) {
        long call = gate.enter();
        T result;
        try {
            result = what.of(environment());
        } catch (Throwable e) {
            throw thrown(call, e);
        }
        gate.leave(call);
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
            row.prepare();
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
