package io.espalier.runtime;

import io.espalier.core.MetricSink;
import io.espalier.core.State;
import io.espalier.runtime.workers.Command;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a parameter server and its workers tell each other. */
final class GradientMessages {
    /** To a worker: here are parameters, send the next gradient. */
    static final String STEP = "step";
    /** To a worker: do what a step asks for again, but send nothing. */
    static final String REPLAY = "replay";
    /** To a worker: the state of its learner. */
    static final String LOAD = "load";
    /** To a worker: where the one before it stood. */
    static final String RESTORE = "restore";
    /** From a worker: a gradient. */
    static final String GRADIENT = "gradient";
    /** From a worker: where it stands right before it collects a block, after the step of that number. */
    static final String STAND = "stand";

    private GradientMessages() {}

    /**
     * Parameters, which are still to be written into the body.
     *
     * @param number which step it is
     * @param version of the parameters
     * @param environmentSteps of the run so far
     * @param stand whether the worker is to say where it stands before its next block
     */
    static Command step(long number, long version, long environmentSteps, boolean stand) {
        State body = new State();
        body.put("step", new long[] {number, version, environmentSteps, stand ? 1 : 0});
        return new Command(STEP, body);
    }

    static long number(Command step) {
        return step.body().longs("step")[0];
    }

    static long version(Command step) {
        return step.body().longs("step")[1];
    }

    static long environmentSteps(Command step) {
        return step.body().longs("step")[2];
    }

    static boolean wantsStand(Command step) {
        return step.body().longs("step")[3] != 0;
    }

    /** A worker's answer to a step. */
    static final class Gradient {
        final long number;
        final long version;
        /** Whether it brings a gradient. */
        final boolean present;
        /** Environment steps of the block that was collected for it; 0 if it is of a block that was told of before. */
        final int rows;

        final long faults;
        final long nanos;
        final double learningRate;
        final double skipped;
        final State body;

        Gradient(State body) {
            long[] numbers = body.longs("gradient");
            double[] rates = body.doubles("rate");
            if (numbers.length != 6 || rates.length != 2 || numbers[3] < 0 || numbers[3] > Integer.MAX_VALUE) {
                throw new IllegalArgumentException(
                        "a gradient came with " + Arrays.toString(numbers) + " and " + Arrays.toString(rates) + ".");
            }
            this.body = body;
            number = numbers[0];
            version = numbers[1];
            present = numbers[2] != 0;
            rows = (int) numbers[3];
            faults = numbers[4];
            nanos = numbers[5];
            learningRate = rates[0];
            skipped = rates[1];
        }

        byte[] shard(int s) {
            return body.bytes("shard/" + s);
        }

        /** Takes in the episodes of its block. */
        void episodes(Episodes into) {
            if (rows > 0) {
                into.load(body.child("block"));
            } else {
                into.clear();
            }
        }

        /** What the learner had to say of the block before, if this worker tells. */
        void figures(MetricSink into) {
            if (body.has("figures/names")) {
                State told = body.child("figures");
                double[] values = told.doubles("values");
                List<String> names = new String(told.bytes("names"), StandardCharsets.UTF_8)
                        .lines()
                        .toList();
                for (int i = 0; i < Math.min(names.size(), values.length); i++) {
                    into.put(names.get(i), values[i]);
                }
            }
        }
    }

    /** What a worker's learner says of its updates, until it is sent. */
    static final class Figures implements MetricSink {
        private static final String SKIPPED = "update/skipped";

        private final Map<String, Double> values = new LinkedHashMap<>();
        private double skipped;

        @Override
        public void put(String name, double value) {
            if (name.equals(SKIPPED)) {
                skipped += value;
            } else if (!name.equals("update/gradient-norm")) { // the server's own is that of the mean
                values.put(name, value);
            }
        }

        double takeSkipped() {
            double taken = skipped;
            skipped = 0;
            return taken;
        }

        /** Writes and forgets all. */
        void save(State into) {
            if (!values.isEmpty()) {
                into.put("names", String.join("\n", values.keySet()).getBytes(StandardCharsets.UTF_8));
                into.put(
                        "values",
                        values.values().stream()
                                .mapToDouble(Double::doubleValue)
                                .toArray());
                values.clear();
            }
        }
    }
}
