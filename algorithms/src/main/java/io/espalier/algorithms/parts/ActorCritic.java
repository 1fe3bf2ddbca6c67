package io.espalier.algorithms.parts;

import io.espalier.core.Box;
import io.espalier.core.Seeds;
import io.espalier.core.Space;
import io.espalier.nn.Initializer;
import io.espalier.nn.Network;
import io.espalier.nn.NetworkSpec;
import io.espalier.nn.Weights;
import io.espalier.policy.ActionHead;
import io.espalier.policy.Normalizer;
import io.espalier.policy.Policy;
import io.espalier.policy.TaskSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** First policies: networks with the heads that actors, critics and action values need, freshly initialised. */
public final class ActorCritic {
    private ActorCritic() {}

    /**
     * A policy that samples actions, and values states: categorical for discrete actions of any kind, a diagonal
     * Gaussian with a standard deviation that does not depend on the state for real ones. Last layers start orthogonal
     * with gain 0.01 (policy) and 1 (value), as in Stable-Baselines3.
     *
     * @param trunk what both heads stand on, in the text form of {@link NetworkSpec}
     * @param shared whether they stand on one copy of it or each on its own
     * @param logStd where the logarithm of the standard deviation starts
     */
    public static Policy policy(TaskSpec task, String trunk, boolean shared, double logStd, Seeds seeds) {
        NetworkSpec base = NetworkSpec.parse(trunk);
        NetworkSpec value = NetworkSpec.dense(1, Initializer.orthogonal(1));
        NetworkSpec.Head critic = NetworkSpec.head("value", shared ? value : base.then(value));
        return sampling(task, base, shared, List.of(critic), logStd, seeds);
    }

    /** As {@link #policy(TaskSpec, String, boolean, double, Seeds)}, but it does not value states. */
    public static Policy actor(TaskSpec task, String trunk, double logStd, Seeds seeds) {
        return sampling(task, NetworkSpec.parse(trunk), false, List.of(), logStd, seeds);
    }

    private static Policy sampling(
            TaskSpec task,
            NetworkSpec base,
            boolean shared,
            List<NetworkSpec.Head> critics,
            double logStd,
            Seeds seeds) {
        boolean real = task.actionSpace() instanceof Box;
        int outputs = real ? task.actionSpace().size() : task.actionSpace().choices();
        NetworkSpec policy = NetworkSpec.dense(outputs, Initializer.orthogonal(0.01));
        List<NetworkSpec.Head> heads = new ArrayList<>();
        heads.add(NetworkSpec.head("policy", shared ? policy : base.then(policy)));
        heads.addAll(critics);
        if (real) {
            heads.add(NetworkSpec.head("logStd", new NetworkSpec.Constant(outputs, logStd)));
        }
        NetworkSpec all = new NetworkSpec.Heads(heads);
        ActionHead head = real ? new ActionHead.DiagonalGaussian() : new ActionHead.Categorical();
        return policy(task, shared ? base.then(all) : all, head, seeds);
    }

    /**
     * The policy of a network that is initialised from {@code seeds.child("initialization")}.
     *
     * @throws IllegalArgumentException if the network has noisy layers and the head is not noisy: nobody would draw noise
     */
    public static Policy policy(TaskSpec task, NetworkSpec spec, ActionHead head, Seeds seeds) {
        if (spec.noisy() && !(head instanceof ActionHead.Noisy)) {
            throw new IllegalArgumentException(
                    "trunk (" + spec.text()
                            + ") must not have noisy layers: this algorithm draws no noise. Maybe use dense, or rainbow or dqn.");
        }
        Network network = new Network(spec, inputShape(task.observationSpace(), head), 1);
        network.initialize(seeds.child("initialization").stream());
        return new Policy(task, Normalizer.identity(), spec, Weights.copyOf(0, network.parameters()), head, Map.of());
    }

    /** What a network reads: a box in its own shape, the number of a table's row, else one-hot vectors side by side. */
    private static int[] inputShape(Space space, ActionHead head) {
        if (head instanceof ActionHead.Tabular) {
            return new int[] {1};
        }
        return space instanceof Box box ? box.shape() : new int[] {space.encodedSize()};
    }
}
