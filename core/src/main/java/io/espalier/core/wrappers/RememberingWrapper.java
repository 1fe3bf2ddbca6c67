package io.espalier.core.wrappers;

import io.espalier.core.Environment;
import io.espalier.core.EpisodeRecord;
import io.espalier.core.State;
import io.espalier.core.Stateful;
import io.espalier.core.Step;

/**
 * A wrapper whose statistics outlive episodes. Seed and actions alone do not tell its state, so it always has a
 * {@link #memory}: that of what it wraps, or else a record of what it wraps alone.
 */
abstract class RememberingWrapper extends EnvironmentWrapper {
    private final EpisodeRecord record;
    private boolean frozen;

    RememberingWrapper(Environment inner) {
        super(inner);
        record = new EpisodeRecord(inner.actionSpace().size());
    }

    /** Stops learning, as for an evaluation: from now on the same seed and actions give the same results again. */
    public final void freeze() {
        frozen = true;
    }

    /** Whether nothing is learned any more. */
    public final boolean frozen() {
        return frozen;
    }

    /** Lets what is wrapped begin an episode. */
    final void begin(long seed) {
        inner.reset(seed);
        record.begin(seed);
    }

    /** Lets what is wrapped act. */
    final Step act(float[] actions, int at) {
        Step step = inner.step(actions, at);
        record.add(actions, at);
        return step;
    }

    @Override
    public final Stateful memory() {
        Stateful deeper = inner.memory();
        return with(
                deeper != null
                        ? deeper
                        : new Stateful() {
                            @Override
                            public void save(State into) {
                                record.save(into);
                            }

                            @Override
                            public void load(State from) {
                                record.load(from);
                                record.replay(inner);
                            }
                        });
    }

    @Override
    protected void saveOwn(State into) {
        into.putLong("frozen", frozen ? 1 : 0);
    }

    @Override
    protected void loadOwn(State from) {
        frozen = from.getLong("frozen") != 0;
    }
}
