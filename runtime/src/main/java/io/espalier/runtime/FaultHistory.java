package io.espalier.runtime;

import io.espalier.core.State;
import io.espalier.core.Stateful;

/**
 * The faults of one environment number over all its replacements: counts them, and says when there are too many. Its
 * clock is the environment's own steps, so its verdict does not depend on threads.
 */
final class FaultHistory implements Stateful {
    private final GuardSettings settings;
    private final long[] recent;
    private long steps;
    private long faults;
    private int inARow;

    FaultHistory(GuardSettings settings) {
        this.settings = settings;
        recent = new long[settings.failuresPerThousandSteps()];
    }

    /**
     * Counts a fault.
     *
     * @param goodSteps environment steps that went well since the last one
     * @throws EnvironmentFailure if it was one too many
     */
    void add(EnvironmentFault fault, long goodSteps) {
        steps += goodSteps;
        inARow = goodSteps > 0 ? 1 : inARow + 1;
        int place = (int) (faults % recent.length);
        boolean dense = faults >= recent.length && steps - recent[place] < 1000;
        recent[place] = steps;
        faults++;
        if (inARow >= settings.failuresInARow()) {
            throw new EnvironmentFailure(
                    "Environment " + fault.environment() + " failed " + inARow
                            + " times in a row without one good step (failuresInARow is " + settings.failuresInARow()
                            + "); last: " + fault.getMessage(),
                    fault);
        }
        if (dense) {
            throw new EnvironmentFailure(
                    "Environment " + fault.environment() + " failed " + (recent.length + 1)
                            + " times within 1000 of its steps (failuresPerThousandSteps is " + recent.length
                            + "); last: " + fault.getMessage(),
                    fault);
        }
    }

    long faults() {
        return faults;
    }

    @Override
    public void save(State into) {
        into.put("faults", new long[] {steps, faults, inARow});
        into.put("recent", recent);
    }

    @Override
    public void load(State from) {
        long[] counts = from.longs("faults");
        long[] saved = from.longs("recent");
        steps = counts[0];
        inARow = (int) counts[2];
        // With another limit than before only the counts are kept.
        faults = saved.length == recent.length ? counts[1] : 0;
        System.arraycopy(saved, 0, recent, 0, Math.min(saved.length, recent.length));
    }
}
