package io.espalier.benchmarks;

import io.espalier.cli.Catalog;
import io.espalier.core.EnvironmentSpec;
import io.espalier.core.RandomStream;
import io.espalier.policy.Algorithm;
import io.espalier.policy.AlgorithmProvider;
import io.espalier.runtime.Progress;
import io.espalier.runtime.SettingsBinder;
import io.espalier.runtime.Trainer;
import io.espalier.runtime.TrainingListener;
import io.espalier.runtime.TrainingResult;
import io.espalier.runtime.TunedSettings;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A short run of each algorithm that there is, in this process: with 1, 2 and 4 threads, and stopped somewhere and resumed.
 * The part of {@link SameBits} that leaves nobody out.
 */
final class EveryAlgorithm {
    /** Algorithm, environment, environment steps, and settings changed so that a short run learns. */
    private static final List<List<String>> RUNS = List.of(
            List.of("ppo", "CartPole-v1", "4096"),
            List.of("ppo-recurrent", "TMaze-v0", "8192"),
            List.of("a2c", "CartPole-v1", "8192"),
            List.of("a3c", "CartPole-v1", "8192"),
            List.of("reinforce", "CartPole-v1", "16384"),
            List.of("trpo", "CartPole-v1", "8192"),
            List.of("npg", "CartPole-v1", "8192"),
            List.of("vtrace", "CartPole-v1", "8192"),
            List.of("appo", "CartPole-v1", "4096"),
            List.of("dqn", "CartPole-v1", "4096"),
            List.of("c51", "CartPole-v1", "3072"),
            List.of("qr-dqn", "CartPole-v1", "3072"),
            List.of("munchausen-dqn", "CartPole-v1", "3072"),
            List.of("rainbow", "CartPole-v1", "3072"),
            List.of("r2d2", "TMaze-v0", "8192"),
            List.of("pqn", "CartPole-v1", "8192"),
            List.of("sac-discrete", "CartPole-v1", "3072"),
            List.of("sac", "Pendulum-v1", "1500", "learningStarts=500"),
            List.of("td3", "Pendulum-v1", "1500", "learningStarts=500"),
            List.of("ddpg", "Pendulum-v1", "1500", "learningStarts=500"),
            List.of("openai-es", "CartPole-v1", "50000"),
            List.of("ars", "CartPole-v1", "20000"),
            List.of("cma-es", "CartPole-v1", "20000"),
            List.of("genetic", "CartPole-v1", "50000"),
            List.of("alphazero", "TicTacToeSelfPlay-v0", "1500"),
            List.of("q-learning", "Taxi-v4", "20000"),
            List.of("double-q-learning", "Taxi-v4", "20000"),
            List.of("sarsa", "Taxi-v4", "20000"),
            List.of("sarsa-lambda", "Taxi-v4", "20000"),
            List.of("monte-carlo", "FrozenLake-v1", "20000"),
            List.of("dyna-q", "Taxi-v4", "20000"),
            List.of("prioritized-sweeping", "Taxi-v4", "20000"),
            List.of("epsilon-greedy-bandit", "Bandit10-v0", "5000"),
            List.of("gradient-bandit", "Bandit10-v0", "5000"),
            List.of("thompson-bandit", "Bandit10-v0", "5000"),
            List.of("ucb-bandit", "Bandit10-v0", "5000"));

    private final Catalog catalog = Catalog.of(null);
    private final RandomStream random = new RandomStream(RUNS.size());
    private final Path folder;
    private final Report report;
    private int compared;
    private int different;

    EveryAlgorithm(Path folder, Report report) {
        this.folder = folder;
        this.report = report;
    }

    /** How many runs were compared with their twin on one thread. */
    int compared() {
        return compared;
    }

    /** How many of them differ from it. */
    int different() {
        return different;
    }

    /**
     * Runs all.
     *
     * @throws IllegalStateException if there is an algorithm without a run here
     */
    void run() {
        Set<String> missing =
                catalog.algorithms().stream().map(AlgorithmProvider::name).collect(Collectors.toCollection(TreeSet::new));
        RUNS.forEach(run -> missing.remove(run.get(0)));
        if (!missing.isEmpty()) {
            throw new IllegalStateException("There is no run of " + missing + ". Maybe add one to RUNS.");
        }
        report.line("");
        report.line("## Every algorithm, in one process");
        report.line("");
        report.line("| algorithm | environment | environment steps | updates | one thread | 2 threads | 4 threads | resumed |");
        report.line("|---|---|---|---|---|---|---|---|");
        for (List<String> run : RUNS) {
            compare(run);
        }
    }

    private void compare(List<String> run) {
        TrainingResult straight = trainer(run, 1).run();
        String digest = straight.weightsDigest();
        if (straight.updates() == 0) {
            throw new IllegalStateException(run + " ended without an update. Maybe it needs more environment steps.");
        }
        long budget = Long.parseLong(run.get(2));
        long at = budget / 4 + random.nextInt((int) (budget / 2));
        report.line(
                "| %s | %s | %,d | %,d | `%s` | %s | %s | %s |",
                run.get(0),
                run.get(1),
                budget,
                straight.updates(),
                digest.substring(0, 16),
                verdict(digest, trainer(run, 2).run()),
                verdict(digest, trainer(run, 4).run()),
                verdict(digest, resumed(run, at)));
    }

    private String verdict(String digest, TrainingResult other) {
        compared++;
        if (digest.equals(other.weightsDigest())) {
            return "the same";
        }
        different++;
        return "**differs**";
    }

    private TrainingResult resumed(List<String> run, long at) {
        Path directory = folder.resolve("every-" + run.get(0));
        Trainer first = trainer(run, 2).directory(directory);
        first.listen(new TrainingListener() {
                    @Override
                    public void round(Progress progress) {
                        if (progress.environmentSteps() >= at) {
                            first.requestStop("stopped to be resumed");
                        }
                    }
                })
                .run();
        return Trainer.resume(directory).run();
    }

    private Trainer trainer(List<String> run, int threads) {
        EnvironmentSpec environment = catalog.environment(run.get(1));
        return Trainer.of(algorithm(catalog.algorithm(run.get(0)), run), environment)
                .seed(1)
                .threads(threads)
                .environmentSteps(Long.parseLong(run.get(2)))
                .withoutFinalEvaluation();
    }

    private <S extends Record> Algorithm algorithm(AlgorithmProvider<S> provider, List<String> run) {
        Map<String, Object> settings = new LinkedHashMap<>(
                catalog.tuned(provider.name(), run.get(1)).map(TunedSettings::settings).orElse(Map.of()));
        for (String change : run.subList(3, run.size())) {
            String[] words = change.split("=", 2);
            settings.put(words[0], words[1]);
        }
        return provider.create(SettingsBinder.bind(provider.defaults(), settings));
    }
}
