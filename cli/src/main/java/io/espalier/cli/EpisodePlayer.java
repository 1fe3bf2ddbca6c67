package io.espalier.cli;

import io.espalier.core.Discrete;
import io.espalier.core.Environment;
import io.espalier.core.MultiDiscrete;
import io.espalier.core.RandomStream;
import io.espalier.core.Space;
import io.espalier.core.Step;
import io.espalier.policy.Policy;
import io.espalier.policy.PolicySession;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Acts in one environment: by a policy, or at random among what is allowed. */
final class EpisodePlayer {
    private final Environment environment;
    private final @Nullable PolicySession session;
    private final boolean greedy;
    private final RandomStream[] streams = {new RandomStream(0)};
    private final float[] observation;
    private final boolean[] mask;
    private final float[] action;
    /** What the policy remembers of the episode. */
    private final float[] state;

    private EpisodePlayer(Environment environment, @Nullable PolicySession session, boolean greedy) {
        this.environment = environment;
        this.session = session;
        this.greedy = greedy;
        observation = new float[environment.observationSpace().size()];
        mask = new boolean
                [environment.masksActions() ? environment.actionSpace().choices() : 0];
        action = new float[environment.actionSpace().size()];
        state = new float[session == null ? 0 : session.policy().stateSize()];
    }

    /** One that chooses at random. */
    static EpisodePlayer random(Environment environment) {
        return new EpisodePlayer(environment, null, false);
    }

    /**
     * One that follows a policy.
     *
     * @throws BadInput if it is made for other spaces
     */
    static EpisodePlayer of(Policy policy, Environment environment, boolean greedy) {
        if (!policy.observationSpace().equals(environment.observationSpace())
                || !policy.actionSpace().equals(environment.actionSpace())
                || policy.masked() != environment.masksActions()) {
            throw new BadInput("The policy is made for observations " + policy.observationSpace() + " and actions "
                    + policy.actionSpace() + "; the environment has " + environment.observationSpace() + " and "
                    + environment.actionSpace() + ". Maybe it was trained on another environment.");
        }
        return new EpisodePlayer(environment, policy.session(1), greedy);
    }

    /** Begins an episode: its chance comes from that seed alone. */
    void begin(long seed) {
        streams[0].reseed(seed);
        Arrays.fill(state, 0f);
    }

    /** Chooses and acts. */
    Step step() {
        if (mask.length > 0) {
            environment.actionMask(mask, 0);
        }
        if (session == null) {
            choose(environment.actionSpace());
        } else {
            environment.observe(observation, 0);
            session.act(
                    observation, 0, 1, mask, 0, streams, 0, greedy, action, 0, new float[0], new float[0], 0, state, 0);
            session.toEnvironment(action, 0, 1, action, 0);
        }
        return environment.step(action, 0);
    }

    /** Draws until it is allowed: a mask allows at least one choice of each component. */
    private void choose(Space space) {
        do {
            space.sample(streams[0], action, 0);
        } while (mask.length > 0 && !allowed(space));
    }

    private boolean allowed(Space space) {
        if (space instanceof Discrete) {
            return mask[(int) action[0]];
        }
        int first = 0;
        for (int i = 0; space instanceof MultiDiscrete several && i < several.components(); i++) {
            if (!mask[first + (int) action[i]]) {
                return false;
            }
            first += several.count(i);
        }
        return true;
    }
}
