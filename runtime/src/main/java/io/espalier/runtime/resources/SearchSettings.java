package io.espalier.runtime.resources;

/**
 * How carefully a {@link DivisionSearch} goes.
 *
 * @param warmUpSeconds before the first trial: compilers are busy at the beginning of a run
 * @param windowSeconds of measuring before anything is judged, at the least
 * @param settleSeconds after a change that do not count
 * @param keepGain the gain that a change must have to stay, as a part
 * @param changedLoad by which part the rate must differ to say that the load has changed
 * @param trialShare which part of a run's time failed trials may cost
 * @param trialSeconds what they may cost besides, once, so that a run need not be old before it has tried
 * @param restSeconds from one round of trials to the next; three times as long each time that little was found
 * @param longestRestSeconds the most of it
 */
public record SearchSettings(
        double warmUpSeconds,
        double windowSeconds,
        double settleSeconds,
        double keepGain,
        double changedLoad,
        double trialShare,
        double trialSeconds,
        double restSeconds,
        double longestRestSeconds) {
    /** For runs of minutes to days. */
    public static final SearchSettings DEFAULT = new SearchSettings(4, 2, 0.3, 0.03, 0.25, 0.02, 1, 30, 1800);

    /**
     * Checks the settings.
     *
     * @throws IllegalArgumentException if one is out of range
     */
    public SearchSettings {
        atLeast("warmUpSeconds", warmUpSeconds, 0);
        atLeast("windowSeconds", windowSeconds, 1e-3);
        atLeast("settleSeconds", settleSeconds, 0);
        atLeast("keepGain", keepGain, 0);
        atLeast("changedLoad", changedLoad, keepGain);
        atLeast("trialShare", trialShare, 1e-6);
        atLeast("trialSeconds", trialSeconds, 0);
        atLeast("restSeconds", restSeconds, 0);
        atLeast("longestRestSeconds", longestRestSeconds, restSeconds);
    }

    /** Of what is observed at a time: rates of shorter times would tell more of the clock than of the run. */
    public double sliceSeconds() {
        return windowSeconds / 20;
    }

    private static void atLeast(String name, double value, double least) {
        if (!(value >= least)) {
            throw new IllegalArgumentException(
                    name + " (" + value + ") must be at least " + least + ". Maybe begin with SearchSettings.DEFAULT.");
        }
    }
}
