package io.espalier.benchmarks;

import io.espalier.core.Environment;
import io.espalier.core.EnvironmentProvider;
import io.espalier.core.EnvironmentSpec;
import io.espalier.core.RandomStream;
import io.espalier.core.Space;
import io.espalier.core.Step;
import io.espalier.runtime.SeedStatistics;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.ServiceLoader;

/**
 * How many environment steps one core makes in a second of its time, for every environment that has a name, with actions drawn
 * at random beforehand (masks are read and heeded). A step is {@code step} and {@code observe}, and {@code reset} where an episode
 * ended. Warm: each environment runs for two seconds before it is measured, seven times for half a second. The mean return
 * and length of the episodes show what was played.
 *
 * <pre>benchmarks/run EnvironmentSteps [PART_OF_A_NAME]</pre>
 */
public final class EnvironmentSteps {
    private static final int REPEATS = 7;
    private static final double SECONDS = 0.5;
    private static final double WARM_UP = 2;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private EnvironmentSteps() {}

    /** Measures, prints and stores. */
    public static void main(String[] arguments) {
        String part = arguments.length > 0 ? arguments[0].toLowerCase(Locale.ROOT) : "";
        List<EnvironmentSpec> asked = ServiceLoader.load(EnvironmentProvider.class).stream()
                .flatMap(provider -> provider.get().environments().stream())
                .filter(spec -> spec.name().toLowerCase(Locale.ROOT).contains(part))
                .toList();
        if (asked.isEmpty()) {
            throw new IllegalArgumentException(
                    "No environment has \"" + part + "\" in its name. Maybe see: espalier list environments");
        }
        String name = "environment-steps" + (part.isEmpty() ? "" : "-" + part.replaceAll("[^a-z0-9]+", "-"));
        Report report = new Report(name, "Environment steps per second per core, random actions");
        report.line(
                "| environment | million steps/s, median of %d | least | most | mean episode: return | steps |",
                REPEATS);
        report.line("|---|---|---|---|---|---|");
        for (EnvironmentSpec spec : asked) {
            try (Environment environment = spec.factory().get()) {
                measure(spec.name(), new Player(environment), report);
            }
        }
        report.store();
    }

    private static void measure(String name, Player player, Report report) {
        rate(player, WARM_UP);
        double[] rates = new double[REPEATS];
        for (int i = 0; i < REPEATS; i++) {
            rates[i] = rate(player, SECONDS) / 1e6;
        }
        report.line(
                "| %s | %.2f | %.2f | %.2f | %.2f | %.1f |",
                name,
                SeedStatistics.median(rates),
                Arrays.stream(rates).min().orElseThrow(),
                Arrays.stream(rates).max().orElseThrow(),
                player.earned / player.episodes,
                player.lasted / (double) player.episodes);
    }

    /** Steps per second that this thread was on a core: others may use the machine meanwhile. */
    private static double rate(Player player, double seconds) {
        long begin = THREADS.getCurrentThreadCpuTime();
        long steps = 0;
        long now;
        do {
            steps += player.play();
            now = THREADS.getCurrentThreadCpuTime();
        } while (now - begin < seconds * 1e9);
        return steps * 1e9 / (now - begin);
    }

    /** Plays on where it stood. */
    private static final class Player {
        private static final int STEPS = 2000;
        private static final int TABLE = 4096;

        private final Environment environment;
        private final boolean masks;
        private final RandomStream random = new RandomStream(1);
        private final float[] actions;
        private final float[] observation;
        private final boolean[] mask;
        private final int width;
        private int drawn;
        private boolean running;
        private double earnedNow;
        private int lastedNow;
        private double earned;
        private long lasted;
        private long episodes;

        Player(Environment environment) {
            this.environment = environment;
            Space space = environment.actionSpace();
            masks = environment.masksActions();
            mask = new boolean[space.choices()];
            observation = new float[environment.observationSpace().size()];
            width = space.size();
            actions = new float[TABLE * width];
            for (int i = 0; i < TABLE; i++) {
                space.sample(random, actions, i * width);
            }
        }

        int play() {
            for (int i = 0; i < STEPS; i++) {
                if (!running) {
                    environment.reset(episodes);
                    environment.observe(observation, 0);
                    running = true;
                    earnedNow = 0;
                    lastedNow = 0;
                }
                int at = width * choose();
                Step step = environment.step(actions, at);
                environment.observe(observation, 0);
                earnedNow += step.reward();
                lastedNow++;
                if (step.last()) {
                    running = false;
                    earned += earnedNow;
                    lasted += lastedNow;
                    episodes++;
                }
            }
            return STEPS;
        }

        /** Which action of the table: the next, or the next after it that is allowed. Only discrete actions have masks. */
        private int choose() {
            // A table read in a circle would pair up with the task; a draw for each step does not.
            drawn = random.nextInt() & (TABLE - 1);
            if (masks) {
                environment.actionMask(mask, 0);
                while (!mask[(int) actions[drawn]]) {
                    drawn = drawn + 1 & (TABLE - 1);
                }
            }
            return drawn;
        }
    }
}
