package io.espalier.runtime;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Turns the names that an environment gives its figures into names of columns. What a table cannot take is replaced by
 * an underscore, a name that the run itself uses is marked as the environment's, and there is a limit to how many there
 * may be: an environment that invents a name per episode must not make a table of a million columns.
 */
final class FigureNames {
    /** Different names that are recorded. */
    static final int MOST = 100;

    private static final Pattern OTHER = Pattern.compile("[^A-Za-z0-9_./ -]");

    private final String prefix;
    private final List<String> taken;
    private final Map<String, String> columns = new HashMap<>();

    /**
     * Names below a prefix.
     *
     * @param taken what the run itself calls so
     */
    FigureNames(String prefix, List<String> taken) {
        this.prefix = prefix;
        this.taken = List.copyOf(taken);
    }

    /** The column of a figure; null if there are too many already. */
    @Nullable
    String column(String name) {
        String known = columns.get(name);
        if (known != null || columns.size() >= MOST) {
            return known;
        }
        String clean = OTHER.matcher(name).replaceAll("_");
        if (clean.isBlank()) {
            clean = "unnamed";
        }
        String column = prefix + (taken.contains(clean) ? "environment-" + clean : clean);
        columns.put(name, column);
        return column;
    }
}
