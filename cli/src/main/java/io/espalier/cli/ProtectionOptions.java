package io.espalier.cli;

import io.espalier.cluster.ClusterSettings;
import io.espalier.cluster.TlsFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a node of a cluster is protected, and how patient it is: the same words for head and workers. */
final class ProtectionOptions {
    @Option(
            names = "--tls-key",
            paramLabel = "FILE",
            description = "This node's key, PEM without a password; or a PKCS#12 file with key and certificates.")
    private @Nullable Path key;

    @Option(names = "--tls-cert", paramLabel = "FILE", description = "Its certificate, PEM.")
    private @Nullable Path certificate;

    @Option(
            names = "--tls-ca",
            paramLabel = "FILE",
            description = "The certificate of the authority of all nodes, PEM.")
    private @Nullable Path authority;

    @Option(
            names = "--tls-password-file",
            paramLabel = "FILE",
            description = "A file whose first line is the password of the PKCS#12 file.")
    private @Nullable Path passwordFile;

    @Option(
            names = "--tls-any-host",
            description = "Take any certificate of the authority, whatever host it is made out to.")
    private boolean anyHost;

    @Option(names = "--insecure", description = "Talk over a network without TLS: only if nobody else is in it.")
    private boolean insecure;

    @Option(
            names = "--patient",
            description = "Count a node as gone after 10 silent seconds instead of 3, as for throttled containers.")
    private boolean patient;

    ClusterSettings over(ClusterSettings settings) {
        ClusterSettings with = settings.with(patient ? ClusterSettings.Timings.PATIENT : ClusterSettings.Timings.FAST);
        if (insecure) {
            with = with.withoutProtection();
        }
        if (key == null) {
            if (certificate != null || authority != null || passwordFile != null) {
                throw new BadInput("--tls-key is missing: TLS needs a key too.");
            }
            return with;
        }
        return with.withTls(files(key));
    }

    /** The same words again, for a process that this one starts. */
    List<String> words() {
        List<String> words = new ArrayList<>();
        add(words, "--tls-key", key);
        add(words, "--tls-cert", certificate);
        add(words, "--tls-ca", authority);
        add(words, "--tls-password-file", passwordFile);
        if (anyHost) {
            words.add("--tls-any-host");
        }
        if (insecure) {
            words.add("--insecure");
        }
        if (patient) {
            words.add("--patient");
        }
        return words;
    }

    private static void add(List<String> words, String option, @Nullable Path file) {
        if (file != null) {
            words.addAll(List.of(option, file.toAbsolutePath().toString()));
        }
    }

    private TlsFiles files(Path keyFile) {
        TlsFiles files;
        if (passwordFile != null) {
            files = TlsFiles.keyStore(keyFile, password(passwordFile));
        } else if (certificate != null && authority != null) {
            files = TlsFiles.pem(keyFile, certificate, authority);
        } else {
            throw new BadInput(
                    "--tls-key needs --tls-cert and --tls-ca, or --tls-password-file if it is a PKCS#12 file.");
        }
        return anyHost ? files.anyHost() : files;
    }

    private static String password(Path file) {
        try {
            return Files.readString(file).lines().findFirst().orElse("");
        } catch (IOException e) {
            throw new UncheckedIOException("--tls-password-file names " + file + ", which cannot be read.", e);
        }
    }
}
