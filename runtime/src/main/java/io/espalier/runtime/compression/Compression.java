package io.espalier.runtime.compression;

/**
 * How gradients are written. Text forms: {@code none}, {@code int8}, {@code 1-bit}, {@code top-k(0.01)}. What each loses
 * must be kept and added to the next gradient ({@link ErrorFeedback}).
 */
public sealed interface Compression {
    /** Four bytes for each number. */
    record None() implements Compression {
        @Override
        public GradientCodec codec(int most) {
            return new PlainCodec();
        }

        @Override
        public String toString() {
            return "none";
        }
    }

    /** One byte for each number; see {@link Int8Codec}. */
    record Int8() implements Compression {
        @Override
        public GradientCodec codec(int most) {
            return new Int8Codec();
        }

        @Override
        public String toString() {
            return "int8";
        }
    }

    /** One bit for each number; see {@link OneBitCodec}. */
    record OneBit() implements Compression {
        @Override
        public GradientCodec codec(int most) {
            return new OneBitCodec();
        }

        @Override
        public String toString() {
            return "1-bit";
        }
    }

    /**
     * Only the largest; see {@link TopKCodec}.
     *
     * @param fraction of the numbers, above 0, at most 1
     */
    record TopK(double fraction) implements Compression {
        /**
         * Checks.
         *
         * @throws IllegalArgumentException if the fraction is out of range
         */
        public TopK {
            if (!(fraction > 0 && fraction <= 1)) {
                throw new IllegalArgumentException("compression (top-k(" + fraction
                        + ")) must keep a fraction above 0 and at most 1. Maybe use top-k(0.01).");
            }
        }

        @Override
        public GradientCodec codec(int most) {
            return new TopKCodec(fraction, most);
        }

        @Override
        public String toString() {
            return "top-k(" + fraction + ")";
        }
    }

    /**
     * What writes and reads gradients so; used by one thread at a time.
     *
     * @param most the most numbers at a time
     */
    GradientCodec codec(int most);

    /**
     * Reads the text form.
     *
     * @throws IllegalArgumentException if it is none
     */
    static Compression parse(String text) {
        String word = text.strip();
        if (word.startsWith("top-k(") && word.endsWith(")")) {
            return new TopK(fraction(text, word.substring("top-k(".length(), word.length() - 1)));
        }
        return switch (word) {
            case "none" -> new None();
            case "int8" -> new Int8();
            case "1-bit" -> new OneBit();
            case "top-k" -> new TopK(0.01);
            default ->
                throw new IllegalArgumentException(
                        "compression (" + text + ") must be none, int8, 1-bit or top-k(FRACTION). Maybe use int8.");
        };
    }

    private static double fraction(String text, String number) {
        try {
            return Double.parseDouble(number);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "compression (" + text + ") must keep a fraction that is a number. Maybe use top-k(0.01).", e);
        }
    }
}
