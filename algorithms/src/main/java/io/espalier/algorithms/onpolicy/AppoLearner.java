package io.espalier.algorithms.onpolicy;

import io.espalier.algorithms.parts.ActionCounts;
import io.espalier.algorithms.parts.Minibatches;
import io.espalier.algorithms.parts.OnPolicyBatch;
import io.espalier.algorithms.parts.Publication;
import io.espalier.algorithms.parts.RewardNormalizer;
import io.espalier.algorithms.parts.RolloutEvaluation;
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

/**
 * The learner of {@link Appo}: in each epoch V-trace towards the target policy, then minibatches of the clipped objective.
 */
final class AppoLearner implements RolloutLearner {
    private final Appo.Settings settings;
    private final TaskSpec task;
    private final Network network;
    private final Network target;
    private final ShardedUpdate update;
    private final OnPolicyBatch batch;
    private final RolloutEvaluation now;
    private final RolloutEvaluation then;
    private final ClippedObjective objective;
    private final Minibatches minibatches;
    private final RewardNormalizer rewards;
    private final Publication publication;
    private final float[] reference;
    private final ClippedFigures figures;
    private long rounds;

    AppoLearner(Appo.Settings settings, TaskSpec task, Policy initial, Seeds seeds, Cores cores) {
        this.settings = settings;
        this.task = task;
        int rows = settings.environments() * settings.rolloutSteps();
        int most = (rows + settings.minibatches() - 1) / settings.minibatches();
        network = initial.network(1);
        target = initial.network(1);
        reference = new float[rows];
        rewards = new RewardNormalizer(settings.gamma(), settings.environments());
        batch = new OnPolicyBatch(
                task,
                rows,
                initial,
                settings.gamma(),
                settings.lambda(),
                settings.normalizeRewards() ? rewards : null,
                cores);
        ActionCounts counts = ActionCounts.of(task.actionSpace());
        now = new RolloutEvaluation(batch, network, counts, rows, cores);
        then = new RolloutEvaluation(batch, target, counts, rows, cores);
        objective = new ClippedObjective(
                settings.valueCoefficient(),
                settings.entropyCoefficient(),
                0,
                settings.normalizeAdvantages(),
                batch,
                network,
                counts,
                most);
        objective.reference(reference);
        update = new ShardedUpdate(
                network,
                OptimizerSpec.parse(settings.optimizer()).create(network.parameterCount()),
                most,
                settings.gradientNorm(),
                objective,
                cores);
        figures = new ClippedFigures(update);
        minibatches = new Minibatches(rows, seeds.child("minibatches").stream());
        publication = new Publication(initial, settings.normalizeObservations());
    }

    @Override
    public void update(Rollout rollout, MetricSink metrics) {
        double progress = task.progress(rollout.environmentStepsBefore);
        double rate = settings.learningRate().at(progress);
        objective.clip(settings.clip().at(progress));
        batch.take(rollout, publication.policy());
        figures.begin();
        then.evaluate();
        refer(rollout);
        for (int epoch = 0; epoch < settings.epochs(); epoch++) {
            now.evaluate();
            batch.correct(then.logProbabilities(), now, settings.lambda(), settings.rhoBar(), settings.cBar());
            batch.fill(minibatches);
            epoch(rate);
        }
        if (++rounds % settings.targetInterval() == 0) {
            copy(network.parameters());
        }
        publication.publish(rollout, network);
        figures.report(metrics, rate, batch.explainedVariance());
    }

    /**
     * The policy from which the surrogate measures: its ratio is min(limit, μ/π′) · π/μ, which is π over the larger of π′
     * and μ/limit.
     */
    private void refer(Rollout rollout) {
        float less = (float) StrictMath.log(settings.ratioLimit());
        for (int row = 0; row < reference.length; row++) {
            reference[row] = Math.max(then.logProbabilities()[row], rollout.logProbabilities[row] - less);
        }
    }

    private void epoch(double rate) {
        minibatches.shuffle();
        for (int m = 0; m < settings.minibatches(); m++) {
            int from = minibatches.start(m, settings.minibatches());
            int to = minibatches.start(m + 1, settings.minibatches());
            if (from == to) {
                continue;
            }
            objective.minibatch(minibatches.rows(), from, to);
            update.gradients(to - from);
            if (update.applyNext(rate)) {
                figures.add(to - from);
            }
        }
        update.settle();
    }

    private void copy(float[] parameters) {
        System.arraycopy(parameters, 0, target.parameters(), 0, parameters.length);
        target.parametersChanged();
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
        into.put("target", target.parameters());
        into.putLong("rounds", rounds);
    }

    @Override
    public void load(State from) {
        update.load(from.child("update"));
        minibatches.load(from.child("minibatches"));
        rewards.load(from.child("rewards"));
        publication.load(from, network);
        copy(from.floats("target", network.parameterCount()));
        rounds = from.getLong("rounds");
    }
}
