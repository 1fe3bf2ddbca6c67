package io.espalier.runtime;

import io.espalier.core.MetricSink;
import io.espalier.core.Seeds;
import io.espalier.core.State;
import io.espalier.policy.EpisodeAlgorithm;
import io.espalier.policy.Learner;
import io.espalier.policy.Player;
import io.espalier.policy.Policy;
import io.espalier.policy.TaskSpec;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Gathers by plays: each task is a seat with a player and an environment of its own, which takes the next play until
 * none is left, for plays differ in length. What a play comes to depends on its number, and results are kept by it; so
 * it does not matter who takes which. An environment that fails is replaced, and its play begun again.
 */
final class EpisodeGathering implements Gathering {
    private final PlayRounds rounds;
    private final PlaySeat[] seats;
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
        Seeds seeds = Seeds.of(plan.seed());
        rounds = new PlayRounds(algorithm, parts, seeds);
        Supplier<Player> players = () -> algorithm.player(task, rounds.initial(), seeds.child("player"));
        faults = rounds.faults();
        seats = new PlaySeat[plan.threads()];
        for (int s = 0; s < seats.length; s++) {
            seats[s] = new PlaySeat(s, algorithm.name(), parts.source(), players);
        }
    }

    @Override
    public Learner learner() {
        return rounds.learner();
    }

    @Override
    public int tasks() {
        return Math.min(seats.length, results.length);
    }

    @Override
    public void begin(Policy policy, long environmentSteps) {
        int plays = rounds.begin();
        round = rounds.learner().round();
        results = new State[plays];
        steps = new long[plays];
        takers = new int[plays];
        next.set(0);
        for (PlaySeat seat : seats) {
            seat.begin(round);
        }
    }

    @Override
    public void run(int index, int thread) {
        seats[index].take(next.getAndIncrement());
        playOn(seats[index]);
    }

    @Override
    public void resume(int index, int thread) {
        failed(seats[index], seats[index].givenUp());
        playOn(seats[index]);
    }

    private void playOn(PlaySeat seat) {
        while (seat.play < results.length) {
            try {
                results[seat.play] = seat.playOnce();
                takers[seat.play] = seat.number;
                count(seat);
                seat.take(next.getAndIncrement());
            } catch (EnvironmentFault fault) {
                failed(seat, fault);
            }
        }
    }

    private void failed(PlaySeat seat, EnvironmentFault fault) {
        count(seat);
        seat.leave(fault);
        faults.add(seat.play, seat.attempt, fault);
    }

    private void count(PlaySeat seat) {
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
        rounds.learn(List.of(results), taken, metrics);
        results = new State[0];
        return taken;
    }

    @Override
    public long faults() {
        return faults.count();
    }

    @Override
    public void save(State into, boolean settled) {
        rounds.save(into, settled);
    }

    @Override
    public void load(State from) {
        rounds.load(from);
    }

    @Override
    public void close() {
        for (PlaySeat seat : seats) {
            seat.close();
        }
    }
}
