package io.espalier.policy;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the text form of action heads. */
final class ActionHeadText {
    private static final Pattern FORM =
            Pattern.compile("([a-z-]{1,30})(?:\\(([0-9]{1,20}(?:\\.[0-9]{1,20})?(?:E-?[0-9]{1,3})?)\\))?");

    private ActionHeadText() {}

    static ActionHead parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw bad(text);
        }
        String name = form.group(1);
        if (form.group(2) == null) {
            return switch (name) {
                case "categorical" -> new ActionHead.Categorical();
                case "diagonal-gaussian" -> new ActionHead.DiagonalGaussian();
                case "squashed-gaussian" -> new ActionHead.SquashedGaussian();
                case "deterministic" -> new ActionHead.Deterministic();
                default -> throw bad(text);
            };
        }
        double number = Double.parseDouble(form.group(2));
        return switch (name) {
            case "epsilon-greedy" -> new ActionHead.EpsilonGreedy(number);
            case "squashed-deterministic" -> new ActionHead.SquashedDeterministic(number);
            case "tabular" -> new ActionHead.Tabular(number);
            default -> throw bad(text);
        };
    }

    private static IllegalArgumentException bad(String text) {
        return new IllegalArgumentException("\"" + (text.length() > 60 ? text.substring(0, 60) + "..." : text)
                + "\" is not an action head. Maybe one of: categorical, diagonal-gaussian, deterministic,"
                + " squashed-gaussian, squashed-deterministic(0.1), epsilon-greedy(0.05), tabular(0.05).");
    }
}
