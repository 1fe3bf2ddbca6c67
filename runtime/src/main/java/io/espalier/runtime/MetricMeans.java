package io.espalier.runtime;

import io.espalier.core.MetricSink;
import io.espalier.core.State;
import io.espalier.core.Stateful;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The means of named figures since the last row of metrics. Takes known names without allocating. */
final class MetricMeans implements MetricSink, Stateful {
    private final List<String> names = new ArrayList<>();
    private double[] sums = new double[16];
    private long[] counts = new long[16];
    private int next;

    @Override
    public void put(String name, double value) {
        int i = place(name);
        sums[i] += value;
        counts[i]++;
    }

    /** Where a name stands: usually right after the one before, for they come in the same order each time. */
    private int place(String name) {
        int n = names.size();
        if (next < n && names.get(next).equals(name)) {
            return next++;
        }
        int found = names.indexOf(name);
        if (found < 0) {
            found = n;
            names.add(name);
            if (n == sums.length) {
                sums = Arrays.copyOf(sums, 2 * n);
                counts = Arrays.copyOf(counts, 2 * n);
            }
        }
        next = found + 1;
        return found;
    }

    /** Moves the means out, by name; figures that were not put since are left out. */
    void drain(MetricSink into) {
        for (int i = 0; i < names.size(); i++) {
            if (counts[i] > 0) {
                into.put(names.get(i), sums[i] / counts[i]);
                sums[i] = 0;
                counts[i] = 0;
            }
        }
    }

    @Override
    public void save(State into) {
        into.put("names", String.join("\n", names).getBytes(StandardCharsets.UTF_8));
        into.put("sums", Arrays.copyOf(sums, names.size()));
        into.put("counts", Arrays.copyOf(counts, names.size()));
    }

    @Override
    public void load(State from) {
        names.clear();
        String joined = new String(from.bytes("names"), StandardCharsets.UTF_8);
        names.addAll(joined.isEmpty() ? List.of() : joined.lines().toList());
        double[] savedSums = from.doubles("sums");
        long[] savedCounts = from.longs("counts");
        sums = Arrays.copyOf(savedSums, Math.max(16, savedSums.length));
        counts = Arrays.copyOf(savedCounts, Math.max(16, savedCounts.length));
        next = 0;
    }
}
