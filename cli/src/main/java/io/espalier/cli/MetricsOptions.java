package io.espalier.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where a run's metrics can be asked for; nowhere unless a port is named. */
final class MetricsOptions {
    @Option(
            names = "--metrics-port",
            paramLabel = "P",
            description = "Answer Prometheus at this port, under /metrics, to whoever shows the token.")
    @Nullable
    Integer port;

    @Option(
            names = "--metrics-host",
            paramLabel = "HOST",
            description = "Where to listen (127.0.0.1). Any other than this machine's loopback needs TLS.")
    String host = "127.0.0.1";

    @Option(
            names = "--metrics-token",
            paramLabel = "FILE",
            description = "The token's file, which only its owner may read; made if it is not there"
                    + " (metrics.token in the run's directory). ESPALIER_METRICS_TOKEN comes before it.")
    @Nullable
    Path token;

    @Option(names = "--metrics-key", paramLabel = "FILE", description = "The key for TLS: PEM, PKCS#8, RSA or EC.")
    @Nullable
    Path key;

    @Option(names = "--metrics-cert", paramLabel = "FILE", description = "Its certificate for TLS: PEM.")
    @Nullable
    Path certificate;
}
