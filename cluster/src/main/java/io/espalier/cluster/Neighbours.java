package io.espalier.cluster;

import io.espalier.runtime.workers.Command;
import io.espalier.runtime.workers.Resources;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Optional;

/** Calls at a head's gate. */
final class Neighbours {
    private static final int CONNECT_MILLIS = 2000;
    private static final int ANSWER_MILLIS = 15_000;

    private Neighbours() {}

    /**
     * Calls.
     *
     * @throws IOException if nobody answers
     */
    static GateConnection call(String host, int port, Optional<Tls> tls) throws IOException {
        Socket socket = new Socket();
        try {
            socket.connect(new InetSocketAddress(host, port), CONNECT_MILLIS);
            socket.setSoTimeout(ANSWER_MILLIS);
            GateConnection line = new GateConnection(tls.isPresent() ? tls.get().over(socket, host, port) : socket);
            line.patience(ANSWER_MILLIS);
            return line;
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    /**
     * Whether some head lives at the address that this one is to have: two processes may each find the port free, as where
     * the name moves from one machine to another.
     */
    static void refuseASecondHead(ClusterSettings settings, Optional<Tls> tls, Identity identity) {
        if (settings.port() == 0) {
            return;
        }
        try (GateConnection line = call(settings.host(), settings.port(), tls)) {
            line.send(new Hello(identity, true, "a second head", Resources.cpus(0), 0).toCommand());
            Command answer = line.receive();
            if (answer.name().equals("refused")) {
                throw new ClusterException(
                        "cannot be the head at " + settings.host() + ":" + settings.port() + ": " + Words.text(answer));
            }
        } catch (IOException e) {
            // Nobody there, or nobody of ours; in the second case the port cannot be bound, which says so.
            return;
        }
    }
}
