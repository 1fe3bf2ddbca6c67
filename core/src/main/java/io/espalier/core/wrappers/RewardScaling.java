package io.espalier.core.wrappers;

import io.espalier.core.Environment;
import io.espalier.core.RunningMoments;
import io.espalier.core.State;
import io.espalier.core.Step;

/**
 * Divides rewards by the standard deviation of the discounted return so far, so that learning rates carry over from one
 * task to another (the reward scaling of Engstrom et al. 2020, https://arxiv.org/abs/2005.12729, algorithm 1).
 *
 * <pre>
 *   Rₜ = γ · Rₜ₋₁ + rₜ, from 0 at the start of an episode;   rewardₜ = clip(rₜ / √(variance(R) + 10⁻⁸), −limit, limit)
 * </pre>
 *
 * <p>The mean is not taken off: that would change which policy is best. Until it is {@linkplain #freeze frozen}, what an
 * episode brings depends on the episodes before it. To scale by a constant use {@link ConstantRewardScaling}.
 */
public final class RewardScaling extends RememberingWrapper {
    private static final double EPSILON = 1e-8;

    private final RunningMoments moments = new RunningMoments(1);
    private final double gamma;
    private final double limit;
    private double discounted;

    /**
     * Scales an environment's rewards.
     *
     * @param gamma the discount, from 0 to 1
     * @param limit the greatest magnitude of a scaled reward, above 0; 10 is usual
     * @throws IllegalArgumentException if a number is out of its range
     */
    public RewardScaling(Environment inner, double gamma, double limit) {
        super(inner);
        if (!(gamma >= 0 && gamma <= 1) || !(limit > 0)) {
            throw new IllegalArgumentException(
                    "gamma (" + gamma + ") must be from 0 to 1, limit (" + limit + ") above 0.");
        }
        this.gamma = gamma;
        this.limit = limit;
    }

    /** The moments of the discounted return so far, for reading; live. */
    public RunningMoments moments() {
        return moments;
    }

    @Override
    public void reset(long seed) {
        begin(seed);
        discounted = 0;
    }

    @Override
    public Step step(float[] actions, int at) {
        Step step = act(actions, at);
        discounted = gamma * discounted + step.reward();
        if (!frozen()) {
            moments.add(discounted);
        }
        double scaled = step.reward() / StrictMath.sqrt(moments.variance(0) + EPSILON);
        return step.withReward(Math.max(-limit, Math.min(limit, scaled)));
    }

    @Override
    protected void saveOwn(State into) {
        super.saveOwn(into);
        moments.save(into.child("moments"));
        into.putDouble("discounted", discounted);
    }

    @Override
    protected void loadOwn(State from) {
        super.loadOwn(from);
        moments.load(from.child("moments"));
        discounted = from.getDouble("discounted");
    }
}
