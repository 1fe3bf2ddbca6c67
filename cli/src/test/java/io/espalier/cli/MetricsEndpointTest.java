package io.espalier.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may read a run's metrics, and who may not. */
class MetricsEndpointTest {
    private static final String SECRET = "0123456789abcdef0123456789abcdef";

    @TempDir
    Path folder;

    private static MetricsOptions options() {
        MetricsOptions options = new MetricsOptions();
        options.port = 0;
        return options;
    }

    private static MetricsEndpoint open(MetricsOptions options) {
        return new MetricsEndpoint(options, MetricsToken.of(SECRET, "the test"), () -> "espalier_test 1.0\n");
    }

    /** Sends these lines as they are, and reads all that comes back. */
    private static String ask(Socket socket, String... lines) throws IOException {
        try (socket) {
            socket.setSoTimeout(20_000);
            String request = String.join("\r\n", lines) + "\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String ask(MetricsEndpoint endpoint, String... lines) throws IOException {
        return ask(new Socket(InetAddress.getLoopbackAddress(), endpoint.port()), lines);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            GET /metrics HTTP/1.1          | localhost        | Bearer 0123456789abcdef0123456789abcdef | 200
            GET /metrics?x=1 HTTP/1.1      | 127.0.0.1        | Bearer 0123456789abcdef0123456789abcdef | 200
            GET /metrics HTTP/1.1          | LocalHost        | Bearer 0123456789abcdef0123456789abcdeF | 401
            GET /metrics HTTP/1.1          | localhost        | Bearer 0123456789abcdef                 | 401
            GET /metrics HTTP/1.1          | localhost        | Bearer                                  | 401
            GET /metrics HTTP/1.1          | localhost        | Basic 0123456789abcdef0123456789abcdef  | 401
            GET /metrics HTTP/1.1          | evil.example     | Bearer 0123456789abcdef0123456789abcdef | 403
            GET /metrics HTTP/1.1          | localhost.evil   | Bearer 0123456789abcdef0123456789abcdef | 403
            GET /metrics HTTP/1.1          | 10.0.0.1         | Bearer 0123456789abcdef0123456789abcdef | 403
            GET / HTTP/1.1                 | localhost        | Bearer 0123456789abcdef0123456789abcdef | 404
            GET /metrics/../etc HTTP/1.1   | localhost        | Bearer 0123456789abcdef0123456789abcdef | 404
            GET /etc/passwd HTTP/1.1       | localhost        | none                                    | 401
            POST /metrics HTTP/1.1         | localhost        | Bearer 0123456789abcdef0123456789abcdef | 405
            HEAD /metrics HTTP/1.1         | localhost        | Bearer 0123456789abcdef0123456789abcdef | 405
            """)
    void whoMayReadThem(String request, String host, String authorization, int status) throws IOException {
        try (MetricsEndpoint endpoint = open(options())) {
            String answer = ask(
                    endpoint,
                    request,
                    "Host: " + host + ":" + endpoint.port(),
                    "Authorization: " + authorization,
                    "Content-Length: 0");
            assertThat(answer).startsWith("HTTP/1.1 " + status + " ");
            assertThat(answer.contains("espalier_test")).isEqualTo(status == 200);
            assertThat(answer).doesNotContain(SECRET);
        }
    }

    @Test
    void withoutTheHeadersNobodyMay() throws IOException {
        try (MetricsEndpoint endpoint = open(options())) {
            assertThat(ask(endpoint, "GET /metrics HTTP/1.0", "Authorization: Bearer " + SECRET))
                    .startsWith("HTTP/1.1 403");
            assertThat(ask(endpoint, "GET /metrics HTTP/1.1", "Host: localhost"))
                    .startsWith("HTTP/1.1 401")
                    .containsIgnoringCase("WWW-Authenticate: Bearer");
            assertThat(ask(
                            endpoint,
                            "GET /metrics HTTP/1.1",
                            "Host: evil.example",
                            "Host: localhost",
                            "Authorization: Bearer " + SECRET))
                    .doesNotContain("espalier_test");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::", "192.0.2.1"})
    void anAddressThatOthersReachIsRefusedWithoutTls(String host) {
        MetricsOptions options = options();
        options.host = host;
        assertThatThrownBy(() -> open(options))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("metrics-host (" + host + ")")
                .hasMessageContaining("needs TLS");
        options.key = folder.resolve("tls.key");
        assertThatThrownBy(() -> open(options)).hasMessageContaining("both --metrics-key and --metrics-cert");
    }

    @Test
    void withTlsThePlainProtocolGetsNothing() throws Exception {
        Path store = folder.resolve("server.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keyalg",
                        "RSA",
                        "-keysize",
                        "2048",
                        "-alias",
                        "server",
                        "-dname",
                        "CN=test",
                        "-ext",
                        "san=ip:127.0.0.1",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        "changeit")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
        KeyStore keys = KeyStore.getInstance(store.toFile(), "changeit".toCharArray());
        MetricsOptions options = options();
        options.key = pem(
                "tls.key",
                "PRIVATE KEY",
                keys.getKey("server", "changeit".toCharArray()).getEncoded());
        X509Certificate certificate = (X509Certificate) keys.getCertificate("server");
        options.certificate = pem("tls.crt", "CERTIFICATE", certificate.getEncoded());
        String[] request = {"GET /metrics HTTP/1.1", "Host: 127.0.0.1", "Authorization: Bearer " + SECRET};
        try (MetricsEndpoint endpoint = open(options)) {
            assertThat(ask(endpoint, request)).doesNotContain("espalier_test");
            Socket secure = trusting(certificate).getSocketFactory().createSocket("127.0.0.1", endpoint.port());
            assertThat(ask(secure, request)).startsWith("HTTP/1.1 200").contains("espalier_test 1.0");
        }
        Files.writeString(options.key, "-----BEGIN RSA PRIVATE KEY-----");
        assertThatThrownBy(() -> open(options)).hasMessageContaining("PKCS#8");
    }

    private Path pem(String name, String what, byte[] bytes) throws IOException {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
        return Files.writeString(
                folder.resolve(name), "-----BEGIN " + what + "-----\n" + body + "\n-----END " + what + "-----\n");
    }

    private static SSLContext trusting(X509Certificate certificate) throws Exception {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("server", certificate);
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        TrustManager[] managers = trust.getTrustManagers();
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, managers, null);
        return context;
    }

    @Test
    void theTokensFileIsMadeForItsOwnerAloneAndReadAgain() throws IOException {
        Path file = folder.resolve("metrics.token");
        MetricsToken made = MetricsToken.in(file);
        String token = Files.readString(file).strip();
        assertThat(token).matches("[0-9a-f]{64}");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(made.shownBy("Bearer " + token)).isTrue();
        assertThat(MetricsToken.in(file).shownBy("Bearer " + token)).isTrue();
        assertThat(made.shownBy(null)).isFalse();
        assertThat(made.shownBy(token)).isFalse();

        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        assertThatThrownBy(() -> MetricsToken.in(file))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("chmod 600");
        Path empty = Files.writeString(folder.resolve("empty"), "\n");
        Files.setPosixFilePermissions(empty, PosixFilePermissions.fromString("rw-------"));
        assertThatThrownBy(() -> MetricsToken.in(empty)).hasMessageContaining("at least 16");
    }

    @Test
    void noPortMeansNoEndpoint() {
        MetricsOptions none = new MetricsOptions();
        assertThat(none.port).isNull();
        assertThat(none.host).isEqualTo("127.0.0.1");
    }
}
