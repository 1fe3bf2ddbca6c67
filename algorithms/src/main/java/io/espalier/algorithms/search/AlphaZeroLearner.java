package io.espalier.algorithms.search;

import io.espalier.algorithms.parts.ShardedUpdate;
import io.espalier.core.Cores;
import io.espalier.core.MetricSink;
import io.espalier.core.RandomStream;
import io.espalier.core.Seeds;
import io.espalier.core.State;
import io.espalier.nn.Network;
import io.espalier.nn.OptimizerSpec;
import io.espalier.nn.Weights;
import io.espalier.policy.EpisodeLearner;
import io.espalier.policy.Policy;
import io.espalier.policy.TaskSpec;
import java.util.List;

/** The learner of {@link AlphaZero}: remembers the newest positions and fits the network to random ones of them. */
final class AlphaZeroLearner implements EpisodeLearner {
    private final AlphaZero.Settings settings;
    private final TaskSpec task;
    private final Network network;
    private final PositionBuffer buffer;
    private final PositionLoss loss;
    private final ShardedUpdate update;
    private final RandomStream random;
    private final int[] rows;
    private Policy policy;
    private long round;
    private long moves;

    AlphaZeroLearner(AlphaZero.Settings settings, TaskSpec task, Policy initial, Seeds seeds, Cores cores) {
        this.settings = settings;
        this.task = task;
        policy = initial;
        network = initial.network(1);
        buffer = new PositionBuffer(
                settings.bufferPositions(),
                task.observationSpace().size(),
                task.actionSpace().choices());
        rows = new int[settings.batchSize()];
        loss = new PositionLoss(buffer, settings.valueCoefficient(), network, rows.length);
        update = new ShardedUpdate(
                network,
                OptimizerSpec.parse(settings.optimizer()).create(network.parameterCount()),
                rows.length,
                settings.gradientNorm(),
                loss,
                cores);
        random = seeds.child("minibatches").stream();
    }

    @Override
    public int plays() {
        return settings.plays();
    }

    @Override
    public State round() {
        State announced = new State();
        announced.put("parameters", network.parameters());
        announced.putLong("round", round);
        return announced;
    }

    @Override
    public void update(List<State> results, MetricSink metrics) {
        double rate = settings.learningRate().at(task.progress(moves));
        long[] games = new long[5];
        int positions = 0;
        for (State result : results) {
            long[] own = result.longs("games");
            for (int i = 0; i < games.length; i++) {
                games[i] += own[i];
            }
            positions += buffer.add(result);
        }
        round++;
        moves += games[1];
        learn((int) Math.ceil(positions * settings.reuse() / rows.length), rate, metrics);
        Weights weights = Weights.copyOf(policy.weights().version() + 1, network.parameters());
        policy = policy.with(weights, policy.normalizer(), policy.head());
        metrics.put("games/moves", (double) games[1] / games[0]);
        metrics.put("games/won-by-first", (double) games[2] / games[0]);
        metrics.put("games/drawn", (double) games[3] / games[0]);
        metrics.put("update/learning-rate", rate);
    }

    private void learn(int times, double rate, MetricSink metrics) {
        double policyLoss = 0;
        double valueLoss = 0;
        double entropy = 0;
        int made = 0;
        long skipped = update.skipped();
        for (int n = 0; n < times; n++) {
            for (int i = 0; i < rows.length; i++) {
                rows[i] = random.nextInt(buffer.size());
            }
            loss.rows(rows, rows.length);
            update.gradients(rows.length);
            if (update.apply(rate)) {
                policyLoss += update.figure(PositionLoss.POLICY) / rows.length;
                valueLoss += update.figure(PositionLoss.VALUE) / rows.length;
                entropy += update.figure(PositionLoss.ENTROPY) / rows.length;
                made++;
            }
        }
        metrics.put("update/skipped", (double) (update.skipped() - skipped));
        if (made > 0) {
            metrics.put("loss/policy", policyLoss / made);
            metrics.put("loss/value", valueLoss / made);
            metrics.put("search/entropy", entropy / made);
            metrics.put("update/gradient-norm", update.gradientNorm());
        }
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
        buffer.save(into.child("buffer"));
        long[] stream = new long[3];
        random.save(stream, 0);
        into.put("random", stream);
        into.put("counts", new long[] {policy.weights().version(), round, moves});
    }

    @Override
    public void load(State from) {
        update.load(from.child("update"));
        buffer.load(from.child("buffer"));
        random.load(from.longs("random"), 0);
        long[] counts = from.longs("counts");
        round = counts[1];
        moves = counts[2];
        policy = policy.with(Weights.copyOf(counts[0], network.parameters()), policy.normalizer(), policy.head());
    }
}
