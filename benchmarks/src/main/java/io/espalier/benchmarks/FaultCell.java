package io.espalier.benchmarks;

import io.espalier.benchmarks.FaultScene.Setup;
import io.espalier.testkit.faults.LinkFaults;
import io.espalier.testkit.faults.Signals;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * One kind of fault, done to a run over real processes, and what must come of it. Each can also be done with one
 * protection taken away; then something must be found wrong, or what is found shows nothing.
 */
enum FaultCell {
    KILLED_WORKER("worker kill -9", "lost within 0.5 s, full rate within 2 s", "its line to the gate stays half open") {
        @Override
        void happen(FaultReport report, boolean mutant, int seconds) {
            Setup setup = mutant ? synchronous().throughProxies() : synchronous();
            try (FaultScene scene = new FaultScene(setup)) {
                scene.awaitSteps(BEFORE);
                if (mutant) {
                    scene.gate().toTarget(LinkFaults.SWALLOWED);
                }
                long fault = System.nanoTime();
                scene.node(0).kill();
                report.lost(scene, fault, 0.5);
                finished(scene, report);
                report.fullRate(scene, fault, 2);
            }
        }
    },
    KILLED_WORKER_BITS("worker kill -9, what is learned", "the fault-free bits", "restored states are not sent") {
        @Override
        void happen(FaultReport report, boolean mutant, int seconds) {
            Setup setup = mutant ? synchronous().with("mutant", WatchingPool.FORGETFUL) : synchronous();
            try (FaultScene scene = new FaultScene(setup)) {
                scene.awaitSteps(BEFORE);
                scene.node(0).kill();
                finished(scene, report);
            }
        }
    },
    TERMINATED_WORKER("worker SIGTERM", "hands in its block within 5 s", "no handler for the signal") {
        @Override
        void happen(FaultReport report, boolean mutant, int seconds) {
            // Long blocks, hit soon after they have begun: it has one in hand.
            Setup setup = synchronous().with("settings", "environments:4,rolloutSteps:128,minibatches:1,epochs:1");
            try (FaultScene scene = new FaultScene(mutant ? setup.trait(NodeChild.UNDRAINED) : setup)) {
                scene.awaitSteps(BEFORE);
                pause(60);
                long fault = System.nanoTime();
                Signals.terminate(scene.node(0).process());
                report.lost(scene, fault, 5);
                ChildJvm.Line lost = scene.head().need(fault, FaultScene.PATIENCE, "lost");
                long stepped = scene.node(0)
                        .need(fault, FaultScene.PATIENCE, "stepped")
                        .number(1);
                report.same("environment steps taken there, and heard of", stepped, lost.number(2));
                finished(scene, report);
            }
        }
    },
    STOPPED_WORKER("worker SIGSTOP, then CONT", "lost within 5 s, comes back", "timings for patient networks") {
        @Override
        void happen(FaultReport report, boolean mutant, int seconds) {
            Setup setup = synchronous(seconds);
            stopped(mutant ? setup.with("timings", "PATIENT").trait(NodeChild.PATIENT) : setup, report, seconds);
        }
    },
    LATE_DATA("worker SIGSTOP, then CONT, what it still sends", "nothing of it is heard", "it is heard all the same") {
        @Override
        void happen(FaultReport report, boolean mutant, int seconds) {
            Setup setup = synchronous(seconds);
            stopped(mutant ? setup.with("mutant", WatchingPool.LATE) : setup, report, seconds);
        }
    },
    KILLED_HEAD(
            "head kill -9, started again",
            "learns within 10 s, loses at most one interval, no worker process ends",
            "workers end with their head") {
        @Override
        void happen(FaultReport report, boolean mutant, int seconds) {
            long interval = 10 * FaultScene.ROUND;
            Setup setup = synchronous()
                    .with("directory", fresh().resolve("run").toString())
                    .with("checkpoints", Long.toString(interval));
            try (FaultScene scene = new FaultScene(mutant ? setup.trait(NodeChild.MORTAL) : setup)) {
                scene.head().need(0, FaultScene.PATIENCE, "checkpoint");
                scene.awaitSteps(BEFORE);
                long fault = System.nanoTime();
                scene.head().kill();
                long before = scene.steps();
                scene.restartHead();
                ChildJvm.Line again = scene.head()
                        .await(
                                fault,
                                mutant ? 12 : FaultScene.PATIENCE,
                                line -> line.word(0).equals("round"));
                report.within("learning again", fault, again, 10);
                report.same(
                        "worker processes that live",
                        scene.nodes().size(),
                        scene.nodes().stream().filter(ChildJvm::isAlive).count());
                if (again != null) {
                    long forgotten = before - (again.number(1) - FaultScene.ROUND);
                    report.atMost("environment steps lost", forgotten, interval + FaultScene.ROUND);
                    finished(scene, report);
                }
            }
        }
    },
    CUT_WIRE(
            "a worker's wire is cut, in a namespace of its own",
            "goes on, joins again within 5 s, nothing doubled",
            "workers end with their head") {
        @Override
        boolean possible() {
            return Namespace.available();
        }

        @Override
        void happen(FaultReport report, boolean mutant, int seconds) {
            Setup setup = mutant ? synchronous(seconds).trait(NodeChild.MORTAL) : synchronous(seconds);
            try (Namespace wire = Namespace.make(mutant ? 1 : 0);
                    FaultScene scene = new FaultScene(setup.behind(wire))) {
                scene.awaitSteps(BEFORE);
                long fault = System.nanoTime();
                wire.cut();
                report.lost(scene, fault, 5);
                sleep(fault, seconds);
                report.atLeast("rounds meanwhile", scene.rate(fault, System.nanoTime()), 1);
                long healed = System.nanoTime();
                wire.heal();
                rejoined(scene, report, healed, mutant);
                finished(scene, report);
                report.fullRate(scene, fault, 7);
            }
        }
    },
    PARTITION(
            "nothing passes between head and worker, both ways",
            "goes on, joins again within 5 s, nothing doubled",
            "workers end with their head") {
        @Override
        void happen(FaultReport report, boolean mutant, int seconds) {
            partition(report, mutant, seconds, true);
        }
    },
    ONE_WAY(
            "nothing passes from worker to head",
            "goes on, joins again within 5 s, nothing doubled",
            "workers end with their head") {
        @Override
        void happen(FaultReport report, boolean mutant, int seconds) {
            partition(report, mutant, seconds, false);
        }
    },
    RESET_CONNECTIONS(
            "all connections for messages reset, five times",
            "the fault-free bits, or workers are called lost and replaced",
            "what is lost is not told") {
        @Override
        void happen(FaultReport report, boolean mutant, int seconds) {
            Setup setup = synchronous().throughProxies();
            try (FaultScene scene = new FaultScene(mutant ? setup.with("mutant", WatchingPool.SILENT) : setup)) {
                scene.awaitSteps(BEFORE);
                for (int i = 0; i < 5; i++) {
                    scene.resetMessages();
                    pause(700);
                }
                scene.finished(report, mutant ? 20 : FaultScene.PATIENCE);
            }
        }
    },
    SLOW_NETWORK(
            "delay 250 ms there and back, 10 % loss, asynchronous",
            "no error, staleness at most 2", "maxStaleness is 1000") {
        @Override
        void happen(FaultReport report, boolean mutant, int seconds) {
            Setup setup = Setup.synchronous(1_000_000)
                    .with("algorithm", "vtrace")
                    .with("settings", "environments:2,rolloutSteps:16")
                    .with("mode", "asynchronous(workers=4,ahead=2,maxStaleness=" + (mutant ? 1000 : 2) + ")")
                    .throughProxies();
            try (FaultScene scene = new FaultScene(setup)) {
                LinkFaults slow = LinkFaults.NONE.delayed(250, 50).losing(0.1, 200);
                scene.towardsHead(slow);
                scene.towardsNodes(slow);
                long from = System.nanoTime();
                sleep(from, Math.min(seconds, 10));
                report.atLeast("steps a second", scene.rate(from, System.nanoTime()), 1);
                report.atMost(
                        "staleness",
                        scene.head().lines("round").stream()
                                .mapToLong(line -> line.number(2))
                                .max()
                                .orElse(0),
                        2);
                report.same(
                        "errors",
                        0,
                        scene.head().lines("lost").size()
                                + scene.head().lines("failed").size());
            }
        }
    };

    private static final long BEFORE = 30L * FaultScene.ROUND;
    private static final long BUDGET = 130L * FaultScene.ROUND;
    private static final int ROUNDS_A_SECOND = 30;

    private final String title;
    private final String bound;
    private final String mutant;

    FaultCell(String title, String bound, String mutant) {
        this.title = title;
        this.bound = bound;
        this.mutant = mutant;
    }

    String title() {
        return title;
    }

    /** What must hold. */
    String bound() {
        return bound;
    }

    /** Which protection the mutant lacks. */
    String mutant() {
        return mutant;
    }

    /** Whether this machine can do it. */
    boolean possible() {
        return true;
    }

    /** Does it; {@code seconds} is how long what is temporary lasts. */
    abstract void happen(FaultReport report, boolean mutant, int seconds);

    /** Does it once; what goes wrong in doing so is a finding too. */
    final FaultReport run(boolean mutated, int seconds) {
        FaultReport report = new FaultReport();
        try {
            happen(report, mutated, seconds);
        } catch (IllegalStateException e) {
            report.wrong(String.valueOf(e.getMessage()));
        }
        return report;
    }

    private static Setup synchronous() {
        return Setup.synchronous(BUDGET);
    }

    /** Long enough that the run outlives a fault of that many seconds. */
    private static Setup synchronous(int seconds) {
        return Setup.synchronous(BUDGET + (long) (seconds + 6) * ROUNDS_A_SECOND * FaultScene.ROUND);
    }

    private static void stopped(Setup setup, FaultReport report, int seconds) {
        try (FaultScene scene = new FaultScene(setup)) {
            scene.awaitSteps(BEFORE);
            long fault = System.nanoTime();
            Signals.stop(scene.node(0).process());
            report.lost(scene, fault, 5);
            sleep(fault, seconds);
            long resumed = System.nanoTime();
            Signals.resume(scene.node(0).process());
            report.within(
                    "joined again",
                    resumed,
                    scene.head().await(resumed, FaultScene.PATIENCE, FaultCell::joined),
                    FaultScene.PATIENCE);
            finished(scene, report);
            report.fullRate(scene, fault, 7);
        }
    }

    private static void partition(FaultReport report, boolean mutant, int seconds, boolean bothWays) {
        Setup setup = synchronous().nodes(1).throughProxies();
        try (FaultScene scene = new FaultScene(mutant ? setup.trait(NodeChild.MORTAL) : setup)) {
            scene.awaitSteps(BEFORE);
            long fault = System.nanoTime();
            scene.towardsHead(LinkFaults.PARTITIONED);
            if (bothWays) {
                scene.towardsNodes(LinkFaults.PARTITIONED);
            }
            report.lost(scene, fault, 5);
            sleep(fault, seconds);
            long healed = System.nanoTime();
            scene.heal();
            rejoined(scene, report, healed, mutant);
            if (!mutant) {
                finished(scene, report);
            }
        }
    }

    private static void rejoined(FaultScene scene, FaultReport report, long healed, boolean mutant) {
        report.within(
                "joined again",
                healed,
                scene.head().await(healed, mutant ? 8 : FaultScene.PATIENCE, FaultCell::joined),
                5);
    }

    private static boolean joined(ChildJvm.Line line) {
        return line.text().startsWith("event cluster/joined");
    }

    private static void finished(FaultScene scene, FaultReport report) {
        scene.finished(report, 2 * FaultScene.PATIENCE);
    }

    private static void sleep(long from, int seconds) {
        pause(Math.max(0, seconds * 1000L - (System.nanoTime() - from) / 1_000_000));
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Path fresh() {
        try {
            return Files.createTempDirectory("espalier-faults");
        } catch (IOException e) {
            throw new UncheckedIOException("no temporary directory can be made.", e);
        }
    }

    /** All that can be done here. */
    static List<FaultCell> here() {
        return List.of(values()).stream().filter(FaultCell::possible).toList();
    }
}
