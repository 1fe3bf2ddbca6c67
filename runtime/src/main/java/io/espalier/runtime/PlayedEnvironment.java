package io.espalier.runtime;

import io.espalier.core.CopyableEnvironment;
import io.espalier.core.State;
import io.espalier.core.Step;
import io.espalier.core.wrappers.EnvironmentWrapper;
import org.jspecify.annotations.Nullable;

/** What a {@link io.espalier.policy.Player} plays on: counts its environment steps, and keeps a list of its episodes. */
final class PlayedEnvironment extends EnvironmentWrapper {
    private final Episodes episodes;
    private int play;
    private int kept;
    private long steps;
    private double sum;
    private int length;

    PlayedEnvironment(EnvironmentGuard guard, Episodes episodes) {
        super(guard);
        this.episodes = episodes;
    }

    /** What follows belongs to that play. */
    void begin(int number) {
        play = number;
        kept = episodes.count();
        steps = 0;
    }

    /** Strikes the episodes of a play that failed. */
    void drop() {
        episodes.cut(kept);
    }

    /** Environment steps since the play began. */
    long steps() {
        return steps;
    }

    @Override
    public @Nullable CopyableEnvironment searchCopy() {
        return inner.searchCopy();
    }

    @Override
    public void reset(long seed) {
        sum = 0;
        length = 0;
        inner.reset(seed);
    }

    @Override
    public Step step(float[] actions, int at) {
        Step step = inner.step(actions, at);
        steps++;
        sum += step.reward();
        length++;
        if (step.last()) {
            boolean success = inner.reportsSuccess() && inner.success();
            inner.episodeMetrics((name, value) -> episodes.metric(play, name, value));
            episodes.at((int) Math.min(Integer.MAX_VALUE, steps));
            episodes.ended(play, sum, length, success);
        }
        return step;
    }

    @Override
    protected void saveOwn(State into) {
        into.putDouble("return", sum);
        into.put("episode", new long[] {length, episodes.count() - kept});
    }

    /** Who goes back in time, as a search does, has not lived through the episodes that ended since. */
    @Override
    protected void loadOwn(State from) {
        sum = from.getDouble("return");
        long[] saved = from.longs("episode");
        length = (int) saved[0];
        episodes.cut((int) Math.min(episodes.count(), kept + saved[1]));
    }
}
