package io.espalier.algorithms.evolution;

import io.espalier.algorithms.parts.ActorCritic;
import io.espalier.algorithms.parts.Rules;
import io.espalier.core.Box;
import io.espalier.core.Seeds;
import io.espalier.core.Space;
import io.espalier.nn.Initializer;
import io.espalier.nn.NetworkSpec;
import io.espalier.policy.ActionHead;
import io.espalier.policy.Policy;
import io.espalier.policy.TaskSpec;

/**
 * The policies that are evolved: they act without chance, for it is the parameters that explore. The largest output is a
 * discrete action; tanh of an output, stretched to the bounds, is a real one (an output itself, where there are no
 * bounds).
 */
final class EvolvedPolicy {
    /** In place of hidden layers: none, outputs are linear in the observation. */
    static final String LINEAR = "linear";

    private EvolvedPolicy() {}

    /**
     * The policy before any learning.
     *
     * @param trunk its hidden layers, or {@link #LINEAR}
     * @param last how the last layer starts
     */
    static Policy initial(TaskSpec task, String trunk, Initializer last, Seeds seeds) {
        Space actions = task.actionSpace();
        int outputs = actions instanceof Box ? actions.size() : actions.choices();
        NetworkSpec output = NetworkSpec.dense(outputs, last);
        NetworkSpec network =
                trunk.equals(LINEAR) ? output : NetworkSpec.parse(trunk).then(output);
        return ActorCritic.policy(
                task, NetworkSpec.heads(NetworkSpec.head(ActionHead.POLICY, network)), head(actions), seeds);
    }

    private static ActionHead head(Space actions) {
        if (!(actions instanceof Box box)) {
            return new ActionHead.Categorical();
        }
        boolean bounded = true;
        for (int i = 0; i < box.size(); i++) {
            bounded &= Float.isFinite(box.low(i)) && Float.isFinite(box.high(i));
        }
        return bounded ? new ActionHead.SquashedDeterministic(0) : new ActionHead.Deterministic();
    }

    /** The rule for a setting of hidden layers. */
    static Rules rule(Rules rules, String trunk) {
        return trunk.equals(LINEAR) ? rules : rules.network("trunk", trunk);
    }
}
