package io.espalier.testkit;

import io.espalier.core.CopyableEnvironment;
import io.espalier.core.Cores;
import io.espalier.core.Environment;
import io.espalier.core.MetricSink;
import io.espalier.core.Seeds;
import io.espalier.core.State;
import io.espalier.core.Step;
import io.espalier.core.wrappers.EnvironmentWrapper;
import io.espalier.policy.EpisodeAlgorithm;
import io.espalier.policy.EpisodeLearner;
import io.espalier.policy.Player;
import io.espalier.policy.Policy;
import io.espalier.policy.TaskSpec;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The smallest loop in which an algorithm learns from episodes of its own: no guard, no files. As
 * {@link SerialTraining}, it is there for contracts and for readers.
 */
public final class SerialEpisodes {
    private final Supplier<? extends Environment> factory;
    private final TaskSpec task;
    private final Cores cores;
    private final EpisodeLearner learner;
    private final Supplier<Player> players;
    private final Player[] seated;
    private final Counted[] environments;

    /**
     * @param factory makes environments
     * @param environmentSteps the run's budget
     * @param seed decides everything
     * @param cores for the learner, and for the plays of a round: a player and an environment for each thread
     */
    public SerialEpisodes(
            EpisodeAlgorithm algorithm,
            Supplier<? extends Environment> factory,
            long environmentSteps,
            long seed,
            Cores cores) {
        this.factory = factory;
        this.cores = cores;
        environments = new Counted[cores.count()];
        for (int thread = 0; thread < environments.length; thread++) {
            environments[thread] = new Counted(factory.get());
        }
        Environment first = environments[0];
        task = new TaskSpec(first.observationSpace(), first.actionSpace(), first.masksActions(), environmentSteps);
        Seeds root = Seeds.of(seed);
        Policy policy = algorithm.policy(task, root.child("policy"));
        learner = algorithm.learner(task, policy, root.child("learner"), cores);
        players = () -> algorithm.player(task, policy, root.child("player"));
        seated = new Player[environments.length];
        for (int thread = 0; thread < seated.length; thread++) {
            seated[thread] = players.get();
        }
    }

    /** Plays the coming round. */
    public List<State> gather() {
        State round = learner.round();
        for (Player player : seated) {
            player.begin(round);
        }
        State[] results = new State[learner.plays()];
        cores.run(results.length, (number, thread) -> {
            results[number] = seated[thread].play(number, 0, environments[thread]);
        });
        return List.of(results);
    }

    /** Goes on until the budget is used up. */
    public void run() {
        while (environmentStepsTaken() < task.environmentSteps()) {
            learner.update(gather(), MetricSink.NONE);
        }
    }

    /** The learner. */
    public EpisodeLearner learner() {
        return learner;
    }

    /** Another player of this run. */
    public Player player() {
        return players.get();
    }

    /** Environment steps taken. */
    public long environmentStepsTaken() {
        long sum = 0;
        for (Counted each : environments) {
            sum += each.steps;
        }
        return sum;
    }

    /** The mean return of the newest policy, acting greedily, over episodes with seeds of their own. */
    public double evaluate(int count) {
        return GreedyEpisodes.meanReturn(learner.policy(), factory.get(), count);
    }

    private static final class Counted extends EnvironmentWrapper {
        private long steps;

        Counted(Environment inner) {
            super(inner);
        }

        @Override
        public @Nullable CopyableEnvironment searchCopy() {
            return inner.searchCopy();
        }

        @Override
        public Step step(float[] actions, int at) {
            steps++;
            return inner.step(actions, at);
        }
    }
}
