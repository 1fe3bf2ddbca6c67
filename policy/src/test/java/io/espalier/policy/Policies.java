package io.espalier.policy;

import io.espalier.core.Space;
import io.espalier.nn.Network;
import io.espalier.nn.NetworkSpec;
import io.espalier.nn.Weights;
import java.util.Map;

/** Small policies for tests. */
final class Policies {
    private Policies() {}

    /** Whose network has no input to speak of: its outputs are given numbers. */
    static Policy constant(Space actions, ActionHead head, String spec, float... outputs) {
        return new Policy(
                Space.parse("box(shape=[1], low=-1.0, high=1.0)"),
                actions,
                Normalizer.identity(),
                NetworkSpec.parse(spec),
                Weights.copyOf(0, outputs),
                head,
                Map.of());
    }

    /** With weights initialised from a fixed seed. */
    static Policy random(String observations, String actions, ActionHead head, String spec) {
        return random(observations, actions, false, head, spec);
    }

    static Policy random(String observations, String actions, boolean masked, ActionHead head, String spec) {
        NetworkSpec parsed = NetworkSpec.parse(spec);
        Space space = Space.parse(observations);
        int[] shape = head instanceof ActionHead.Tabular
                ? new int[] {1}
                : space instanceof io.espalier.core.Box box ? box.shape() : new int[] {space.encodedSize()};
        Network network = new Network(parsed, shape, 1);
        network.initialize(new io.espalier.core.RandomStream(7));
        return new Policy(
                space,
                Space.parse(actions),
                masked,
                Normalizer.identity(),
                parsed,
                Weights.copyOf(3, network.parameters()),
                head,
                Map.of());
    }

    /** The policy that the others are measured by: 4-64-64-2 with a value. */
    static Policy cartPole() {
        return random(
                "box(shape=[4], low=-Infinity, high=Infinity)",
                "discrete(2)",
                new ActionHead.Categorical(),
                "dense(64) > tanh > dense(64) > tanh > heads(policy: dense(2), value: dense(1))");
    }
}
