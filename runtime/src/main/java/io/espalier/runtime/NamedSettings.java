package io.espalier.runtime;

import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A name, perhaps with settings behind it, as in {@code asynchronous(maxStaleness=4)}.
 *
 * @param name small letters and dashes
 * @param inner what stands between the parentheses; empty if nothing does
 */
public record NamedSettings(String name, String inner) {
    private static final Pattern FORM = Pattern.compile("\\s*([a-z-]+)\\s*(?:\\((.*)\\))?\\s*", Pattern.DOTALL);

    /**
     * Reads such words.
     *
     * @param what to call them in errors
     * @param example one that is right, for errors
     * @throws IllegalArgumentException if they have not this form
     */
    public static NamedSettings parse(String text, String what, String example) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new IllegalArgumentException(
                    what + " (" + text + ") must be a name, perhaps with settings. Maybe write " + example + ".");
        }
        return new NamedSettings(
                form.group(1), form.group(2) == null ? "" : form.group(2).strip());
    }

    /**
     * The settings by name, separated by commas.
     *
     * @throws IllegalArgumentException if a word has no equals sign
     */
    public Map<String, Object> values() {
        return SettingsBinder.parseWords(inner.isEmpty() ? List.of() : List.of(inner.split(",", -1)));
    }
}
