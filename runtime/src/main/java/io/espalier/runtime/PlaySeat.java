package io.espalier.runtime;

import io.espalier.core.AbandonedCall;
import io.espalier.core.State;
import io.espalier.policy.Player;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where one thread takes plays: with a player and an environment of its own, which are made anew when the environment
 * fails.
 */
final class PlaySeat {
    private final String algorithm;
    private final EnvironmentSource source;
    private final Supplier<Player> players;
    final int number;
    final Episodes episodes = new Episodes();
    private State round = new State();
    int play;
    int attempt;
    private boolean informed;
    private @Nullable Player player;
    private @Nullable EnvironmentGuard guard;
    private @Nullable PlayedEnvironment played;

    PlaySeat(int number, String algorithm, EnvironmentSource source, Supplier<Player> players) {
        this.number = number;
        this.algorithm = algorithm;
        this.source = source;
        this.players = players;
    }

    /** A new round begins. */
    void begin(State coming) {
        round = coming;
        informed = false;
        episodes.clear();
    }

    /** Turns to that play. */
    void take(int next) {
        play = next;
        attempt = 0;
    }

    State playOnce() {
        EnvironmentGuard environment = guard;
        if (environment == null) {
            environment = source.guard(number);
            guard = environment;
            source.open(environment);
        }
        environment.called(play);
        PlayedEnvironment counted = played;
        if (counted == null) {
            counted = new PlayedEnvironment(environment, episodes);
            played = counted;
        }
        counted.begin(play);
        try {
            return player().play(play, attempt, counted);
        } catch (RuntimeException e) {
            if (environment.abandoned()) {
                // The player trips over a guard that is closed for good; another thread has its seat.
                throw new AbandonedCall(algorithm + " goes on though its environment was given up");
            }
            throw e;
        }
    }

    private Player player() {
        Player now = player;
        if (now == null) {
            now = players.get();
            player = now;
            informed = false;
        }
        if (!informed) {
            now.begin(round);
            informed = true;
        }
        return now;
    }

    /** What was wrong with the environment in which the seat's thread was left behind. */
    EnvironmentFault givenUp() {
        EnvironmentFault fault = guard == null ? null : guard.fault();
        if (fault == null) {
            throw new IllegalStateException("no environment of this thread was given up.");
        }
        return fault;
    }

    /** Environment steps of this attempt. */
    long steps() {
        return played == null ? 0 : played.steps();
    }

    /** Strikes the attempt; environment and player, which stand in the middle of it, are made anew. */
    void leave(EnvironmentFault fault) {
        EnvironmentGuard failed = guard;
        if (failed != null) {
            source.report(failed, fault);
            failed.close();
        }
        if (played != null) {
            played.drop();
        }
        guard = null;
        played = null;
        player = null;
        attempt++;
    }

    void close() {
        if (guard != null) {
            guard.close();
        }
    }
}
