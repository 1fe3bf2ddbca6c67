package io.espalier.algorithms.offpolicy;

import io.espalier.algorithms.parts.SequenceReplay;
import io.espalier.algorithms.parts.ShardedUpdate;
import io.espalier.core.Cores;
import io.espalier.core.MetricSink;
import io.espalier.core.RandomStream;
import io.espalier.core.Rollout;
import io.espalier.core.Seeds;
import io.espalier.core.State;
import io.espalier.nn.Gradients;
import io.espalier.nn.Network;
import io.espalier.nn.OptimizerSpec;
import io.espalier.nn.Weights;
import io.espalier.policy.ActionHead;
import io.espalier.policy.Policy;
import io.espalier.policy.RolloutLearner;
import io.espalier.policy.TaskSpec;

/** The learner of {@link R2d2}: keep the rollout, move the target when it is due, then learn from sequences. */
final class R2d2Learner implements RolloutLearner {
    private final R2d2.Settings settings;
    private final TaskSpec task;
    private final Network network;
    private final Network target;
    private final SequenceReplay replay;
    private final SequenceDifference loss;
    private final ShardedUpdate update;
    private final RandomStream random;
    private Policy policy;

    private double lossSum;
    private double valueSum;
    private double errorSum;
    private double normSum;
    private double seen;
    private int made;

    R2d2Learner(R2d2.Settings settings, TaskSpec task, Policy initial, Seeds seeds, Cores cores) {
        this.settings = settings;
        this.task = task;
        this.policy = initial;
        network = initial.network(1);
        target = initial.network(1);
        Rollout like = new Rollout(
                settings.rolloutSteps(),
                settings.environments(),
                task.observationSpace(),
                task.actionSpace(),
                task.masked(),
                initial.stateSize());
        replay = new SequenceReplay(settings.bufferSize(), like);
        loss = new SequenceDifference(settings, replay, network, target, task.observationSpace());
        update = new ShardedUpdate(
                network,
                OptimizerSpec.adam().create(network.parameterCount()),
                settings.batch() * settings.unrolled(),
                settings.unrolled(),
                settings.gradientNorm(),
                loss,
                cores);
        random = seeds.child("replay").stream();
    }

    @Override
    public void update(Rollout rollout, MetricSink metrics) {
        replay.add(rollout);
        long before = rollout.environmentStepsBefore;
        long after = before + rollout.rows();
        moveTarget(after / settings.targetInterval() - before / settings.targetInterval());
        double rate = settings.learningRate().at(task.progress(before));
        long skipped = update.skipped();
        lossSum = 0;
        valueSum = 0;
        errorSum = 0;
        normSum = 0;
        seen = 0;
        made = 0;
        if (after > settings.learningStarts() && replay.beginnings(settings.unrolled()) > 0) {
            for (int i = 0; i < settings.gradientSteps(); i++) {
                learn(rate);
            }
        }
        double epsilon = settings.exploration(task, after);
        publish(policy.weights().version() + 1, epsilon);
        metrics.put("exploration/epsilon", epsilon);
        metrics.put("replay/size", replay.size());
        metrics.put("update/skipped", (double) (update.skipped() - skipped));
        metrics.put("update/learning-rate", rate);
        if (made > 0) {
            metrics.put("loss/value", lossSum / seen);
            metrics.put("loss/td-error", errorSum / seen);
            metrics.put("value/mean", valueSum / seen);
            metrics.put("update/gradient-norm", normSum / made);
        }
    }

    private void moveTarget(long times) {
        if (times > 0) {
            Gradients.moveTowards(target.parameters(), network.parameters(), 1, 0, target.parameterCount());
            target.parametersChanged();
        }
    }

    private void learn(double rate) {
        replay.draw(random, settings.unrolled(), loss.sequences());
        int count = loss.prepare();
        if (count == 0) {
            return;
        }
        update.gradients(settings.batch() * settings.unrolled());
        if (update.apply(rate)) {
            lossSum += update.figure(SequenceDifference.LOSS);
            valueSum += update.figure(SequenceDifference.VALUE);
            errorSum += update.figure(SequenceDifference.ERROR);
            normSum += update.gradientNorm();
            seen += count;
            made++;
        }
    }

    private void publish(long version, double epsilon) {
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
        into.put("target", target.parameters());
        replay.save(into.child("replay"));
        long[] stream = new long[3];
        random.save(stream, 0);
        into.put("random", stream);
        into.putLong("version", policy.weights().version());
        into.putDouble("epsilon", ((ActionHead.EpsilonGreedy) policy.head()).epsilon());
    }

    @Override
    public void load(State from) {
        update.load(from.child("update"));
        int count = target.parameterCount();
        System.arraycopy(from.floats("target", count), 0, target.parameters(), 0, count);
        target.parametersChanged();
        replay.load(from.child("replay"));
        random.load(from.longs("random"), 0);
        publish(from.getLong("version"), from.getDouble("epsilon"));
    }
}
