package io.espalier.algorithms.offpolicy;

import io.espalier.algorithms.parts.Minibatches;
import io.espalier.algorithms.parts.ShardedUpdate;
import io.espalier.core.Cores;
import io.espalier.core.MetricSink;
import io.espalier.core.Rollout;
import io.espalier.core.Seeds;
import io.espalier.core.State;
import io.espalier.nn.Network;
import io.espalier.nn.OptimizerSpec;
import io.espalier.nn.Weights;
import io.espalier.policy.ActionHead;
import io.espalier.policy.Policy;
import io.espalier.policy.RolloutLearner;
import io.espalier.policy.TaskSpec;

/** The learner of {@link Pqn}: targets of the whole block, then some epochs of minibatches. */
final class PqnLearner implements RolloutLearner {
    private final Pqn.Settings settings;
    private final TaskSpec task;
    private final Network network;
    private final QLambda loss;
    private final ShardedUpdate update;
    private final Minibatches minibatches;
    private Policy policy;
    private double epsilon;

    PqnLearner(Pqn.Settings settings, TaskSpec task, Policy initial, Seeds seeds, Cores cores) {
        this.settings = settings;
        this.task = task;
        this.policy = initial;
        epsilon = settings.epsilon().at(0);
        int rows = settings.environments() * settings.rolloutSteps();
        network = initial.network(1);
        loss = new QLambda(task, network, rows, settings.gamma(), settings.lambda(), cores);
        update = new ShardedUpdate(
                network,
                OptimizerSpec.adam().create(network.parameterCount()),
                (rows + settings.minibatches() - 1) / settings.minibatches(),
                settings.gradientNorm(),
                loss,
                cores);
        minibatches = new Minibatches(rows, seeds.child("minibatches").stream());
    }

    @Override
    public void update(Rollout rollout, MetricSink metrics) {
        double rate = settings.learningRate().at(task.progress(rollout.environmentStepsBefore));
        loss.take(rollout, minibatches);
        long skipped = update.skipped();
        double lossSum = 0;
        double valueSum = 0;
        double normSum = 0;
        long seen = 0;
        int made = 0;
        for (int m = 0; m < settings.epochs() * settings.minibatches(); m++) {
            int part = m % settings.minibatches();
            if (part == 0) {
                minibatches.shuffle();
            }
            int from = minibatches.start(part, settings.minibatches());
            int to = minibatches.start(part + 1, settings.minibatches());
            if (from == to) {
                continue;
            }
            loss.minibatch(minibatches.rows(), from, to);
            update.gradients(to - from);
            if (update.apply(rate)) {
                lossSum += update.figure(QLambda.LOSS);
                valueSum += update.figure(QLambda.VALUE);
                normSum += update.gradientNorm();
                seen += to - from;
                made++;
            }
        }
        epsilon = settings.epsilon().at(task.progress(rollout.environmentStepsBefore + rollout.rows()));
        publish(policy.weights().version() + 1);
        metrics.put("exploration/epsilon", epsilon);
        metrics.put("update/skipped", (double) (update.skipped() - skipped));
        metrics.put("update/learning-rate", rate);
        if (made > 0) {
            metrics.put("loss/value", lossSum / seen);
            metrics.put("value/mean", valueSum / seen);
            metrics.put("update/gradient-norm", normSum / made);
        }
    }

    private void publish(long version) {
        Weights weights = Weights.copyOf(version, network.parameters());
        policy = policy.with(weights, policy.normalizer(), new ActionHead.EpsilonGreedy(epsilon));
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
        minibatches.save(into.child("minibatches"));
        into.putLong("version", policy.weights().version());
        into.putDouble("epsilon", epsilon);
    }

    @Override
    public void load(State from) {
        update.load(from.child("update"));
        minibatches.load(from.child("minibatches"));
        epsilon = from.getDouble("epsilon");
        publish(from.getLong("version"));
    }
}
