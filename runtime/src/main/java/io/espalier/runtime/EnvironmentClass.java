package io.espalier.runtime;

import io.espalier.core.Environment;
import io.espalier.core.EnvironmentSpec;
import java.lang.reflect.InvocationTargetException;
import java.util.List;

/**
 * A user's environment that is asked for by the name of its class. The name may come from another machine, so nothing of a
 * class runs, not even its static initialiser, before it is known to be an {@link Environment}.
 */
final class EnvironmentClass {
    private EnvironmentClass() {}

    /** Whether a name is that of a class: all of those have a package. */
    static boolean isOne(String name) {
        return name.contains(".");
    }

    /**
     * The environment of that class.
     *
     * @throws IllegalArgumentException if there is no such class here, or it is no environment
     */
    static EnvironmentSpec find(String className, ClassLoader loader) {
        Class<?> found;
        try {
            found = Class.forName(className, false, loader);
        } catch (ClassNotFoundException | LinkageError e) {
            throw new IllegalArgumentException(
                    "There is no class " + className + " on the class path (" + e
                            + "). Maybe name its jar with --classpath, at the head and at each worker.",
                    e);
        }
        if (!Environment.class.isAssignableFrom(found)) {
            throw new IllegalArgumentException(
                    className + " is not an environment: it must implement " + Environment.class.getName() + ".");
        }
        Class<? extends Environment> type = found.asSubclass(Environment.class);
        return new EnvironmentSpec(className, List.of(), "your own", () -> make(type), Double.NaN);
    }

    private static Environment make(Class<? extends Environment> type) {
        try {
            return type.getDeclaredConstructor().newInstance();
        } catch (InvocationTargetException e) {
            throw new IllegalArgumentException("The constructor of " + type.getName() + " failed: " + e.getCause(), e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException(
                    type.getName() + " cannot be made (" + e
                            + "). Maybe make the class and a constructor without parameters public.",
                    e);
        }
    }
}
