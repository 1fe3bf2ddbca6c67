package io.espalier.nn;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One JSON value (RFC 8259), read strictly and with caps, for files from strangers: no comments, no trailing commas, no
 * NaN, no second key of the same name, nothing after the value, at most {@value #DEEPEST} levels and a length that the
 * caller limits. A value that was read knows its place, so that errors name it: {@code $.layers[2].units}.
 */
public final class Json {
    /** The deepest nesting that is read. */
    public static final int DEEPEST = 64;

    /** The longest text that {@link #parse(String)} reads, in characters. */
    public static final int LONGEST = 1 << 24;

    private enum Kind {
        OBJECT("an object"),
        ARRAY("an array"),
        STRING("a string"),
        NUMBER("a number"),
        BOOLEAN("true or false"),
        NULL("null");

        private final String words;

        Kind(String words) {
            this.words = words;
        }
    }

    private final Kind kind;
    private final String path;
    private final String scalar;
    private final Map<String, Json> members;
    private final List<Json> elements;

    private Json(Kind kind, String path, String scalar) {
        this.kind = kind;
        this.path = path;
        this.scalar = scalar;
        this.members = kind == Kind.OBJECT ? new LinkedHashMap<>() : Map.of();
        this.elements = kind == Kind.ARRAY ? new ArrayList<>() : List.of();
    }

    /**
     * Reads one value of at most {@value #LONGEST} characters.
     *
     * @throws IllegalArgumentException if the text is not exactly one JSON value, or too long or too deep
     */
    public static Json parse(String text) {
        return parse(text, LONGEST);
    }

    /**
     * Reads one value.
     *
     * @param longest the most characters that are read
     * @throws IllegalArgumentException if the text is not exactly one JSON value, or too long or too deep
     */
    public static Json parse(String text, int longest) {
        if (text.length() > longest) {
            throw new IllegalArgumentException(
                    "JSON of " + text.length() + " characters is too long; " + longest + " are the most.");
        }
        return new JsonReader(text).read();
    }

    /** An object without members, to be filled by {@link #put}. */
    public static Json object() {
        return new Json(Kind.OBJECT, "$", "");
    }

    /** An array without elements, to be filled by {@link #add}. */
    public static Json array() {
        return new Json(Kind.ARRAY, "$", "");
    }

    /** A string. */
    public static Json of(String value) {
        return string("$", value);
    }

    /** A whole number. */
    public static Json of(long value) {
        return number("$", Long.toString(value));
    }

    /**
     * A number.
     *
     * @throws IllegalArgumentException if it is not finite: JSON has no word for that
     */
    public static Json of(double value) {
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            throw new IllegalArgumentException(value + " can not be written as JSON.");
        }
        return number("$", TextForm.number(value));
    }

    /** True or false. */
    public static Json of(boolean value) {
        return bool("$", value);
    }

    static Json object(String path) {
        return new Json(Kind.OBJECT, path, "");
    }

    static Json array(String path) {
        return new Json(Kind.ARRAY, path, "");
    }

    static Json string(String path, String value) {
        return new Json(Kind.STRING, path, value);
    }

    static Json number(String path, String literal) {
        return new Json(Kind.NUMBER, path, literal);
    }

    static Json bool(String path, boolean value) {
        return new Json(Kind.BOOLEAN, path, Boolean.toString(value));
    }

    static Json nothing(String path) {
        return new Json(Kind.NULL, path, "null");
    }

    /**
     * Adds a member to this object.
     *
     * @return this
     * @throws IllegalArgumentException if it has one of that name
     */
    public Json put(String name, Json value) {
        want(Kind.OBJECT);
        if (members.putIfAbsent(name, value) != null) {
            throw new IllegalArgumentException(path + " has \"" + shown(name) + "\" twice.");
        }
        return this;
    }

    /** Adds a string member. */
    public Json put(String name, String value) {
        return put(name, of(value));
    }

    /** Adds a whole number. */
    public Json put(String name, long value) {
        return put(name, of(value));
    }

    /** Adds a number. */
    public Json put(String name, double value) {
        return put(name, of(value));
    }

    /** Adds true or false. */
    public Json put(String name, boolean value) {
        return put(name, of(value));
    }

    /**
     * Adds an element to this array.
     *
     * @return this
     */
    public Json add(Json value) {
        want(Kind.ARRAY);
        elements.add(value);
        return this;
    }

    /** Where this value stands in the text that it was read from, as {@code $.layers[2]}. */
    public String path() {
        return path;
    }

    /** Whether this object has a member of that name. */
    public boolean has(String name) {
        want(Kind.OBJECT);
        return members.containsKey(name);
    }

    /** The member of that name; refuses if there is none. */
    public Json get(String name) {
        want(Kind.OBJECT);
        Json value = members.get(name);
        if (value == null) {
            throw new IllegalArgumentException(path + " lacks \"" + name + "\".");
        }
        return value;
    }

    /** The names of this object's members, in the text's order. */
    public Set<String> names() {
        want(Kind.OBJECT);
        return java.util.Collections.unmodifiableSet(members.keySet());
    }

    /** Refuses if this object has a member with another name than these. */
    public void only(String... known) {
        Set<String> allowed = Set.of(known);
        for (String name : names()) {
            if (!allowed.contains(name)) {
                throw new IllegalArgumentException(path + " has an unknown member \"" + shown(name)
                        + "\". Maybe one of: " + String.join(", ", known) + ".");
            }
        }
    }

    /** The elements of this array. */
    public List<Json> elements() {
        want(Kind.ARRAY);
        return java.util.Collections.unmodifiableList(elements);
    }

    /** The number of elements of this array or of members of this object. */
    public int size() {
        if (kind == Kind.ARRAY) {
            return elements.size();
        }
        want(Kind.OBJECT);
        return members.size();
    }

    /** This string. */
    public String asString() {
        want(Kind.STRING);
        return scalar;
    }

    /** This number; refuses one that is too large for a double. */
    public double asDouble() {
        want(Kind.NUMBER);
        double value = Double.parseDouble(scalar);
        if (Double.isInfinite(value)) {
            throw new IllegalArgumentException(path + " (" + scalar + ") is too large.");
        }
        return value;
    }

    /** This number, which must be whole, written without fraction or exponent, and fit a long. */
    public long asLong() {
        want(Kind.NUMBER);
        try {
            return Long.parseLong(scalar);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(path + " (" + scalar + ") must be a whole number below 2^63.", e);
        }
    }

    /** This number, which must be whole and fit an int. */
    public int asInt() {
        long value = asLong();
        if (value != (int) value) {
            throw new IllegalArgumentException(path + " (" + value + ") must be below 2^31.");
        }
        return (int) value;
    }

    /** This truth value. */
    public boolean asBoolean() {
        want(Kind.BOOLEAN);
        return Boolean.parseBoolean(scalar);
    }

    /** This array of numbers. */
    public double[] asDoubles() {
        double[] values = new double[elements().size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = elements.get(i).asDouble();
        }
        return values;
    }

    /** This array of numbers, each rounded to float32. */
    public float[] asFloats() {
        float[] values = new float[elements().size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) elements.get(i).asDouble();
        }
        return values;
    }

    /** This array of whole numbers. */
    public int[] asInts() {
        int[] values = new int[elements().size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = elements.get(i).asInt();
        }
        return values;
    }

    /** Whether this is null. */
    public boolean isNull() {
        return kind == Kind.NULL;
    }

    /** Whether this is an object. */
    public boolean isObject() {
        return kind == Kind.OBJECT;
    }

    /** Whether this is a string. */
    public boolean isString() {
        return kind == Kind.STRING;
    }

    /** The shortest text: no white space, members in the order in which they were put. */
    @Override
    public String toString() {
        StringBuilder into = new StringBuilder();
        write(into, 0);
        return into.toString();
    }

    /** Whether the other object is JSON of the same text; members in another order make another text. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Json that && toString().equals(that.toString());
    }

    @Override
    public int hashCode() {
        return toString().hashCode();
    }

    private void want(Kind wanted) {
        if (kind != wanted) {
            throw new IllegalArgumentException(path + " must be " + wanted.words + ", not " + kind.words + ".");
        }
    }

    private void write(StringBuilder into, int depth) {
        if (depth > DEEPEST) {
            throw new IllegalArgumentException("JSON nests deeper than " + DEEPEST + " levels.");
        }
        switch (kind) {
            case OBJECT -> {
                char separator = '{';
                for (Map.Entry<String, Json> member : members.entrySet()) {
                    quote(into.append(separator), member.getKey());
                    member.getValue().write(into.append(':'), depth + 1);
                    separator = ',';
                }
                into.append(members.isEmpty() ? "{}" : "}");
            }
            case ARRAY -> {
                char separator = '[';
                for (Json element : elements) {
                    element.write(into.append(separator), depth + 1);
                    separator = ',';
                }
                into.append(elements.isEmpty() ? "[]" : "]");
            }
            case STRING -> quote(into, scalar);
            case NUMBER, BOOLEAN, NULL -> into.append(scalar);
        }
    }

    private static void quote(StringBuilder into, String text) {
        into.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> into.append("\\\"");
                case '\\' -> into.append("\\\\");
                case '\n' -> into.append("\\n");
                case '\t' -> into.append("\\t");
                default -> {
                    // Lone surrogates would not survive UTF-8, so they are escaped like control characters.
                    if (c < 0x20 || c == 0x7f || lone(text, i)) {
                        into.append(String.format("\\u%04x", (int) c));
                    } else {
                        into.append(c);
                    }
                }
            }
        }
        into.append('"');
    }

    private static boolean lone(String text, int i) {
        char c = text.charAt(i);
        if (Character.isHighSurrogate(c)) {
            return i + 1 == text.length() || !Character.isLowSurrogate(text.charAt(i + 1));
        }
        return Character.isLowSurrogate(c) && (i == 0 || !Character.isHighSurrogate(text.charAt(i - 1)));
    }

    /** A name as it may be shown in an error: not longer than 60 characters. */
    static String shown(String name) {
        return name.length() > 60 ? name.substring(0, 60) + "..." : name;
    }
}
