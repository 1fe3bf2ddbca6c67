package io.espalier.testkit.faults;

import io.espalier.core.Seeds;
import java.io.IOException;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** A connection through the proxy: two sockets, and what goes from each to the other. */
final class ProxiedConnection {
    private final Socket client;
    private final Socket server;
    private final Consumer<ProxiedConnection> ended;
    private final FaultPump forth;
    private final FaultPump back;
    private final AtomicInteger running = new AtomicInteger(2);

    ProxiedConnection(
            Socket client,
            Socket server,
            FaultLink toTarget,
            FaultLink toClient,
            Seeds seeds,
            Consumer<ProxiedConnection> ended) {
        this.client = client;
        this.server = server;
        this.ended = ended;
        forth = new FaultPump(client, server, toTarget, seeds.child("to target"), this::over);
        back = new FaultPump(server, client, toClient, seeds.child("to client"), this::over);
    }

    void start() {
        forth.start();
        back.start();
    }

    /** One direction has come to its end, cleanly or not. */
    private void over(boolean broken) {
        if (broken) {
            reset();
        }
        if (running.decrementAndGet() == 0) {
            close(client);
            close(server);
            ended.accept(this);
        }
    }

    /** Something has changed: if bytes are missing and more would follow now, there must not be more. */
    void mend() {
        if (forth.hasHole() || back.hasHole()) {
            reset();
        }
    }

    void reset() {
        reset(client);
        reset(server);
    }

    static void reset(Socket socket) {
        try {
            // With nothing to linger for, closing sends a reset instead of a good-bye.
            socket.setSoLinger(true, 0);
        } catch (IOException e) {
            // Closed already.
            return;
        }
        close(socket);
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // That is what was wanted.
            return;
        }
    }
}
