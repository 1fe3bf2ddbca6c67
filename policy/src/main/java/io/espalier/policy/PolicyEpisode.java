package io.espalier.policy;

import io.espalier.core.Discrete;
import io.espalier.core.RandomStream;
import java.util.Arrays;

/**
 * Acts through an episode, step by step, and keeps what the policy remembers of it; {@link #begin} starts the next one.
 * The way to use a policy with memory outside of training; one without is used in the same way. For one thread.
 *
 * <pre>
 *   PolicyEpisode episode = policy.episode();
 *   episode.begin();
 *   while (...) {
 *       int action = episode.actDiscrete(observation);
 *   }
 * </pre>
 */
public final class PolicyEpisode {
    private static final RandomStream[] NO_STREAMS = {};
    private static final float[] NO_FLOATS = {};

    private final Policy policy;
    private final PolicySession session;
    private final float[] state;
    private final float[] action;

    PolicyEpisode(Policy policy) {
        this.policy = policy;
        session = policy.session(1);
        state = new float[policy.stateSize()];
        action = new float[policy.actionSpace().size()];
    }

    /** Begins an episode: nothing is remembered. */
    public void begin() {
        Arrays.fill(state, 0f);
    }

    /**
     * The best action for the episode's next observation, as the environment takes it.
     *
     * @param observation raw, {@code observationSpace().size()} floats
     * @return the action, cut to the bounds of a box
     * @throws IllegalArgumentException as {@link Policy#act(float[])} does; nothing is remembered of that observation
     */
    public float[] act(float[] observation) {
        return act(observation, SessionPool.NO_MASK);
    }

    /**
     * The best allowed action for the episode's next observation.
     *
     * @param mask which actions are allowed, {@code actionSpace().choices()} flags; empty if all are
     */
    public float[] act(float[] observation, boolean[] mask) {
        run(observation, mask);
        float[] sent = new float[action.length];
        session.toEnvironment(action, 0, 1, sent, 0);
        return sent;
    }

    /**
     * The number of the best action for the episode's next observation; allocates nothing.
     *
     * @throws IllegalStateException if actions are not discrete(n)
     */
    public int actDiscrete(float[] observation) {
        return actDiscrete(observation, SessionPool.NO_MASK);
    }

    /** The number of the best allowed action for the episode's next observation. */
    public int actDiscrete(float[] observation, boolean[] mask) {
        if (!(policy.actionSpace() instanceof Discrete)) {
            throw new IllegalStateException("the action space ("
                    + policy.actionSpace().text() + ") must be discrete(n) for actDiscrete. Maybe call act.");
        }
        run(observation, mask);
        return (int) action[0];
    }

    private void run(float[] observation, boolean[] mask) {
        SessionPool.check(policy, observation, mask);
        session.act(observation, 0, 1, mask, 0, NO_STREAMS, 0, true, action, 0, NO_FLOATS, NO_FLOATS, 0, state, 0);
    }
}
