package io.espalier.policy;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the text form of action heads. */
final class ActionHeadText {
    private static final String NUMBER = "-?[0-9]{1,20}(?:\\.[0-9]{1,20})?(?:E-?[0-9]{1,3})?";
    private static final Pattern FORM =
            Pattern.compile("([a-z-]{1,30})(?:\\((" + NUMBER + "(?:, " + NUMBER + "){0,3})\\))?");

    private static final Pattern NOISY = Pattern.compile("noisy\\(([^\\n]{1,200}), (-?[0-9]{1,19})\\)");

    private ActionHeadText() {}

    static ActionHead parse(String text) {
        Matcher noisy = NOISY.matcher(text);
        if (noisy.matches()) {
            return new ActionHead.Noisy(parsePlain(noisy.group(1)), seed(text, noisy.group(2)));
        }
        return parsePlain(text);
    }

    private static long seed(String text, String number) {
        try {
            return Long.parseLong(number);
        } catch (NumberFormatException e) {
            throw bad(text);
        }
    }

    private static ActionHead parsePlain(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw bad(text);
        }
        String[] words = form.group(2) == null ? new String[0] : form.group(2).split(", ", -1);
        double[] numbers = new double[words.length];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = Double.parseDouble(words[i]);
        }
        return switch (form.group(1) + "/" + numbers.length) {
            case "categorical/0" -> new ActionHead.Categorical();
            case "diagonal-gaussian/0" -> new ActionHead.DiagonalGaussian();
            case "squashed-gaussian/0" -> new ActionHead.SquashedGaussian();
            case "deterministic/0" -> new ActionHead.Deterministic();
            case "epsilon-greedy/1" -> new ActionHead.EpsilonGreedy(numbers[0]);
            case "squashed-deterministic/1" -> new ActionHead.SquashedDeterministic(numbers[0]);
            case "tabular/1" -> new ActionHead.Tabular(numbers[0]);
            case "epsilon-greedy-quantiles/2" ->
                new ActionHead.EpsilonGreedyQuantiles(numbers[0], whole(text, numbers[1]));
            case "epsilon-greedy-atoms/4" ->
                new ActionHead.EpsilonGreedyAtoms(numbers[0], whole(text, numbers[1]), numbers[2], numbers[3]);
            default -> throw bad(text);
        };
    }

    private static int whole(String text, double number) {
        if (number != (int) number) {
            throw bad(text);
        }
        return (int) number;
    }

    private static IllegalArgumentException bad(String text) {
        return new IllegalArgumentException("\"" + (text.length() > 60 ? text.substring(0, 60) + "..." : text)
                + "\" is not an action head. Maybe one of: categorical, diagonal-gaussian, deterministic,"
                + " squashed-gaussian, squashed-deterministic(0.1), epsilon-greedy(0.05), epsilon-greedy-quantiles(0.05, 25),"
                + " epsilon-greedy-atoms(0.05, 51, -10.0, 10.0), tabular(0.05),"
                + " noisy(epsilon-greedy(0.0), 7).");
    }
}
