package io.espalier.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.core.ReplayMemory;
import io.espalier.core.ReplaySpec;
import io.espalier.policy.Algorithm;
import io.espalier.runtime.events.RunEvent;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Asynchronous runs whose replay is cut into shards. */
class ShardedRunsTest {
    private static final String LOGGED = "asynchronous(workers=3, shards=2, log=true)";

    @TempDir
    Path folder;

    private final List<RunEvent> events = new ArrayList<>();

    private static Algorithm prioritized() {
        return ModeRuns.algorithm(
                "dqn",
                Map.of(
                        "priorityExponent", 0.6,
                        "nStep", 3,
                        "rolloutSteps", 16,
                        "gradientSteps", 8,
                        "learningStarts", 200,
                        "trunk", "dense(32) > relu"));
    }

    private Trainer trainer(Algorithm algorithm, String mode) {
        return ModeRuns.trainer(algorithm, mode).environmentSteps(2000).listen(new TrainingListener() {
            @Override
            public void event(RunEvent event) {
                events.add(event);
            }
        });
    }

    private List<String> types() {
        return events.stream().map(RunEvent::type).toList();
    }

    private String replay() {
        return "asynchronous(shards=2, replay=" + folder.resolve("run") + ")";
    }

    @ParameterizedTest
    @CsvSource({"dqn", "rainbow", "sac-discrete"})
    void aReplayHasTheBitsOfTheRun(String name) {
        Algorithm algorithm = name.equals("dqn")
                ? prioritized()
                : ModeRuns.algorithm(name, Map.of("learningStarts", 1000, "trunk", "dense(32) > relu"));
        long steps = name.equals("dqn") ? 2000 : 1200;
        TrainingResult expected = trainer(algorithm, LOGGED)
                .environmentSteps(steps)
                .directory(folder.resolve("run"))
                .run();
        assertThat(expected.updates()).isPositive();
        TrainingResult again =
                trainer(algorithm, replay()).environmentSteps(steps).run();
        assertThat(again.weightsDigest()).isEqualTo(expected.weightsDigest());
        assertThat(events).isEmpty();
    }

    @Test
    void aRunThatWasResumedBeginsWithEmptyShardsAndIsReplayedToo() {
        Path run = folder.resolve("run");
        Trainer first = trainer(prioritized(), LOGGED).directory(run);
        first.listen(ModeRuns.everyRound(progress -> {
                    if (progress.environmentSteps() == 1120) {
                        first.requestStop("stopped by the test");
                    }
                }))
                .run();
        List<Double> sizes = new ArrayList<>();
        TrainingResult second = Trainer.resume(run)
                .listen(new TrainingListener() {
                    @Override
                    public void event(RunEvent event) {
                        events.add(event);
                    }

                    @Override
                    public void round(Progress progress) {
                        sizes.add(progress.metrics().getOrDefault("replay/size", -1.0));
                    }
                })
                .run();
        assertThat(types()).containsExactly("replay/empty");
        assertThat(sizes.get(sizes.size() - 1)).isBetween(860.0, 880.0);
        assertThat(trainer(prioritized(), replay()).run().weightsDigest()).isEqualTo(second.weightsDigest());
    }

    @Test
    void shardsMayBeLostWhileTheRunGoesOn() {
        try (LossyPool pool = new LossyPool(150)) {
            TrainingResult result = trainer(prioritized(), "asynchronous(workers=3, shards=2)")
                    .workers(pool)
                    .run();
            assertThat(result.environmentSteps()).isGreaterThanOrEqualTo(2000);
            assertThat(result.updates()).isGreaterThan(100);
        }
        assertThat(types()).contains("replay/shard-lost");
    }

    @Test
    void aLoggedRunThatLostAShardIsNotReplayed() {
        Path run = folder.resolve("run");
        try (LossyPool pool = new LossyPool(0)) {
            Trainer trainer = trainer(prioritized(), LOGGED).workers(pool).directory(run);
            trainer.listen(ModeRuns.everyRound(progress -> {
                        if (progress.environmentSteps() == 1600) {
                            for (int worker = 0; worker < 5; worker++) {
                                pool.loseOne();
                            }
                        }
                    }))
                    .run();
        }
        assertThat(types()).contains("replay/shard-lost");
        assertThatThrownBy(() -> trainer(prioritized(), replay()).run())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("or a shard of its replay was lost: it cannot be replayed");
    }

    @Test
    void theBoundOfStalenessHolds() {
        List<Double> staleness = new ArrayList<>();
        trainer(prioritized(), "asynchronous(workers=3, shards=3, maxStaleness=1, ahead=2)")
                .listen(ModeRuns.everyRound(progress -> {
                    Double mean = progress.metrics().get("workers/staleness/mean");
                    if (mean != null) {
                        staleness.add(mean);
                    }
                }))
                .run();
        assertThat(staleness).isNotEmpty().allMatch(mean -> mean <= 1);
    }

    @Test
    void itLearns() {
        Algorithm algorithm = ModeRuns.algorithm(
                "dqn",
                Map.of(
                        "priorityExponent",
                        0.6,
                        "doubleTargets",
                        true,
                        "nStep",
                        3,
                        "rolloutSteps",
                        64,
                        "gradientSteps",
                        32,
                        "targetInterval",
                        10,
                        "learningRate",
                        "linear(0.0023, 0)",
                        "epsilon",
                        "linear(1, 0.04, 0.16)",
                        "trunk",
                        "dense(64) > relu > dense(64) > relu"));
        double[] best = {0};
        trainer(algorithm, "asynchronous(workers=2, shards=2)")
                .environmentSteps(16_000)
                .withoutFinalEvaluation()
                .listen(ModeRuns.everyRound(progress -> {
                    if (progress.episodes() >= 50) {
                        best[0] = Math.max(best[0], progress.meanReturn(10));
                    }
                }))
                .run();
        // Acting at random gets 22; no greedy policy at the end is judged, which may be a bad moment.
        assertThat(best[0]).isGreaterThan(100);
    }

    @Test
    void aLearnerHasOneMemory() {
        Asynchronous.Settings settings = new Asynchronous.Settings(2, 16, 0, false, "", 0, 2, 2);
        try (LossyPool pool = new LossyPool(0)) {
            ShardPlace place = new ShardPlace(settings, pool, events::add);
            ReplaySpec spec = new ReplaySpec(10, 1, 1, 0, 1, 1, 0.9, 0, 0);
            ReplayMemory made = place.memory(spec);
            assertThat(place.only("one")).isSameAs(made);
            place.memory(spec);
            assertThatThrownBy(() -> place.only("two"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("which two does not");
        }
    }

    @Test
    void whatCannotBeIsSaid() {
        assertThatThrownBy(() -> ExecutionMode.parse("asynchronous(workers=2, shards=3)"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("shards (3) must be at most the number of workers (2)");
        assertThatThrownBy(() -> ExecutionMode.parse("asynchronous(shards=-1)"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("shards (-1) must be from 0 to 1000");
        assertThatThrownBy(() -> ExecutionMode.parse("asynchronous(prefetch=65)"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("prefetch (65) must be from 0 to 64");
        for (String name : List.of("ppo", "r2d2", "vtrace")) {
            assertThatThrownBy(() -> trainer(ModeRuns.algorithm(name, Map.of()), "asynchronous(workers=1, shards=1)")
                            .run())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("shards (1) needs an algorithm that replays single transitions");
        }
        assertThatThrownBy(() -> ExecutionMode.parse("phases(synchronous until 10, asynchronous(workers=2, shards=2))"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cannot hold asynchronous(workers=2, shards=2)");
    }
}
