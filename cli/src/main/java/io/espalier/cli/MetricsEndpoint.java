package io.espalier.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.espalier.runtime.Trainer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Answers {@code GET /metrics} and nothing else, to whoever shows the token and calls this host by its name. Takes nothing
 * else from whoever asks: no path, no parameter, no body.
 */
final class MetricsEndpoint implements AutoCloseable {
    private static final String PATH = "/metrics";
    private static final int BACKLOG = 16;

    static {
        // A request that trickles in, or an answer that nobody reads, must not hold a thread for ever.
        unlessSet("sun.net.httpserver.maxReqTime", "10");
        unlessSet("sun.net.httpserver.maxRspTime", "10");
        unlessSet("sun.net.httpserver.nodelay", "true");
    }

    private final HttpServer server;
    private final ThreadPoolExecutor threads;
    private final String host;
    private final MetricsToken token;
    private final Supplier<String> text;

    /**
     * Listens at once.
     *
     * @param options with a port, 0 for any that is free
     * @throws BadInput if strangers could reach it and there is no TLS
     */
    MetricsEndpoint(MetricsOptions options, MetricsToken token, Supplier<String> text) {
        this.token = token;
        this.text = text;
        host = options.host;
        InetSocketAddress address = new InetSocketAddress(address(host), port(options));
        boolean tls = options.key != null && options.certificate != null;
        if (!tls && (options.key != null || options.certificate != null)) {
            throw new BadInput("TLS needs both --metrics-key and --metrics-cert. Maybe one was forgotten.");
        }
        if (!tls && !address.getAddress().isLoopbackAddress()) {
            throw new BadInput("metrics-host (" + host + ") can be reached from other machines, so it needs TLS: the"
                    + " token would be read by anybody on the way. Maybe add --metrics-key and --metrics-cert, or leave"
                    + " --metrics-host out.");
        }
        try {
            server = tls ? HttpsServer.create(address, BACKLOG) : HttpServer.create(address, BACKLOG);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "metrics-port (" + options.port + ") of " + host + " cannot be used. Maybe another run has it.", e);
        }
        if (server instanceof HttpsServer secure && options.key != null && options.certificate != null) {
            secure.setHttpsConfigurator(new HttpsConfigurator(ServerTls.of(options.key, options.certificate)));
        }
        threads = new ThreadPoolExecutor(2, 2, 10, TimeUnit.SECONDS, new ArrayBlockingQueue<>(BACKLOG), task -> {
            Thread thread = new Thread(task, "espalier-metrics");
            thread.setDaemon(true);
            return thread;
        });
        threads.allowCoreThreadTimeOut(true);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    /** What the options ask for: an endpoint for a run, or nothing. */
    static @Nullable MetricsEndpoint open(MetricsOptions options, Trainer trainer, Path run) {
        if (options.port == null) {
            return null;
        }
        String given = System.getenv("ESPALIER_METRICS_TOKEN");
        try {
            MetricsToken token = given != null
                    ? MetricsToken.of(given, "ESPALIER_METRICS_TOKEN")
                    : MetricsToken.in(options.token != null ? options.token : run.resolve("metrics.token"));
            RunMeters meters = new RunMeters(trainer.progress(), trainer.metrics()).withJvm();
            return new MetricsEndpoint(options, token, meters::text);
        } catch (IOException e) {
            throw new UncheckedIOException("The file with the token cannot be used.", e);
        }
    }

    private static int port(MetricsOptions options) {
        int port = options.port == null ? 0 : options.port;
        if (port < 0 || port > 65_535) {
            throw new BadInput("metrics-port (" + port + ") must be from 0 to 65535. Maybe 9464.");
        }
        return port;
    }

    private static InetAddress address(String host) {
        try {
            return InetAddress.getByName(host);
        } catch (UnknownHostException e) {
            throw new BadInput("metrics-host (" + host + ") is not known here. Maybe write its address.");
        }
    }

    /** The port at which it listens. */
    int port() {
        return server.getAddress().getPort();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (!calledByName(exchange)) {
                say(exchange, 403, "This host goes by another name.\n");
            } else if (!token.shownBy(exchange.getRequestHeaders().getFirst("Authorization"))) {
                exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer");
                say(exchange, 401, "The token is missing or wrong.\n");
            } else if (!exchange.getRequestURI().getRawPath().equals(PATH)) {
                say(exchange, 404, "There is " + PATH + " only.\n");
            } else if (!exchange.getRequestMethod().equals("GET")) {
                exchange.getResponseHeaders().set("Allow", "GET");
                say(exchange, 405, "Metrics can be read only.\n");
            } else {
                say(exchange, 200, text.get());
            }
        }
    }

    /**
     * Whether the header "Host" names this host: a page of a stranger that a browser was lured to, whose name was then
     * turned to this address, still sends the stranger's name.
     */
    private boolean calledByName(HttpExchange exchange) {
        List<String> named = exchange.getRequestHeaders().getOrDefault("Host", List.of());
        if (named.size() != 1) {
            return false;
        }
        String name = named.get(0).replaceFirst(":[0-9]*$", "").toLowerCase(Locale.ROOT);
        InetAddress local = exchange.getLocalAddress().getAddress();
        String literal = local.getHostAddress().replaceFirst("%.*", "");
        return name.equals(host.toLowerCase(Locale.ROOT))
                || name.equals(literal)
                || name.equals("[" + literal + "]")
                || (local.isLoopbackAddress() && (name.equals("localhost") || name.equals("[::1]")));
    }

    private static void say(HttpExchange exchange, int status, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
        boolean head = exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(status, head ? -1 : bytes.length);
        if (!head) {
            exchange.getResponseBody().write(bytes);
        }
    }

    private static void unlessSet(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
