package io.espalier.cli;

import io.espalier.core.EnvironmentSpec;
import io.espalier.policy.AlgorithmProvider;
import io.espalier.runtime.CheckpointSettings;
import io.espalier.runtime.EvaluationSettings;
import io.espalier.runtime.ExecutionMode;
import io.espalier.runtime.GuardSettings;
import io.espalier.runtime.NearestName;
import io.espalier.runtime.ResourceUse;
import io.espalier.runtime.SettingsBinder;
import io.espalier.runtime.StopRule;
import io.espalier.runtime.TunedSettings;
import io.espalier.runtime.model.NetworkCut;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Everything that a training run is asked to be, joined from the command line, a file (such as the {@code config.yaml}
 * of another run) and what is known of the environment.
 *
 * @param environment the environment's name or class
 * @param algorithm the algorithm's name
 * @param seed the root of all randomness
 * @param threads how many threads; no influence on the result
 * @param environmentSteps the budget
 * @param stop the stop rule besides the budget; empty for none
 * @param settings the algorithm's settings, all of them
 * @param evaluation how the policy is evaluated
 * @param checkpoints when the run is saved
 * @param guard how much environments may misbehave
 * @param mode how workers and learner are joined
 * @param learner how the learner's network is cut over workers; empty for not at all
 * @param resources whether threads are divided anew while the run goes on
 * @param classPath jars and folders with the user's code; empty for none
 */
record TrainRequest(
        String environment,
        String algorithm,
        long seed,
        int threads,
        long environmentSteps,
        Optional<StopRule> stop,
        Record settings,
        EvaluationSettings evaluation,
        CheckpointSettings checkpoints,
        GuardSettings guard,
        ExecutionMode mode,
        Optional<NetworkCut> learner,
        ResourceUse resources,
        String classPath) {
    private static final int WINDOW = 20;
    private static final long BUDGET = 1_000_000;
    private static final List<String> KEYS = List.of(
            "environment",
            "algorithm",
            "preset",
            "seed",
            "threads",
            "environmentSteps",
            "stop",
            "settings",
            "evaluation",
            "checkpoints",
            "guard",
            "classpath",
            "mode",
            "learner",
            "resources",
            "solvedAt",
            "evaluateAtEnd",
            "notes");

    /**
     * Joins what was written with what is known: the algorithm's defaults, over them what is tuned for the environment
     * (or the preset that was asked for), over that the file's and the command line's own words.
     *
     * @param asked by the names of {@code config.yaml}; everything but the environment may be missing
     * @throws BadInput with a line for each thing that is wrong
     */
    static TrainRequest resolve(Catalog catalog, Map<String, ?> asked) {
        List<String> wrong = new ArrayList<>();
        for (String key : asked.keySet()) {
            if (!KEYS.contains(key)) {
                wrong.add("\"" + key + "\" is not known. " + NearestName.advice(key, KEYS));
            }
        }
        if (!asked.containsKey("environment")) {
            wrong.add("No environment is named. Maybe: espalier train cartpole");
        }
        if (!wrong.isEmpty()) {
            throw new BadInput(String.join(System.lineSeparator(), wrong));
        }
        EnvironmentSpec environment = catalog.environment(String.valueOf(asked.get("environment")));
        AlgorithmProvider<?> algorithm = asked.containsKey("algorithm")
                ? catalog.algorithm(String.valueOf(asked.get("algorithm")))
                : catalog.suitable(environment);
        Optional<TunedSettings> tuned = tuned(catalog, algorithm, environment, asked.get("preset"));
        Collector read = new Collector(asked, wrong);
        Record settings = read.record("settings", bindTuned(algorithm.defaults(), tuned));
        EvaluationSettings evaluation = read.record("evaluation", EvaluationSettings.DEFAULT);
        CheckpointSettings checkpoints = read.record("checkpoints", CheckpointSettings.DEFAULT);
        GuardSettings guard = read.record("guard", GuardSettings.DEFAULT);
        long seed = read.whole("seed", 1, Long.MIN_VALUE, Long.MAX_VALUE);
        int threads = (int) read.whole("threads", Runtime.getRuntime().availableProcessors(), 1, 1024);
        long steps = read.whole(
                "environmentSteps", tuned.map(TunedSettings::environmentSteps).orElse(BUDGET), 1, Long.MAX_VALUE);
        Optional<StopRule> stop = read.stop(tuned.flatMap(TunedSettings::stop).orElse(defaultStop(environment)));
        ExecutionMode mode = read.mode();
        Optional<NetworkCut> learner = read.learner();
        ResourceUse resources = read.resources();
        if (!wrong.isEmpty()) {
            throw new BadInput(String.join(System.lineSeparator(), wrong));
        }
        return new TrainRequest(
                environment.name(),
                algorithm.name(),
                seed,
                threads,
                steps,
                stop,
                settings,
                evaluation,
                checkpoints,
                guard,
                mode,
                learner,
                resources,
                classPath(asked));
    }

    /** The same with another seed, on so many threads. */
    TrainRequest with(long root, int count) {
        return new TrainRequest(
                environment,
                algorithm,
                root,
                count,
                environmentSteps,
                stop,
                settings,
                evaluation,
                checkpoints,
                guard,
                mode,
                learner,
                resources,
                classPath);
    }

    /** The user's code: named itself, or noted by the run whose file this is; empty for none. */
    static String classPath(Map<String, ?> asked) {
        return noted(asked, "classpath");
    }

    private static String noted(Map<String, ?> asked, String key) {
        Object named = asked.get(key);
        if (named == null && asked.get("notes") instanceof Map<?, ?> notes) {
            named = notes.get(key);
        }
        return named == null ? "" : String.valueOf(named);
    }

    private static String defaultStop(EnvironmentSpec environment) {
        return Double.isNaN(environment.solvedAt())
                ? "budget"
                : "return " + environment.solvedAt() + " over " + WINDOW + " episodes";
    }

    private static Optional<TunedSettings> tuned(
            Catalog catalog,
            AlgorithmProvider<?> algorithm,
            EnvironmentSpec environment,
            @org.jspecify.annotations.Nullable Object preset) {
        if (preset == null) {
            return catalog.tuned(algorithm.name(), environment.name());
        }
        if ("none".equals(preset)) {
            return Optional.empty();
        }
        return Optional.of(catalog.tuned(algorithm.name(), String.valueOf(preset))
                .orElseThrow(() -> new BadInput("preset (" + preset + ") is not known for " + algorithm.name()
                        + ". Maybe cleanrl, the name of an environment, or none for the plain defaults.")));
    }

    private static <S extends Record> S bindTuned(S defaults, Optional<TunedSettings> tuned) {
        return tuned.isPresent() ? SettingsBinder.bind(defaults, tuned.get().settings()) : defaults;
    }

    /** Reads values one by one and collects what is wrong. */
    private static final class Collector {
        private final Map<String, ?> asked;
        private final List<String> wrong;

        Collector(Map<String, ?> asked, List<String> wrong) {
            this.asked = asked;
            this.wrong = wrong;
        }

        <S extends Record> S record(String key, S defaults) {
            if (!asked.containsKey(key)) {
                return defaults;
            }
            Map<String, Object> values = new LinkedHashMap<>();
            if (asked.get(key) instanceof Map<?, ?> map) {
                map.forEach((name, value) -> values.put(String.valueOf(name), value));
            } else {
                wrong.add(key + " (" + asked.get(key) + ") must be a mapping of names to values.");
                return defaults;
            }
            try {
                return SettingsBinder.bind(defaults, values);
            } catch (IllegalArgumentException e) {
                wrong.add(key + ": " + e.getMessage());
                return defaults;
            }
        }

        long whole(String key, long otherwise, long least, long most) {
            if (!asked.containsKey(key)) {
                return otherwise;
            }
            Object value = asked.get(key);
            try {
                long number = Long.parseLong(String.valueOf(value).replace("_", ""));
                if (number >= least && number <= most) {
                    return number;
                }
            } catch (NumberFormatException e) {
                // Told below, like a number out of range.
            }
            wrong.add(key + " (" + value + ") must be a whole number"
                    + (least == Long.MIN_VALUE ? "." : " of at least " + least + "."));
            return otherwise;
        }

        ExecutionMode mode() {
            try {
                return asked.containsKey("mode")
                        ? ExecutionMode.parse(String.valueOf(asked.get("mode")))
                        : ExecutionMode.synchronous();
            } catch (IllegalArgumentException e) {
                wrong.add("mode: " + e.getMessage());
                return ExecutionMode.synchronous();
            }
        }

        Optional<NetworkCut> learner() {
            String text = noted(asked, "learner");
            try {
                return text.isEmpty() ? Optional.empty() : Optional.of(NetworkCut.parse(text));
            } catch (IllegalArgumentException e) {
                wrong.add("learner: " + e.getMessage());
                return Optional.empty();
            }
        }

        ResourceUse resources() {
            try {
                return asked.containsKey("resources")
                        ? ResourceUse.parse(String.valueOf(asked.get("resources")))
                        : ResourceUse.FIXED;
            } catch (IllegalArgumentException e) {
                wrong.add(e.getMessage());
                return ResourceUse.FIXED;
            }
        }

        Optional<StopRule> stop(String otherwise) {
            String text = asked.containsKey("stop") ? String.valueOf(asked.get("stop")) : otherwise;
            try {
                return StopRule.besidesBudget(text);
            } catch (IllegalArgumentException e) {
                wrong.add("stop: " + e.getMessage());
                return Optional.empty();
            }
        }
    }
}
