package io.espalier.benchmarks;

import io.espalier.cli.Catalog;
import io.espalier.core.Environment;
import io.espalier.core.EnvironmentSpec;
import io.espalier.core.RandomStream;
import io.espalier.core.Seeds;
import io.espalier.core.Step;
import io.espalier.envs.ClusterHeuristic;
import io.espalier.policy.AlgorithmProvider;
import io.espalier.policy.Policy;
import io.espalier.policy.PolicySession;
import io.espalier.runtime.Trainer;
import io.espalier.runtime.TunedSettings;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Whether a trained policy schedules jobs better than heuristics that see the same: PPO with the settings tuned for
 * ClusterScheduling-v0, several seeds, against each heuristic on the same held-out arrivals. A held-out seed begins a tree of
 * arrivals, several episodes of them, over which the slowdown is averaged: with one episode a seed, luck hides differences.
 * Differences are taken seed by seed on the same arrivals, since some are harder than others for everybody.
 *
 * <pre>benchmarks/run ClusterStudy [training seeds] [held-out seeds] [episodes of each] [greedy]</pre>
 */
public final class ClusterStudy {
    private static final String NAME = "ClusterScheduling-v0";
    private static final long FIRST_HELD_OUT = 1_000_000;
    private static final int EPISODES = 20;
    private static final int RESAMPLES = 10_000;

    private final EnvironmentSpec environment;
    private final int heldOut;
    private final int episodes;
    private final boolean greedy;

    private ClusterStudy(EnvironmentSpec environment, int heldOut, int episodes, boolean greedy) {
        this.environment = environment;
        this.heldOut = heldOut;
        this.episodes = episodes;
        this.greedy = greedy;
    }

    /** Someone who decides. */
    private interface Scheduler {
        int choose(float[] observation, boolean[] mask);
    }

    /** Runs the study. */
    public static void main(String[] words) {
        int seeds = words.length > 0 ? Integer.parseInt(words[0]) : 5;
        int heldOut = words.length > 1 ? Integer.parseInt(words[1]) : 20;
        int episodes = words.length > 2 ? Integer.parseInt(words[2]) : EPISODES;
        Catalog catalog = Catalog.of(null);
        boolean greedy = words.length > 3 && words[3].equals("greedy");
        new ClusterStudy(catalog.environment(NAME), heldOut, episodes, greedy)
                .run(
                        catalog.algorithm("ppo"),
                        catalog.tuned("ppo", NAME).orElseThrow(() -> new IllegalStateException("no settings")),
                        seeds);
    }

    private void run(AlgorithmProvider<?> ppo, TunedSettings tuned, int seeds) {
        Report report = new Report(
                "cluster-scheduling",
                "PPO against heuristics on " + NAME + ", " + seeds + " training seeds, " + heldOut + " held-out seeds");
        report.line(
                "Settings: %s; %,d environment steps; PPO's actions are %s. A held-out seed is %d episodes of arrivals, the same"
                        + " for everybody; its slowdown is their mean.",
                tuned.source(), tuned.environmentSteps(), greedy ? "its most likely ones" : "sampled", episodes);
        report.line("");
        report.line("| scheduler | mean slowdown | best | worst |");
        report.line("|---|---|---|---|");
        double[][] trained = IntStream.rangeClosed(1, seeds)
                .parallel()
                .mapToObj(seed -> trained(ppo, tuned, seed))
                .toArray(double[][]::new);
        double[] mean = new double[heldOut];
        for (int seed = 0; seed < seeds; seed++) {
            row(report, "PPO, seed " + (seed + 1), trained[seed]);
            for (int i = 0; i < heldOut; i++) {
                mean[i] += trained[seed][i] / seeds;
            }
        }
        row(report, "PPO, mean of its seeds", mean);
        Map<ClusterHeuristic, double[]> others = new EnumMap<>(ClusterHeuristic.class);
        for (ClusterHeuristic heuristic : ClusterHeuristic.values()) {
            RandomStream random = new RandomStream(1);
            double[] slowdowns = slowdowns((observation, mask) -> heuristic.choose(observation, mask, random));
            others.put(heuristic, slowdowns);
            row(report, heuristic.name(), slowdowns);
        }
        report.line("");
        report.line("PPO's slowdown minus the other's, held-out seed by held-out seed (below 0: PPO is better):");
        report.line("");
        report.line("| against | mean difference | 95 % bootstrap interval | PPO better in |");
        report.line("|---|---|---|---|");
        others.forEach((heuristic, slowdowns) -> {
            double[] differences = new double[heldOut];
            Arrays.setAll(differences, i -> mean[i] - slowdowns[i]);
            double[] interval = interval(differences);
            report.line(
                    "| %s | %.3f | %.3f to %.3f | %d of %d |",
                    heuristic.name(),
                    Arrays.stream(differences).average().orElseThrow(),
                    interval[0],
                    interval[1],
                    Arrays.stream(differences).filter(d -> d < 0).count(),
                    heldOut);
        });
        report.store();
    }

    private double[] trained(AlgorithmProvider<?> ppo, TunedSettings tuned, long seed) {
        Policy policy = Trainer.of(tuned.algorithm(ppo), environment)
                .seed(seed)
                .environmentSteps(tuned.environmentSteps())
                .withoutFinalEvaluation()
                .run()
                .policy();
        PolicySession session = policy.session(1);
        RandomStream[] streams = {new RandomStream(seed)};
        float[] action = new float[1];
        float[] logProbability = new float[1];
        float[] none = {};
        // A policy that shares its choice among several jobs is played as it was trained: its most likely single action
        // may be to wait.
        return slowdowns((observation, mask) -> {
            session.act(observation, 0, 1, mask, 0, streams, 0, greedy, action, 0, logProbability, none, 0);
            return (int) action[0];
        });
    }

    private double[] slowdowns(Scheduler scheduler) {
        double[] slowdowns = new double[heldOut];
        Environment cluster = environment.factory().get();
        float[] observation = new float[cluster.observationSpace().size()];
        boolean[] mask = new boolean[cluster.actionSpace().choices()];
        float[] action = new float[1];
        for (int play = 0; play < heldOut * episodes; play++) {
            int i = play / episodes;
            Seeds arrivals = Seeds.of(FIRST_HELD_OUT + i).child("episode", play % episodes);
            cluster.reset(arrivals.seed());
            Step step;
            do {
                cluster.observe(observation, 0);
                cluster.actionMask(mask, 0);
                action[0] = scheduler.choose(observation, mask);
                step = cluster.step(action, 0);
            } while (!step.last());
            cluster.episodeMetrics((name, value) -> {
                if (name.equals("slowdown")) {
                    slowdowns[i] += value / episodes;
                }
            });
        }
        cluster.close();
        return slowdowns;
    }

    private static void row(Report report, String name, double[] slowdowns) {
        report.line(
                "| %s | %.3f | %.2f | %.2f |",
                name,
                Arrays.stream(slowdowns).average().orElseThrow(),
                Arrays.stream(slowdowns).min().orElseThrow(),
                Arrays.stream(slowdowns).max().orElseThrow());
    }

    /** The 95 % percentile bootstrap interval of the mean. */
    private static double[] interval(double[] values) {
        RandomStream random = new RandomStream(RESAMPLES);
        double[] means = new double[RESAMPLES];
        for (int r = 0; r < RESAMPLES; r++) {
            double sum = 0;
            for (int i = 0; i < values.length; i++) {
                sum += values[random.nextInt(values.length)];
            }
            means[r] = sum / values.length;
        }
        Arrays.sort(means);
        return new double[] {means[RESAMPLES / 40], means[RESAMPLES - 1 - RESAMPLES / 40]};
    }
}
