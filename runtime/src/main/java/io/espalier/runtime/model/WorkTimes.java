package io.espalier.runtime.model;

/** How long the workers that hold parts of a network were at work, and how long they could have been; used by one thread. */
final class WorkTimes {
    private double busy;
    private double whole;
    private double ideal;
    private long passes;
    private long lost;

    /**
     * Adds the passes of a minibatch.
     *
     * @param busySeconds of all workers together
     * @param wholeSeconds from the first message until the last worker is done, times the number of workers
     */
    void pass(double busySeconds, double wholeSeconds, double idealBubble) {
        busy += busySeconds;
        whole += wholeSeconds;
        ideal += idealBubble;
        passes++;
    }

    void lost() {
        lost++;
    }

    /** Adds these to others, and begins at zero again. */
    void moveTo(WorkTimes other) {
        other.busy += busy;
        other.whole += whole;
        other.ideal += ideal;
        other.passes += passes;
        other.lost += lost;
        busy = 0;
        whole = 0;
        ideal = 0;
        passes = 0;
        lost = 0;
    }

    boolean any() {
        return passes > 0;
    }

    /** The part of the time that workers waited. */
    double idle() {
        return 1 - busy / whole;
    }

    double idealBubble() {
        return ideal / passes;
    }

    double workersLost() {
        return (double) lost;
    }
}
