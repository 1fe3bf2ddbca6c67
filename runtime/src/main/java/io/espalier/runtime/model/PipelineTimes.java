package io.espalier.runtime.model;

import io.espalier.core.MetricSink;

/** How long the stages of a pipeline were at work, and how long they could have been; used by one thread. */
final class PipelineTimes {
    private double busy;
    private double whole;
    private double ideal;
    private long passes;
    private long lost;

    /**
     * Adds the passes of a minibatch.
     *
     * @param busySeconds of all stages together
     * @param wholeSeconds from the first micro-batch sent until the last stage is done, times the number of stages
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
    void moveTo(PipelineTimes other) {
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

    void report(MetricSink metrics) {
        if (passes > 0) {
            metrics.put("pipeline/bubble", 1 - busy / whole);
            metrics.put("pipeline/bubble-ideal", ideal / passes);
            metrics.put("pipeline/stages-lost", (double) lost);
        }
    }
}
