package io.espalier.algorithms.offpolicy;

import io.espalier.algorithms.parts.Critics;
import io.espalier.algorithms.parts.ShardedUpdate;
import io.espalier.core.Cores;
import io.espalier.core.MetricSink;
import io.espalier.core.RandomStream;
import io.espalier.core.ReplayBuffer;
import io.espalier.core.ReplayMemory;
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

/** The learner of {@link Td3} and {@link Ddpg}: the values step in every update, policy and targets in every d-th. */
final class DeterministicLearner implements RolloutLearner {
    private final Td3.Settings settings;
    private final TaskSpec task;
    private final Network actor;
    private final Network actorTarget;
    private final ReplayMemory memory;
    private final ReplayBuffer.Batch batch;
    private final DeterministicPolicy policyLoss;
    private final Critics critics;
    private final ShardedUpdate actorUpdate;
    private final ShardedUpdate criticUpdate;
    private final RandomStream random;
    private Policy policy;

    private double lossSum;
    private double valueSum;
    private int made;

    /**
     * @param values how many values: 2 for TD3, 1 for DDPG
     */
    DeterministicLearner(Td3.Settings settings, int values, TaskSpec task, Policy initial, Seeds seeds, Cores cores) {
        this.settings = settings;
        this.task = task;
        this.policy = initial;
        actor = initial.network(1);
        actorTarget = initial.network(1);
        memory = cores.replay().memory(settings.memory(task));
        batch = memory.batch(settings.batch());
        RandomStream initialization = seeds.child("critics").stream();
        critics = new Critics(task, settings.trunk(), values, memory, batch, initialization);
        policyLoss = new DeterministicPolicy(
                actor, actorTarget, batch, critics, settings.targetNoise(), settings.targetNoiseClip());
        critics.nextActions(policyLoss::next);
        actorUpdate = update(actor, policyLoss, cores);
        criticUpdate = update(critics.network(), critics, cores);
        random = seeds.child("replay").stream();
    }

    private ShardedUpdate update(Network network, ShardedUpdate.Loss loss, Cores cores) {
        return new ShardedUpdate(
                network,
                OptimizerSpec.adam().create(network.parameterCount()),
                settings.batch(),
                settings.gradientNorm(),
                loss,
                cores);
    }

    @Override
    public void update(Rollout rollout, MetricSink metrics) {
        memory.add(rollout);
        long before = rollout.environmentStepsBefore;
        long after = before + rollout.rows();
        double rate = settings.learningRate().at(task.progress(before));
        long skipped = actorUpdate.skipped() + criticUpdate.skipped();
        lossSum = 0;
        valueSum = 0;
        made = 0;
        if (after > settings.learningStarts() && memory.size() > 0) {
            int updates = settings.gradientSteps() < 0 ? rollout.rows() : settings.gradientSteps();
            for (int i = 0; i < updates; i++) {
                learn(rate);
            }
        }
        double noise = settings.exploration(task, after);
        publish(policy.weights().version() + 1, noise);
        metrics.put("replay/size", memory.size());
        metrics.put("exploration/noise", noise);
        metrics.put("update/learning-rate", rate);
        metrics.put("update/skipped", (double) (actorUpdate.skipped() + criticUpdate.skipped() - skipped));
        if (made > 0) {
            double rows = (double) made * batch.rows;
            metrics.put("loss/value", lossSum / rows);
            metrics.put("value/mean", valueSum / rows);
        }
    }

    private void learn(double rate) {
        if (!memory.draw(random, 0, batch)) {
            return;
        }
        policyLoss.begin(random);
        criticUpdate.gradients(batch.rows);
        if (!criticUpdate.apply(rate)) {
            return;
        }
        lossSum += criticUpdate.figure(Critics.LOSS);
        valueSum += criticUpdate.figure(Critics.VALUE);
        made++;
        if (criticUpdate.updates() % settings.policyDelay() == 0) {
            actorUpdate.gradients(batch.rows);
            actorUpdate.apply(rate);
            critics.moveTarget(settings.targetRate());
            policyLoss.moveTarget(settings.targetRate());
        }
    }

    private void publish(long version, double noise) {
        Weights weights = Weights.copyOf(version, actor.parameters());
        policy = policy.with(weights, policy.normalizer(), new ActionHead.SquashedDeterministic(noise));
    }

    @Override
    public Policy policy() {
        return policy;
    }

    /** Updates of the values. */
    @Override
    public long updates() {
        return criticUpdate.updates();
    }

    @Override
    public void save(State into) {
        actorUpdate.save(into.child("policy"));
        criticUpdate.save(into.child("critics"));
        into.put("target", critics.target());
        into.put("policy-target", actorTarget.parameters());
        memory.save(into.child("replay"));
        long[] stream = new long[3];
        random.save(stream, 0);
        into.put("random", stream);
        into.putLong("version", policy.weights().version());
        into.putDouble("noise", ((ActionHead.SquashedDeterministic) policy.head()).noise());
    }

    @Override
    public void load(State from) {
        actorUpdate.load(from.child("policy"));
        criticUpdate.load(from.child("critics"));
        critics.copy(from.floats("target", critics.target().length));
        int count = actorTarget.parameterCount();
        System.arraycopy(from.floats("policy-target", count), 0, actorTarget.parameters(), 0, count);
        actorTarget.parametersChanged();
        memory.load(from.child("replay"));
        random.load(from.longs("random"), 0);
        publish(from.getLong("version"), from.getDouble("noise"));
    }
}
