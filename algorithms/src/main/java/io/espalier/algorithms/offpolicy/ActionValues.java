package io.espalier.algorithms.offpolicy;

import io.espalier.algorithms.parts.ActorCritic;
import io.espalier.core.Discrete;
import io.espalier.core.Seeds;
import io.espalier.nn.NetworkSpec;
import io.espalier.policy.ActionHead;
import io.espalier.policy.Policy;
import io.espalier.policy.TaskSpec;
import java.util.ArrayList;
import java.util.List;

/** First policies of methods that learn values of one discrete action: a network with the output "q" on a trunk. */
final class ActionValues {
    private ActionValues() {}

    /**
     * Makes the policy.
     *
     * @param algorithm its name, for errors
     * @param trunkText the hidden layers
     * @param dueling whether the state's value and the actions' advantages are apart; each of these streams then has the
     *     trunk's last layer with parameters for itself
     * @param sigma dense layers from the trunk's last on are noisy, with deviations that start with sigma/√inputs; 0 for
     *     layers as they are
     * @param head how the outputs become actions, and how many of them each action has; it becomes a noisy one if the
     *     network has noise
     * @throws IllegalArgumentException if actions are not discrete(n)
     */
    static Policy policy(
            TaskSpec task,
            String algorithm,
            String trunkText,
            boolean dueling,
            double sigma,
            ActionHead head,
            Seeds seeds) {
        int actions = count(task, algorithm);
        int each = head.outputsPerAction();
        NetworkSpec trunk = NetworkSpec.parse(trunkText);
        List<NetworkSpec> layers = trunk instanceof NetworkSpec.Sequential chain ? chain.layers() : List.of(trunk);
        int split = dueling || sigma > 0 ? lastDense(layers) : layers.size();
        NetworkSpec advantage = stream(layers, split, actions * each, sigma);
        NetworkSpec q = dueling ? NetworkSpec.dueling(stream(layers, split, each, sigma), advantage) : advantage;
        if (split > 0) {
            q = NetworkSpec.sequential(layers.subList(0, split)).then(q);
        }
        ActionHead first = q.noisy()
                ? new ActionHead.Noisy(head, seeds.child("noise").stream().nextLong())
                : head;
        return ActorCritic.policy(task, NetworkSpec.heads(NetworkSpec.head("q", q)), first, seeds);
    }

    /**
     * How many actions there are to choose from.
     *
     * @throws IllegalArgumentException if actions are not discrete(n)
     */
    static int count(TaskSpec task, String algorithm) {
        if (!(task.actionSpace() instanceof Discrete)) {
            throw new IllegalArgumentException("action space ("
                    + task.actionSpace().text() + ") must be discrete for " + algorithm + ". Maybe use ppo.");
        }
        return task.actionSpace().choices();
    }

    /** Where the trunk's last dense layer is; 0 if there is none. */
    private static int lastDense(List<NetworkSpec> layers) {
        int last = layers.size() - 1;
        while (last > 0 && !(layers.get(last) instanceof NetworkSpec.Dense)) {
            last--;
        }
        return last;
    }

    /** The trunk from that layer on, and the outputs. */
    private static NetworkSpec stream(List<NetworkSpec> layers, int from, int outputs, double sigma) {
        List<NetworkSpec> stream = new ArrayList<>();
        for (NetworkSpec layer : layers.subList(from, layers.size())) {
            stream.add(layer instanceof NetworkSpec.Dense dense ? dense(dense, dense.units(), sigma) : layer);
        }
        stream.add(dense(NetworkSpec.dense(outputs), outputs, sigma));
        return NetworkSpec.sequential(stream);
    }

    private static NetworkSpec dense(NetworkSpec.Dense dense, int units, double sigma) {
        return sigma > 0 ? new NetworkSpec.NoisyDense(units, sigma) : dense;
    }
}
