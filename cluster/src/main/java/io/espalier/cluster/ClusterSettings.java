package io.espalier.cluster;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;

/**
 * Where a node of a cluster listens, and how it is protected.
 *
 * @param host the name or address by which the others reach this node, and to which it binds; empty, for a worker only:
 *     the address by which it reaches the head
 * @param port the head's port, at which workers knock; the next one carries the messages. A worker listens at this one
 *     alone. 0 for any that are free
 * @param tls keys and certificates; without them nothing but the loopback interface is bound
 * @param insecure to bind another address without TLS all the same
 * @param timings how long a silence means that a node is gone
 * @param code SHA-256 of the user's own jars, as {@link UserCode#digest} makes it; empty for none
 */
public record ClusterSettings(
        String host, int port, Optional<TlsFiles> tls, boolean insecure, Timings timings, String code) {
    /** This machine alone, any free port. */
    public static final ClusterSettings LOCAL =
            new ClusterSettings("127.0.0.1", 0, Optional.empty(), false, Timings.FAST, "");

    /** The port that is taken where none is named. */
    public static final int PORT = 25520;

    /** How long a silence means that a node is gone. A killed process is noticed at once, whatever this is. */
    public enum Timings {
        /** A local network: heartbeats twice a second, silent for 3 seconds is gone. */
        FAST(500, 3000, 4000),
        /** Containers that are throttled, or networks that pause: heartbeats every second, 10 seconds. */
        PATIENT(1000, 10_000, 15_000);

        final int heartbeatMillis;
        final int pauseMillis;
        final int stableMillis;

        Timings(int heartbeatMillis, int pauseMillis, int stableMillis) {
            this.heartbeatMillis = heartbeatMillis;
            this.pauseMillis = pauseMillis;
            this.stableMillis = stableMillis;
        }
    }

    /**
     * Checks the port.
     *
     * @throws IllegalArgumentException if it is none
     */
    public ClusterSettings {
        if (port < 0 || port > 65_534) {
            throw new IllegalArgumentException(
                    "port (" + port + ") must be from 0 to 65534. Maybe use " + PORT + ", or 0 for any that is free.");
        }
    }

    /** Reads "HOST:PORT" or "HOST". */
    public ClusterSettings at(String address) {
        int colon = address.lastIndexOf(':');
        String name = colon < 0 ? address : address.substring(0, colon);
        if (name.isBlank()) {
            throw new IllegalArgumentException(
                    "an address (" + address + ") must be HOST:PORT. Maybe 127.0.0.1:" + PORT + ".");
        }
        try {
            return at(name, colon < 0 ? PORT : Integer.parseInt(address.substring(colon + 1)));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "an address (" + address + ") must be HOST:PORT. Maybe 127.0.0.1:" + PORT + ".", e);
        }
    }

    /** The same at another address. */
    public ClusterSettings at(String otherHost, int otherPort) {
        return new ClusterSettings(otherHost, otherPort, tls, insecure, timings, code);
    }

    /** The same with TLS. */
    public ClusterSettings withTls(TlsFiles files) {
        return new ClusterSettings(host, port, Optional.of(files), insecure, timings, code);
    }

    /** The same, allowed to talk over a network without TLS. */
    public ClusterSettings withoutProtection() {
        return new ClusterSettings(host, port, tls, true, timings, code);
    }

    /** The same with other timings. */
    public ClusterSettings with(Timings other) {
        return new ClusterSettings(host, port, tls, insecure, other, code);
    }

    /** The same with the user's code. */
    public ClusterSettings withCode(String digest) {
        return new ClusterSettings(host, port, tls, insecure, timings, digest);
    }

    /** Refuses to listen where strangers reach it, unless they need a certificate. */
    void checkProtection() {
        if (tls.isPresent() || insecure) {
            return;
        }
        try {
            if (InetAddress.getByName(host).isLoopbackAddress()) {
                return;
            }
        } catch (UnknownHostException e) {
            throw new ClusterException("host (" + host + ") is not known here. Maybe write its address.", e);
        }
        throw new ClusterException("host (" + host + ") can be reached from other machines, so it needs TLS: whoever"
                + " reaches it could start workers. Maybe name a key, a certificate and the authority's certificate"
                + " (--tls-key, --tls-cert, --tls-ca), or say --insecure if the network is your own.");
    }
}
