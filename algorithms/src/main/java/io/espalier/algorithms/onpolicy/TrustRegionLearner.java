package io.espalier.algorithms.onpolicy;

import io.espalier.algorithms.parts.ActionCounts;
import io.espalier.algorithms.parts.Minibatches;
import io.espalier.algorithms.parts.NetworkPart;
import io.espalier.algorithms.parts.OnPolicyBatch;
import io.espalier.algorithms.parts.Publication;
import io.espalier.algorithms.parts.RewardNormalizer;
import io.espalier.algorithms.parts.ShardedUpdate;
import io.espalier.core.Cores;
import io.espalier.core.MetricSink;
import io.espalier.core.Rollout;
import io.espalier.core.Seeds;
import io.espalier.core.State;
import io.espalier.nn.Gradients;
import io.espalier.nn.Network;
import io.espalier.nn.OptimizerSpec;
import io.espalier.policy.Policy;
import io.espalier.policy.RolloutLearner;
import io.espalier.policy.TaskSpec;

/**
 * The learner of {@link Trpo} and {@link Npg}: one step of the policy, then several updates of the value. Policy and value
 * are trained as networks of their own, and published as the one network of a policy.
 */
final class TrustRegionLearner implements RolloutLearner {
    private final Trpo.Settings settings;
    private final boolean searches;
    private final TaskSpec task;
    private final Network whole;
    private final NetworkPart actor;
    private final NetworkPart critic;
    private final TrustRegion region;
    private final ValueRegression regression;
    private final ShardedUpdate fit;
    private final OnPolicyBatch batch;
    private final Minibatches minibatches;
    private final RewardNormalizer rewards;
    private final Publication publication;
    private final int[] rows;
    private long steps;
    private long failures;

    private double accepted;
    private double divergence;

    /**
     * @param settings how it learns
     * @param searches whether a step is shortened until it keeps the limit and gains; else it is taken as it is
     */
    TrustRegionLearner(
            Trpo.Settings settings, boolean searches, TaskSpec task, Policy initial, Seeds seeds, Cores cores) {
        this.settings = settings;
        this.searches = searches;
        this.task = task;
        rows = new int[settings.environments() * settings.rolloutSteps()];
        int most = (rows.length + settings.valueMinibatches() - 1) / settings.valueMinibatches();
        whole = initial.network(1);
        actor = new NetworkPart(whole, "policy", "logStd");
        critic = new NetworkPart(whole, "value");
        rewards = new RewardNormalizer(settings.gamma(), settings.environments());
        batch = new OnPolicyBatch(
                task,
                rows.length,
                initial,
                settings.gamma(),
                settings.lambda(),
                settings.normalizeRewards() ? rewards : null,
                cores);
        region = new TrustRegion(
                actor.network(),
                batch,
                ActionCounts.of(task.actionSpace()),
                rows.length,
                settings.conjugateGradientSteps(),
                settings.damping(),
                cores);
        regression = new ValueRegression(batch.inputSize(), batch.inputs(), batch.returns());
        fit = new ShardedUpdate(
                critic.network(),
                new OptimizerSpec.Adam(0.9, 0.999, 1e-5).create(critic.network().parameterCount()),
                most,
                0,
                regression,
                cores);
        minibatches = new Minibatches(rows.length, seeds.child("minibatches").stream());
        publication = new Publication(initial, settings.normalizeObservations());
    }

    @Override
    public void update(Rollout rollout, MetricSink metrics) {
        batch.take(rollout, publication.policy());
        long skipped = fit.skipped() + failures;
        int count = batch.rows(rows);
        accepted = 0;
        divergence = 0;
        if (count > 0) {
            improve(count, metrics);
            fitValues(metrics);
        }
        actor.toWhole();
        critic.toWhole();
        publication.publish(rollout, whole);
        metrics.put("value/explained-variance", batch.explainedVariance());
        metrics.put("update/accepted", accepted);
        metrics.put("policy/kl", divergence);
        metrics.put("update/skipped", (double) (fit.skipped() + failures - skipped));
    }

    /** One step of the policy, if there is one that may be taken. */
    private void improve(int count, MetricSink metrics) {
        region.begin(rows, count, settings.normalizeAdvantages());
        double before = region.surrogate();
        double entropy = region.entropy();
        double norm = Gradients.squaredNorm(region.gradient(), 0, region.gradient().length);
        if (norm == 0) { // nothing to choose, or nothing better than anything else
            metrics.put("policy/entropy", entropy);
            metrics.put("update/gradient-norm", 0);
            return;
        }
        double step =
                Double.isFinite(before) && Double.isFinite(norm) ? region.direction(settings.klLimit()) : Double.NaN;
        if (Double.isNaN(step)) {
            failures++;
            return;
        }
        double share = 1;
        for (int i = 0; i < settings.lineSearchSteps() && accepted == 0; i++) {
            region.move(share * step);
            divergence = region.divergence();
            boolean gains = region.surrogate() > before && divergence <= settings.klLimit();
            boolean sound = Double.isFinite(region.surrogate()) && Double.isFinite(divergence);
            if (searches ? gains : sound) {
                accepted = share;
                steps++;
            }
            share *= settings.lineSearchFactor();
        }
        if (accepted == 0) {
            region.back();
            divergence = 0;
        } else {
            metrics.put("loss/policy", -region.surrogate());
        }
        metrics.put("policy/entropy", entropy);
        metrics.put("update/gradient-norm", StrictMath.sqrt(norm));
        metrics.put("update/residual", region.residual());
    }

    private void fitValues(MetricSink metrics) {
        double rate = settings.valueLearningRate().at(task.progress(batch.rollout().environmentStepsBefore));
        batch.fill(minibatches);
        double squares = 0;
        double seen = 0;
        for (int epoch = 0; epoch < settings.valueEpochs(); epoch++) {
            minibatches.shuffle();
            for (int m = 0; m < settings.valueMinibatches(); m++) {
                int from = minibatches.start(m, settings.valueMinibatches());
                int to = minibatches.start(m + 1, settings.valueMinibatches());
                if (from == to) {
                    continue;
                }
                regression.minibatch(minibatches.rows(), from, to);
                fit.gradients(to - from);
                if (fit.apply(rate)) {
                    squares += fit.figure(ValueRegression.VALUE);
                    seen += to - from;
                }
            }
        }
        if (seen > 0) {
            metrics.put("loss/value", squares / seen);
        }
        metrics.put("update/learning-rate", rate);
    }

    @Override
    public Policy policy() {
        return publication.policy();
    }

    @Override
    public long updates() {
        return steps + fit.updates();
    }

    @Override
    public void save(State into) {
        into.put("actor", actor.network().parameters());
        fit.save(into.child("value"));
        minibatches.save(into.child("minibatches"));
        rewards.save(into.child("rewards"));
        publication.save(into);
        into.put("counts", new long[] {steps, failures});
    }

    @Override
    public void load(State from) {
        float[] parameters = actor.network().parameters();
        System.arraycopy(from.floats("actor", parameters.length), 0, parameters, 0, parameters.length);
        actor.network().parametersChanged();
        fit.load(from.child("value"));
        minibatches.load(from.child("minibatches"));
        rewards.load(from.child("rewards"));
        actor.toWhole();
        critic.toWhole();
        publication.load(from, whole);
        long[] counts = from.longs("counts");
        steps = counts[0];
        failures = counts[1];
    }
}
