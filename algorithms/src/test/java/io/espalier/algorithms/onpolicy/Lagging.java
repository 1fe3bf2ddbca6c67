package io.espalier.algorithms.onpolicy;

import io.espalier.core.Box;
import io.espalier.core.Cores;
import io.espalier.core.Discrete;
import io.espalier.core.MetricSink;
import io.espalier.core.Rollout;
import io.espalier.core.Seeds;
import io.espalier.nn.Network;
import io.espalier.nn.Weights;
import io.espalier.policy.Policy;
import io.espalier.policy.RolloutAlgorithm;
import io.espalier.policy.RolloutLearner;
import io.espalier.policy.TaskSpec;
import java.util.Arrays;

/**
 * A learner whose policy is π = (3/4, 1/4) and v = 1 everywhere, since only the last biases are not 0, before a rollout that
 * another policy made, with equal chances: μ = ½. Gradients reach these three biases alone.
 */
final class Lagging {
    final Rollout rollout;
    final RolloutLearner learner;
    private final Policy initial;

    /** Two rows of which the first takes action 0 for a reward of 1, the second action 1 for 2 and the end. */
    Lagging(RolloutAlgorithm algorithm, int steps, int environments) {
        TaskSpec task = new TaskSpec(Box.unbounded(1), new Discrete(2), false, 100);
        Policy random = algorithm.policy(task, Seeds.of(1));
        Network network = random.network(1);
        Arrays.fill(network.parameters(), 0);
        network.parameters()[at(network, "policy.2.bias")] = (float) StrictMath.log(3);
        network.parameters()[at(network, "value.2.bias")] = 1;
        initial = random.with(Weights.copyOf(0, network.parameters()), random.normalizer(), random.head());
        learner = algorithm.learner(task, initial, Seeds.of(2), Cores.SERIAL);
        rollout = new Rollout(steps, environments, task.observationSpace(), task.actionSpace(), false);
        rollout.actions[1] = 1;
        Arrays.fill(rollout.logProbabilities, (float) StrictMath.log(0.5));
        rollout.rewards[0] = 1;
        rollout.rewards[1] = 2;
        rollout.terminated[1] = true;
    }

    private static int at(Network network, String tensor) {
        return network.tensors().stream()
                .filter(each -> each.name().equals(tensor))
                .findFirst()
                .orElseThrow()
                .offset();
    }

    /** How far an update moves the logits of actions 0 and 1 and the value. */
    double[] update(MetricSink metrics) {
        Network before = learner.policy().network(1);
        learner.update(rollout, metrics);
        Network after = learner.policy().network(1);
        int bias = at(before, "policy.2.bias");
        int value = at(before, "value.2.bias");
        double[] moved = new double[3];
        for (int i = 0; i < 2; i++) {
            moved[i] = (double) after.parameters()[bias + i] - before.parameters()[bias + i];
        }
        moved[2] = (double) after.parameters()[value] - before.parameters()[value];
        return moved;
    }
}
