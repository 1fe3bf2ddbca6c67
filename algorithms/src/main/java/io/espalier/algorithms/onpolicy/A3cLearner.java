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

/** The learner of {@link A3c}: a gradient update for each environment, on what that one lived through, in their order. */
final class A3cLearner implements RolloutLearner {
    private final A3c.Settings settings;
    private final TaskSpec task;
    private final Network network;
    private final ShardedUpdate update;
    private final OnPolicyBatch batch;
    private final PolicyGradient loss;
    private final RewardNormalizer rewards;
    private final Publication publication;
    private final int[] rows;
    private final int[] own;

    private double seen;
    private double done;
    private double policyLoss;
    private double valueLoss;
    private double entropy;
    private double ratio;
    private double norm;

    A3cLearner(A3c.Settings settings, TaskSpec task, Policy initial, Cores cores) {
        this.settings = settings;
        this.task = task;
        rows = new int[settings.environments() * settings.rolloutSteps()];
        own = new int[settings.rolloutSteps()];
        network = initial.network(1);
        rewards = new RewardNormalizer(settings.gamma(), settings.environments());
        publication = new Publication(initial, settings.normalizeObservations());
        batch = new OnPolicyBatch(
                task, rows.length, initial, settings.gamma(), 1, settings.normalizeRewards() ? rewards : null, cores);
        ActionCounts counts = ActionCounts.of(task.actionSpace());
        loss = new PolicyGradient(
                settings.valueCoefficient(), settings.entropyCoefficient(), network, counts, own.length);
        loss.importance(settings.rhoBar());
        update = new ShardedUpdate(
                network,
                OptimizerSpec.parse(settings.optimizer()).create(network.parameterCount()),
                own.length,
                settings.gradientNorm(),
                loss,
                cores);
    }

    @Override
    public void update(Rollout rollout, MetricSink metrics) {
        double rate = settings.learningRate().at(task.progress(rollout.environmentStepsBefore));
        batch.take(rollout, publication.policy());
        int all = batch.rows(rows);
        long skipped = update.skipped();
        clearFigures();
        for (int environment = 0; environment < rollout.environments; environment++) {
            int count = own(environment, all);
            if (count > 0) {
                boolean scaled = settings.normalizeAdvantages();
                loss.rows(batch.inputs(), rollout, batch.advantages(), batch.returns(), own, count, scaled);
                update.gradients(count);
                if (update.apply(rate)) {
                    addFigures(count);
                }
            }
        }
        publication.publish(rollout, network);
        metrics.put("update/skipped", (double) (update.skipped() - skipped));
        metrics.put("update/learning-rate", rate);
        metrics.put("value/explained-variance", batch.explainedVariance());
        if (seen > 0) {
            metrics.put("loss/policy", policyLoss / seen);
            metrics.put("loss/value", valueLoss / seen);
            metrics.put("policy/entropy", entropy / seen);
            metrics.put("policy/ratio", ratio / seen);
            metrics.put("update/gradient-norm", norm / done);
        }
    }

    /** Gathers the rows of one environment, and returns how many they are. */
    private int own(int environment, int all) {
        int count = 0;
        for (int i = 0; i < all; i++) {
            if (rows[i] % settings.environments() == environment) {
                own[count++] = rows[i];
            }
        }
        return count;
    }

    private void clearFigures() {
        seen = 0;
        done = 0;
        policyLoss = 0;
        valueLoss = 0;
        entropy = 0;
        ratio = 0;
        norm = 0;
    }

    private void addFigures(int count) {
        seen += count;
        done++;
        policyLoss += update.figure(PolicyGradient.POLICY);
        valueLoss += update.figure(PolicyGradient.VALUE);
        entropy += update.figure(PolicyGradient.ENTROPY);
        ratio += update.figure(PolicyGradient.RATIO);
        norm += update.gradientNorm();
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
