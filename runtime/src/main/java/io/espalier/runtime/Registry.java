package io.espalier.runtime;

import io.espalier.core.EnvironmentProvider;
import io.espalier.core.EnvironmentSpec;
import io.espalier.policy.AlgorithmProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;

/** The algorithms and environments that are registered as services, by name; and environments by the name of their class. */
public final class Registry {
    private final ClassLoader loader;
    private final List<EnvironmentSpec> environments = new ArrayList<>();
    private final List<AlgorithmProvider<?>> algorithms = new ArrayList<>();

    private Registry(ClassLoader loader) {
        this.loader = loader;
        for (EnvironmentProvider provider : ServiceLoader.load(EnvironmentProvider.class, loader)) {
            environments.addAll(provider.environments());
        }
        for (AlgorithmProvider<?> provider : ServiceLoader.load(AlgorithmProvider.class, loader)) {
            algorithms.add(provider);
        }
    }

    /** What the thread's own class loader offers. */
    public static Registry here() {
        ClassLoader loader = Thread.currentThread().getContextClassLoader();
        return of(loader == null ? Registry.class.getClassLoader() : loader);
    }

    /** What this loader and its parents offer. */
    public static Registry of(ClassLoader loader) {
        return new Registry(loader);
    }

    /** All environments with a name. */
    public List<EnvironmentSpec> environments() {
        return List.copyOf(environments);
    }

    /** All algorithms. */
    public List<AlgorithmProvider<?>> algorithms() {
        return List.copyOf(algorithms);
    }

    /** The environment of that name or alias, if there is one. */
    public Optional<EnvironmentSpec> find(String name) {
        return environments.stream().filter(spec -> spec.answersTo(name)).findFirst();
    }

    /**
     * The environment of that name or alias, or of that class on the class path: public, with a constructor without
     * parameters.
     *
     * @throws IllegalArgumentException if there is none, with the nearest one; for a class, with what is wrong with it
     */
    public EnvironmentSpec environment(String name) {
        Optional<EnvironmentSpec> registered = find(name);
        if (registered.isPresent()) {
            return registered.get();
        }
        if (EnvironmentClass.isOne(name)) {
            return EnvironmentClass.find(name, loader);
        }
        List<String> known = new ArrayList<>();
        for (EnvironmentSpec spec : environments) {
            known.add(spec.name());
            known.addAll(spec.aliases());
        }
        throw unknown("environment", name, known);
    }

    /**
     * The algorithm of that name, whose hyphens may be left out.
     *
     * @throws IllegalArgumentException if there is none, with the nearest one
     */
    public AlgorithmProvider<?> algorithm(String name) {
        List<String> known = new ArrayList<>();
        for (AlgorithmProvider<?> provider : algorithms) {
            if (provider.name().replace("-", "").equalsIgnoreCase(name.replace("-", ""))) {
                return provider;
            }
            known.add(provider.name());
        }
        throw unknown("algorithm", name, known);
    }

    private static IllegalArgumentException unknown(String what, String name, List<String> known) {
        return new IllegalArgumentException(
                "There is no " + what + " \"" + name + "\". " + NearestName.advice(name, known));
    }
}
