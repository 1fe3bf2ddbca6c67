package io.espalier.core;

import java.util.List;
import java.util.function.Supplier;

/**
 * An environment that can be asked for by name.
 *
 * @param name its canonical name with version, as "CartPole-v1"
 * @param aliases further names, as "cartpole"; names are compared without regard to case
 * @param summary one sentence for lists
 * @param factory makes a copy, complete with its time limit
 * @param solvedAt the mean return from which the task counts as solved; NaN if no such figure is agreed
 */
public record EnvironmentSpec(
        String name, List<String> aliases, String summary, Supplier<Environment> factory, double solvedAt) {
    /** Keeps a copy of the aliases. */
    public EnvironmentSpec {
        aliases = List.copyOf(aliases);
    }

    /** Whether this environment answers to that name. */
    public boolean answersTo(String asked) {
        return name.equalsIgnoreCase(asked) || aliases.stream().anyMatch(asked::equalsIgnoreCase);
    }
}
