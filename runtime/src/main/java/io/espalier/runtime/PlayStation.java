package io.espalier.runtime;

import io.espalier.core.Seeds;
import io.espalier.core.State;
import io.espalier.policy.EpisodeAlgorithm;
import io.espalier.policy.Policy;
import io.espalier.policy.TaskSpec;
import io.espalier.runtime.workers.Command;
import io.espalier.runtime.workers.Message;
import io.espalier.runtime.workers.Worker;
import io.espalier.runtime.workers.WorkerContext;
import java.util.ArrayList;
import java.util.List;

/**
 * A {@link PlaySeat} beside the run, perhaps on another machine, with a watchdog of its own. For each "play" of the round
 * that it was last told of, it sends one {@link PlayReport}.
 */
final class PlayStation implements Worker {
    /** A round begins; the body is what its players must know. */
    static final String ROUND = "round";
    /** The answer to that. */
    static final String READY = "ready";
    /** Take a play; the body is its number. */
    static final String PLAY = "play";

    private final WorkerContext context;
    private final GuardSettings guard;
    private final Watchdog watchdog;
    private final PlaySeat seat;
    private final List<EnvironmentFault> faults = new ArrayList<>();
    private final List<Long> steps = new ArrayList<>();
    private State result = new State();
    private boolean played;

    PlayStation(RunPlan plan, WorkerContext context) {
        this.context = context;
        guard = plan.guard();
        if (!(plan.algorithm() instanceof EpisodeAlgorithm algorithm)) {
            throw new IllegalArgumentException(plan.algorithm().name() + " does not play episodes of its own.");
        }
        watchdog = new Watchdog(guard, context::event, (stuck, fault) -> context.giveUp(stuck));
        watchdog.start();
        EnvironmentSource source = new EnvironmentSource(
                plan.factory(), "environment", plan.environmentName(), guard, watchdog, context::event);
        TaskSpec task =
                new TaskSpec(source.observationSpace(), source.actionSpace(), source.masked(), plan.environmentSteps());
        Seeds seeds = Seeds.of(plan.seed());
        Policy initial = algorithm.policy(task, seeds.child("policy"));
        seat = new PlaySeat(
                context.number(),
                algorithm.name(),
                source,
                () -> algorithm.player(task, initial, seeds.child("player")));
    }

    @Override
    public void receive(Message message) {
        if (!(message instanceof Command command)) {
            return;
        }
        switch (command.name()) {
            case ROUND -> {
                seat.begin(command.body());
                context.send(Command.of(READY));
            }
            case PLAY -> {
                seat.take((int) command.number());
                seat.episodes.clear();
                faults.clear();
                steps.clear();
                result = new State();
                played = false;
                play();
            }
            default -> throw new IllegalArgumentException("plays do not know \"" + command.name() + "\".");
        }
    }

    @Override
    public void resume() {
        failed(seat.givenUp());
        play();
    }

    /** Whoever gives the orders judges faults; but here, too, there is an end to trying. */
    private void play() {
        while (!played && faults.size() < guard.failuresInARow()) {
            try {
                result = seat.playOnce();
                count();
                played = true;
            } catch (EnvironmentFault fault) {
                failed(fault);
            }
        }
        context.send(new PlayReport(seat.play, result, seat.episodes, steps, faults).command());
    }

    private void failed(EnvironmentFault fault) {
        count();
        seat.leave(fault);
        faults.add(fault);
    }

    private void count() {
        steps.add(seat.steps());
    }

    @Override
    public void close() {
        seat.close();
        watchdog.close();
    }
}
