package io.espalier.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A secret word that whoever asks for metrics must show. Only its hash is kept, and compared in constant time. */
final class MetricsToken {
    private static final Set<PosixFilePermission> OWNER = PosixFilePermissions.fromString("rw-------");
    private static final int LEAST = 16;

    private final byte[] hash;

    private MetricsToken(byte[] hash) {
        this.hash = hash;
    }

    /**
     * A token that was given in words.
     *
     * @throws BadInput if it is too short to be a secret
     */
    static MetricsToken of(String token, String where) {
        if (token.length() < LEAST) {
            throw new BadInput("the token in " + where + " has " + token.length()
                    + " characters and must have at least " + LEAST + ". Maybe: openssl rand -hex 32");
        }
        return new MetricsToken(hash(token));
    }

    /**
     * Reads the token's file, or makes it with a random one.
     *
     * @throws BadInput if others than its owner may read it
     */
    static MetricsToken in(Path file) throws IOException {
        boolean permissions = file.toAbsolutePath()
                .getFileSystem()
                .supportedFileAttributeViews()
                .contains("posix");
        try {
            byte[] random = new byte[32];
            new SecureRandom().nextBytes(random);
            FileAttribute<?>[] own = permissions
                    ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER)}
                    : new FileAttribute<?>[0];
            // Made with its permissions, so that at no time anybody else can read it.
            try (var channel =
                    Files.newByteChannel(file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), own)) {
                channel.write(StandardCharsets.US_ASCII.encode(HexFormat.of().formatHex(random) + "\n"));
            }
        } catch (FileAlreadyExistsException e) {
            // From an earlier sitting, or the operator's.
        }
        if (permissions && !OWNER.containsAll(Files.getPosixFilePermissions(file))) {
            throw new BadInput("the token's file " + file + " can be read by others than its owner ("
                    + PosixFilePermissions.toString(Files.getPosixFilePermissions(file)) + "). Maybe: chmod 600 "
                    + file);
        }
        return of(Files.readString(file, StandardCharsets.US_ASCII).strip(), file.toString());
    }

    /** Whether a header "Authorization" shows it. */
    boolean shownBy(@Nullable String authorization) {
        String shown = authorization != null && authorization.startsWith("Bearer ")
                ? authorization.substring("Bearer ".length())
                : "";
        // Of hashes, so that neither the time nor the length tells anything.
        return MessageDigest.isEqual(hash, hash(shown));
    }

    private static byte[] hash(String token) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256.", e);
        }
    }
}
