package io.espalier.algorithms.onpolicy;

import io.espalier.algorithms.parts.ActionCounts;
import io.espalier.algorithms.parts.OnPolicyBatch;
import io.espalier.algorithms.parts.Publication;
import io.espalier.algorithms.parts.RewardNormalizer;
import io.espalier.algorithms.parts.ShardedUpdate;
import io.espalier.core.Cores;
import io.espalier.core.MetricSink;
import io.espalier.core.Rollout;
import io.espalier.core.State;
import io.espalier.nn.Network;
import io.espalier.nn.OptimizerSpec;
import io.espalier.policy.Policy;
import io.espalier.policy.RolloutLearner;
import io.espalier.policy.TaskSpec;

/** The learner of {@link A2c}: one gradient update on each rollout, all of its rows together. */
final class A2cLearner implements RolloutLearner {
    private final A2c.Settings settings;
    private final TaskSpec task;
    private final Network network;
    private final ShardedUpdate update;
    private final OnPolicyBatch batch;
    private final PolicyGradient loss;
    private final RewardNormalizer rewards;
    private final Publication publication;
    private final int[] rows;

    A2cLearner(A2c.Settings settings, TaskSpec task, Policy initial, Cores cores) {
        this.settings = settings;
        this.task = task;
        rows = new int[settings.environments() * settings.rolloutSteps()];
        network = initial.network(1);
        rewards = new RewardNormalizer(settings.gamma(), settings.environments());
        publication = new Publication(initial, settings.normalizeObservations());
        batch = new OnPolicyBatch(
                task,
                rows.length,
                initial,
                settings.gamma(),
                settings.lambda(),
                settings.normalizeRewards() ? rewards : null,
                cores);
        ActionCounts counts = ActionCounts.of(task.actionSpace());
        loss = new PolicyGradient(
                settings.valueCoefficient(), settings.entropyCoefficient(), network, counts, rows.length);
        update = new ShardedUpdate(
                network,
                OptimizerSpec.parse(settings.optimizer()).create(network.parameterCount()),
                rows.length,
                settings.gradientNorm(),
                loss,
                cores);
    }

    @Override
    public void update(Rollout rollout, MetricSink metrics) {
        double rate = settings.learningRate().at(task.progress(rollout.environmentStepsBefore));
        batch.take(rollout, publication.policy());
        int count = batch.rows(rows);
        long skipped = update.skipped();
        boolean updated = false;
        if (count > 0) {
            boolean scaled = settings.normalizeAdvantages();
            loss.rows(batch.inputs(), rollout, batch.advantages(), batch.returns(), rows, count, scaled);
            update.gradients(count);
            updated = update.apply(rate);
        }
        publication.publish(rollout, network);
        metrics.put("update/skipped", (double) (update.skipped() - skipped));
        metrics.put("update/learning-rate", rate);
        metrics.put("value/explained-variance", batch.explainedVariance());
        if (updated) {
            metrics.put("loss/policy", update.figure(PolicyGradient.POLICY) / count);
            metrics.put("loss/value", update.figure(PolicyGradient.VALUE) / count);
            metrics.put("policy/entropy", update.figure(PolicyGradient.ENTROPY) / count);
            metrics.put("update/gradient-norm", update.gradientNorm());
        }
    }

    @Override
    public Policy policy() {
        return publication.policy();
    }

    @Override
    public long updates() {
        return update.updates();
    }

    @Override
    public void save(State into) {
        update.save(into.child("update"));
        rewards.save(into.child("rewards"));
        publication.save(into);
    }

    @Override
    public void load(State from) {
        update.load(from.child("update"));
        rewards.load(from.child("rewards"));
        publication.load(from, network);
    }
}
