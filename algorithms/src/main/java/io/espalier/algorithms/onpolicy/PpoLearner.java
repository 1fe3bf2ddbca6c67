package io.espalier.algorithms.onpolicy;

import io.espalier.algorithms.parts.ActionCounts;
import io.espalier.algorithms.parts.Minibatches;
import io.espalier.algorithms.parts.OnPolicyBatch;
import io.espalier.algorithms.parts.Publication;
import io.espalier.algorithms.parts.RewardNormalizer;
import io.espalier.algorithms.parts.ShardedUpdate;
import io.espalier.core.Cores;
import io.espalier.core.MetricSink;
import io.espalier.core.Rollout;
import io.espalier.core.Seeds;
import io.espalier.core.State;
import io.espalier.nn.Network;
import io.espalier.nn.OptimizerSpec;
import io.espalier.policy.Policy;
import io.espalier.policy.RolloutLearner;
import io.espalier.policy.TaskSpec;

/** The learner of {@link Ppo}: lines 5 and 6 of the paper's Algorithm 1. */
final class PpoLearner implements RolloutLearner {
    private final Ppo.Settings settings;
    private final TaskSpec task;
    private final Network network;
    private final ShardedUpdate update;
    private final OnPolicyBatch batch;
    private final ClippedObjective objective;
    private final Minibatches minibatches;
    private final RewardNormalizer rewards;
    private final Publication publication;
    private double rateFactor = 1;

    private double seen;
    private double policyLoss;
    private double valueLoss;
    private double entropy;
    private double clipped;
    private double kl;
    private double epochKl;
    private double norm;
    private int minibatchesDone;

    PpoLearner(Ppo.Settings settings, TaskSpec task, Policy initial, Seeds seeds, Cores cores) {
        this.settings = settings;
        this.task = task;
        int rows = settings.environments() * settings.rolloutSteps();
        int most = rows / settings.minibatches();
        network = initial.network(1);
        rewards = new RewardNormalizer(settings.gamma(), settings.environments());
        publication = new Publication(initial, settings.normalizeObservations());
        batch = new OnPolicyBatch(
                task,
                rows,
                initial,
                settings.gamma(),
                settings.lambda(),
                settings.normalizeRewards() ? rewards : null,
                cores);
        objective = new ClippedObjective(settings, batch, network, ActionCounts.of(task.actionSpace()), most);
        update = new ShardedUpdate(
                network,
                new OptimizerSpec.Adam(0.9, 0.999, 1e-5).create(network.parameterCount()),
                most,
                settings.gradientNorm(),
                objective,
                cores);
        minibatches = new Minibatches(rows, seeds.child("minibatches").stream());
    }

    @Override
    public void update(Rollout rollout, MetricSink metrics) {
        double progress = task.progress(rollout.environmentStepsBefore);
        double rate = settings.learningRate().at(progress) * rateFactor;
        objective.clip(settings.clip().at(progress));
        batch.take(rollout, publication.policy());
        batch.fill(minibatches);
        long skipped = update.skipped();
        clearFigures();
        boolean stopped = false;
        for (int epoch = 0; epoch < settings.epochs() && !stopped; epoch++) {
            stopped = epoch(rate);
        }
        update.settle();
        if (settings.klTarget() > 0 && epochKl > 2 * settings.klTarget()) {
            rateFactor = Math.max(1e-2, rateFactor / 1.5);
        } else if (settings.klTarget() > 0 && epochKl < settings.klTarget() / 2) {
            rateFactor = Math.min(1e2, rateFactor * 1.5);
        }
        publication.publish(rollout, network);
        report(metrics, rate, update.skipped() - skipped);
    }

    /** Goes through the rollout once; returns whether the policy has moved far enough for this round. */
    private boolean epoch(double rate) {
        minibatches.shuffle();
        double klBefore = kl;
        double seenBefore = seen;
        for (int m = 0; m < settings.minibatches(); m++) {
            int from = minibatches.start(m, settings.minibatches());
            int to = minibatches.start(m + 1, settings.minibatches());
            if (from == to) {
                continue;
            }
            objective.minibatch(minibatches.rows(), from, to);
            update.gradients(to - from);
            double divergence = update.figure(ClippedObjective.KL);
            if (settings.klStop() > 0 && divergence > 1.5 * settings.klStop() * (to - from)) {
                return true;
            }
            if (update.applyNext(rate)) {
                seen += to - from;
                policyLoss += update.figure(ClippedObjective.POLICY);
                valueLoss += update.figure(ClippedObjective.VALUE);
                entropy += update.figure(ClippedObjective.ENTROPY);
                clipped += update.figure(ClippedObjective.CLIPPED);
                kl += divergence;
                norm += update.gradientNorm();
                minibatchesDone++;
            }
        }
        epochKl = seen > seenBefore ? (kl - klBefore) / (seen - seenBefore) : 0;
        return false;
    }

    private void clearFigures() {
        seen = 0;
        policyLoss = 0;
        valueLoss = 0;
        entropy = 0;
        clipped = 0;
        kl = 0;
        epochKl = 0;
        norm = 0;
        minibatchesDone = 0;
    }

    private void report(MetricSink metrics, double rate, long skipped) {
        metrics.put("update/skipped", (double) skipped);
        metrics.put("update/learning-rate", rate);
        metrics.put("value/explained-variance", batch.explainedVariance());
        if (minibatchesDone > 0) {
            metrics.put("loss/policy", policyLoss / seen);
            metrics.put("loss/value", valueLoss / seen);
            metrics.put("policy/entropy", entropy / seen);
            metrics.put("policy/kl", kl / seen);
            metrics.put("policy/clip-fraction", clipped / seen);
            metrics.put("update/gradient-norm", norm / minibatchesDone);
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
        minibatches.save(into.child("minibatches"));
        rewards.save(into.child("rewards"));
        publication.save(into);
        into.put("rate-factor", new double[] {rateFactor});
    }

    @Override
    public void load(State from) {
        update.load(from.child("update"));
        minibatches.load(from.child("minibatches"));
        rewards.load(from.child("rewards"));
        publication.load(from, network);
        rateFactor = from.getDouble("rate-factor");
    }
}
