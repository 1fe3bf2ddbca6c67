package io.espalier.algorithms.onpolicy;

import io.espalier.algorithms.parts.ActionCounts;
import io.espalier.algorithms.parts.OnPolicyBatch;
import io.espalier.algorithms.parts.Publication;
import io.espalier.algorithms.parts.RewardNormalizer;
import io.espalier.algorithms.parts.Sequences;
import io.espalier.algorithms.parts.ShardedUpdate;
import io.espalier.algorithms.parts.Unrolling;
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

/** The learner of {@link RecurrentPpo}: epochs of minibatches of sequences, each unrolled through time. */
final class RecurrentPpoLearner implements RolloutLearner {
    private final RecurrentPpo.Settings settings;
    private final TaskSpec task;
    private final Network network;
    private final ShardedUpdate update;
    private final OnPolicyBatch batch;
    private final ClippedObjective objective;
    private final Sequences sequences;
    private final RewardNormalizer rewards;
    private final Publication publication;
    private final ClippedFigures figures;

    RecurrentPpoLearner(RecurrentPpo.Settings settings, TaskSpec task, Policy initial, Seeds seeds, Cores cores) {
        this.settings = settings;
        this.task = task;
        int environments = settings.environments();
        int steps = settings.rolloutSteps();
        int length = settings.sequenceLength();
        int most = environments * (steps / length) / settings.minibatches();
        network = initial.network(1);
        rewards = new RewardNormalizer(settings.gamma(), environments);
        publication = new Publication(initial, settings.normalizeObservations());
        Unrolling unrolling = new Unrolling(task.observationSpace(), initial, steps, environments, length, cores);
        batch = new OnPolicyBatch(
                task,
                environments * steps,
                initial,
                settings.gamma(),
                settings.lambda(),
                settings.normalizeRewards() ? rewards : null,
                unrolling,
                cores);
        sequences =
                new Sequences(unrolling, batch, environments, length, steps, most, seeds.child("minibatches").stream());
        objective = new ClippedObjective(
                settings.valueCoefficient(),
                settings.entropyCoefficient(),
                settings.valueClip(),
                settings.normalizeAdvantages(),
                batch,
                network,
                ActionCounts.of(task.actionSpace()),
                most * length);
        update = new ShardedUpdate(
                network,
                new OptimizerSpec.Adam(0.9, 0.999, 1e-5).create(network.parameterCount()),
                most * length,
                length,
                settings.gradientNorm(),
                new ThroughTime(),
                cores);
        figures = new ClippedFigures(update);
    }

    /** The objective of PPO, on outputs that follow from each other in time. */
    private final class ThroughTime implements ShardedUpdate.Loss {
        @Override
        public void inputs(int shard, int from, int rows, float[] into) {
            objective.inputs(shard, from, rows, into);
        }

        @Override
        public void forward(Network replica, int from, int rows, float[] inputs) {
            sequences.forward(replica, from, rows, inputs);
        }

        @Override
        public void gradients(Network replica, int from, int rows, double[] figures, int at) {
            objective.gradients(replica, from, rows, figures, at);
        }
    }

    @Override
    public void update(Rollout rollout, MetricSink metrics) {
        double progress = task.progress(rollout.environmentStepsBefore);
        double rate = settings.learningRate().at(progress);
        objective.clip(settings.clip().at(progress));
        batch.take(rollout, publication.policy());
        sequences.take();
        figures.begin();
        boolean stopped = false;
        for (int epoch = 0; epoch < settings.epochs() && !stopped; epoch++) {
            stopped = epoch(rate);
        }
        publication.publish(rollout, network);
        figures.report(metrics, rate, batch.explainedVariance());
    }

    /** Goes through the rollout once; returns whether the policy has moved far enough for this round. */
    private boolean epoch(double rate) {
        sequences.shuffle();
        for (int m = 0; m < settings.minibatches(); m++) {
            sequences.minibatch(m, settings.minibatches());
            int count = sequences.learnedCount();
            if (count == 0) {
                continue;
            }
            objective.minibatch(sequences.rows(), 0, sequences.learned(), 0, count);
            update.gradients(sequences.rowCount());
            if (settings.klStop() > 0 && update.figure(ClippedObjective.KL) > 1.5 * settings.klStop() * count) {
                return true;
            }
            if (update.apply(rate)) {
                figures.add(count);
            }
        }
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
        sequences.save(into.child("sequences"));
        rewards.save(into.child("rewards"));
        publication.save(into);
    }

    @Override
    public void load(State from) {
        update.load(from.child("update"));
        sequences.load(from.child("sequences"));
        rewards.load(from.child("rewards"));
        publication.load(from, network);
    }
}
