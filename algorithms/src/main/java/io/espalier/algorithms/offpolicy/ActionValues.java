package io.espalier.algorithms.offpolicy;

import io.espalier.algorithms.parts.ActorCritic;
import io.espalier.core.Discrete;
import io.espalier.core.Seeds;
import io.espalier.nn.NetworkSpec;
import io.espalier.policy.ActionHead;
import io.espalier.policy.Policy;
import io.espalier.policy.TaskSpec;
import java.util.List;

/** First policies of methods that learn values of one discrete action: a network with the output "q" on a trunk. */
final class ActionValues {
    private ActionValues() {}

    /**
     * Makes the policy.
     *
     * @param algorithm its name, for errors
     * @param trunk the hidden layers
     * @param dueling whether the state's value and the actions' advantages are apart; each of these streams then has the
     *     trunk's last layer with parameters for itself
     * @param head how the outputs become actions, and how many of them each action has
     * @throws IllegalArgumentException if actions are not discrete(n)
     */
    static Policy policy(TaskSpec task, String algorithm, String trunk, boolean dueling, ActionHead head, Seeds seeds) {
        if (!(task.actionSpace() instanceof Discrete)) {
            throw new IllegalArgumentException("action space ("
                    + task.actionSpace().text() + ") must be discrete for " + algorithm + ". Maybe use ppo.");
        }
        int each = head.outputsPerAction();
        NetworkSpec advantage = NetworkSpec.dense(task.actionSpace().choices() * each);
        NetworkSpec layers = NetworkSpec.parse(trunk);
        NetworkSpec q = dueling ? dueling(layers, NetworkSpec.dense(each), advantage) : layers.then(advantage);
        return ActorCritic.policy(task, NetworkSpec.heads(NetworkSpec.head("q", q)), head, seeds);
    }

    private static NetworkSpec dueling(NetworkSpec trunk, NetworkSpec value, NetworkSpec advantage) {
        List<NetworkSpec> layers = trunk instanceof NetworkSpec.Sequential chain ? chain.layers() : List.of(trunk);
        int split = layers.size() - 1;
        while (split > 0 && !(layers.get(split) instanceof NetworkSpec.Dense)) {
            split--;
        }
        NetworkSpec stream = NetworkSpec.sequential(layers.subList(split, layers.size()));
        NetworkSpec streams = NetworkSpec.dueling(stream.then(value), stream.then(advantage));
        return split == 0
                ? streams
                : NetworkSpec.sequential(layers.subList(0, split)).then(streams);
    }
}
