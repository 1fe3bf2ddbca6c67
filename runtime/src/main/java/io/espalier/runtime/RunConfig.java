package io.espalier.runtime;

import io.espalier.policy.Algorithm;
import io.espalier.policy.AlgorithmProvider;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a run's {@code config.yaml} says: enough to start the run again, and to resume it.
 *
 * @param algorithm the algorithm's name
 * @param settings the algorithm's settings, by name
 * @param environment the environment's name
 * @param main the run's own settings
 * @param evaluation how the policy is evaluated
 * @param guard how much environments may misbehave
 * @param checkpoints when the run is saved
 * @param notes whatever else the one who started it wrote down
 */
public record RunConfig(
        String algorithm,
        Map<String, Object> settings,
        String environment,
        Main main,
        EvaluationSettings evaluation,
        GuardSettings guard,
        CheckpointSettings checkpoints,
        Map<String, Object> notes) {
    private static final List<String> SECTIONS = List.of("settings", "evaluation", "guard", "checkpoints", "notes");

    /**
     * The run's own settings.
     *
     * @param algorithm the algorithm's name
     * @param environment the environment's name
     * @param seed the root of all randomness
     * @param threads how many threads
     * @param environmentSteps the budget
     * @param stop the stop rule besides the budget, as {@link StopRule#besidesBudget} reads it
     * @param mode the execution mode
     * @param resources whether threads are divided anew while the run goes on: "auto" or "fixed"
     * @param solvedAt the mean return from which the task counts as solved
     * @param evaluateAtEnd whether the final policy is evaluated
     */
    public record Main(
            String algorithm,
            String environment,
            long seed,
            int threads,
            long environmentSteps,
            String stop,
            String mode,
            String resources,
            double solvedAt,
            boolean evaluateAtEnd) {}

    /** Keeps copies of the maps. */
    public RunConfig {
        settings = new LinkedHashMap<>(settings);
        notes = new LinkedHashMap<>(notes);
    }

    static RunConfig of(RunPlan plan, String stop, Map<String, Object> notes) {
        return new RunConfig(
                plan.algorithm().name(),
                SettingsBinder.toMap(plan.algorithm().settings()),
                plan.environmentName(),
                new Main(
                        plan.algorithm().name(),
                        plan.environmentName(),
                        plan.seed(),
                        plan.threads(),
                        plan.environmentSteps(),
                        stop,
                        plan.mode().text(),
                        plan.resources().text(),
                        plan.solvedAt(),
                        plan.evaluateAtEnd()),
                plan.evaluation(),
                plan.guard(),
                plan.checkpoints(),
                notes);
    }

    /** Everything by name, as it stands in {@code config.yaml}. */
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>(SettingsBinder.toMap(main));
        map.put("settings", settings);
        map.put("evaluation", SettingsBinder.toMap(evaluation));
        map.put("guard", SettingsBinder.toMap(guard));
        map.put("checkpoints", SettingsBinder.toMap(checkpoints));
        map.put("notes", notes);
        return map;
    }

    /**
     * Reads a run's settings.
     *
     * @throws IllegalArgumentException with everything that is wrong
     */
    public static RunConfig read(RunDirectory directory) {
        return of(directory.readConfig(), RunFiles.config(directory).toString());
    }

    /**
     * Reads what {@link #toMap} gave.
     *
     * @param source what to call it in errors
     * @throws IllegalArgumentException with everything that is wrong
     */
    public static RunConfig of(Map<String, Object> config, String source) {
        Map<String, Object> map = new LinkedHashMap<>(config);
        List<String> wrong = new ArrayList<>();
        Map<String, Map<String, Object>> sections = new LinkedHashMap<>();
        for (String section : SECTIONS) {
            Object value = map.remove(section);
            Map<String, Object> named = new LinkedHashMap<>();
            if (value instanceof Map<?, ?> given) {
                given.forEach((key, one) -> named.put(String.valueOf(key), one));
            } else if (value != null) {
                wrong.add(section + " (" + value + ") must be a mapping of names to values.");
            }
            sections.put(section, named);
        }
        Main main = bind(new Main("", "", 1, 1, 1, "", "synchronous", "fixed", Double.NaN, true), map, "", wrong);
        EvaluationSettings evaluation =
                bind(EvaluationSettings.DEFAULT, section(sections, "evaluation"), "evaluation: ", wrong);
        GuardSettings guard = bind(GuardSettings.DEFAULT, section(sections, "guard"), "guard: ", wrong);
        CheckpointSettings saving =
                bind(CheckpointSettings.DEFAULT, section(sections, "checkpoints"), "checkpoints: ", wrong);
        if (!wrong.isEmpty()) {
            throw new IllegalArgumentException(
                    source + " is not valid:" + System.lineSeparator() + String.join(System.lineSeparator(), wrong));
        }
        return new RunConfig(
                main.algorithm(),
                section(sections, "settings"),
                main.environment(),
                main,
                evaluation,
                guard,
                saving,
                section(sections, "notes"));
    }

    /** The algorithm with this run's settings. */
    public <S extends Record> Algorithm create(AlgorithmProvider<S> provider) {
        return provider.create(SettingsBinder.bind(provider.defaults(), settings));
    }

    private static Map<String, Object> section(Map<String, Map<String, Object>> sections, String name) {
        return sections.getOrDefault(name, Map.of());
    }

    private static <S extends Record> S bind(S defaults, Map<String, ?> values, String where, List<String> wrong) {
        try {
            return SettingsBinder.bind(defaults, values);
        } catch (IllegalArgumentException e) {
            wrong.add(where + e.getMessage());
            return defaults;
        }
    }
}
