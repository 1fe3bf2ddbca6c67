package io.espalier.cluster;

import io.espalier.runtime.workers.Command;
import io.espalier.runtime.workers.Message;
import io.espalier.runtime.workers.MessageFormat;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;

/**
 * The line between a worker's node and the head's gate, open as long as both live. Over it they agree before anything
 * else happens; afterwards its end is the first sign that the other process is gone: the system closes it when it kills.
 */
final class GateConnection implements Closeable {
    /** "ESPL": whoever does not say it first is no node of ours. */
    private static final int MAGIC = 0x4553504C;

    private static final int MOST_BYTES = 64 << 10;

    private final Socket socket;
    private final DataInputStream in;
    private final DataOutputStream out;

    GateConnection(Socket socket) throws IOException {
        this.socket = socket;
        socket.setTcpNoDelay(true);
        socket.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
        in = new DataInputStream(socket.getInputStream());
        out = new DataOutputStream(socket.getOutputStream());
    }

    /** Limits how long {@link #receive} waits; 0 for ever. */
    void patience(int milliseconds) throws IOException {
        socket.setSoTimeout(milliseconds);
    }

    Socket socket() {
        return socket;
    }

    synchronized void send(Command command) throws IOException {
        byte[] bytes = MessageFormat.bytes(command);
        ByteBuffer frame = ByteBuffer.allocate(12 + bytes.length);
        frame.putInt(MAGIC).putInt(Identity.PROTOCOL).putInt(bytes.length).put(bytes);
        out.write(frame.array());
        out.flush();
    }

    /**
     * Waits for the next word.
     *
     * @throws StrangerException if the other side is not one of us
     * @throws IOException if the line is cut
     */
    Command receive() throws IOException {
        int magic;
        try {
            magic = in.readInt();
        } catch (EOFException e) {
            throw new IOException("its process is gone, or has closed the line", e);
        }
        if (magic != MAGIC) {
            throw new StrangerException("it does not speak Espalier's protocol (began with 0x"
                    + Integer.toHexString(magic) + "). Maybe one side uses TLS and the other does not.");
        }
        int protocol = in.readInt();
        if (protocol != Identity.PROTOCOL) {
            throw new StrangerException("it speaks protocol " + protocol + ", this side " + Identity.PROTOCOL
                    + ". Maybe update one of them.");
        }
        int length = in.readInt();
        if (length < 0 || length > MOST_BYTES) {
            throw new StrangerException("it announces " + length + " bytes, at most " + MOST_BYTES + " are taken.");
        }
        byte[] bytes = new byte[length];
        in.readFully(bytes);
        try {
            Message message = MessageFormat.read(ByteBuffer.wrap(bytes));
            if (message instanceof Command command) {
                return command;
            }
        } catch (IllegalArgumentException e) {
            throw new StrangerException("it sent what cannot be read: " + e.getMessage());
        }
        throw new StrangerException("it sent something else than a command.");
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // Nobody listens any more; that is what was wanted.
            return;
        }
    }

    /** The other side is none of ours. */
    static final class StrangerException extends IOException {
        StrangerException(String message) {
            super(message);
        }
    }
}
