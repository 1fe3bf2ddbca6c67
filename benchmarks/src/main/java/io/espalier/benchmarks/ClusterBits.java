package io.espalier.benchmarks;

import io.espalier.benchmarks.FaultScene.Setup;
import io.espalier.core.RandomStream;
import java.util.Map;

/**
 * Whether a synchronous run comes to the same bits with 1, 2, 3, 8 and 16 workers on 1 to 4 JVMs, undisturbed and with
 * JVMs killed all the time: {@code benchmarks/run ClusterBits}.
 */
public final class ClusterBits {
    private static final int[] WORKERS = {1, 2, 3, 8, 16};
    private static final int MOST_JVMS = 4;
    private static final Map<String, String> RUN =
            Map.of("settings", "environments:16,rolloutSteps:16,minibatches:2,epochs:2", "steps", "12800");

    private final RandomStream random = new RandomStream(9);
    private final Report report;
    private int compared;
    private int different;
    private int kills;

    private ClusterBits(Report report) {
        this.report = report;
    }

    /** Runs it. */
    public static void main(String[] words) throws InterruptedException {
        ClusterBits study = new ClusterBits(
                new Report("cluster-bits", "The same bits for any number of workers on any number of JVMs"));
        study.report.line(
                "PPO on CartPole-v1, 12,800 environment steps; without a cluster: `%s`.", HeadChild.quiet(RUN));
        study.report.line("");
        study.report.line("| workers | JVMs | undisturbed | JVMs killed all the time | killed |");
        study.report.line("|---|---|---|---|---|");
        for (int jvms = 1; jvms <= MOST_JVMS; jvms++) {
            study.compare(jvms);
        }
        study.report.line("");
        study.report.line(
                "Compared %d runs with one without a cluster: **%d differ**; %d JVMs were killed.",
                study.compared, study.different, study.kills);
        study.report.store();
        if (study.different > 0) {
            throw new IllegalStateException(study.different + " runs differ.");
        }
    }

    private static Setup setup(int jvms, int workers, boolean paced) {
        Setup setup = Setup.synchronous(0)
                .nodes(jvms)
                .with("environment", paced ? FaultTasks.PACED : "CartPole-v1")
                .with("mode", "synchronous(workers=" + workers + ")");
        for (Map.Entry<String, String> word : RUN.entrySet()) {
            setup = setup.with(word.getKey(), word.getValue());
        }
        return setup;
    }

    private void compare(int jvms) throws InterruptedException {
        try (FaultScene scene = new FaultScene(setup(jvms, WORKERS[0], false))) {
            for (int workers : WORKERS) {
                if (workers != WORKERS[0]) {
                    scene.next(setup(jvms, workers, false));
                }
                String quiet = verdict(scene);
                scene.next(setup(jvms, workers, true));
                int before = kills;
                while (scene.head().lines("finished").isEmpty() && scene.head().isAlive()) {
                    Thread.sleep(500 + random.nextInt(500));
                    // The only one must come to something in between.
                    if (jvms > 1 || kills - before < 2) {
                        kills += scene.strike(random, Math.min(2, jvms)) ? 1 : 0;
                    }
                }
                report.line("| %d | %d | %s | %s | %d |", workers, jvms, quiet, verdict(scene), kills - before);
            }
        }
    }

    private String verdict(FaultScene scene) {
        FaultReport found = new FaultReport();
        try {
            scene.finished(found, 2 * FaultScene.PATIENCE);
        } catch (IllegalStateException e) {
            found.wrong(String.valueOf(e.getMessage()));
        }
        compared++;
        if (found.wrong().isEmpty()) {
            return "same";
        }
        different++;
        return "**" + found.wrong() + "**";
    }
}
