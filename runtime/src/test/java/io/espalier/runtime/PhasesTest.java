package io.espalier.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.runtime.events.RunEvent;
import io.espalier.runtime.workers.LocalPool;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Modes one after the other. */
class PhasesTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"ppo, 1000", "dqn, 2000", "ppo-recurrent, 1", "vtrace, 3000"})
    void handedOverToTheSameModeTheBitsStay(String name, long until) {
        String mode = "phases(synchronous until " + until + ", synchronous(workers=2))";
        String expected = ModeRuns.trainer(ModeRuns.algorithm(name, Map.of()), "synchronous")
                .run()
                .weightsDigest();
        assertThat(ModeRuns.trainer(ModeRuns.algorithm(name, Map.of()), mode)
                        .run()
                        .weightsDigest())
                .isEqualTo(expected);
        try (LocalPool pool = new LocalPool()) {
            assertThat(ModeRuns.trainer(ModeRuns.algorithm(name, Map.of()), mode)
                            .workers(pool)
                            .run()
                            .weightsDigest())
                    .isEqualTo(expected);
        }
    }

    @Test
    void eachPhaseIsInItsOwnMode() {
        List<Double> staleness = new ArrayList<>();
        List<RunEvent> events = new ArrayList<>();
        TrainingResult result = ModeRuns.ppo(
                        "phases(pipelined until 1500, synchronous(workers=2) until 3000, pipelined)")
                .listen(ModeRuns.everyRound(
                        progress -> staleness.add(progress.metrics().getOrDefault("workers/staleness/mean", 0.0))))
                .listen(new TrainingListener() {
                    @Override
                    public void event(RunEvent event) {
                        events.add(event);
                    }
                })
                .run();
        // Blocks of 512 steps; the first of a pipeline acts with the newest. In between nobody reports: the last stays.
        assertThat(staleness).containsExactly(0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 1.0);
        assertThat(events).extracting(RunEvent::type).containsExactly("mode/phase", "mode/phase");
        assertThat(events.get(0).message()).contains("after 1536 environment steps", "synchronous(workers=2)");
        assertThat(result.updates()).isEqualTo(ModeRuns.ppo("synchronous").run().updates());
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 5})
    void aResumedRunIsInThePhaseInWhichItWasStopped(int rounds) {
        String mode = "phases(synchronous until 1500, pipelined(workers=3))";
        String expected = ModeRuns.ppo(mode).run().weightsDigest();
        Path run = folder.resolve("run");
        Trainer first = ModeRuns.ppo(mode).directory(run);
        first.listen(ModeRuns.everyRound(progress -> {
                    if (progress.rounds() == rounds) {
                        first.requestStop("stopped by the test");
                    }
                }))
                .run();
        assertThat(Trainer.resume(run).run().weightsDigest()).isEqualTo(expected);
    }

    @Test
    void withAndWithoutOrder() {
        TrainingResult result = ModeRuns.trainer(
                        ModeRuns.algorithm("vtrace", Map.of()),
                        "phases(synchronous until 1000, local-sgd(workers=2, blocks=2) until 2000, asynchronous(workers=3))")
                .run();
        assertThat(result.environmentSteps()).isGreaterThanOrEqualTo(4096);
    }

    @Test
    void aPlanIsReadAsItIsWritten() {
        String text = "phases(synchronous until 100000, asynchronous(workers=4))";
        assertThat(ExecutionMode.parse(text).text()).isEqualTo(text);
        assertThat(ExecutionMode.parse("phases").text()).isEqualTo("phases(synchronous)");
        refused("phases(synchronous, pipelined)", "synchronous has none");
        refused("phases(synchronous until 5)", "synchronous must have none");
        refused("phases(synchronous until 5, pipelined until 5, asynchronous)", "(5) must be after 5");
        refused("phases(synchronos until 5, pipelined)", "Maybe you mean synchronous");
        refused("phases(synchronous until 5, phases)", "cannot hold phases(synchronous)");
        refused("phases(synchronous until 5, asynchronous(log=true))", "cannot hold asynchronous(log=true)");
    }

    private static void refused(String text, String why) {
        assertThatThrownBy(() -> ExecutionMode.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(why);
    }
}
