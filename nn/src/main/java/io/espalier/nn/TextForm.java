package io.espalier.nn;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The grammar that all readable text forms of this package share:
 *
 * <pre>
 *   chain    = term { ">" term }
 *   term     = word [ "(" [ argument { "," argument } ] ")" ]  |  "(" chain ")"
 *   argument = [ word ( "=" | ":" ) ] chain
 *   word     = letters, digits and . + - _, as "dense", "0.5" or "1e-5"
 * </pre>
 *
 * What the words mean is up to the reader, who takes the arguments of a {@link Term} by name or by place.
 */
final class TextForm {
    /** The longest text that is read, in characters. */
    static final int LONGEST = 1 << 20;

    /** The deepest nesting that is read. */
    static final int DEEPEST = 64;

    private final String text;
    private int at;
    private int depth;

    private TextForm(String text) {
        this.text = text;
    }

    /** Terms that follow each other: more than one only where the text has "&gt;". */
    record Chain(List<Term> terms) {}

    /** One argument; its name is null when it goes by place. */
    record Argument(@Nullable String name, Chain value) {}

    /** Reads a whole text. */
    static Chain parse(String text) {
        if (text.length() > LONGEST) {
            throw new IllegalArgumentException(
                    "a text of " + text.length() + " characters is too long; " + LONGEST + " are the most.");
        }
        TextForm reader = new TextForm(text);
        Chain chain = reader.chain();
        if (reader.peek() != 0) {
            throw reader.wrong("nothing or \">\"");
        }
        return chain;
    }

    /** Reads a whole text that must be a single term. */
    static Term parseTerm(String text) {
        return single(parse(text));
    }

    /** The only term of a chain. */
    static Term single(Chain chain) {
        if (chain.terms().size() != 1) {
            throw new IllegalArgumentException("\">\" joins layers; here one value was expected, not "
                    + chain.terms().size() + ".");
        }
        return chain.terms().get(0);
    }

    /** A number as short as it can be read back exactly: "1" for 1.0, "0.01", "1.0E-5". */
    static String number(double value) {
        return value == StrictMath.rint(value) && Math.abs(value) < 1e9 && !(value == 0 && 1 / value < 0)
                ? Long.toString((long) value)
                : Double.toString(value);
    }

    private Chain chain() {
        if (++depth > DEEPEST) {
            throw new IllegalArgumentException("the text nests deeper than " + DEEPEST + " levels.");
        }
        List<Term> terms = new ArrayList<>();
        do {
            terms.addAll(term());
        } while (take('>'));
        depth--;
        return new Chain(terms);
    }

    private List<Term> term() {
        if (take('(')) {
            Chain inner = chain();
            expect(')');
            return inner.terms();
        }
        String word = word();
        List<Argument> arguments = new ArrayList<>();
        boolean called = take('(');
        if (called && !take(')')) {
            do {
                arguments.add(argument());
            } while (take(','));
            expect(')');
        }
        return List.of(new Term(word, arguments));
    }

    private Argument argument() {
        int start = at;
        peek();
        if (at < text.length() && isWord(text.charAt(at))) {
            String name = word();
            if (take('=') || take(':')) {
                return new Argument(name, chain());
            }
            at = start;
        }
        return new Argument(null, chain());
    }

    private String word() {
        peek();
        int start = at;
        while (at < text.length() && isWord(text.charAt(at))) {
            at++;
        }
        if (start == at) {
            throw wrong("a word");
        }
        return text.substring(start, at);
    }

    private static boolean isWord(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || ".+-_".indexOf(c) >= 0;
    }

    /** The next character that is no white space, without taking it; 0 at the end. */
    private char peek() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        return at < text.length() ? text.charAt(at) : 0;
    }

    private boolean take(char c) {
        if (peek() != c) {
            return false;
        }
        at++;
        return true;
    }

    private void expect(char c) {
        if (!take(c)) {
            throw wrong("\"" + c + "\"");
        }
    }

    private IllegalArgumentException wrong(String expected) {
        String found = at < text.length() ? "\"" + text.charAt(at) + "\"" : "the end";
        int from = Math.max(0, at - 40);
        return new IllegalArgumentException("expected " + expected + ", found " + found + " at character " + (at + 1)
                + ", after \"" + text.substring(from, Math.min(at, text.length())) + "\".");
    }

    /** A word with its arguments, which are taken one by one; {@link #done} refuses those that nobody took. */
    static final class Term {
        private final String word;
        private final List<Argument> arguments;
        private final boolean[] taken;
        private final List<String> known = new ArrayList<>();
        private int place;

        Term(String word, List<Argument> arguments) {
            this.word = word;
            this.arguments = List.copyOf(arguments);
            this.taken = new boolean[arguments.size()];
        }

        String word() {
            return word;
        }

        List<Argument> arguments() {
            return arguments;
        }

        /** Takes the argument of that name or, if no argument is so named, the next one without a name. */
        @Nullable
        Chain take(String name) {
            known.add(name);
            int found = -1;
            for (int i = 0; i < taken.length; i++) {
                if (name.equals(arguments.get(i).name()) && !taken[i]) {
                    if (found >= 0) {
                        throw new IllegalArgumentException(word + " has " + name + " twice.");
                    }
                    found = i;
                }
            }
            if (found < 0 && place < taken.length && arguments.get(place).name() == null) {
                found = place++;
            }
            if (found < 0) {
                return null;
            }
            taken[found] = true;
            return arguments.get(found).value();
        }

        Chain need(String name) {
            Chain value = take(name);
            if (value == null) {
                throw new IllegalArgumentException(word + " lacks " + name + ".");
            }
            return value;
        }

        <T> T value(String name, Function<Term, T> reader, T ifAbsent) {
            Chain value = take(name);
            return value == null ? ifAbsent : reader.apply(single(value));
        }

        int integer(String name) {
            return integer(name, single(need(name)));
        }

        int integer(String name, int ifAbsent) {
            return value(name, term -> integer(name, term), ifAbsent);
        }

        double real(String name) {
            return real(name, single(need(name)));
        }

        double real(String name, double ifAbsent) {
            return value(name, term -> real(name, term), ifAbsent);
        }

        boolean flag(String name, boolean ifAbsent) {
            return value(name, term -> flag(name, term), ifAbsent);
        }

        /** Refuses arguments that nobody took. */
        void done() {
            for (int i = 0; i < taken.length; i++) {
                if (!taken[i]) {
                    String name = arguments.get(i).name();
                    throw new IllegalArgumentException(word
                            + (name == null ? " has too many arguments" : " has no argument named " + name)
                            + ". Maybe one of: " + (known.isEmpty() ? "none" : String.join(", ", known)) + ".");
                }
            }
        }

        private int integer(String name, Term term) {
            try {
                return Integer.parseInt(term.bare());
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException(
                        word + ": " + name + " (" + term.word + ") must be a whole number.", e);
            }
        }

        private double real(String name, Term term) {
            return number(word + ": " + name, term.bare());
        }

        private boolean flag(String name, Term term) {
            String value = term.bare();
            if (!value.equals("true") && !value.equals("false")) {
                throw new IllegalArgumentException(word + ": " + name + " (" + value + ") must be true or false.");
            }
            return value.equals("true");
        }

        /** The word of a term that must have no arguments. */
        private String bare() {
            done();
            return word;
        }

        static double number(String name, String value) {
            try {
                double number = Double.parseDouble(value);
                if (Double.isNaN(number) || Double.isInfinite(number)) {
                    throw new IllegalArgumentException(name + " (" + value + ") must be finite.");
                }
                return number;
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException(name + " (" + value + ") must be a number.", e);
            }
        }
    }
}
