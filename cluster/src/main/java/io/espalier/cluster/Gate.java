package io.espalier.cluster;

import io.espalier.runtime.workers.Command;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import javax.net.ssl.SSLServerSocket;

/** The head's door: nobody comes into the cluster but who was let in here. */
final class Gate implements Closeable {
    private static final int HELLO_MILLIS = 5000;
    private static final int JOIN_MILLIS = 30_000;

    /** Connections that may stand in the door at once, not yet known. */
    private static final int MOST_UNKNOWN = 64;

    private final ServerSocket door;
    private final Host host;
    private final Semaphore unknown = new Semaphore(MOST_UNKNOWN);

    /** Whoever owns the door. */
    interface Host {
        /**
         * Lets a node in.
         *
         * @throws ClusterException.Refused with the reason, if it is not
         */
        RemoteNode admit(Hello hello, GateConnection line);

        /** The node listens at that address of the transport. */
        void listens(RemoteNode node, String address);

        /** The line to the node ended. */
        void ended(RemoteNode node, String cause);

        /** Somebody was not let in. */
        void refused(String who, String reason);
    }

    private Gate(ServerSocket door, Host host) {
        this.door = door;
        this.host = host;
    }

    /**
     * Takes the port; opens with {@link #open}.
     *
     * @throws ClusterException if it is taken
     */
    static Gate bind(String address, int port, Optional<Tls> tls, Host host) {
        try {
            ServerSocket door = tls.isPresent() ? tls.get().serverSocket() : new ServerSocket();
            door.setReuseAddress(true);
            door.bind(new InetSocketAddress(address, port), 256);
            return new Gate(door, host);
        } catch (IOException e) {
            throw new ClusterException(
                    "cannot listen on " + address + ":" + port + " (" + e.getMessage()
                            + "). Maybe another head does already, or the address is not this machine's.",
                    e);
        }
    }

    int port() {
        return door.getLocalPort();
    }

    void open() {
        daemon("espalier-gate", this::accept);
    }

    private static void daemon(String name, Runnable body) {
        Thread thread = new Thread(body, name);
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        while (!door.isClosed()) {
            try {
                Socket socket = door.accept();
                if (unknown.tryAcquire()) {
                    daemon("espalier-gate-" + socket.getPort(), () -> meet(socket));
                } else {
                    socket.close();
                }
            } catch (IOException e) {
                if (!door.isClosed()) {
                    host.refused("somebody", "the connection broke: " + e.getMessage());
                }
            }
        }
    }

    private void meet(Socket socket) {
        String who = String.valueOf(socket.getRemoteSocketAddress());
        RemoteNode node = null;
        boolean held = true;
        try (GateConnection line = new GateConnection(socket)) {
            try {
                line.patience(HELLO_MILLIS);
                node = host.admit(Hello.of(line.receive()), line);
                line.patience(JOIN_MILLIS);
                line.send(node.welcome().toCommand());
                Command where = line.receive();
                host.listens(node, Words.text(where));
                line.send(Command.of("go"));
                line.patience(0);
            } catch (ClusterException.Refused e) {
                host.refused(who, String.valueOf(e.getMessage()));
                line.send(Words.of("refused", String.valueOf(e.getMessage())));
                return;
            } catch (GateConnection.StrangerException | IllegalArgumentException e) {
                host.refused(who, String.valueOf(e.getMessage()));
                line.send(Words.of("refused", "this head does not understand it: " + e.getMessage()));
                return;
            } catch (IOException e) {
                // Who only knocks and goes, as probes do, is not worth a word.
                if (node == null && !(e.getCause() instanceof EOFException)) {
                    host.refused(who, brokenOff(e));
                }
                throw e;
            } finally {
                unknown.release();
                held = false;
            }
            while (true) {
                line.receive();
            }
        } catch (IOException | RuntimeException e) {
            if (held) {
                unknown.release();
            }
            if (node != null) {
                host.ended(node, String.valueOf(e.getMessage()));
            }
        }
    }

    private String brokenOff(IOException e) {
        return (door instanceof SSLServerSocket ? "no TLS, or no certificate of our authority: " : "it broke off: ")
                + e.getMessage();
    }

    @Override
    public void close() {
        try {
            door.close();
        } catch (IOException e) {
            // It is not open any more, one way or the other.
            return;
        }
    }
}
