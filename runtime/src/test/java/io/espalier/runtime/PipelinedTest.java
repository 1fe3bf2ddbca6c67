package io.espalier.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.runtime.workers.LocalPool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Collecting and learning at once: exactly one update late, always the same bits. */
class PipelinedTest {
    @TempDir
    Path folder;

    @Test
    void whatActsIsExactlyOneUpdateOld() {
        List<Double> staleness = new ArrayList<>();
        ModeRuns.ppo("pipelined")
                .listen(ModeRuns.everyRound(
                        progress -> staleness.add(progress.metrics().get("workers/staleness/mean"))))
                .run();
        List<Double> expected = new ArrayList<>(Collections.nCopies(8, 1.0));
        // Nobody has learned yet when the first block is asked for.
        expected.set(0, 0.0);
        assertThat(staleness).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 8, 16})
    void theBitsDependNeitherOnWorkersNorOnThreads(int workers) throws IOException {
        Path one = folder.resolve("one");
        Path many = folder.resolve("many");
        TrainingResult expected = ModeRuns.ppo("pipelined").directory(one).run();
        try (LossyPool pool = new LossyPool(0)) {
            TrainingResult result = ModeRuns.ppo("pipelined(workers=" + workers + ")")
                    .threads(2)
                    .directory(many)
                    .workers(pool)
                    .run();
            assertThat(result.weightsDigest()).isEqualTo(expected.weightsDigest());
        }
        assertThat(Files.readAllLines(many.resolve("episodes.csv")))
                .isEqualTo(Files.readAllLines(one.resolve("episodes.csv")))
                .hasSizeGreaterThan(50);
        assertThat(many.resolve("metrics.csv")).content().contains("workers/overlap", "learner/waiting");
        assertThat(expected.weightsDigest())
                .isNotEqualTo(ModeRuns.ppo("synchronous").run().weightsDigest());
    }

    @ParameterizedTest
    @CsvSource({"ppo, 2, 5", "ppo, 8, 7", "dqn, 1, 50", "vtrace, 3, 5", "ppo-recurrent, 4, 9"})
    void workersThatAreLostChangeNoBit(String name, int workers, int every) {
        String mode = "pipelined(workers=" + workers + ")";
        TrainingResult expected =
                ModeRuns.trainer(ModeRuns.algorithm(name, Map.of()), mode).run();
        try (LossyPool pool = new LossyPool(every)) {
            TrainingResult result = ModeRuns.trainer(ModeRuns.algorithm(name, Map.of()), mode)
                    .workers(pool)
                    .run();
            assertThat(result.weightsDigest()).isEqualTo(expected.weightsDigest());
            assertThat(pool.lost()).isPositive();
        }
    }

    /** One that is started between two rounds is asked for a block before it has heard where to begin. */
    @ParameterizedTest
    @ValueSource(strings = {"synchronous(workers=2)", "pipelined(workers=2)"})
    void workersThatAreLostBetweenTwoRoundsChangeNoBit(String mode) {
        try (LossyPool whole = new LossyPool(0);
                LossyPool pool = new LossyPool(0)) {
            String expected = ModeRuns.ppo(mode).workers(whole).run().weightsDigest();
            TrainingResult result = ModeRuns.ppo(mode)
                    .workers(pool)
                    .listen(ModeRuns.everyRound(progress -> pool.loseOne()))
                    .run();
            assertThat(result.weightsDigest()).isEqualTo(expected);
            assertThat(pool.lost()).isEqualTo(8);
        }
    }

    @Test
    void aResumedRunCollectsTheBlockUnderWayWithThePolicyThatWasCollectingIt() {
        String expected = ModeRuns.ppo("pipelined(workers=3)").run().weightsDigest();
        Path run = folder.resolve("run");
        Trainer first = ModeRuns.ppo("pipelined(workers=3)").directory(run);
        first.listen(ModeRuns.everyRound(progress -> {
                    if (progress.rounds() == 3) {
                        first.requestStop("stopped by the test");
                    }
                }))
                .run();
        try (LocalPool pool = new LocalPool()) {
            assertThat(Trainer.resume(run).workers(pool).run().weightsDigest()).isEqualTo(expected);
        }
    }

    @Test
    void playsAreNotPipelined() {
        assertThatThrownBy(() -> ModeRuns.trainer(ModeRuns.algorithm("cma-es", Map.of()), "pipelined")
                        .run())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("mode (pipelined) needs an algorithm that learns from rollouts");
    }
}
