package io.espalier.benchmarks;

import io.espalier.cli.Catalog;
import io.espalier.cli.SeedStudy;
import java.util.List;

/**
 * Trains an algorithm on an environment with its tuned settings over many seeds, each for the whole budget, and evaluates
 * every final policy greedily: {@code benchmarks/run LearningStudy ppo CartPole-v1 20 475}, where 20 is the number of
 * seeds and 475 the mean return below which a seed counts as failed. The episodes of each evaluation may follow, and
 * settings to be tried instead of the tuned ones, as in {@code 100 gamma=0.9}; such a study is printed, not stored. All
 * studies that have a published figure to compare with are run by {@code espalier study algorithms}.
 */
public final class LearningStudy {
    private LearningStudy() {}

    /** Runs the study. */
    public static void main(String[] words) throws InterruptedException {
        if (words.length < 4) {
            throw new IllegalArgumentException(
                    "LearningStudy wants an algorithm, an environment, the number of seeds, the"
                            + " bar of failure and perhaps the episodes of each evaluation. Maybe: ppo CartPole-v1 20 475 100");
        }
        int seeds = Integer.parseInt(words[2]);
        double bar = Double.parseDouble(words[3]);
        int episodes = words.length > 4 ? Integer.parseInt(words[4]) : SeedStudy.EPISODES;
        List<String> changes = List.of(words).subList(Math.min(words.length, 5), words.length);
        SeedStudy study = SeedStudy.of(Catalog.of(null), words[0], words[1], bar, episodes, changes);
        Report report = new Report(study.name(), study.title(seeds));
        study.begin(report);
        study.end(
                report, study.run(seeds, Runtime.getRuntime().availableProcessors(), List.of(), study.teller(report)));
        if (changes.isEmpty()) {
            report.store();
        }
    }
}
