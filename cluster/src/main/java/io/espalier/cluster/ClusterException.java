package io.espalier.cluster;

/** A cluster cannot be formed or joined; the message says why, and what may help. */
public class ClusterException extends RuntimeException {
    /** One with a cause. */
    public ClusterException(String message, Throwable cause) {
        super(message, cause);
    }

    /** One without a cause. */
    public ClusterException(String message) {
        super(message);
    }

    /** The head will not have this node: it is not of the same kind, and trying again does not help. */
    public static final class Refused extends ClusterException {
        /** The reason, as the head told it. */
        public Refused(String message) {
            super(message);
        }
    }
}
