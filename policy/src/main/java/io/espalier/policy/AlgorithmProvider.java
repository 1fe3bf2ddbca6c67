package io.espalier.policy;

/**
 * Offers an algorithm by name; found through {@link java.util.ServiceLoader}.
 *
 * @param <S> its settings: a record whose components carry {@link io.espalier.core.Setting} and whose constructor refuses
 *     what is not valid
 */
public interface AlgorithmProvider<S extends Record> {
    /** Its name on the command line, as "ppo". */
    String name();

    /** One sentence for lists. */
    String summary();

    /** The class of its settings. */
    Class<S> settingsType();

    /** Settings that suit most tasks. */
    S defaults();

    /** The algorithm with those settings. */
    Algorithm create(S settings);
}
