package io.espalier.runtime;

import io.espalier.core.MultiDiscrete;
import io.espalier.core.Space;

/** What a mask must allow. */
final class Masks {
    private Masks() {}

    /** Whether the mask allows at least one choice of each discrete component. */
    static boolean possible(Space actions, boolean[] mask) {
        int at = 0;
        if (actions instanceof MultiDiscrete several) {
            for (int component = 0; component < several.components(); component++) {
                int choices = several.count(component);
                if (!any(mask, at, at + choices)) {
                    return false;
                }
                at += choices;
            }
            return true;
        }
        return any(mask, 0, mask.length);
    }

    private static boolean any(boolean[] mask, int from, int to) {
        for (int i = from; i < to; i++) {
            if (mask[i]) {
                return true;
            }
        }
        return false;
    }
}
