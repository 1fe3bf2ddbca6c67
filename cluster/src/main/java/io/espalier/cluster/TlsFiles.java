package io.espalier.cluster;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Where a node's key and certificate are, and whom it trusts. Every node of a cluster shows a certificate of the same
 * authority.
 *
 * @param key the key as PEM, PKCS#8 without a password ("BEGIN PRIVATE KEY"), RSA or EC; or a PKCS#12 file with all three
 * @param certificate its certificate as PEM, followed by those between it and the authority; empty with PKCS#12
 * @param authority the authority's certificate as PEM; empty with PKCS#12
 * @param password of the PKCS#12 file; empty otherwise
 * @param checkHosts whether a certificate must also be made out to the host that was called; without it any node with a
 *     certificate of the authority may answer for any other
 */
public record TlsFiles(
        Path key, Optional<Path> certificate, Optional<Path> authority, String password, boolean checkHosts) {
    /** Three PEM files. */
    public static TlsFiles pem(Path key, Path certificate, Path authority) {
        return new TlsFiles(key, Optional.of(certificate), Optional.of(authority), "", true);
    }

    /** A PKCS#12 file with the key, its certificate and the authority's. */
    public static TlsFiles keyStore(Path file, String password) {
        return new TlsFiles(file, Optional.empty(), Optional.empty(), password, true);
    }

    /** The same, with any host taken whose certificate is of the authority. */
    public TlsFiles anyHost() {
        return new TlsFiles(key, certificate, authority, password, false);
    }

    /** Without the password. */
    @Override
    public String toString() {
        return "TlsFiles[" + key + "]";
    }
}
