package io.espalier.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.core.Discrete;
import io.espalier.core.RandomStream;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** In a JVM of its own: whether vectors stay out of the heap depends on what the compiler has seen before. */
@Tag("own-jvm")
class PolicyAllocationTest {
    private static final boolean[] ALL = new boolean[0];

    @Test
    void actingLoadingAndEncodingAllocateNothing() {
        for (Policy policy : PolicyTest.everyKind()) {
            int rows = 16;
            float[] observations = PolicyTest.observations(policy, rows);
            float[] encoded = new float[rows * policy.inputSize()];
            float[] actions = new float[rows * policy.actionSpace().size()];
            float[] logs = new float[rows];
            float[] values = new float[rows];
            RandomStream[] streams = new RandomStream[rows];
            Arrays.setAll(streams, RandomStream::new);
            PolicySession session = policy.session(rows);
            Policy newer = policy.with(policy.weights(), policy.normalizer(), policy.head());
            boolean discrete = policy.actionSpace() instanceof Discrete;
            float[] one = Arrays.copyOf(observations, policy.observationSpace().size());
            Runnable everything = () -> {
                session.load(newer);
                session.act(observations, 0, rows, ALL, 0, streams, 0, false, actions, 0, logs, values, 0);
                session.act(observations, 0, rows, ALL, 0, streams, 0, true, actions, 0, logs, values, 0);
                session.values(observations, 0, rows, values, 0);
                session.encode(observations, 0, rows, encoded, 0);
                session.toEnvironment(actions, 0, rows, actions, 0);
                if (discrete) {
                    policy.actDiscrete(one);
                }
            };
            // From JDK 21 on, StrictMath's sine and cosine, which normal numbers take, make a small array at each call.
            boolean normal = policy.head() instanceof ActionHead.DiagonalGaussian
                    || policy.head() instanceof ActionHead.SquashedGaussian
                    || policy.head() instanceof ActionHead.SquashedDeterministic;
            if (normal && Runtime.version().feature() >= 21) {
                assertThat(Allocation.of(everything)).as(policy.toString()).isLessThan(1 << 19);
            } else {
                assertThat(Allocation.of(everything)).as(policy.toString()).isZero();
            }
        }
    }
}
