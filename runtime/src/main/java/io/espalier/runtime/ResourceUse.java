package io.espalier.runtime;

import java.util.List;
import java.util.Locale;

/** Whether a run divides its threads anew while it goes on; for {@link Trainer#resources}. No influence on what has the
 * same bits in every run. */
public enum ResourceUse {
    /** Workers and threads stay as they were asked for. */
    FIXED,
    /** Where time goes is measured, and what was not asked for by number is divided as is best. */
    AUTO;

    /**
     * Reads "auto" or "fixed".
     *
     * @throws IllegalArgumentException if it is neither
     */
    public static ResourceUse parse(String text) {
        for (ResourceUse use : values()) {
            if (use.text().equals(text)) {
                return use;
            }
        }
        throw new IllegalArgumentException("resources (" + text + ") must be auto or fixed. "
                + NearestName.advice(text, List.of("auto", "fixed")));
    }

    /** As {@link #parse} reads it. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
