package io.espalier.runtime;

import io.espalier.core.EnvironmentProvider;
import io.espalier.core.EnvironmentSpec;
import io.espalier.policy.AlgorithmProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;

/** Finds algorithms and environments by name among the services on the class path. */
final class Registry {
    private Registry() {}

    static AlgorithmProvider<?> algorithm(String name) {
        List<String> known = new ArrayList<>();
        for (AlgorithmProvider<?> provider : ServiceLoader.load(AlgorithmProvider.class)) {
            if (provider.name().equalsIgnoreCase(name)) {
                return provider;
            }
            known.add(provider.name());
        }
        throw new IllegalArgumentException(
                "There is no algorithm \"" + name + "\". " + NearestName.advice(name, known));
    }

    static EnvironmentSpec environment(String name) {
        List<String> known = new ArrayList<>();
        for (EnvironmentProvider provider : ServiceLoader.load(EnvironmentProvider.class)) {
            for (EnvironmentSpec spec : provider.environments()) {
                if (spec.answersTo(name)) {
                    return spec;
                }
                known.add(spec.name());
            }
        }
        throw new IllegalArgumentException(
                "There is no environment \"" + name + "\". " + NearestName.advice(name, known));
    }
}
