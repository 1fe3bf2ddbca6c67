package io.espalier.nn;

/** Reads JSON text by recursive descent; {@link Json#DEEPEST} keeps the stack small. */
final class JsonReader {
    private static final int LONGEST_PATH = 200;

    private final String text;
    private int at;
    private int depth;

    JsonReader(String text) {
        this.text = text;
    }

    Json read() {
        Json value = value("$");
        if (peek() != -1) {
            throw wrong("nothing after the value");
        }
        return value;
    }

    private Json value(String path) {
        int c = peek();
        return switch (c) {
            case '{' -> object(path);
            case '[' -> array(path);
            case '"' -> Json.string(path, string());
            case 't' -> word("true", Json.bool(path, true));
            case 'f' -> word("false", Json.bool(path, false));
            case 'n' -> word("null", Json.nothing(path));
            default -> {
                if (c == '-' || digit(c)) {
                    yield Json.number(path, number());
                }
                throw wrong("a value");
            }
        };
    }

    private Json object(String path) {
        Json object = Json.object(path);
        deeper();
        if (peekAfterOpening() == '}') {
            at++;
        } else {
            do {
                if (peek() != '"') {
                    throw wrong("a name in quotes");
                }
                String name = string();
                expect(':');
                object.put(name, value(below(path, "." + Json.shown(name))));
            } while (another('}'));
        }
        depth--;
        return object;
    }

    private Json array(String path) {
        Json array = Json.array(path);
        deeper();
        if (peekAfterOpening() == ']') {
            at++;
        } else {
            do {
                array.add(value(below(path, "[" + array.size() + "]")));
            } while (another(']'));
        }
        depth--;
        return array;
    }

    /** The place below a place. It grows no further at some point, or a short hostile text would cost much memory. */
    private static String below(String path, String step) {
        return path.length() < LONGEST_PATH ? path + step : path;
    }

    private void deeper() {
        if (++depth > Json.DEEPEST) {
            throw new IllegalArgumentException("JSON nests deeper than " + Json.DEEPEST + " levels.");
        }
    }

    private int peekAfterOpening() {
        at++;
        return peek();
    }

    /** Takes a comma, and says that there is more, or takes the closing bracket. */
    private boolean another(char closing) {
        int c = peek();
        if (c != ',' && c != closing) {
            throw wrong("\",\" or \"" + closing + "\"");
        }
        at++;
        return c == ',';
    }

    private Json word(String word, Json value) {
        if (!text.startsWith(word, at)) {
            throw wrong("a value");
        }
        at += word.length();
        return value;
    }

    private String number() {
        int start = at;
        if (text.charAt(at) == '-') {
            at++;
        }
        int first = at;
        digits();
        if (text.charAt(first) == '0' && at > first + 1) {
            at = first + 1;
            throw wrong("no digit after a leading 0");
        }
        if (here() == '.') {
            at++;
            digits();
        }
        if (here() == 'e' || here() == 'E') {
            at++;
            if (here() == '+' || here() == '-') {
                at++;
            }
            digits();
        }
        if (at - start > 128) {
            throw new IllegalArgumentException(
                    "a number of " + (at - start) + " characters is too long; 128 are the" + " most.");
        }
        return text.substring(start, at);
    }

    private void digits() {
        if (!digit(here())) {
            throw wrong("a digit");
        }
        while (digit(here())) {
            at++;
        }
    }

    private String string() {
        StringBuilder into = new StringBuilder();
        at++;
        while (true) {
            int c = here();
            if (c == -1 || c < 0x20) {
                throw wrong("\" at the end of a string, or an escaped control character");
            }
            at++;
            if (c == '"') {
                return into.toString();
            }
            into.append(c == '\\' ? escaped() : (char) c);
        }
    }

    private char escaped() {
        int c = here();
        at++;
        return switch (c) {
            case '"', '\\', '/' -> (char) c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> hexadecimal();
            default -> {
                at--;
                throw wrong("one of \" \\ / b f n r t u after \\");
            }
        };
    }

    private char hexadecimal() {
        int value = 0;
        for (int i = 0; i < 4; i++) {
            int digit = here() < 128 ? Character.digit(here(), 16) : -1;
            if (digit < 0) {
                throw wrong("four hexadecimal digits");
            }
            value = value * 16 + digit;
            at++;
        }
        return (char) value;
    }

    private void expect(char c) {
        if (peek() != c) {
            throw wrong("\"" + c + "\"");
        }
        at++;
    }

    /** The next character that is no white space, without taking it; -1 at the end. */
    private int peek() {
        while (at < text.length() && " \t\n\r".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        return here();
    }

    private int here() {
        return at < text.length() ? text.charAt(at) : -1;
    }

    private static boolean digit(int c) {
        return c >= '0' && c <= '9';
    }

    private IllegalArgumentException wrong(String expected) {
        int c = here();
        String found = c == -1 ? "the end" : c < 0x20 || c > 0x7e ? "character " + c : "\"" + (char) c + "\"";
        return new IllegalArgumentException(
                "not JSON: expected " + expected + ", found " + found + " at character " + (at + 1) + ".");
    }
}
