package io.espalier.runtime.resources;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.espalier.runtime.resources.Decision.Kind;
import io.espalier.runtime.resources.SyntheticLoad.Noise;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs of arithmetic: they last for hours and take milliseconds. */
class DivisionSearchTest {
    private static final Division DEFAULT = new Division(2, 2);
    private static final Room ROOM = new Room(32, 2, 2, 2);

    private final List<Decision> decisions = new ArrayList<>();
    private double steps;
    private double seconds;

    static List<SyntheticLoad> loads() {
        return List.of(
                SyntheticLoad.waiting(0.05),
                SyntheticLoad.waiting(1),
                SyntheticLoad.computing(1, 5),
                SyntheticLoad.computing(5, 0.3),
                SyntheticLoad.computing(50, 3),
                SyntheticLoad.computing(200, 1),
                new SyntheticLoad(20e-6, 1e-3, 3e-3, 0.1, 2, false),
                new SyntheticLoad(20e-6, 0, 1e-3, 0.01, 2, true),
                new SyntheticLoad(1e-6, 2e-3, 1e-3, 0.01, 2, true));
    }

    private DivisionSearch search() {
        return new DivisionSearch(DEFAULT, ROOM, SearchSettings.DEFAULT);
    }

    private void run(DivisionSearch search, SyntheticLoad load, double duration, Noise noise) {
        steps = 0;
        seconds = 0;
        while (seconds < duration) {
            // A slice is a tenth of a second, or one round if that takes longer.
            double round = SyntheticLoad.BLOCK / load.rate(search.current());
            Slice slice = load.slice(search.current(), Math.max(0.1, round), noise.next());
            steps += slice.steps();
            seconds += slice.seconds();
            search.observe(slice).ifPresent(decisions::add);
        }
    }

    private double rate() {
        return steps / seconds;
    }

    @ParameterizedTest
    @MethodSource("loads")
    void itComesWithinFivePercentOfTheBest(SyntheticLoad load) {
        for (int seed = 1; seed <= 8; seed++) {
            DivisionSearch search = search();
            Noise noise = new Noise(seed, 0.04);
            run(search, load, 600, noise);
            run(search, load, 600, noise);
            Division best = load.best(ROOM);
            assertThat(load.rate(search.current()))
                    .as("%s, seed %d: %s, best %s", load, seed, search.current(), best)
                    .isGreaterThan(0.95 * load.rate(best));
        }
    }

    @ParameterizedTest
    @MethodSource("loads")
    void itIsNeverMuchWorseThanTheDefault(SyntheticLoad load) {
        for (int seed = 1; seed <= 8; seed++) {
            DivisionSearch search = search();
            Noise noise = new Noise(seed, 0.04);
            // Pauses take 0.6 of 1 in 100 slices from whatever division there is.
            double asItWas = load.rate(DEFAULT) * 0.994;
            for (int part = 0; part < 10; part++) {
                run(search, load, 60, noise);
                assertThat(rate())
                        .as("%s, seed %d, minute %d", load, seed, part)
                        .isGreaterThan(0.95 * asItWas);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("loads")
    void itRestsOnSteadyLoad(SyntheticLoad load) {
        for (int seed = 1; seed <= 3; seed++) {
            DivisionSearch search = search();
            Noise noise = new Noise(seed, 0.04);
            run(search, load, 3600, noise);
            int firstHour = changes();
            run(search, load, 3600, noise);
            int secondHour = changes() - firstHour;
            assertThat(firstHour).as("%s, seed %d", load, seed).isLessThan(80);
            assertThat(secondHour).as("%s, seed %d", load, seed).isLessThan(35);
            decisions.clear();
        }
    }

    private int changes() {
        return (int) decisions.stream()
                .filter(decision -> !decision.from().equals(decision.to()))
                .count();
    }

    @Test
    void itFollowsALoadThatChangesAndBeatsEveryDivisionThatDoesNot() {
        SyntheticLoad fast = SyntheticLoad.waiting(0.05);
        SyntheticLoad slow = SyntheticLoad.waiting(1);
        double half = 600 * fast.rate(DEFAULT);
        for (int seed = 1; seed <= 8; seed++) {
            decisions.clear();
            DivisionSearch search = search();
            Noise noise = new Noise(seed, 0.04);
            double taken = until(search, fast, half, noise);
            assertThat(search.current().workers()).isLessThan(16);
            int before = decisions.size();
            taken += until(search, slow, half, noise);
            assertThat(search.current().workers()).isEqualTo(32);
            assertThat(decisions.subList(before, decisions.size()))
                    .anySatisfy(decision -> assertThat(decision.kind()).isEqualTo(Kind.RECONSIDER));
            for (int workers = 1; workers <= ROOM.workers(); workers++) {
                for (int threads = 1; threads <= ROOM.learnerThreads(); threads++) {
                    Division still = new Division(workers, threads);
                    assertThat(taken)
                            .as("seed %d against %s", seed, still)
                            .isLessThan(half / fast.rate(still) + half / slow.rate(still));
                }
            }
            // And back again.
            run(search, fast, 1800, noise);
            assertThat(fast.rate(search.current())).isGreaterThan(0.95 * fast.rate(fast.best(ROOM)));
        }
    }

    /** Seconds until so many steps are made. */
    private double until(DivisionSearch search, SyntheticLoad load, double wanted, Noise noise) {
        double made = 0;
        double taken = 0;
        while (made < wanted) {
            run(search, load, 0.1, noise);
            made += steps;
            taken += seconds;
        }
        return taken;
    }

    @Test
    void aDecisionTellsItsReasonAndWhatItGained() {
        DivisionSearch search = search();
        run(search, SyntheticLoad.waiting(1), 30, new Noise(1, 0));
        assertThat(decisions).hasSizeGreaterThanOrEqualTo(2);
        Decision trial = decisions.get(0);
        Decision kept = decisions.get(1);
        assertThat(trial.kind()).isEqualTo(Kind.TRY);
        assertThat(trial.to()).isEqualTo(new Division(8, 2));
        assertThat(trial.gain()).isNaN();
        assertThat(trial.event().message())
                .isEqualTo(
                        "trying 8 workers and 2 learner threads instead of 2 workers and 2 learner threads: the learner"
                                + " waits for 96 % of its time");
        assertThat(kept.kind()).isEqualTo(Kind.KEEP);
        // A step of 1.005 ms, on 2 workers; four times as many who do little but wait.
        assertThat(kept.before()).isCloseTo(2 / 1.005e-3, within(20.0));
        assertThat(kept.gain()).isCloseTo(3, within(0.2));
        assertThat(kept.event().type()).isEqualTo("resources/keep");
        assertThat(kept.event().details())
                .containsEntry("workersBefore", 2)
                .containsEntry("workers", 8)
                .containsEntry("reason", trial.reason())
                .containsKeys("stepsPerSecondBefore", "stepsPerSecond", "gain");
    }

    @Test
    void whatIsMuchWorseEndsAtOnceAndIsNotTriedAgain() {
        SyntheticLoad load = SyntheticLoad.computing(200, 1);
        DivisionSearch search = search();
        run(search, load, 1800, new Noise(1, 0.02));
        long times = decisions.stream()
                .filter(decision -> decision.kind() == Kind.TRY && decision.to().equals(new Division(1, 2)))
                .count();
        assertThat(load.rate(new Division(1, 2))).isLessThan(0.7 * load.rate(DEFAULT));
        assertThat(times).isEqualTo(1);
    }

    @Test
    void roomThatComesIsUsedByThoseWhoUsedAllOfIt() {
        DivisionSearch search = new DivisionSearch(new Division(4, 2), new Room(4, 2, 0, 2), SearchSettings.DEFAULT);
        run(search, SyntheticLoad.waiting(1), 60, new Noise(1, 0.02));
        assertThat(search.current().workers()).isEqualTo(4);
        Decision more = search.room(new Room(6, 2, 0, 2)).orElseThrow();
        assertThat(more.kind()).isEqualTo(Kind.FOLLOW);
        assertThat(search.current().workers()).isEqualTo(6);
        assertThat(search.room(new Room(6, 2, 0, 2))).isEmpty();
        Decision fewer = search.room(new Room(3, 2, 0, 2)).orElseThrow();
        assertThat(fewer.from().workers()).isEqualTo(6);
        assertThat(search.current().workers()).isEqualTo(3);
    }

    @Test
    void whoHasChosenFewerDoesNotFollow() {
        DivisionSearch search = new DivisionSearch(new Division(2, 2), new Room(4, 2, 0, 2), SearchSettings.DEFAULT);
        assertThat(search.room(new Room(6, 2, 0, 2))).isEmpty();
        assertThat(search.current()).isEqualTo(DEFAULT);
    }

    @Test
    void nothingIsTriedInAShortRun() {
        DivisionSearch search = search();
        run(search, SyntheticLoad.waiting(1), 3.9, new Noise(1, 0.02));
        assertThat(decisions).isEmpty();
    }

    @Test
    void whereOnlyTheLearnersThreadsAreUpForDecisionWorkersStay() {
        DivisionSearch search = new DivisionSearch(new Division(0, 4), new Room(0, 4, 0, 0), SearchSettings.DEFAULT);
        run(search, new SyntheticLoad(20e-6, 0, 5e-3, 0.5, 1, true), 300, new Noise(1, 0.02));
        assertThat(decisions).isNotEmpty();
        assertThat(search.current()).isEqualTo(new Division(0, 1));
    }

    @Test
    void theErrorOfARateIsThatOfARatioOfSums() {
        Window window = new Window(10, 1);
        assertThat(window.error()).isInfinite();
        window.add(slice(1, 90));
        window.add(slice(1, 110));
        window.add(slice(2, 180));
        window.add(slice(2, 220));
        // By hand: 600 steps in 6 s, 100 a second; off by −10, 10, −20, 20; √(1000 · 4/3) / 600 = 0.0608581.
        assertThat(window.rate()).isEqualTo(100);
        assertThat(window.error()).isCloseTo(0.0608581, within(1e-6));
        // The first slice goes, the second has to stay: fewer than four tell nothing.
        window.add(slice(20, 2000));
        assertThat(window.size()).isEqualTo(4);
        assertThat(window.sum().steps()).isEqualTo(2510);
    }

    private static Slice slice(double seconds, long steps) {
        return new Slice(seconds, steps, 1, 0, 0, 0, 0, 0, 0);
    }

    @Test
    void whatCannotGainIsNotProposed() {
        // The learner never waits, workers do: more workers are no use. All the learner's threads are in use; fewer may
        // still be faster.
        Slice busyLearner = new Slice(10, 1000, 10, 5, 15, 10, 0, 0, 0);
        assertThat(Prospects.of(new Division(2, 2), busyLearner, new Room(32, 2, 0, 2), 0.03))
                .extracting(Prospects.Prospect::division)
                .containsExactly(new Division(2, 1));
        assertThat(Prospects.of(new Division(2, 1), busyLearner, new Room(32, 2, 0, 2), 0.03))
                .extracting(Prospects.Prospect::division)
                .containsExactly(new Division(2, 2));
        // Workers never wait: a faster learner is no use; it is busy for a tenth, so four times as many.
        Slice busyWorkers = new Slice(10, 1000, 10, 20, 0, 1, 9, 0, 0);
        assertThat(Prospects.of(new Division(2, 1), busyWorkers, new Room(32, 2, 0, 2), 0.03))
                .extracting(Prospects.Prospect::division)
                .containsExactly(new Division(8, 1), new Division(4, 1), new Division(3, 1));
        // Two of three blocks come too late: there are too many at work.
        Slice late = new Slice(10, 1000, 10, 5, 15, 10, 0, 0, 2000);
        assertThat(Prospects.of(new Division(16, 2), late, new Room(32, 2, 0, 2), 0.03))
                .extracting(Prospects.Prospect::division)
                .containsExactly(new Division(4, 2), new Division(8, 2), new Division(12, 2), new Division(16, 1));
    }

    @Test
    void settingsThatMakeNoSenseAreRefused() {
        assertThatThrownBy(() -> new SearchSettings(4, 0, 0.3, 0.03, 0.25, 0.02, 1, 30, 1800))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("windowSeconds (0.0) must be at least 0.001");
        assertThatThrownBy(() -> new Division(2, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("learnerThreads (0) must be at least 1");
    }
}
