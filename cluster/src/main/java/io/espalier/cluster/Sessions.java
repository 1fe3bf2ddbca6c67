package io.espalier.cluster;

import java.security.SecureRandom;

/**
 * The head's epoch, later than that of any head before, and the numbers of nodes' stays, which nobody can guess. What
 * carries others is of the past.
 */
final class Sessions {
    private final SecureRandom secrets = new SecureRandom();
    private volatile long epoch = System.currentTimeMillis();

    long epoch() {
        return epoch;
    }

    long next() {
        long session;
        do {
            session = secrets.nextLong();
        } while (session == 0);
        return session;
    }

    /**
     * A node says for which head it has worked last. If that was later than this one, the clocks differ, or this head is
     * the one that was given up.
     *
     * @param alone whether no node works for this head
     * @throws ClusterException.Refused if nodes do: there would be two
     */
    void fence(long last, boolean alone) {
        if (last <= epoch) {
            return;
        }
        if (!alone) {
            throw new ClusterException.Refused("this head (epoch " + epoch + ") is older than the one (epoch " + last
                    + ") for which that worker worked last. Maybe end this one.");
        }
        epoch = last + 1;
    }
}
