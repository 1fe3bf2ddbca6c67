package io.espalier.algorithms.offpolicy;

import io.espalier.algorithms.parts.ShardedUpdate;
import io.espalier.core.Cores;
import io.espalier.core.MetricSink;
import io.espalier.core.RandomStream;
import io.espalier.core.ReplayBuffer;
import io.espalier.core.ReplayMemory;
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
import java.util.function.DoubleFunction;

/**
 * The learner of all that teach values of discrete actions from replayed transitions, and differ in the loss and the head:
 * store, move the target when it is due, then make the round's gradient updates. Where the network has noise, both it and
 * the target get new noise for each update, and those who act for each policy that is published.
 */
final class ReplayLearner implements RolloutLearner {
    private final ReplaySettings settings;
    private final TaskSpec task;
    private final Network network;
    private final Network target;
    private final ReplayMemory memory;
    private final ReplayBuffer.Batch batch;
    private final ValueLoss loss;
    private final ShardedUpdate update;
    private final RandomStream random;
    private final DoubleFunction<ActionHead> heads;
    private Policy policy;
    private final RandomStream noise;
    private final boolean noisy;
    private double epsilon;
    private long noiseSeed;

    private double lossSum;
    private double valueSum;
    private double errorSum;
    private double normSum;
    private int made;

    /**
     * @param maker makes the loss
     * @param heads the action head for a share of random actions
     */
    ReplayLearner(
            ReplaySettings settings,
            TaskSpec task,
            Policy initial,
            Seeds seeds,
            Cores cores,
            ValueLoss.Maker maker,
            DoubleFunction<ActionHead> heads) {
        this.settings = settings;
        this.task = task;
        this.policy = initial;
        this.heads = heads;
        epsilon = settings.exploration(task, 0);
        noise = seeds.child("noise").stream();
        network = initial.network(1);
        target = initial.network(1);
        noisy = network.noisy();
        noiseSeed = initial.head() instanceof ActionHead.Noisy drawn ? drawn.seed() : 0;
        memory = cores.replay().memory(settings.memory(task));
        batch = memory.batch(settings.batch());
        int actions = task.actionSpace().choices();
        loss = maker.of(new NextValues(
                task.observationSpace(),
                actions,
                memory,
                batch,
                network,
                target,
                settings.doubleTargets(),
                ShardedUpdate.places(network, batch.rows, cores)));
        update = new ShardedUpdate(
                network,
                OptimizerSpec.adam(settings.adamEpsilon()).create(network.parameterCount()),
                settings.batch(),
                settings.gradientNorm(),
                loss,
                cores);
        random = seeds.child("replay").stream();
    }

    @Override
    public void update(Rollout rollout, MetricSink metrics) {
        memory.add(rollout);
        long before = rollout.environmentStepsBefore;
        long after = before + rollout.rows();
        moveTarget(after / settings.targetInterval() - before / settings.targetInterval());
        double progress = task.progress(before);
        long skipped = update.skipped();
        lossSum = 0;
        valueSum = 0;
        errorSum = 0;
        normSum = 0;
        made = 0;
        if (after > settings.learningStarts() && memory.size() > 0) {
            int updates = settings.gradientSteps() < 0 ? rollout.rows() : settings.gradientSteps();
            for (int i = 0; i < updates; i++) {
                learn(progress);
            }
        }
        epsilon = settings.exploration(task, after);
        noiseSeed = noise.nextLong();
        publish(policy.weights().version() + 1);
        metrics.put("exploration/epsilon", epsilon);
        metrics.put("replay/size", memory.size());
        metrics.put("update/skipped", (double) (update.skipped() - skipped));
        metrics.put("update/learning-rate", settings.learningRate().at(progress));
        if (made > 0) {
            double rows = (double) made * batch.rows;
            metrics.put("loss/value", lossSum / rows);
            metrics.put("loss/td-error", errorSum / rows);
            metrics.put("value/mean", valueSum / rows);
            metrics.put("update/gradient-norm", normSum / made);
        }
    }

    /** θ̄ ← θ̄ + τ·(θ − θ̄), as often as it is due; k times are once with 1 − (1 − τ)ᵏ. */
    private void moveTarget(long times) {
        if (times > 0) {
            double rate = settings.targetRate();
            float whole = (float) (rate == 1 ? 1 : 1 - StrictMath.pow(1 - rate, (double) times));
            Gradients.moveTowards(target.parameters(), network.parameters(), whole, 0, target.parameterCount());
            target.parametersChanged();
        }
    }

    private void learn(double progress) {
        if (!memory.draw(random, settings.importanceExponent().at(progress), batch)) {
            return;
        }
        if (noisy) {
            network.drawNoise(noise);
            target.drawNoise(noise);
        }
        update.gradients(batch.rows);
        if (update.apply(settings.learningRate().at(progress))) {
            lossSum += update.figure(ValueLoss.LOSS);
            valueSum += update.figure(ValueLoss.VALUE);
            errorSum += update.figure(ValueLoss.ERROR);
            normSum += update.gradientNorm();
            made++;
            memory.update(batch, loss.errors());
        }
    }

    private void publish(long version) {
        Weights weights = Weights.copyOf(version, network.parameters());
        ActionHead head = heads.apply(epsilon);
        policy = policy.with(weights, policy.normalizer(), noisy ? new ActionHead.Noisy(head, noiseSeed) : head);
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
        memory.save(into.child("replay"));
        long[] stream = new long[3];
        random.save(stream, 0);
        into.put("random", stream);
        long[] noiseStream = new long[3];
        noise.save(noiseStream, 0);
        into.put("noise", noiseStream);
        into.putLong("noise-seed", noiseSeed);
        into.putLong("version", policy.weights().version());
        into.putDouble("epsilon", epsilon);
    }

    @Override
    public void load(State from) {
        update.load(from.child("update"));
        int count = target.parameterCount();
        System.arraycopy(from.floats("target", count), 0, target.parameters(), 0, count);
        target.parametersChanged();
        memory.load(from.child("replay"));
        random.load(from.longs("random"), 0);
        noise.load(from.longs("noise"), 0);
        noiseSeed = from.getLong("noise-seed");
        epsilon = from.getDouble("epsilon");
        publish(from.getLong("version"));
    }
}
