package io.espalier.algorithms.parts;

import io.espalier.nn.NetworkSpec;
import io.espalier.nn.OptimizerSpec;
import io.espalier.nn.Schedule;
import java.util.ArrayList;
import java.util.List;

/**
 * The rules that a settings record lays down for itself. All that are broken are reported together, each with the
 * setting's name, its value, the rule and a remedy.
 */
public final class Rules {
    private final List<String> broken = new ArrayList<>();

    /**
     * Lays down a rule.
     *
     * @param holds whether it is kept
     * @param name the setting, as its user writes it
     * @param rule what must be, as "must be at least 1"
     * @param remedy what to try, as "Maybe use 8"
     */
    public Rules require(boolean holds, String name, Object value, String rule, String remedy) {
        if (!holds) {
            broken.add(name + " (" + value + ") " + rule + ". " + remedy + ".");
        }
        return this;
    }

    /** A whole number of at least {@code least}. */
    public Rules atLeast(long least, String name, long value, String remedy) {
        return require(value >= least, name, value, "must be at least " + least, remedy);
    }

    /** A number from {@code low} to {@code high}, both included; NaN is refused. */
    public Rules within(double low, double high, String name, double value, String remedy) {
        return require(value >= low && value <= high, name, value, "must be from " + low + " to " + high, remedy);
    }

    /** A finite number that is not negative. */
    public Rules notNegative(String name, double value, String remedy) {
        return require(value >= 0 && Double.isFinite(value), name, value, "must be finite and not negative", remedy);
    }

    /** A schedule whose values at the beginning, the middle and the end are from {@code low} to {@code high}. */
    public Rules within(double low, double high, String name, Schedule schedule, String remedy) {
        boolean holds = true;
        for (double progress : new double[] {0, 0.5, 1}) {
            holds &= schedule.at(progress) >= low && schedule.at(progress) <= high;
        }
        return require(holds, name, schedule, "must stay from " + low + " to " + high, remedy);
    }

    /** The text form of a network without memory. */
    public Rules network(String name, String text) {
        return network(name, text, false);
    }

    /** The text form of a network with memory, as that of a gru. */
    public Rules memory(String name, String text) {
        return network(name, text, true);
    }

    private Rules network(String name, String text, boolean memory) {
        try {
            if (NetworkSpec.parse(text).hasMemory() != memory) {
                broken.add(name + " (" + text + ") must have "
                        + (memory
                                ? "a layer with memory. Maybe end it in gru(64), or use ppo."
                                : "no memory." + " Maybe use ppo-recurrent, which learns through time."));
            }
        } catch (IllegalArgumentException e) {
            broken.add(name + " (" + text + ") must be a network: " + e.getMessage());
        }
        return this;
    }

    /** The text form of an optimiser. */
    public Rules optimizer(String name, String text) {
        try {
            OptimizerSpec.parse(text);
        } catch (IllegalArgumentException e) {
            broken.add(name + " (" + text + ") must be an optimiser: " + e.getMessage());
        }
        return this;
    }

    /**
     * Ends the list.
     *
     * @throws IllegalArgumentException if a rule is broken; its message has a line for each
     */
    public void check() {
        if (!broken.isEmpty()) {
            throw new IllegalArgumentException(String.join("\n", broken));
        }
    }
}
