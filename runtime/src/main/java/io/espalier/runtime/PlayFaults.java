package io.espalier.runtime;

import io.espalier.core.State;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The faults of the environments of each play, over all rounds; says when there are too many. A play number is used by
 * one thread at a time, and its clock is its own steps, so the verdict does not depend on threads.
 */
final class PlayFaults {
    private final GuardSettings settings;
    /** By play; null before its first fault. */
    private @Nullable FaultHistory[] histories = {};
    /** By play: environment steps that went well since the last fault. */
    private long[] good = {};

    PlayFaults(GuardSettings settings) {
        this.settings = settings;
    }

    /** The coming round has so many plays. */
    void plays(int count) {
        if (count > good.length) {
            histories = Arrays.copyOf(histories, count);
            good = Arrays.copyOf(good, count);
        }
    }

    void good(int play, long environmentSteps) {
        good[play] += environmentSteps;
    }

    /**
     * Counts a fault.
     *
     * @param attempts how often the play has failed in this round
     * @throws EnvironmentFailure if it was one too many
     */
    void add(int play, int attempts, EnvironmentFault fault) {
        FaultHistory history = histories[play];
        if (history == null) {
            history = new FaultHistory(settings);
            histories[play] = history;
        }
        history.add(fault, good[play]);
        good[play] = 0;
        int most = settings.failuresInARow();
        if (attempts >= most) {
            throw new EnvironmentFailure(
                    "Play " + play + " of a round failed " + attempts
                            + " times in a row, from different seeds (failuresInARow is " + most + "); last: "
                            + fault.getMessage(),
                    fault);
        }
    }

    /** All faults so far. */
    long count() {
        long sum = 0;
        for (FaultHistory history : histories) {
            sum += history == null ? 0 : history.faults();
        }
        return sum;
    }

    /** Writes what is known of each play that ever failed. */
    void save(State into) {
        int[] failed = new int[histories.length];
        int count = 0;
        for (int play = 0; play < histories.length; play++) {
            FaultHistory history = histories[play];
            if (history != null) {
                failed[count++] = play;
                State state = into.child("play", play);
                state.putLong("good", good[play]);
                history.save(state);
            }
        }
        into.put("failed-plays", Arrays.copyOf(failed, count));
    }

    void load(State from) {
        // A run that was cut short in the middle of a round does not say.
        int[] failed = from.has("failed-plays") ? from.ints("failed-plays") : new int[0];
        for (int play : failed) {
            plays(play + 1);
            State state = from.child("play", play);
            FaultHistory history = new FaultHistory(settings);
            history.load(state);
            histories[play] = history;
            good[play] = state.getLong("good");
        }
    }
}
