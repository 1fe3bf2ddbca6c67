package io.espalier.runtime;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Finds what somebody may have meant by a name that is not known. */
public final class NearestName {
    private NearestName() {}

    /** A sentence of advice: the nearest name, or else all of them. */
    public static String advice(String asked, Collection<String> known) {
        return of(asked, known)
                .map(name -> "Maybe you mean " + name + ".")
                .orElse("Maybe one of: " + String.join(", ", known) + ".");
    }

    /** The known name with the least edit distance, if that is at most a third of the word's length or 2. */
    public static Optional<String> of(String asked, Collection<String> known) {
        String lower = asked.toLowerCase(Locale.ROOT);
        int most = Math.max(2, asked.length() / 3);
        return known.stream()
                .filter(name -> distance(lower, name.toLowerCase(Locale.ROOT)) <= most)
                .min(Comparator.comparingInt(name -> distance(lower, name.toLowerCase(Locale.ROOT))));
    }

    /** Levenshtein's distance. */
    static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
