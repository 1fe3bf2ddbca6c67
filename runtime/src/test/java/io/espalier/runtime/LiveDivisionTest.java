package io.espalier.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.runtime.events.RunEvent;
import io.espalier.runtime.resources.SearchSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs that are divided anew all the time. */
class LiveDivisionTest {
    /** Tries something every few rounds, whatever it costs. */
    private static final SearchSettings RESTLESS = new SearchSettings(0, 1e-3, 0, 0, 1e6, 1e6, 0, 0, 0);

    @TempDir
    Path folder;

    private final List<RunEvent> events = new ArrayList<>();

    private Trainer restless(String mode, long steps) {
        return ModeRuns.ppo(mode)
                .environmentSteps(steps)
                .threads(3)
                .resources(ResourceUse.AUTO)
                .search(RESTLESS)
                .listen(new TrainingListener() {
                    @Override
                    public void event(RunEvent event) {
                        events.add(event);
                    }
                });
    }

    private List<Object> workers() {
        return events.stream()
                .filter(event -> event.type().startsWith("resources/"))
                .map(event -> event.details().get("workers"))
                .distinct()
                .toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"synchronous", "pipelined"})
    void dividedAnewTheBitsStay(String mode) {
        String expected = ModeRuns.ppo(mode).environmentSteps(40_960).run().weightsDigest();
        TrainingResult result = restless(mode, 40_960).run();
        assertThat(result.weightsDigest()).isEqualTo(expected);
        assertThat(events).anySatisfy(event -> assertThat(event.type()).isEqualTo("resources/try"));
        if (mode.equals("pipelined")) {
            assertThat(workers()).hasSizeGreaterThan(1);
        }
    }

    @Test
    void onNodesThatComeAndGoTheBitsStay() {
        String expected =
                ModeRuns.ppo("synchronous").environmentSteps(40_960).run().weightsDigest();
        try (NodesPool pool = new NodesPool(2)) {
            TrainingResult result = restless("synchronous", 40_960)
                    .workers(pool)
                    .listen(ModeRuns.everyRound(progress -> {
                        if (progress.rounds() == 10) {
                            pool.come();
                            pool.come();
                        } else if (progress.rounds() == 40) {
                            pool.go();
                            pool.go();
                        }
                    }))
                    .run();
            assertThat(result.weightsDigest()).isEqualTo(expected);
            assertThat(pool.most()).isEqualTo(4);
        }
        assertThat(events).anySatisfy(event -> {
            assertThat(event.type()).isEqualTo("resources/follow");
            assertThat(event.details().get("reason").toString()).contains("there is room for 4 workers");
        });
    }

    @Test
    void everyDecisionIsInTheEventLogWithItsReasonAndItsGain() throws IOException {
        Path run = folder.resolve("run");
        restless("pipelined", 40_960).directory(run).run();
        List<String> lines = Files.readAllLines(run.resolve("events.jsonl")).stream()
                .filter(line -> line.contains("\"resources/"))
                .toList();
        assertThat(lines)
                .hasSizeGreaterThan(1)
                .allSatisfy(line -> assertThat(line).contains("\"reason\":\"", "\"stepsPerSecondBefore\":"));
        assertThat(lines.stream().filter(line -> line.contains("resources/back") || line.contains("resources/keep")))
                .isNotEmpty()
                .allSatisfy(line -> assertThat(line).contains("\"stepsPerSecond\":", "\"gain\":"));
        // What was tried is either kept or taken back before something else is tried.
        boolean trying = false;
        for (String line : lines) {
            boolean tries = line.contains("resources/try");
            assertThat(tries).as(line).isNotEqualTo(trying);
            trying = tries;
        }
    }

    @Test
    void asynchronouslyItLearnsWhileWorkersComeAndGo() {
        TrainingResult result = restless("asynchronous(maxStaleness=1000)", 100_000)
                .withoutFinalEvaluation()
                .run();
        assertThat(result.environmentSteps()).isGreaterThanOrEqualTo(100_000);
        assertThat(workers()).hasSizeGreaterThan(1);
        assertThat(result.policy().weights().finite()).isTrue();
    }

    @Test
    void whatWasAskedForByNumberStays() {
        restless("asynchronous(workers=2, maxStaleness=1000)", 20_000)
                .withoutFinalEvaluation()
                .run();
        assertThat(workers()).containsOnly(0);
        events.clear();
        restless("pipelined(workers=2)", 20_000)
                .resources(ResourceUse.FIXED)
                .withoutFinalEvaluation()
                .run();
        assertThat(events).isEmpty();
    }

    /** How many workers there were after each time that there was other room. */
    private List<Object> followed() {
        return events.stream()
                .filter(event -> event.type().equals("resources/follow"))
                .map(event -> event.details().get("workers"))
                .toList();
    }

    @Test
    void onNodesTheWorkersThatAreLeftOverGiveTheirPlacesBack() {
        // It tries nothing of its own, which might have come to one worker before.
        SearchSettings patient = new SearchSettings(1e9, 1e-3, 0, 0, 1e6, 1e6, 0, 0, 0);
        try (NodesPool pool = new NodesPool(4)) {
            Trainer trainer = ModeRuns.trainer(ModeRuns.algorithm("vtrace", Map.of()), "asynchronous");
            boolean[] came = new boolean[1];
            trainer.environmentSteps(10_000_000)
                    .withoutFinalEvaluation()
                    .resources(ResourceUse.AUTO)
                    .search(patient)
                    .workers(pool)
                    .listen(ModeRuns.everyRound(progress -> {
                        if (progress.rounds() == 50) {
                            pool.go();
                            pool.go();
                            pool.go();
                        } else if (!came[0] && followed().contains(1)) {
                            came[0] = true;
                            pool.come();
                            pool.come();
                        } else if (followed().contains(3)) {
                            trainer.requestStop("all was seen");
                        }
                    }))
                    .listen(new TrainingListener() {
                        @Override
                        public void event(RunEvent event) {
                            events.add(event);
                        }
                    })
                    .run();
        }
        assertThat(followed()).containsSubsequence(1, 3);
    }
}
