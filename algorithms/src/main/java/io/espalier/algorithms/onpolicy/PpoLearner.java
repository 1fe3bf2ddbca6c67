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
    private final ClippedFigures figures;
    private double rateFactor = 1;
    private double epochKl;

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
        figures = new ClippedFigures(update);
        minibatches = new Minibatches(rows, seeds.child("minibatches").stream());
    }

    @Override
    public void update(Rollout rollout, MetricSink metrics) {
        double progress = task.progress(rollout.environmentStepsBefore);
        double rate = settings.learningRate().at(progress) * rateFactor;
        objective.clip(settings.clip().at(progress));
        batch.take(rollout, publication.policy());
        batch.fill(minibatches);
        figures.begin();
        epochKl = 0;
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
        figures.report(metrics, rate, batch.explainedVariance());
    }

    /** Goes through the rollout once; returns whether the policy has moved far enough for this round. */
    private boolean epoch(double rate) {
        minibatches.shuffle();
        double klBefore = figures.sum(ClippedObjective.KL);
        double rowsBefore = figures.rows();
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
                figures.add(to - from);
            }
        }
        double rows = figures.rows() - rowsBefore;
        epochKl = rows > 0 ? (figures.sum(ClippedObjective.KL) - klBefore) / rows : 0;
        return false;
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
