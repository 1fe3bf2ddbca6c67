package io.espalier.runtime;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Vouches for one saved state, in four lines of text; the last holds the SHA-256 of the others.
 *
 * @param environmentSteps when the state was saved
 * @param file the state's file, in the same directory
 * @param length its bytes
 * @param sha256 their SHA-256, in hexadecimal
 */
record Manifest(long environmentSteps, String file, long length, String sha256) {
    private static final Pattern LINES = Pattern.compile("(espalier-checkpoint 1\n"
            + "environment-steps ([0-9]{1,18})\n"
            + "file ([A-Za-z0-9._-]{1,100}) ([0-9]{1,18}) ([0-9a-f]{64})\n)"
            + "end ([0-9a-f]{64})\n");

    static Manifest of(long environmentSteps, String file, byte[] bytes) {
        return new Manifest(environmentSteps, file, bytes.length, digest(bytes));
    }

    String text() {
        String body = "espalier-checkpoint 1\nenvironment-steps " + environmentSteps + "\nfile " + file + " " + length
                + " " + sha256 + "\n";
        return body + "end " + digest(body.getBytes(StandardCharsets.UTF_8)) + "\n";
    }

    static Manifest parse(String text) throws IOException {
        Matcher lines = LINES.matcher(text);
        if (!lines.matches()) {
            throw new IOException("its manifest is not one of version 1");
        }
        if (!digest(lines.group(1).getBytes(StandardCharsets.UTF_8)).equals(lines.group(6))) {
            throw new IOException("its manifest does not match its own checksum");
        }
        return new Manifest(
                Long.parseLong(lines.group(2)), lines.group(3), Long.parseLong(lines.group(4)), lines.group(5));
    }

    /** Fails unless these are the bytes that the manifest vouches for. */
    void check(byte[] bytes) throws IOException {
        if (bytes.length != length) {
            throw new IOException(file + " has " + bytes.length + " bytes, not " + length);
        }
        if (!digest(bytes).equals(sha256)) {
            throw new IOException(file + " does not match its checksum");
        }
    }

    private static String digest(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
