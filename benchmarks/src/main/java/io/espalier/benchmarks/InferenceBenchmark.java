package io.espalier.benchmarks;

import com.sun.management.ThreadMXBean;
import io.espalier.core.Box;
import io.espalier.core.Discrete;
import io.espalier.core.RandomStream;
import io.espalier.nn.Network;
import io.espalier.nn.NetworkSpec;
import io.espalier.nn.Weights;
import io.espalier.policy.ActionHead;
import io.espalier.policy.Normalizer;
import io.espalier.policy.Policy;
import io.espalier.policy.PolicySession;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;

/**
 * How long a policy of a 4-64-64-2 network takes to answer, on one thread: one row and batches, greedy and sampling. Each
 * line gives nanoseconds for a call (median, least and 90th percentile of the samples) and the bytes that a call
 * allocates. To reach: at most 350 ns for one row, greedy.
 *
 * <pre>benchmarks/run InferenceBenchmark</pre>
 */
public final class InferenceBenchmark {
    private static final int SAMPLES = 500;
    private static final double SAMPLE_NANOS = 5e5;
    private static final double WARM_UP_NANOS = 2e9;
    private static final int OBSERVATIONS = 256;
    private static final boolean[] ALL = new boolean[0];
    private static final float[] NONE = new float[0];

    private InferenceBenchmark() {}

    /** One call, for the observation of that number. */
    private interface Call {
        void run(int which);
    }

    /** Prints the table. */
    public static void main(String[] arguments) {
        Policy policy = policy(Normalizer.identity());
        double[] ones = {1, 1, 1, 1};
        Policy normalised = policy(Normalizer.of(ones, ones, 1, 10));
        float[] rows = new float[OBSERVATIONS * 4];
        RandomStream random = new RandomStream(2);
        for (int i = 0; i < rows.length; i++) {
            rows[i] = (float) random.nextGaussian();
        }
        float[][] single = new float[OBSERVATIONS][];
        Arrays.setAll(single, i -> Arrays.copyOfRange(rows, i * 4, i * 4 + 4));

        report("one row, greedy: Policy.actDiscrete", which -> policy.actDiscrete(single[which]));
        report("one row, greedy, normalised", which -> normalised.actDiscrete(single[which]));
        report("one row, greedy: Policy.act", which -> policy.act(single[which]));
        report("one row, greedy: PolicySession.act", session(policy, rows, 1, true, false));
        report("one row, greedy, with log-probability", session(policy, rows, 1, true, true));
        report("one row, sampling, with log-probability", session(policy, rows, 1, false, true));
        for (int batch : new int[] {8, 128}) {
            report(batch + " rows, sampling, with log-probability", session(policy, rows, batch, false, true));
        }
    }

    private static Policy policy(Normalizer normalizer) {
        NetworkSpec spec = NetworkSpec.parse("dense(64) > tanh > dense(64) > tanh > heads(policy: dense(2))");
        Network network = new Network(spec, new int[] {4}, 1);
        network.initialize(new RandomStream(1));
        return new Policy(
                Box.unbounded(4),
                new Discrete(2),
                normalizer,
                spec,
                Weights.copyOf(0, network.parameters()),
                new ActionHead.Categorical(),
                Map.of());
    }

    private static Call session(Policy policy, float[] rows, int batch, boolean greedy, boolean wantsLogs) {
        PolicySession session = policy.session(batch);
        RandomStream[] streams = new RandomStream[batch];
        Arrays.setAll(streams, RandomStream::new);
        float[] actions = new float[batch];
        float[] logs = wantsLogs ? new float[batch] : NONE;
        return which -> {
            int at = which / batch * batch * 4;
            session.act(rows, at, batch, ALL, 0, streams, 0, greedy, actions, 0, logs, NONE, 0);
        };
    }

    private static void report(String name, Call call) {
        long start = System.nanoTime();
        long calls = 0;
        while (System.nanoTime() - start < WARM_UP_NANOS) {
            for (int i = 0; i < OBSERVATIONS; i++) {
                call.run(i);
            }
            calls += OBSERVATIONS;
        }
        double each = (double) (System.nanoTime() - start) / calls;
        int rounds = Math.max(1, (int) (SAMPLE_NANOS / each / OBSERVATIONS));
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        double[] nanos = new double[SAMPLES];
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int sample = 0; sample < SAMPLES; sample++) {
            long begin = System.nanoTime();
            for (int round = 0; round < rounds; round++) {
                for (int i = 0; i < OBSERVATIONS; i++) {
                    call.run(i);
                }
            }
            nanos[sample] = (double) (System.nanoTime() - begin) / rounds / OBSERVATIONS;
        }
        long bytes = threads.getCurrentThreadAllocatedBytes() - before;
        Arrays.sort(nanos);
        System.out.printf(
                Locale.ROOT,
                "%-42s median %8.1f ns   least %8.1f   p90 %8.1f   %d bytes allocated%n",
                name,
                nanos[SAMPLES / 2],
                nanos[0],
                nanos[SAMPLES * 9 / 10],
                bytes / ((long) SAMPLES * rounds * OBSERVATIONS));
    }
}
