package io.espalier.core.wrappers;

import io.espalier.core.Canvas;
import io.espalier.core.Environment;
import io.espalier.core.MetricSink;
import io.espalier.core.Space;
import io.espalier.core.State;
import io.espalier.core.Stateful;
import io.espalier.core.Step;
import org.jspecify.annotations.Nullable;

/**
 * An environment around another one. Everything is passed on; a wrapper overrides what it changes.
 *
 * <p>A wrapper that remembers something within an episode overrides {@link #saveOwn} and {@link #loadOwn} too.
 */
public abstract class EnvironmentWrapper implements Environment {
    /** What is wrapped. */
    protected final Environment inner;

    /** Wraps an environment, whose closing becomes the wrapper's task. */
    protected EnvironmentWrapper(Environment inner) {
        this.inner = inner;
    }

    /** What is wrapped. */
    public final Environment inner() {
        return inner;
    }

    @Override
    public Space observationSpace() {
        return inner.observationSpace();
    }

    @Override
    public Space actionSpace() {
        return inner.actionSpace();
    }

    @Override
    public void reset(long seed) {
        inner.reset(seed);
    }

    @Override
    public Step step(float[] actions, int at) {
        return inner.step(actions, at);
    }

    @Override
    public void observe(float[] into, int at) {
        inner.observe(into, at);
    }

    @Override
    public boolean masksActions() {
        return inner.masksActions();
    }

    @Override
    public void actionMask(boolean[] into, int at) {
        inner.actionMask(into, at);
    }

    @Override
    public boolean reportsSuccess() {
        return inner.reportsSuccess();
    }

    @Override
    public boolean success() {
        return inner.success();
    }

    @Override
    public void episodeMetrics(MetricSink sink) {
        inner.episodeMetrics(sink);
    }

    @Override
    public String render() {
        return inner.render();
    }

    @Override
    public void draw(Canvas canvas) {
        inner.draw(canvas);
    }

    @Override
    public void close() {
        inner.close();
    }

    /** The memory of what is wrapped together with {@link #saveOwn}; null if what is wrapped has none. */
    @Override
    public @Nullable Stateful memory() {
        Stateful deeper = inner.memory();
        return deeper == null ? null : with(deeper);
    }

    /** A memory made of that one and of this wrapper's own part. */
    final Stateful with(Stateful deeper) {
        return new Stateful() {
            @Override
            public void save(State into) {
                deeper.save(into.child("inner"));
                saveOwn(into);
            }

            @Override
            public void load(State from) {
                deeper.load(from.child("inner"));
                loadOwn(from);
            }
        };
    }

    /** Writes what this wrapper itself remembers; nothing unless overridden. */
    protected void saveOwn(State into) {}

    /** Becomes what {@link #saveOwn} wrote. */
    protected void loadOwn(State from) {}
}
