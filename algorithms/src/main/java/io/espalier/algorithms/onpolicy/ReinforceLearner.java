package io.espalier.algorithms.onpolicy;

import io.espalier.algorithms.parts.ActionCounts;
import io.espalier.algorithms.parts.Episodes;
import io.espalier.algorithms.parts.ShardedUpdate;
import io.espalier.core.Cores;
import io.espalier.core.MetricSink;
import io.espalier.core.Rollout;
import io.espalier.core.State;
import io.espalier.nn.Network;
import io.espalier.nn.OptimizerSpec;
import io.espalier.nn.Weights;
import io.espalier.policy.Policy;
import io.espalier.policy.PolicySession;
import io.espalier.policy.RolloutLearner;
import io.espalier.policy.TaskSpec;
import java.util.Arrays;

/** The learner of {@link Reinforce}: waits for enough whole episodes, makes one gradient update of them, forgets them. */
final class ReinforceLearner implements RolloutLearner {
    private final Reinforce.Settings settings;
    private final TaskSpec task;
    private final Network network;
    private final PolicySession session;
    private final ShardedUpdate update;
    private final Episodes episodes;
    private final PolicyGradient loss;
    private final float[] advantages;
    private final int[] order;
    private Policy policy;

    ReinforceLearner(Reinforce.Settings settings, TaskSpec task, Policy initial, Cores cores) {
        this.settings = settings;
        this.task = task;
        this.policy = initial;
        int most = settings.mostRows();
        network = initial.network(1);
        session = initial.session(1);
        episodes = new Episodes(task, settings.environments(), settings.longestEpisode(), most, settings.gamma());
        ActionCounts counts = ActionCounts.of(task.actionSpace());
        loss = new PolicyGradient(settings.valueCoefficient(), settings.entropyCoefficient(), network, counts, most);
        update = new ShardedUpdate(
                network,
                OptimizerSpec.parse(settings.optimizer()).create(network.parameterCount()),
                most,
                settings.gradientNorm(),
                loss,
                cores);
        advantages = new float[most];
        order = new int[most];
        Arrays.setAll(order, i -> i);
    }

    @Override
    public void update(Rollout rollout, MetricSink metrics) {
        session.load(policy);
        episodes.take(rollout, session);
        double rate = settings.learningRate().at(task.progress(rollout.environmentStepsBefore));
        metrics.put("update/learning-rate", rate);
        metrics.put("episodes/rows", episodes.rows());
        metrics.put("episodes/whole", episodes.episodes());
        if (episodes.rows() >= settings.updateRows() && episodes.episodes() >= settings.updateEpisodes()) {
            learn(rate, metrics);
            episodes.clear();
        }
        Weights weights = Weights.copyOf(policy.weights().version() + 1, network.parameters());
        policy = policy.with(weights, policy.normalizer(), policy.head());
    }

    private void learn(double rate, MetricSink metrics) {
        int rows = episodes.rows();
        float[] returns = episodes.returns();
        // without a baseline the recorded values are 0
        float[] values = episodes.rollout().values;
        for (int row = 0; row < rows; row++) {
            advantages[row] = returns[row] - values[row];
        }
        boolean scaled = settings.normalizeReturns();
        loss.rows(episodes.inputs(), episodes.rollout(), advantages, returns, order, rows, scaled);
        update.gradients(rows);
        boolean updated = update.apply(rate);
        metrics.put("update/skipped", updated ? 0 : 1);
        if (updated) {
            metrics.put("loss/policy", update.figure(PolicyGradient.POLICY) / rows);
            metrics.put("loss/value", update.figure(PolicyGradient.VALUE) / rows);
            metrics.put("policy/entropy", update.figure(PolicyGradient.ENTROPY) / rows);
            metrics.put("update/gradient-norm", update.gradientNorm());
        }
    }

    @Override
    public Policy policy() {
        return policy;
    }

    @Override
    public long updates() {
        return update.updates();
    }

    @Override
    public void save(State into) {
        update.save(into.child("update"));
        episodes.save(into.child("episodes"));
        into.putLong("version", policy.weights().version());
    }

    @Override
    public void load(State from) {
        update.load(from.child("update"));
        episodes.load(from.child("episodes"));
        Weights weights = Weights.copyOf(from.getLong("version"), network.parameters());
        policy = policy.with(weights, policy.normalizer(), policy.head());
    }
}
