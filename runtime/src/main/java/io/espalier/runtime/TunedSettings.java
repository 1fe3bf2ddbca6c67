package io.espalier.runtime;

import io.espalier.policy.Algorithm;
import io.espalier.policy.AlgorithmProvider;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Settings of an algorithm that are known to do well on an environment, or that reproduce a published experiment: a small
 * YAML file on the class path.
 *
 * @param environmentSteps the run's budget that goes with them
 * @param stop the stop rule that goes with them; empty for none but the budget
 * @param settings the settings that differ from the algorithm's defaults, by name
 * @param source where they come from
 */
public record TunedSettings(long environmentSteps, Optional<String> stop, Map<String, Object> settings, String source) {
    /** Keeps a copy of the settings, in their order. */
    public TunedSettings {
        settings = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(settings));
    }

    /**
     * Looks for {@code io/espalier/algorithms/tuned/ALGORITHM/NAME.yaml}, with a dash for a slash in the
     * environment's name.
     *
     * @param loader where to look
     * @param algorithm the algorithm's name
     * @param name the environment's name, as "CartPole-v1", or a preset's, as "cleanrl"
     * @throws IllegalArgumentException if there is such a file but it is not as it should be
     */
    public static Optional<TunedSettings> find(ClassLoader loader, String algorithm, String name) {
        String file = name.replace('/', '-');
        if (!file.matches("[A-Za-z0-9_.-]+") || file.startsWith(".")) {
            return Optional.empty();
        }
        String resource = "io/espalier/algorithms/tuned/" + algorithm + "/" + file + ".yaml";
        try (InputStream in = loader.getResourceAsStream(resource)) {
            return in == null
                    ? Optional.empty()
                    : Optional.of(parse(new String(in.readAllBytes(), StandardCharsets.UTF_8), resource));
        } catch (IOException e) {
            throw new UncheckedIOException(resource + " cannot be read.", e);
        }
    }

    /**
     * Reads such a file.
     *
     * @throws IllegalArgumentException if a key is unknown, or a value of the wrong kind
     */
    public static TunedSettings parse(String text, String resource) {
        Map<String, Object> tree = SettingsBinder.parse(text, resource);
        List<String> known = List.of("environmentSteps", "stop", "settings", "source");
        for (String key : tree.keySet()) {
            if (!known.contains(key)) {
                throw new IllegalArgumentException(
                        resource + ": \"" + key + "\" is not known. " + NearestName.advice(key, known));
            }
        }
        if (!(tree.get("environmentSteps") instanceof Number steps) || steps.longValue() < 1) {
            throw new IllegalArgumentException(resource + ": environmentSteps (" + tree.get("environmentSteps")
                    + ") must be a whole number of at least 1.");
        }
        Map<String, Object> settings = new LinkedHashMap<>();
        if (tree.get("settings") instanceof Map<?, ?> map) {
            map.forEach((key, value) -> settings.put(String.valueOf(key), value));
        }
        Optional<String> stop = Optional.ofNullable(tree.get("stop")).map(String::valueOf);
        return new TunedSettings(
                steps.longValue(), stop, settings, String.valueOf(tree.getOrDefault("source", "unknown")));
    }

    /** The algorithm with these settings; what they do not mention is as the provider's defaults. */
    public <S extends Record> Algorithm algorithm(AlgorithmProvider<S> provider) {
        return provider.create(SettingsBinder.bind(provider.defaults(), settings));
    }
}
