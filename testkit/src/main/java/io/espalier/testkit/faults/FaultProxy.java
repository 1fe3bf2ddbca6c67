package io.espalier.testkit.faults;

import io.espalier.core.Seeds;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Stands between two processes that talk over TCP and does what networks do: delays, loses, garbles, doubles and throttles
 * what passes, holds it back in one direction or both, keeps one side believing that the other lives, or resets. Which
 * bytes are hit is decided by the seed, the number of the connection, the direction and the bytes' place in the stream,
 * not by when they came; when they are hit, of course, is the clock's.
 *
 * <p>Two things differ from a wire. A connection to a proxy that is partitioned is made all the same, by the kernel of
 * this machine, and only then nothing comes; through a wire that is cut it would not be made. And a byte that was lost
 * still comes, later: see {@link LinkFaults#loss}.
 */
public final class FaultProxy implements AutoCloseable {
    private static final int CONNECT_MILLIS = 2000;

    private final String host;
    private final int target;
    private final Seeds seeds;
    private final ServerSocket door;
    private final FaultLink toTarget = new FaultLink();
    private final FaultLink toClient = new FaultLink();
    private final List<ProxiedConnection> connections = new CopyOnWriteArrayList<>();
    private final AtomicLong accepted = new AtomicLong();

    private FaultProxy(int port, String host, int target, long seed) {
        this.host = host;
        this.target = target;
        seeds = Seeds.of(seed);
        try {
            door = new ServerSocket();
            door.setReuseAddress(true);
            door.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 256);
        } catch (IOException e) {
            throw new UncheckedIOException("no proxy can listen on port " + port + ".", e);
        }
        Thread porter = new Thread(this::accept, "fault-proxy-" + door.getLocalPort());
        porter.setDaemon(true);
        porter.start();
    }

    /**
     * Listens on any free port of the loopback interface.
     *
     * @param host where whatever comes is to be sent to
     * @param port there; it is called at each connection, so nobody needs to listen there yet
     * @param seed decides what is hit
     */
    public static FaultProxy to(String host, int port, long seed) {
        return new FaultProxy(0, host, port, seed);
    }

    /**
     * As {@link #to}, on a given port, as where the target tells others to call it there.
     *
     * @throws UncheckedIOException if somebody else listens there
     */
    public static FaultProxy on(int own, String host, int port, long seed) {
        return new FaultProxy(own, host, port, seed);
    }

    /** Where it listens. */
    public int port() {
        return door.getLocalPort();
    }

    /** Connections that were made so far. */
    public long accepted() {
        return accepted.get();
    }

    /** Bytes that have passed from whoever calls to whom is called. */
    public long bytesToTarget() {
        return toTarget.passed();
    }

    /** Bytes that have passed back. */
    public long bytesToClient() {
        return toClient.passed();
    }

    /** What happens from now on to what goes from whoever calls to whom is called. */
    public void toTarget(LinkFaults faults) {
        toTarget.set(faults);
        mend();
    }

    /** What happens from now on to what comes back. */
    public void toClient(LinkFaults faults) {
        toClient.set(faults);
        mend();
    }

    /** The same in both directions. */
    public void both(LinkFaults faults) {
        toTarget.set(faults);
        toClient.set(faults);
        mend();
    }

    /**
     * Everything passes again. Connections of which something was swallowed are reset: what follows would be the
     * continuation of something else.
     */
    public void heal() {
        both(LinkFaults.NONE);
    }

    private void mend() {
        for (ProxiedConnection connection : connections) {
            connection.mend();
        }
    }

    /** Resets all connections that there are; new ones can be made. */
    public void reset() {
        connections.forEach(ProxiedConnection::reset);
    }

    private void accept() {
        while (!door.isClosed()) {
            meet();
        }
    }

    private void meet() {
        try {
            // Accepted in any case, in order: the number of a connection decides what is hit in it.
            Socket client = door.accept();
            long number = accepted.getAndIncrement();
            Thread maker = new Thread(() -> connect(client, number), "fault-proxy-connection-" + number);
            maker.setDaemon(true);
            maker.start();
        } catch (IOException e) {
            // Closed, or the caller has gone before it was answered: in both cases there is nobody to serve.
            return;
        }
    }

    private void connect(Socket client, long number) {
        Socket server = new Socket();
        try {
            toTarget.awaitPassage(() -> door.isClosed());
            server.connect(new InetSocketAddress(host, target), CONNECT_MILLIS);
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
            ProxiedConnection connection = new ProxiedConnection(
                    client, server, toTarget, toClient, seeds.child("connection", number), connections::remove);
            connections.add(connection);
            connection.start();
            if (door.isClosed()) {
                connection.reset();
            }
        } catch (IOException e) {
            ProxiedConnection.reset(client);
            ProxiedConnection.reset(server);
        }
    }

    /** Resets all connections and takes no more. */
    @Override
    public void close() {
        try {
            door.close();
        } catch (IOException e) {
            throw new UncheckedIOException("the proxy's port cannot be closed.", e);
        } finally {
            reset();
        }
    }
}
