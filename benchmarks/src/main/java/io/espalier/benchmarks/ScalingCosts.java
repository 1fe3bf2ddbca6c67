package io.espalier.benchmarks;

/**
 * What a run costs, as a simulation of it wants to know: measured, or assumed. Times in seconds of one core.
 *
 * @param rows environment steps of a block: what the learner takes at once
 * @param collect collecting a block
 * @param update learning from a block
 * @param blockBytes a block as a message
 * @param encode writing that message, at the worker
 * @param decode reading it, at the head
 * @param weightBytes new weights as a message
 * @param weightEncode writing that message, at the head
 * @param latency one way between machines
 * @param bandwidth bytes a second that the head's link carries, each way
 */
record ScalingCosts(
        int rows,
        double collect,
        double update,
        double blockBytes,
        double encode,
        double decode,
        double weightBytes,
        double weightEncode,
        double latency,
        double bandwidth) {

    /** The same over another network. */
    ScalingCosts over(double otherLatency, double otherBandwidth) {
        return new ScalingCosts(
                rows,
                collect,
                update,
                blockBytes,
                encode,
                decode,
                weightBytes,
                weightEncode,
                otherLatency,
                otherBandwidth);
    }

    /** The same with threads of one process, which hand blocks and weights over as they are. */
    ScalingCosts withinOneProcess() {
        return new ScalingCosts(rows, collect, update, 0, 0, 0, 0, 0, 0, Double.POSITIVE_INFINITY);
    }

    /** Seconds that so many bytes take on the link. */
    double transfer(double bytes) {
        return bytes / bandwidth;
    }
}
