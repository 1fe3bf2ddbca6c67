package io.espalier.algorithms.evolution;

import io.espalier.core.MetricSink;
import io.espalier.core.Seeds;
import io.espalier.core.State;
import io.espalier.nn.Weights;
import io.espalier.policy.EpisodeLearner;
import io.espalier.policy.Policy;
import io.espalier.policy.TaskSpec;
import java.util.List;

/**
 * Goes from generation to generation: announces it, takes the returns of its candidates to a {@link Strategy}, and
 * publishes what that has made of them. A generation with a return that is no number is dropped.
 */
final class PopulationLearner implements EpisodeLearner {
    private final TaskSpec task;
    private final Strategy strategy;
    private final Seeds noise;
    private final Seeds episodes;
    private final ObservationMoments observations;
    private Policy policy;
    private long generation;
    private long updates;
    private long environmentSteps;

    /** @param normalizes whether observations are normalised by what all candidates have seen */
    PopulationLearner(TaskSpec task, Policy initial, Strategy strategy, boolean normalizes, Seeds seeds) {
        this.task = task;
        this.strategy = strategy;
        policy = initial;
        noise = seeds.child("noise");
        episodes = seeds.child("episode");
        observations = new ObservationMoments(task, normalizes);
    }

    @Override
    public int plays() {
        return strategy.plays();
    }

    @Override
    public State round() {
        State round = new State();
        round.putLong("episodes", episodes.seedOf(generation));
        observations.save(round.child("observations"));
        strategy.announce(noise.seedOf(generation), round);
        return round;
    }

    @Override
    public void update(List<State> results, MetricSink metrics) {
        int perPlay = strategy.perPlay();
        double[] returns = new double[results.size() * perPlay];
        boolean finite = true;
        for (int play = 0; play < results.size(); play++) {
            State result = results.get(play);
            environmentSteps += result.getLong("steps");
            System.arraycopy(result.doubles("returns"), 0, returns, play * perPlay, perPlay);
            finite &= finite(result);
        }
        metrics.put("update/skipped", finite ? 0 : 1);
        if (finite) {
            for (State result : results) {
                observations.merge(result.child("observations"));
            }
            tell(returns, metrics);
            strategy.learn(noise.seedOf(generation), returns, task.progress(environmentSteps), metrics);
            updates++;
        }
        generation++;
        publish(policy.weights().version() + 1);
    }

    private static boolean finite(State result) {
        for (Object value : result.entries().values()) {
            if (value instanceof double[] doubles) {
                for (double each : doubles) {
                    if (!Double.isFinite(each)) {
                        return false;
                    }
                }
            }
        }
        return true;
    }

    private static void tell(double[] returns, MetricSink metrics) {
        double best = returns[0];
        double sum = 0;
        for (double each : returns) {
            best = Math.max(best, each);
            sum += each;
        }
        metrics.put("population/best", best);
        metrics.put("population/mean", sum / returns.length);
    }

    private void publish(long version) {
        policy = policy.with(Weights.copyOf(version, strategy.parameters()), observations.normalizer(), policy.head());
    }

    @Override
    public Policy policy() {
        return policy;
    }

    @Override
    public long updates() {
        return updates;
    }

    @Override
    public void save(State into) {
        into.put("counts", new long[] {
            generation, updates, environmentSteps, policy.weights().version()
        });
        observations.save(into.child("observations"));
        strategy.save(into.child("strategy"));
    }

    @Override
    public void load(State from) {
        long[] counts = from.longs("counts");
        observations.load(from.child("observations"));
        strategy.load(from.child("strategy"));
        generation = counts[0];
        updates = counts[1];
        environmentSteps = counts[2];
        publish(counts[3]);
    }
}
