package io.espalier.cli;

import io.espalier.core.Discrete;
import io.espalier.core.EnvironmentSpec;
import io.espalier.core.MultiDiscrete;
import io.espalier.core.Space;
import io.espalier.policy.AlgorithmProvider;
import io.espalier.runtime.EnvironmentFacts;
import io.espalier.runtime.EnvironmentFailure;
import io.espalier.runtime.GuardSettings;
import io.espalier.runtime.Registry;
import io.espalier.runtime.TunedSettings;
import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What can be asked for by name: the environments and algorithms on the class path and in the user's own jars. */
public final class Catalog {
    /** How long an environment may take to start when it is only asked for its spaces. */
    private static final double START_SECONDS = 60;

    private final ClassLoader loader;
    private final Registry registry;

    private Catalog(ClassLoader loader) {
        this.loader = loader;
        registry = Registry.of(loader);
    }

    /**
     * Looks around.
     *
     * @param classPath jars and folders of the user's, separated as on a class path; null or empty for none
     * @throws BadInput if one of them does not exist
     */
    public static Catalog of(@Nullable String classPath) {
        ClassLoader own = Catalog.class.getClassLoader();
        if (classPath == null || classPath.isBlank()) {
            return new Catalog(own);
        }
        List<URL> urls = new ArrayList<>();
        for (String entry : classPath.split(File.pathSeparator, -1)) {
            Path path = Path.of(entry);
            if (!Files.exists(path)) {
                throw new BadInput(
                        "--classpath names " + path + ", which does not exist. Maybe build it first; you are in "
                                + Path.of("").toAbsolutePath() + ".");
            }
            try {
                urls.add(path.toUri().toURL());
            } catch (MalformedURLException e) {
                throw new BadInput("--classpath names " + path + ", which cannot be read as a location.", e);
            }
        }
        return new Catalog(new URLClassLoader("user", urls.toArray(new URL[0]), own));
    }

    /** Where their classes are. */
    ClassLoader loader() {
        return loader;
    }

    /** The same, for those who do not need errors for people. */
    Registry registry() {
        return registry;
    }

    /** All environments with a name. */
    List<EnvironmentSpec> environments() {
        return registry.environments();
    }

    /** All algorithms. */
    public List<AlgorithmProvider<?>> algorithms() {
        return registry.algorithms();
    }

    /**
     * The environment of that name, or of that class.
     *
     * @throws BadInput if there is none
     */
    public EnvironmentSpec environment(String asked) {
        EnvironmentSpec found = named(() -> registry.environment(asked));
        if (registry.find(asked).isEmpty()) {
            // A class that cannot be made is bad input, not a run that fails.
            facts(found);
        }
        return found;
    }

    /**
     * What an environment says of itself.
     *
     * @throws BadInput if it cannot be made
     */
    static EnvironmentFacts facts(EnvironmentSpec environment) {
        try {
            return EnvironmentFacts.of(environment, GuardSettings.DEFAULT.withHangSeconds(START_SECONDS));
        } catch (EnvironmentFailure e) {
            throw new BadInput(String.valueOf(e.getMessage()), e);
        }
    }

    /** The algorithm to take where none is named: the first that has tuned settings for the environment, else by its spaces. */
    AlgorithmProvider<?> suitable(EnvironmentSpec environment) {
        Space observations = facts(environment).observationSpace();
        boolean table = observations instanceof Discrete || observations instanceof MultiDiscrete;
        List<String> order = table ? List.of("q-learning", "ppo", "dqn") : List.of("ppo", "dqn", "q-learning");
        return order.stream()
                .filter(name -> tuned(name, environment.name()).isPresent())
                .findFirst()
                .<AlgorithmProvider<?>>map(this::algorithm)
                .orElseGet(() -> algorithm(order.get(0)));
    }

    /** Settings of that algorithm tuned for the environment, or the preset, of that name. */
    public Optional<TunedSettings> tuned(String algorithm, String name) {
        return TunedSettings.find(loader, algorithm, name);
    }

    /**
     * The algorithm of that name.
     *
     * @throws BadInput if there is none
     */
    public AlgorithmProvider<?> algorithm(String asked) {
        return Catalog.<AlgorithmProvider<?>>named(() -> registry.algorithm(asked));
    }

    private static <T> T named(Supplier<T> look) {
        try {
            return look.get();
        } catch (IllegalArgumentException e) {
            throw new BadInput(String.valueOf(e.getMessage()), e);
        }
    }
}
