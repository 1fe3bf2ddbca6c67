package io.espalier.core;

import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the text form of spaces. */
final class SpaceText {
    private static final Pattern FORM = Pattern.compile("([a-z-]+)\\s*([(\\[])(.*)[)\\]]\\s*", Pattern.DOTALL);
    private static final Pattern BOX =
            Pattern.compile("shape=(\\[[^\\]]*\\]), low=(\\[[^\\]]*\\]|[^,]+), high=(\\[[^\\]]*\\]|[^,]+)");

    private SpaceText() {}

    static Space parse(String text) {
        Matcher form = FORM.matcher(text.strip());
        if (!form.matches()) {
            throw bad(text, null);
        }
        String body = form.group(3);
        try {
            return switch (form.group(1)) {
                case "discrete" -> new Discrete(Integer.parseInt(body.strip()));
                case "multi-binary" -> new MultiBinary(Integer.parseInt(body.strip()));
                case "multi-discrete" -> new MultiDiscrete(integers(body));
                case "box" -> box(text, body);
                default -> throw bad(text, null);
            };
        } catch (NumberFormatException | ArithmeticException e) {
            throw bad(text, e);
        }
    }

    private static Box box(String text, String body) {
        Matcher parts = BOX.matcher(body);
        if (!parts.matches()) {
            throw bad(text, null);
        }
        int[] shape = integers(inside(parts.group(1)));
        int size = 1;
        for (int extent : shape) {
            size = Math.multiplyExact(size, Math.max(1, extent));
        }
        // A text of a few bytes must not ask for gigabytes.
        if (size > Discrete.MOST) {
            throw bad(text, null);
        }
        return new Box(shape, floats(parts.group(2), size), floats(parts.group(3), size));
    }

    private static String inside(String bracketed) {
        return bracketed.substring(1, bracketed.length() - 1);
    }

    private static int[] integers(String list) {
        return Arrays.stream(list.split(",", -1))
                .map(String::strip)
                .mapToInt(Integer::parseInt)
                .toArray();
    }

    private static float[] floats(String text, int size) {
        if (!text.startsWith("[")) {
            float[] same = new float[size];
            Arrays.fill(same, Float.parseFloat(text.strip()));
            return same;
        }
        String[] parts = inside(text).split(",", -1);
        float[] values = new float[parts.length];
        for (int i = 0; i < parts.length; i++) {
            values[i] = Float.parseFloat(parts[i].strip());
        }
        return values;
    }

    private static IllegalArgumentException bad(String text, @org.jspecify.annotations.Nullable Throwable cause) {
        String shown = text.length() > 80 ? text.substring(0, 80) + "..." : text;
        return new IllegalArgumentException(
                "\"" + shown + "\" is not a space. Maybe write discrete(4), multi-discrete[3, 2], multi-binary(5) or"
                        + " box(shape=[2], low=-1.0, high=1.0).",
                cause);
    }
}
