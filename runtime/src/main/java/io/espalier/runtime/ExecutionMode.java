package io.espalier.runtime;

import io.espalier.policy.RolloutAlgorithm;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How workers and learner are joined. Each mode is one file over the same parts: it says how a round of experience comes
 * to the learner; the loop around it, with evaluation, checkpoints and stop rules, is the same for all.
 */
public abstract sealed class ExecutionMode
        permits Synchronous, Pipelined, Asynchronous, LocalSgd, ParameterServer, Phases {
    ExecutionMode() {}

    /** Collect, learn, collect, learn: the reference. Same bits for any number of threads and workers. */
    public static ExecutionMode synchronous() {
        return new Synchronous(Synchronous.Settings.DEFAULT);
    }

    /** All modes, with their default settings. */
    public static List<ExecutionMode> known() {
        return List.of(
                new Synchronous(Synchronous.Settings.DEFAULT),
                new Pipelined(Pipelined.Settings.DEFAULT),
                new Asynchronous(Asynchronous.Settings.DEFAULT),
                new LocalSgd(LocalSgd.Settings.DEFAULT),
                new ParameterServer(ParameterServer.Settings.DEFAULT),
                Phases.ONE);
    }

    /**
     * Reads a mode's name, perhaps with settings: {@code asynchronous(maxStaleness=4)}.
     *
     * @throws IllegalArgumentException if there is no such mode, with the nearest one, or a setting is not valid
     */
    public static ExecutionMode parse(String text) {
        NamedSettings words = NamedSettings.parse(text, "mode", "asynchronous(maxStaleness=4)");
        List<String> names = new ArrayList<>();
        for (ExecutionMode mode : known()) {
            if (mode.name().equals(words.name())) {
                return mode.read(words);
            }
            names.add(mode.name());
        }
        throw new IllegalArgumentException(
                "There is no mode \"" + words.name() + "\". " + NearestName.advice(words.name(), names));
    }

    /** Its name, as "asynchronous". */
    public abstract String name();

    /** What it does, in a sentence. */
    public abstract String summary();

    /** Its settings. */
    public abstract Record settings();

    /** The same mode with what stands between its parentheses over its own settings. */
    ExecutionMode read(NamedSettings words) {
        return with(words.values());
    }

    /** The same mode with these settings over its own. */
    abstract ExecutionMode with(Map<String, ?> settings);

    /** How a run in this mode comes by its experience. */
    abstract Gathering gathering(GatheringParts parts);

    /**
     * The run's algorithm, for modes whose workers collect blocks of steps.
     *
     * @throws IllegalArgumentException if it does not learn from such blocks
     */
    final RolloutAlgorithm rollouts(GatheringParts parts) {
        if (parts.plan().algorithm() instanceof RolloutAlgorithm algorithm) {
            return algorithm;
        }
        throw new IllegalArgumentException("mode (" + text() + ") needs an algorithm that learns from rollouts, which "
                + parts.plan().algorithm().name() + " does not. Maybe use synchronous: its plays run in parallel.");
    }

    /** Name and those settings that are not the defaults, as {@link #parse} reads it. */
    public String text() {
        Map<String, Object> mine = new LinkedHashMap<>(SettingsBinder.toMap(settings()));
        for (ExecutionMode mode : known()) {
            if (mode.name().equals(name())) {
                SettingsBinder.toMap(mode.settings()).forEach(mine::remove);
            }
        }
        List<String> words = new ArrayList<>();
        mine.forEach((key, value) -> words.add(key + "=" + value));
        return words.isEmpty() ? name() : name() + "(" + String.join(", ", words) + ")";
    }

    @Override
    public final String toString() {
        return text();
    }
}
