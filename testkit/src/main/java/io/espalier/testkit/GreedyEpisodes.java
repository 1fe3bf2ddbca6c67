package io.espalier.testkit;

import io.espalier.core.Environment;
import io.espalier.core.RandomStream;
import io.espalier.core.Seeds;
import io.espalier.core.Step;
import io.espalier.policy.Policy;
import io.espalier.policy.PolicySession;
import java.util.Arrays;

/** What a policy is worth when it takes the best action each time. */
final class GreedyEpisodes {
    private GreedyEpisodes() {}

    /** The mean return over that many episodes, with seeds that training does not see; closes the environment. */
    static double meanReturn(Policy policy, Environment environment, int count) {
        PolicySession session = policy.session(1);
        Seeds root = Seeds.of(0).child("evaluation");
        RandomStream[] stream = {root.child("action").stream()};
        float[] observation = new float[environment.observationSpace().size()];
        float[] action = new float[environment.actionSpace().size()];
        boolean[] mask = new boolean
                [environment.masksActions() ? environment.actionSpace().choices() : 0];
        float[] state = new float[policy.stateSize()];
        double sum = 0;
        for (int e = 0; e < count; e++) {
            environment.reset(root.seedOf(e));
            Arrays.fill(state, 0f);
            Step step;
            do {
                environment.observe(observation, 0);
                if (mask.length > 0) {
                    environment.actionMask(mask, 0);
                }
                session.act(
                        observation,
                        0,
                        1,
                        mask,
                        0,
                        stream,
                        0,
                        true,
                        action,
                        0,
                        new float[0],
                        new float[0],
                        0,
                        state,
                        0);
                session.toEnvironment(action, 0, 1, action, 0);
                step = environment.step(action, 0);
                sum += step.reward();
            } while (!step.last());
        }
        environment.close();
        return sum / count;
    }
}
