package io.espalier.core.wrappers;

import io.espalier.core.Box;
import io.espalier.core.Environment;
import io.espalier.core.RunningMoments;
import io.espalier.core.Space;
import io.espalier.core.State;
import io.espalier.core.Step;
import java.util.Arrays;

/**
 * Shifts and scales observations to mean 0 and variance 1 by the moments of all that was observed so far.
 *
 * <pre>
 *   shownᵢ = clip((xᵢ − meanᵢ) / √(varianceᵢ + 10⁻⁸), −limit, limit)
 * </pre>
 *
 * <p>For those who step environments by hand. In training a policy normalises by itself, by statistics that are taken
 * over once per rollout and stored in its file. To give a policy those gathered here, read {@link #moments}.
 *
 * <p>Until it is {@linkplain #freeze frozen}, what an episode shows depends on the episodes before it.
 */
public final class ObservationNormalisation extends RememberingWrapper {
    private static final double EPSILON = 1e-8;

    private final RunningMoments moments;
    private final float limit;
    private final Box space;
    private final float[] raw;
    private final float[] shown;

    /**
     * Normalises an environment.
     *
     * @param limit the greatest magnitude shown, above 0; 10 is usual
     * @throws IllegalArgumentException if observations are not from a {@link Box} or the limit is not above 0
     */
    public ObservationNormalisation(Environment inner, float limit) {
        super(inner);
        if (!(inner.observationSpace() instanceof Box box)) {
            throw new IllegalArgumentException("observations from " + inner.observationSpace()
                    + " cannot be normalised, must be from a box. Maybe wrap in FlattenObservation first.");
        }
        if (!(limit > 0 && limit < Float.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("limit (" + limit + ") must be above 0 and finite.");
        }
        this.limit = limit;
        space = Box.uniform(-limit, limit, box.shape());
        moments = new RunningMoments(box.size());
        raw = new float[box.size()];
        shown = new float[box.size()];
    }

    /** What was learned so far, for reading; live. */
    public RunningMoments moments() {
        return moments;
    }

    @Override
    public Space observationSpace() {
        return space;
    }

    @Override
    public void reset(long seed) {
        begin(seed);
        look();
    }

    @Override
    public Step step(float[] actions, int at) {
        Step step = act(actions, at);
        look();
        return step;
    }

    private void look() {
        inner.observe(raw, 0);
        if (!frozen()) {
            moments.add(raw, 0);
        }
        for (int i = 0; i < raw.length; i++) {
            double scaled = (raw[i] - moments.mean(i)) / StrictMath.sqrt(moments.variance(i) + EPSILON);
            shown[i] = (float) Math.max(-limit, Math.min(limit, scaled));
        }
    }

    @Override
    public void observe(float[] into, int at) {
        System.arraycopy(shown, 0, into, at, shown.length);
    }

    @Override
    protected void saveOwn(State into) {
        super.saveOwn(into);
        moments.save(into.child("moments"));
        into.put("raw", raw);
        into.put("shown", shown);
    }

    @Override
    protected void loadOwn(State from) {
        super.loadOwn(from);
        inner.observe(raw, 0);
        if (!Arrays.equals(from.floats("raw", raw.length), raw)) {
            throw new IllegalStateException("the wrapped environment does not show what it showed when it was saved."
                    + " Maybe it is not deterministic.");
        }
        moments.load(from.child("moments"));
        System.arraycopy(from.floats("shown", shown.length), 0, shown, 0, shown.length);
    }
}
