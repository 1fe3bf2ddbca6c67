package io.espalier.cluster;

/** What a worker on another node threw; the stack is that node's, in the message. */
public final class RemoteFailure extends RuntimeException {
    RemoteFailure(String node, String type, String message, String stack) {
        super("on " + node + ": " + type + (message.isEmpty() ? "" : ": " + message) + System.lineSeparator() + stack);
    }
}
