package io.espalier.runtime;

import io.espalier.core.MetricSink;
import io.espalier.core.Seeds;
import io.espalier.core.State;
import io.espalier.policy.EpisodeAlgorithm;
import io.espalier.policy.Learner;
import io.espalier.policy.Policy;
import io.espalier.runtime.workers.Command;
import io.espalier.runtime.workers.WorkerPool;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Gathers by plays, as {@link EpisodeGathering} does, with workers that take them: each has two before it, and is given
 * the next one when it reports. What a lost one had before it is played by others.
 */
final class DividedPlays implements WaitingGathering {
    private static final int AHEAD = 2;

    private final PlayRounds rounds;
    private final Crew crew;
    private final WorkerPool pool;
    /** How many workers were asked for; 0 for one per processor, as nodes come. */
    private final int wanted;

    private volatile boolean changed;
    /** By worker: plays that it was asked for and has not reported. */
    private final List<Deque<Integer>> asked = new ArrayList<>();

    /** By worker: whether it knows the round. */
    private final List<Boolean> ready = new ArrayList<>();
    /** Plays that lost workers were asked for. */
    private final Deque<Integer> left = new ArrayDeque<>();

    private State round = new State();
    private @Nullable PlayReport[] reports = {};
    private int next;

    DividedPlays(EpisodeAlgorithm algorithm, GatheringParts parts, WorkerPool pool, int wanted) {
        RunPlan plan = parts.plan();
        rounds = new PlayRounds(algorithm, parts, Seeds.of(plan.seed()));
        this.pool = pool;
        this.wanted = wanted;
        if (wanted > 0) {
            plan.metrics().atMost(wanted);
        } else {
            pool.onChange(() -> changed = true);
        }
        crew = new Crew(
                pool, Crew.share(wanted), parts.events(), plan.metrics(), (number, life) -> new PlayRecipe(plan));
    }

    @Override
    public Learner learner() {
        return rounds.learner();
    }

    @Override
    public void begin(Policy policy, long environmentSteps) {
        reports = new PlayReport[rounds.begin()];
        round = rounds.learner().round();
        next = 0;
        if (crew.size() == 0 || changed) {
            changed = false;
            for (int more = wanted > 0 ? wanted : Crew.processors(pool); crew.size() < more; ) {
                crew.add();
                asked.add(new ArrayDeque<>());
                ready.add(false);
            }
        }
        Collections.fill(ready, false);
        crew.broadcast(new Command(PlayStation.ROUND, round));
    }

    /** Gives plays to those who have said that they know the round, first those that a lost one has left. */
    private void ask() {
        for (int i = 0; i < AHEAD; i++) {
            for (int worker = 0; worker < ready.size(); worker++) {
                if (ready.get(worker) && asked.get(worker).size() <= i && (next < reports.length || !left.isEmpty())) {
                    int play = left.isEmpty() ? next++ : left.remove();
                    asked.get(worker).add(play);
                    crew.send(worker, Command.of(PlayStation.PLAY, play));
                }
            }
        }
    }

    @Override
    public void run(int index, int thread) {
        int missing = reports.length;
        while (missing > 0) {
            Crew.Arrival arrival = crew.take();
            int worker = arrival.worker();
            if (arrival.message() == null) {
                ready.set(worker, false);
                left.addAll(asked.get(worker));
                asked.get(worker).clear();
                crew.send(worker, new Command(PlayStation.ROUND, round));
            } else if (arrival.message() instanceof Command command) {
                if (command.name().equals(PlayStation.READY)) {
                    ready.set(worker, true);
                } else {
                    PlayReport report = PlayReport.read(command);
                    if (asked.get(worker).remove(Integer.valueOf(report.play()))) {
                        reports[report.play()] = report;
                        missing--;
                    }
                }
            }
            ask();
        }
    }

    private PlayReport report(int play) {
        PlayReport report = reports[play];
        if (report == null) {
            throw new IllegalStateException("play " + play + " was not reported.");
        }
        return report;
    }

    /** In order of plays. */
    @Override
    public void tell(EpisodeRecorder recorder) {
        long before = 0;
        for (int play = 0; play < reports.length; play++) {
            PlayReport report = report(play);
            judge(report);
            for (int i = 0; i < report.episodes().count(); i++) {
                recorder.tell(report.episodes(), i, before + report.episodes().step(i));
            }
            before += report.environmentSteps();
        }
    }

    /** Faults count in order of plays, so that the verdict does not depend on who was faster. */
    private void judge(PlayReport report) {
        PlayFaults faults = rounds.faults();
        int attempt = 0;
        for (EnvironmentFault fault : report.faults()) {
            faults.good(report.play(), report.steps().get(attempt));
            faults.add(report.play(), ++attempt, fault);
        }
        if (attempt < report.steps().size()) {
            faults.good(report.play(), report.steps().get(attempt));
        }
    }

    @Override
    public long learn(MetricSink metrics) {
        long taken = 0;
        List<State> results = new ArrayList<>();
        for (int play = 0; play < reports.length; play++) {
            taken += report(play).environmentSteps();
            results.add(report(play).result());
        }
        rounds.learn(results, taken, metrics);
        reports = new PlayReport[0];
        return taken;
    }

    @Override
    public long faults() {
        return rounds.faults().count();
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
        crew.close();
    }
}
