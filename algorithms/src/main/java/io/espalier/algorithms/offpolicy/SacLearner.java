package io.espalier.algorithms.offpolicy;

import io.espalier.algorithms.parts.ShardedUpdate;
import io.espalier.algorithms.parts.Temperature;
import io.espalier.core.Cores;
import io.espalier.core.MetricSink;
import io.espalier.core.RandomStream;
import io.espalier.core.ReplayBuffer;
import io.espalier.core.ReplayMemory;
import io.espalier.core.Rollout;
import io.espalier.core.Seeds;
import io.espalier.core.State;
import io.espalier.nn.Network;
import io.espalier.nn.Optimizer;
import io.espalier.nn.OptimizerSpec;
import io.espalier.nn.Weights;
import io.espalier.policy.Policy;
import io.espalier.policy.RolloutLearner;
import io.espalier.policy.TaskSpec;

/** The learner of {@link Sac} and {@link SacDiscrete}: in each update the values step, then the policy, then the temperature, then the targets. */
final class SacLearner implements RolloutLearner {
    private final SoftSettings settings;
    private final TaskSpec task;
    private final Network actor;
    private final ReplayMemory memory;
    private final ReplayBuffer.Batch batch;
    private final SoftLosses losses;
    private final ShardedUpdate actorUpdate;
    private final ShardedUpdate criticUpdate;
    private final RandomStream random;
    private final Temperature temperature;
    private Policy policy;

    private double lossSum;
    private double valueSum;
    private double entropySum;
    private int made;

    SacLearner(SoftSettings settings, TaskSpec task, Policy initial, Seeds seeds, Cores cores, SoftLosses.Maker maker) {
        this.settings = settings;
        this.task = task;
        this.policy = initial;
        actor = initial.network(1);
        memory = cores.replay().memory(settings.memory(task));
        batch = memory.batch(settings.batch());
        RandomStream initialization = seeds.child("critics").stream();
        losses = maker.of(actor, memory, batch, initialization);
        actorUpdate = update(actor, losses.policy(), cores);
        criticUpdate = update(losses.network(), losses.values(), cores);
        random = seeds.child("replay").stream();
        temperature = new Temperature(settings.temperature(), settings.automaticTemperature());
    }

    private ShardedUpdate update(Network network, ShardedUpdate.Loss loss, Cores cores) {
        Optimizer optimizer = OptimizerSpec.adam().create(network.parameterCount());
        return new ShardedUpdate(network, optimizer, settings.batch(), settings.gradientNorm(), loss, cores);
    }

    @Override
    public void update(Rollout rollout, MetricSink metrics) {
        memory.add(rollout);
        long before = rollout.environmentStepsBefore;
        double rate = settings.learningRate().at(task.progress(before));
        long skipped = actorUpdate.skipped() + criticUpdate.skipped();
        lossSum = 0;
        valueSum = 0;
        entropySum = 0;
        made = 0;
        if (before + rollout.rows() > settings.learningStarts() && memory.size() > 0) {
            int updates = settings.gradientSteps() < 0 ? rollout.rows() : settings.gradientSteps();
            for (int i = 0; i < updates; i++) {
                learn(rate);
            }
        }
        publish(policy.weights().version() + 1);
        metrics.put("replay/size", memory.size());
        metrics.put("policy/temperature", temperature.value());
        metrics.put("update/learning-rate", rate);
        metrics.put("update/skipped", (double) (actorUpdate.skipped() + criticUpdate.skipped() - skipped));
        if (made > 0) {
            double rows = (double) made * batch.rows;
            metrics.put("loss/value", lossSum / rows);
            metrics.put("value/mean", valueSum / rows);
            metrics.put("policy/entropy", entropySum / rows);
        }
    }

    private void learn(double rate) {
        if (!memory.draw(random, 0, batch)) {
            return;
        }
        losses.begin(random, temperature.value());
        criticUpdate.gradients(batch.rows);
        if (!criticUpdate.apply(rate)) {
            return;
        }
        actorUpdate.gradients(batch.rows);
        if (actorUpdate.apply(rate)) {
            double entropy = losses.entropy(actorUpdate);
            temperature.adapt(entropy / batch.rows, losses.wantedEntropy(actorUpdate), rate);
            lossSum += criticUpdate.figure(SoftLosses.LOSS);
            valueSum += criticUpdate.figure(SoftLosses.VALUE);
            entropySum += entropy;
            made++;
        }
        losses.moveTarget(settings.targetRate());
    }

    private void publish(long version) {
        policy = policy.with(Weights.copyOf(version, actor.parameters()), policy.normalizer(), policy.head());
    }

    @Override
    public Policy policy() {
        return policy;
    }

    @Override
    public long updates() {
        return actorUpdate.updates();
    }

    @Override
    public void save(State into) {
        actorUpdate.save(into.child("policy"));
        criticUpdate.save(into.child("critics"));
        into.put("target", losses.target());
        memory.save(into.child("replay"));
        temperature.save(into);
        long[] stream = new long[3];
        random.save(stream, 0);
        into.put("random", stream);
        into.putLong("version", policy.weights().version());
    }

    @Override
    public void load(State from) {
        actorUpdate.load(from.child("policy"));
        criticUpdate.load(from.child("critics"));
        losses.copy(from.floats("target", losses.target().length));
        memory.load(from.child("replay"));
        temperature.load(from);
        random.load(from.longs("random"), 0);
        publish(from.getLong("version"));
    }
}
