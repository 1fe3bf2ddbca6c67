package io.espalier.cluster;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** The user's own jars and folders: head and workers must have the same. */
public final class UserCode {
    private UserCode() {}

    /**
     * The SHA-256 of all files of a class path, in hexadecimal; empty for an empty one. Where a jar or folder stands does
     * not matter, what is in it does.
     */
    public static String digest(String classPath) {
        if (classPath.isBlank()) {
            return "";
        }
        MessageDigest digest = sha256();
        for (String entry : classPath.split(File.pathSeparator, -1)) {
            add(Path.of(entry), digest);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static void add(Path entry, MessageDigest digest) {
        try (Stream<Path> found = Files.walk(entry)) {
            List<Path> files = found.filter(Files::isRegularFile).sorted().toList();
            for (Path file : files) {
                String name = entry.relativize(file).toString().replace(File.separatorChar, '/');
                add(name, Files.readAllBytes(file), digest);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the class path names " + entry + ", which cannot be read.", e);
        }
    }

    /** A name and what it stands for, so that neither can pass for a part of the other. */
    static void add(String name, byte[] content, MessageDigest digest) {
        byte[] text = name.getBytes(StandardCharsets.UTF_8);
        digest.update(new byte[] {(byte) text.length, (byte) (text.length >> 8)});
        digest.update(text);
        digest.update(sha256().digest(content));
    }
}
