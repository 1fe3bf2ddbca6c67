package io.espalier.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.policy.Algorithm;
import io.espalier.policy.AlgorithmProvider;
import io.espalier.runtime.workers.LocalPool;
import io.espalier.runtime.workers.WorkerPool;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs whose gradients come from several learners: data parallel ones, and the workers of a parameter server. */
class GradientModesTest {
    @TempDir
    Path folder;

    private final List<Map<String, Double>> rounds = new ArrayList<>();

    private static Algorithm algorithm(String name, Map<String, ?> settings) {
        return create(Registry.here().algorithm(name), settings);
    }

    private static <S extends Record> Algorithm create(AlgorithmProvider<S> provider, Map<String, ?> settings) {
        return provider.create(SettingsBinder.bind(provider.defaults(), settings));
    }

    private Trainer trainer(Algorithm algorithm, String environment, long steps) {
        return Trainer.of(algorithm, Registry.here().environment(environment))
                .seed(5)
                .environmentSteps(steps)
                .evaluation(EvaluationSettings.DEFAULT.withEpisodes(2))
                .listen(new TrainingListener() {
                    @Override
                    public void round(Progress progress) {
                        rounds.add(Map.copyOf(progress.metrics()));
                    }
                });
    }

    private Trainer trainer(String name, long steps) {
        return trainer(algorithm(name, Map.of()), name.startsWith("sac") ? "Pendulum-v1" : "CartPole-v1", steps);
    }

    /** A run of many small updates. */
    private Trainer small(long steps, @Nullable WorkerPool pool) {
        Trainer trainer =
                trainer(algorithm("a3c", Map.of("environments", 2, "rolloutSteps", 10)), "CartPole-v1", steps);
        return pool == null ? trainer : trainer.workers(pool);
    }

    private String digest(String mode, WorkerPool pool, String name, long steps) {
        return trainer(name, steps)
                .mode(ExecutionMode.parse(mode))
                .workers(pool)
                .run()
                .weightsDigest();
    }

    @ParameterizedTest
    @CsvSource({"ppo, 2", "ppo, 3", "ppo, 4", "dqn, 2", "a2c, 3", "ppo-recurrent, 2", "sac, 2", "trpo, 2"})
    void learnersThatShareShardsGiveTheBitsOfOne(String name, int learners) {
        long steps = name.equals("sac") ? 1300 : 4096;
        String expected = trainer(name, steps).run().weightsDigest();
        try (LossyPool pool = new LossyPool(0)) {
            assertThat(digest("synchronous(workers=2, learners=" + learners + ")", pool, name, steps))
                    .isEqualTo(expected);
        }
        assertThat(trainer(name, steps)
                        .mode(ExecutionMode.parse("synchronous(learners=" + learners + ")"))
                        .run()
                        .weightsDigest())
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"ppo, 2, 13", "ppo, 4, 29", "dqn, 3, 37", "a2c, 2, 11"})
    void learnersThatAreLostChangeNoBit(String name, int learners, int every) {
        String expected = trainer(name, 4096).run().weightsDigest();
        try (LossyPool pool = new LossyPool(every)) {
            assertThat(digest("synchronous(workers=2, learners=" + learners + ")", pool, name, 4096))
                    .isEqualTo(expected);
            assertThat(pool.lost()).isGreaterThan(3);
        }
        if (name.equals("ppo")) { // the others' minibatches have one shard, which is computed here
            assertThat(rounds)
                    .anySatisfy(each -> assertThat(each.getOrDefault("learners/rescued-shards", 0.0))
                            .isPositive());
        }
    }

    @Test
    void aRunGoesOnWithOtherLearnersThanItBeganWith() {
        String expected = trainer("ppo", 8192).run().weightsDigest();
        Path run = folder.resolve("run");
        Trainer first = trainer("ppo", 8192).directory(run).mode(ExecutionMode.parse("synchronous(learners=3)"));
        stopAfter(first, 5).run();
        assertThat(Trainer.resume(run).run().weightsDigest()).isEqualTo(expected);
    }

    private static Trainer stopAfter(Trainer trainer, long rounds) {
        return stopWhen(trainer, progress -> progress.rounds() == rounds);
    }

    private static Trainer stopWhen(Trainer trainer, Predicate<Progress> reached) {
        return trainer.listen(new TrainingListener() {
            @Override
            public void round(Progress progress) {
                if (reached.test(progress)) {
                    trainer.requestStop("stopped by the test");
                }
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"a3c", "a2c", "ppo", "pqn", "dqn", "vtrace", "appo", "reinforce", "ppo-recurrent"})
    void aServerWithOneWorkerGivesTheBitsOfOneLearner(String name) {
        TrainingResult one = stopWhen(trainer(name, 20_000), progress -> progress.environmentSteps() >= 3000)
                .run();
        for (String more : List.of("", ", shards=3")) {
            try (LossyPool pool = new LossyPool(0)) {
                Trainer served = trainer(name, 20_000)
                        .mode(ExecutionMode.parse("parameter-server(workers=1, consistency=synchronous" + more + ")"))
                        .workers(pool);
                // It could stop between two updates of a block.
                assertThat(stopWhen(served, progress -> progress.updates() >= one.updates())
                                .run()
                                .weightsDigest())
                        .isEqualTo(one.weightsDigest());
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "a3c, 3, none, 97",
        "a3c, 2, 1-bit, 61",
        "a3c, 2, 'int8, pull=1-bit', 61",
        "pqn, 2, int8, 41",
        "ppo, 2, top-k(0.05), 113",
        "dqn, 2, none, 300"
    })
    void workersOfALockstepServerThatAreLostChangeNoBit(String name, int workers, String compression, int every) {
        String mode =
                "parameter-server(workers=" + workers + ", consistency=synchronous, compression=" + compression + ")";
        String expected;
        try (LossyPool pool = new LossyPool(0)) {
            expected = digest(mode, pool, name, 4000);
        }
        try (LocalPool pool = new LocalPool()) {
            assertThat(digest(mode, pool, name, 4000)).isEqualTo(expected);
        }
        try (LossyPool pool = new LossyPool(every)) {
            assertThat(digest(mode, pool, name, 4000)).isEqualTo(expected);
            assertThat(pool.lost()).isPositive();
        }
    }

    @Test
    void workersOfALockstepServerStandAfterManyStepsAndComeBackThere() {
        // 1000 updates are several times those between two stands.
        String mode = "parameter-server(workers=2, consistency=synchronous, compression=1-bit, pull=int8)";
        String expected;
        try (LocalPool pool = new LocalPool()) {
            expected = small(20_000, pool).mode(ExecutionMode.parse(mode)).run().weightsDigest();
        }
        try (LossyPool pool = new LossyPool(701)) {
            TrainingResult result =
                    small(20_000, pool).mode(ExecutionMode.parse(mode)).run();
            assertThat(result.weightsDigest()).isEqualTo(expected);
            assertThat(result.updates()).isGreaterThan(900);
            assertThat(pool.lost()).isPositive();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {30, 700})
    void aRunWithALockstepServerGoesOnWhereItStopped(int stopped) {
        String mode = "parameter-server(workers=2, shards=2, consistency=synchronous, compression=int8, pull=int8)";
        String expected =
                small(20_000, null).mode(ExecutionMode.parse(mode)).run().weightsDigest();
        Path run = folder.resolve("run");
        stopAfter(small(20_000, null).directory(run).mode(ExecutionMode.parse(mode)), stopped)
                .run();
        assertThat(Trainer.resume(run).run().weightsDigest()).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "a3c, asynchronous, none",
        "a3c, stale-synchronous, 'int8, pull=int8'",
        "pqn, asynchronous, int8",
        "dqn, asynchronous, top-k(0.05)"
    })
    void withoutWaitingForEachOtherItLearns(String name, String consistency, String compression) {
        Path run = folder.resolve("run");
        TrainingResult result = trainer(name, 12_000)
                .mode(ExecutionMode.parse("parameter-server(workers=3, shards=2, bound=1000, consistency=" + consistency
                        + ", compression=" + compression + ")"))
                .directory(run)
                .run();
        assertThat(result.environmentSteps()).isGreaterThanOrEqualTo(12_000);
        assertThat(result.updates()).isGreaterThan(100);
        if (name.equals("a3c")) { // the others have seen too little for that
            assertThat(result.meanReturn()).isGreaterThan(12);
        }
        assertThat(run.resolve("metrics.csv"))
                .content()
                .contains("workers/staleness", "workers/dropped", "workers/bytes-per-update", "update/gradient-norm");
    }

    @Test
    void withoutWaitingForEachOtherLostWorkersAreReplaced() {
        try (LossyPool pool = new LossyPool(50)) {
            TrainingResult result = trainer("a3c", 12_000)
                    .mode(ExecutionMode.parse("parameter-server(workers=3, consistency=stale-synchronous, bound=2)"))
                    .workers(pool)
                    .run();
            assertThat(result.environmentSteps()).isGreaterThanOrEqualTo(12_000);
            assertThat(pool.lost()).isPositive();
        }
    }

    @Test
    void anAsynchronousRunGoesOnFromItsCheckpoint() {
        Path run = folder.resolve("run");
        Trainer first = trainer("a3c", 12_000).directory(run).mode(ExecutionMode.parse("parameter-server(workers=2)"));
        TrainingResult half = stopAfter(first, 200).run();
        TrainingResult whole = Trainer.resume(run).run();
        assertThat(whole.environmentSteps()).isGreaterThanOrEqualTo(12_000);
        assertThat(whole.updates()).isGreaterThan(half.updates());
    }

    @Test
    void gradientsOfTooOldParametersAreDroppedAndCounted() {
        // Of two workers that both hold the parameters of version v, the second to answer is one version late.
        trainer("a3c", 8000)
                .mode(ExecutionMode.parse("parameter-server(workers=3, bound=0)"))
                .run();
        assertThat(rounds)
                .allSatisfy(each -> assertThat(each.getOrDefault("workers/staleness/mean", 0.0))
                        .isZero());
        assertThat(rounds.get(rounds.size() - 1).get("workers/dropped")).isPositive();
    }

    @Test
    void aWorkerMayNotBeFurtherAheadThanTheBound() {
        // With clocks at most 1 + 1 apart, between pull and push of one worker each of 2 others makes at most 4 steps.
        trainer("a3c", 8000)
                .mode(ExecutionMode.parse("parameter-server(workers=3, consistency=stale-synchronous, bound=1)"))
                .run();
        assertThat(rounds).allSatisfy(each -> {
            assertThat(each.getOrDefault("workers/staleness/mean", 0.0)).isLessThanOrEqualTo(8);
            assertThat(each.getOrDefault("workers/dropped", 0.0)).isZero();
        });
    }

    @Test
    void bytesPerUpdateAreThoseOfTheCodec() {
        int parameters = trainer("a3c", 400).run().policy().weights().size();
        trainer("a3c", 2000)
                .mode(ExecutionMode.parse("parameter-server(workers=2, consistency=synchronous)"))
                .run();
        double plain = rounds.get(rounds.size() - 1).get("workers/bytes-per-update");
        trainer("a3c", 2000)
                .mode(ExecutionMode.parse("parameter-server(workers=2, consistency=synchronous, compression=1-bit)"))
                .run();
        double bits = rounds.get(rounds.size() - 1).get("workers/bytes-per-update");
        assertThat(plain).isEqualTo(4.0 * parameters);
        assertThat(bits).isEqualTo(Math.ceil(parameters / 8.0) + 4 * Math.ceil(parameters / 64.0));
    }

    /**
     * A link of 10 Mb/s in virtual time: a round takes a millisecond of work, and as long as its bytes take. The time until
     * the mean return of the last 20 episodes is 60, for three seeds.
     */
    @Test
    void overASlowLinkFewerBytesWinTimeAndLearnFromAsManySteps() {
        double[][] plain = slow("none");
        double[][] small = slow("int8, pull=int8");
        for (double[] each : small) {
            assertThat(each[0]).isBetween(0.7 * plain[0][0], 1.3 * plain[2][0]);
        }
        assertThat(small[1][0]).isLessThanOrEqualTo(plain[2][0]);
        assertThat(small[1][1]).isLessThan(plain[1][1] / 2);
    }

    /** Environment steps and virtual seconds of each seed, in order of steps. */
    private double[][] slow(String compression) {
        double[][] results = new double[3][];
        for (int seed = 0; seed < 3; seed++) {
            try (LossyPool pool = new LossyPool(0)) {
                Trainer trainer = trainer(algorithm("a2c", Map.of("environments", 8)), "CartPole-v1", 200_000)
                        .seed(seed)
                        .withoutFinalEvaluation()
                        .mode(ExecutionMode.parse("parameter-server(workers=2, consistency=synchronous, compression="
                                + compression + ")"))
                        .workers(pool);
                TrainingResult result = stopWhen(
                                trainer, progress -> progress.episodes() >= 20 && progress.meanReturn(20) >= 60)
                        .run();
                double seconds = result.updates() * 1e-3 + pool.bytes() / 2.0 * 8 / 10e6;
                results[seed] = new double[] {result.environmentSteps(), seconds};
            }
        }
        Arrays.sort(results, Comparator.comparingDouble(each -> each[0]));
        return results;
    }

    @ParameterizedTest
    @ValueSource(strings = {"sac", "trpo"})
    void severalNetworksAreRefused(String name) {
        Trainer trainer = trainer(name, 2000).mode(ExecutionMode.parse("parameter-server(workers=2)"));
        assertThatThrownBy(trainer::run)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("needs an algorithm that steps along the gradient of one network");
    }

    @Test
    void scalingObservationsIsRefused() {
        Trainer trainer = trainer(algorithm("a3c", Map.of("normalizeObservations", true)), "CartPole-v1", 2000)
                .mode(ExecutionMode.parse("parameter-server(workers=2)"));
        assertThatThrownBy(trainer::run).hasMessageContaining("Maybe set normalizeObservations=false");
    }

    @Test
    void plannersAndPopulationsAreRefused() {
        for (String mode : List.of("parameter-server", "synchronous(learners=2)")) {
            Trainer trainer = trainer("openai-es", 2000).mode(ExecutionMode.parse(mode));
            assertThatThrownBy(trainer::run).hasMessageContaining("needs an algorithm that learns from rollouts");
        }
    }

    @Test
    void modesAreReadAsTheyAreWritten() {
        for (String text : List.of(
                "synchronous(learners=2)",
                "parameter-server",
                "parameter-server(workers=3, shards=2, consistency=stale-synchronous, bound=4,"
                        + " compression=top-k(0.05))")) {
            assertThat(ExecutionMode.parse(text).text()).isEqualTo(text);
        }
        assertThatThrownBy(() -> ExecutionMode.parse("parameter-server(consistency=sometimes)"))
                .hasMessageContaining("consistency (sometimes)");
        assertThatThrownBy(() -> ExecutionMode.parse("parameter-server(compression=zip)"))
                .hasMessageContaining("compression (zip)");
        assertThatThrownBy(() -> ExecutionMode.parse("parameter-server(bound=-1)"))
                .hasMessageContaining("bound (-1)");
        assertThatThrownBy(() -> ExecutionMode.parse("synchronous(learners=0)"))
                .hasMessageContaining("learners (0) must be from 1 to 64");
    }
}
