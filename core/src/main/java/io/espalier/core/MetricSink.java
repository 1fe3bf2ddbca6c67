package io.espalier.core;

/** Takes named figures, as "loss/policy" or "kl". */
@FunctionalInterface
public interface MetricSink {
    /** Drops everything. */
    MetricSink NONE = (name, value) -> {};

    /** Takes one figure. */
    void put(String name, double value);
}
