package io.espalier.policy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads the JSON header of a safetensors file: an object of objects with exactly the members dtype, shape and
 * data_offsets, and "__metadata__", an object of strings. It reads this form and no other JSON, so that a hostile header
 * is refused at its first odd character, before it costs memory.
 */
final class SafetensorsHeader {
    static final String METADATA = "__metadata__";
    static final int MOST_ENTRIES = 100_000;
    static final int MOST_DIMENSIONS = 8;

    private static final int MOST_DIGITS = 18;

    private final String text;
    private final Map<String, String> metadata = new LinkedHashMap<>();
    private final List<Entry> entries = new ArrayList<>();
    private int at;

    /**
     * One tensor.
     *
     * @param begin where its bytes begin in the data
     * @param end where they end
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared, never leaves this package
    record Entry(String name, String dtype, long[] shape, long begin, long end) {}

    private SafetensorsHeader(String text) {
        this.text = text;
    }

    static SafetensorsHeader parse(String text) throws CorruptFileException {
        SafetensorsHeader header = new SafetensorsHeader(text);
        header.read();
        return header;
    }

    Map<String, String> metadata() {
        return metadata;
    }

    List<Entry> entries() {
        return entries;
    }

    private void read() throws CorruptFileException {
        boolean hasMetadata = false;
        Set<String> names = new LinkedHashSet<>();
        expect('{');
        if (!next('}')) {
            do {
                String name = string();
                expect(':');
                if (name.equals(METADATA)) {
                    if (hasMetadata) {
                        throw twice(name);
                    }
                    hasMetadata = true;
                    readMetadata();
                } else {
                    if (!names.add(name)) {
                        throw twice(name);
                    }
                    checkCount(names.size());
                    entries.add(entry(name));
                }
            } while (next(','));
            expect('}');
        }
        skipSpace();
        if (at < text.length()) {
            throw wrong("the end");
        }
    }

    private void readMetadata() throws CorruptFileException {
        expect('{');
        if (next('}')) {
            return;
        }
        do {
            String name = string();
            expect(':');
            if (metadata.putIfAbsent(name, string()) != null) {
                throw twice(name);
            }
            checkCount(metadata.size());
        } while (next(','));
        expect('}');
    }

    private Entry entry(String name) throws CorruptFileException {
        String dtype = null;
        long[] shape = null;
        long[] offsets = null;
        expect('{');
        do {
            String member = string();
            expect(':');
            if (member.equals("dtype") && dtype == null) {
                dtype = string();
            } else if (member.equals("shape") && shape == null) {
                shape = numbers();
            } else if (member.equals("data_offsets") && offsets == null) {
                offsets = numbers();
            } else {
                throw new CorruptFileException(
                        "header: \"" + shown(name) + "\" has \"" + shown(member) + "\" twice, or should not have it.");
            }
        } while (next(','));
        expect('}');
        if (dtype == null || shape == null || offsets == null || offsets.length != 2) {
            throw new CorruptFileException("header: \"" + shown(name)
                    + "\" must have dtype, shape and two data_offsets. Maybe it is not a safetensors file.");
        }
        return new Entry(name, dtype, shape, offsets[0], offsets[1]);
    }

    private long[] numbers() throws CorruptFileException {
        long[] numbers = new long[MOST_DIMENSIONS];
        int count = 0;
        expect('[');
        if (!next(']')) {
            do {
                if (count == MOST_DIMENSIONS) {
                    throw wrong("at most " + MOST_DIMENSIONS + " numbers");
                }
                numbers[count++] = number();
            } while (next(','));
            expect(']');
        }
        return Arrays.copyOf(numbers, count);
    }

    private long number() throws CorruptFileException {
        skipSpace();
        int start = at;
        long value = 0;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            value = value * 10 + text.charAt(at) - '0';
            at++;
            if (at - start > MOST_DIGITS) {
                throw wrong("a number of at most " + MOST_DIGITS + " digits");
            }
        }
        if (at == start || (text.charAt(start) == '0' && at - start > 1)) {
            throw wrong("a whole number without leading zeros");
        }
        return value;
    }

    private String string() throws CorruptFileException {
        expect('"');
        int start = at;
        while (at < text.length() && plain(text.charAt(at))) {
            at++;
        }
        if (at < text.length() && text.charAt(at) == '"') {
            return text.substring(start, at++);
        }
        StringBuilder into = new StringBuilder(text.substring(start, at));
        while (at < text.length() && text.charAt(at) != '"') {
            char c = text.charAt(at++);
            if (c < ' ') {
                throw wrong("an escaped control character");
            }
            into.append(c == '\\' ? escaped() : c);
        }
        expectHere('"');
        return into.toString();
    }

    private static boolean plain(char c) {
        return c != '"' && c != '\\' && c >= ' ';
    }

    private char escaped() throws CorruptFileException {
        char c = at < text.length() ? text.charAt(at++) : ' ';
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> hexadecimal();
            default -> throw wrong("one of \" \\ / b f n r t u after \\");
        };
    }

    private char hexadecimal() throws CorruptFileException {
        int value = 0;
        for (int i = 0; i < 4; i++) {
            char c = at < text.length() ? text.charAt(at) : ' ';
            int digit = c < 128 ? Character.digit(c, 16) : -1;
            if (digit < 0) {
                throw wrong("four hexadecimal digits");
            }
            value = value * 16 + digit;
            at++;
        }
        return (char) value;
    }

    private void expect(char wanted) throws CorruptFileException {
        skipSpace();
        expectHere(wanted);
    }

    private void expectHere(char wanted) throws CorruptFileException {
        if (at >= text.length() || text.charAt(at) != wanted) {
            throw wrong("'" + wanted + "'");
        }
        at++;
    }

    /** Takes the character if it comes next. */
    private boolean next(char wanted) {
        skipSpace();
        if (at < text.length() && text.charAt(at) == wanted) {
            at++;
            return true;
        }
        return false;
    }

    private void skipSpace() {
        while (at < text.length() && " \t\n\r".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private static void checkCount(int count) throws CorruptFileException {
        if (count > MOST_ENTRIES) {
            throw new CorruptFileException("header: more than " + MOST_ENTRIES + " entries.");
        }
    }

    private static CorruptFileException twice(String name) {
        return new CorruptFileException("header: \"" + shown(name) + "\" is there twice.");
    }

    private CorruptFileException wrong(String wanted) {
        return new CorruptFileException(
                "header: expected " + wanted + " at character " + at + ". Maybe it is not a safetensors file.");
    }

    static String shown(String text) {
        return text.length() > 60 ? text.substring(0, 60) + "..." : text;
    }
}
