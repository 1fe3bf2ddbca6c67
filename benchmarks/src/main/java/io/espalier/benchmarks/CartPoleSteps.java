package io.espalier.benchmarks;

import io.espalier.core.RandomStream;
import io.espalier.core.Seeds;
import io.espalier.core.Step;
import io.espalier.core.VectorEnvironment;
import io.espalier.envs.CartPole;
import io.espalier.envs.CartPoleBatch;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.Locale;

/**
 * How many environment steps of CartPole one core makes in a second of its time: one environment in double precision, and the batch
 * form, once with random actions inside its kernel and once through {@link VectorEnvironment#step}. The mean length of an
 * episode of random actions, known to be 22.2 to 22.3, shows that it is CartPole which is so fast.
 *
 * <pre>java --add-modules jdk.incubator.vector -cp "espalier-benchmarks.jar:lib/*" io.espalier.benchmarks.CartPoleSteps</pre>
 *
 * <p>An argument is the number of measurements per line (5 unless told), of which the best and the median are printed.
 */
public final class CartPoleSteps {
    private static final int[] SIZES = {16, 64, 1024, 4096};
    private static final double SECONDS = 0.4;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private CartPoleSteps() {}

    /** Measures and prints. */
    public static void main(String[] arguments) {
        int repeats = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 5;
        System.out.printf(
                Locale.ROOT,
                "Java %s, %s%n",
                Runtime.version(),
                CartPoleBatch.create(1, Seeds.of(1), 0).getClass().getSimpleName());
        Scalar scalar = new Scalar();
        report("one CartPole, double precision", repeats, scalar, () -> scalar.steps / (double) scalar.episodes);
        for (int size : SIZES) {
            Playing playing = new Playing(size);
            report("batch of " + size + ", actions inside", repeats, playing, playing::meanLength);
        }
        for (int size : SIZES) {
            Stepping stepping = new Stepping(size);
            report("batch of " + size + ", actions from outside", repeats, stepping, () -> Double.NaN);
        }
    }

    private interface Task {
        /** Makes some steps and says how many. */
        long run();
    }

    private interface Figure {
        double get();
    }

    private static void report(String name, int repeats, Task task, Figure meanLength) {
        rate(task, 2 * SECONDS);
        double[] rates = new double[repeats];
        for (int i = 0; i < repeats; i++) {
            rates[i] = rate(task, SECONDS);
        }
        Arrays.sort(rates);
        System.out.printf(
                Locale.ROOT,
                "%-40s best %6.1f, median %6.1f million steps/s; mean episode %.2f%n",
                name,
                rates[repeats - 1] / 1e6,
                rates[repeats / 2] / 1e6,
                meanLength.get());
    }

    /** Steps per second that this thread was on a core: others may use the machine meanwhile. */
    private static double rate(Task task, double seconds) {
        long begin = THREADS.getCurrentThreadCpuTime();
        long steps = 0;
        long now;
        do {
            steps += task.run();
            now = THREADS.getCurrentThreadCpuTime();
        } while (now - begin < seconds * 1e9);
        return steps * 1e9 / (now - begin);
    }

    private static final class Scalar implements Task {
        private final CartPole env = new CartPole();
        private final RandomStream random = new RandomStream(1);
        private final float[] action = new float[1];
        private final float[] observation = new float[4];
        private long steps;
        private long episodes;
        private boolean running;

        @Override
        public long run() {
            for (int i = 0; i < 10_000; i++) {
                if (!running) {
                    env.reset(episodes);
                }
                action[0] = random.nextLong() < 0 ? 0 : 1;
                Step step = env.step(action, 0);
                env.observe(observation, 0);
                steps++;
                running = !step.last();
                episodes += running ? 0 : 1;
            }
            return 10_000;
        }
    }

    private static final class Playing implements Task {
        private final CartPoleBatch batch;
        private long steps;

        Playing(int size) {
            batch = CartPoleBatch.create(size, Seeds.of(1), 0);
            batch.reset();
        }

        @Override
        public long run() {
            int each = 1_000_000 / batch.size();
            batch.play(each);
            steps += (long) each * batch.size();
            return (long) each * batch.size();
        }

        double meanLength() {
            return steps / (double) batch.ended();
        }
    }

    private static final class Stepping implements Task {
        private static final int TABLE = 64;

        private final CartPoleBatch batch;
        private final float[][] actions;
        private final RandomStream random = new RandomStream(2);

        Stepping(int size) {
            batch = CartPoleBatch.create(size, Seeds.of(1), 0);
            batch.reset();
            actions = new float[TABLE][size];
            for (float[] row : actions) {
                for (int i = 0; i < size; i++) {
                    row[i] = random.nextInt(2);
                }
            }
        }

        @Override
        public long run() {
            int each = 100_000 / batch.size();
            for (int t = 0; t < each; t++) {
                batch.step(actions[random.nextInt(TABLE)]);
            }
            return (long) each * batch.size();
        }
    }
}
