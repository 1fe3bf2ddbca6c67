package io.espalier.runtime;

import io.espalier.core.AbandonedCall;
import io.espalier.core.MetricSink;
import io.espalier.core.Seeds;
import io.espalier.core.State;
import io.espalier.policy.EpisodeAlgorithm;
import io.espalier.policy.EpisodeLearner;
import io.espalier.policy.Learner;
import io.espalier.policy.Player;
import io.espalier.policy.Policy;
import io.espalier.policy.TaskSpec;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Gathers by plays: each task is a seat with a player and an environment of its own, which takes the next play until
 * none is left, for plays differ in length. What a play comes to depends on its number, and results are kept by it; so
 * it does not matter who takes which. An environment that fails is replaced, and its play begun again.
 */
final class EpisodeGathering implements Gathering {
    private final String name;
    private final EnvironmentSource source;
    private final Supplier<Player> players;
    private final EpisodeLearner learner;
    private final Seat[] seats;
    private final AtomicInteger next = new AtomicInteger();
    private final PlayFaults faults;

    private State round = new State();
    private State[] results = {};
    /** By play: environment steps, those of attempts that failed among them. */
    private long[] steps = {};
    /** By play: who took it. */
    private int[] takers = {};

    EpisodeGathering(EpisodeAlgorithm algorithm, GatheringParts parts) {
        RunPlan plan = parts.plan();
        TaskSpec task = parts.task();
        name = algorithm.name();
        source = parts.source();
        Seeds seeds = Seeds.of(plan.seed());
        Policy initial = algorithm.policy(task, seeds.child("policy"));
        learner = algorithm.learner(task, initial, seeds.child("learner"), parts.cores());
        players = () -> algorithm.player(task, initial, seeds.child("player"));
        faults = new PlayFaults(source.settings());
        seats = new Seat[plan.threads()];
        for (int s = 0; s < seats.length; s++) {
            seats[s] = new Seat(s);
        }
    }

    @Override
    public Learner learner() {
        return learner;
    }

    @Override
    public int tasks() {
        return Math.min(seats.length, results.length);
    }

    @Override
    public void begin(Policy policy, long environmentSteps) {
        int plays = learner.plays();
        if (plays < 1) {
            throw new IllegalStateException(name + " announces a round of " + plays + " plays; at least 1 is needed.");
        }
        round = learner.round();
        results = new State[plays];
        steps = new long[plays];
        takers = new int[plays];
        faults.plays(plays);
        next.set(0);
        for (Seat seat : seats) {
            seat.begin();
        }
    }

    @Override
    public void run(int index, int thread) {
        seats[index].take();
        playOn(seats[index]);
    }

    @Override
    public void resume(int index, int thread) {
        failed(seats[index], seats[index].givenUp());
        playOn(seats[index]);
    }

    private void playOn(Seat seat) {
        while (seat.play < results.length) {
            try {
                results[seat.play] = seat.playOnce();
                takers[seat.play] = seat.number;
                count(seat);
                seat.take();
            } catch (EnvironmentFault fault) {
                failed(seat, fault);
            }
        }
    }

    private void failed(Seat seat, EnvironmentFault fault) {
        count(seat);
        seat.leave(fault);
        faults.add(seat.play, seat.attempt, fault);
    }

    private void count(Seat seat) {
        long taken = seat.steps();
        steps[seat.play] += taken;
        faults.good(seat.play, taken);
    }

    /** In order of plays. */
    @Override
    public void tell(EpisodeRecorder recorder) {
        int[] at = new int[seats.length];
        long before = 0;
        for (int play = 0; play < results.length; play++) {
            int s = takers[play];
            Episodes of = seats[s].episodes;
            while (at[s] < of.count() && of.environment(at[s]) == play) {
                recorder.tell(of, at[s], before + of.step(at[s]));
                at[s]++;
            }
            before += steps[play];
        }
    }

    @Override
    public long learn(MetricSink metrics) {
        long taken = 0;
        for (long each : steps) {
            taken += each;
        }
        if (taken == 0) {
            throw new IllegalStateException("A round of " + name + " took no environment step, so its budget will never"
                    + " be used up. Maybe its player does not play on the environment that it is given.");
        }
        learner.update(List.of(results), metrics);
        results = new State[0];
        return taken;
    }

    @Override
    public long faults() {
        return faults.count();
    }

    /** Plays begin anew with each round: a round that is dropped will be played again as it was. */
    @Override
    public void save(State into, boolean settled) {
        if (settled) {
            faults.save(into);
        }
    }

    @Override
    public void load(State from) {
        faults.load(from);
    }

    @Override
    public void close() {
        for (Seat seat : seats) {
            seat.close();
        }
    }

    /** Where one thread plays. */
    private final class Seat {
        final int number;
        final Episodes episodes = new Episodes();
        int play;
        int attempt;
        private boolean informed;
        private @Nullable Player player;
        private @Nullable EnvironmentGuard guard;
        private @Nullable PlayedEnvironment played;

        Seat(int number) {
            this.number = number;
        }

        void begin() {
            informed = false;
            episodes.clear();
        }

        void take() {
            play = next.getAndIncrement();
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
                    throw new AbandonedCall(name + " goes on though its environment was given up");
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
}
