package io.espalier.benchmarks;

import io.espalier.benchmarks.FaultScene.Setup;
import io.espalier.core.RandomStream;
import java.util.Arrays;

/**
 * Kills worker JVMs of a synchronous run with kill -9, one about every half second while at least two work, each replaced by a new one, until enough
 * are dead: {@code benchmarks/run WorkerKills [KILLS]}, 200 unless said otherwise. Runs end in between and are compared
 * with one that nothing happened to. Then the rate of a run that loses one of four workers every 10 seconds.
 */
public final class WorkerKills {
    private static final int WORKERS = 4;
    private static final long STEPS = 40_000;
    private static final double RATE_SECONDS = 40;
    private static final int RATE_ROUNDS = 2;

    private final RandomStream random = new RandomStream(4);
    private final Report report;
    private int kills;
    private int runs;
    private int wrong;

    private WorkerKills(Report report) {
        this.report = report;
    }

    /** Runs it. */
    public static void main(String[] words) throws InterruptedException {
        int kills = words.length > 0 ? Integer.parseInt(words[0]) : 200;
        WorkerKills study = new WorkerKills(
                new Report("worker-kills", kills + " workers killed with -9, " + WORKERS + " at a time"));
        study.kill(kills);
        study.rates();
        study.report.store();
        if (study.wrong > 0) {
            throw new IllegalStateException(study.wrong + " runs were lost or came to other bits.");
        }
    }

    private static Setup setup() {
        return Setup.synchronous(STEPS).nodes(WORKERS).with("mode", "synchronous(workers=" + WORKERS + ")");
    }

    private void kill(int wanted) throws InterruptedException {
        try (FaultScene scene = new FaultScene(setup())) {
            while (kills < wanted) {
                ChildJvm run = scene.head();
                while (kills < wanted && run.lines("finished").isEmpty() && run.isAlive()) {
                    Thread.sleep(200 + random.nextInt(600));
                    kills += scene.strike(random, 2) ? 1 : 0;
                }
                runs++;
                FaultReport found = new FaultReport();
                try {
                    scene.finished(found, 2 * FaultScene.PATIENCE);
                } catch (IllegalStateException e) {
                    found.wrong(String.valueOf(e.getMessage()));
                }
                wrong += found.wrong().isEmpty() ? 0 : 1;
                found.wrong().forEach(what -> report.tell("run %d: %s", runs, what));
                report.tell(
                        "%d kills, run %d, %d workers lost in it",
                        kills, runs, run.lines("lost").size());
                if (kills < wanted) {
                    scene.next(setup());
                }
            }
        }
        report.line("| what | how often |");
        report.line("|---|---|");
        report.line("| worker JVMs killed | %d |", kills);
        report.line("| runs brought to their end meanwhile | %d |", runs);
        report.line("| - lost, or with other bits than a run without cluster or fault | **%d** |", wrong);
        report.line("");
    }

    private void struckNow(FaultScene scene) {
        if (scene.strike(random, 1)) {
            kills++;
        }
    }

    private void rates() throws InterruptedException {
        double[] quiet = new double[RATE_ROUNDS];
        double[] struck = new double[RATE_ROUNDS];
        try (FaultScene scene = new FaultScene(setup().with("steps", "1000000000"))) {
            scene.awaitSteps(100L * FaultScene.ROUND);
            for (int i = 0; i < RATE_ROUNDS; i++) {
                quiet[i] = rate(scene, false);
                struck[i] = rate(scene, true);
            }
        }
        double without = Arrays.stream(quiet).average().orElseThrow();
        double with = Arrays.stream(struck).average().orElseThrow();
        report.line(
                "Environment steps a second with %d workers on as many JVMs, a step of the environment takes a"
                        + " millisecond: %.0f without faults, %.0f with a worker killed every 10 seconds: **%.1f %%**"
                        + " (to reach: 85 %%). Rounds of %.0f s in turn: %s and %s.",
                WORKERS,
                without,
                with,
                100 * with / without,
                RATE_SECONDS,
                Arrays.toString(Arrays.stream(quiet).mapToLong(Math::round).toArray()),
                Arrays.toString(Arrays.stream(struck).mapToLong(Math::round).toArray()));
    }

    private double rate(FaultScene scene, boolean kills) throws InterruptedException {
        long from = System.nanoTime();
        for (int i = 0; i < RATE_SECONDS / 10; i++) {
            Thread.sleep(5000);
            if (kills) {
                struckNow(scene);
            }
            Thread.sleep(5000);
        }
        return scene.rate(from, System.nanoTime());
    }
}
