package io.espalier.runtime.tasks;

import io.espalier.runtime.CheckpointSettings;
import io.espalier.runtime.EvaluationSettings;
import io.espalier.runtime.ExecutionMode;
import io.espalier.runtime.ModeRuns;
import io.espalier.runtime.Registry;
import io.espalier.runtime.Trainer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Short runs of PPO on CartPole: 8 rounds, a checkpoint after each. */
final class Runs {
    static final long STEPS = 2048;

    private Runs() {}

    static Trainer trainer(long seed) {
        return trainer(seed, "CartPole-v1");
    }

    static Trainer trainer(long seed, String environment) {
        return Trainer.of(
                        ModeRuns.algorithm("ppo", Map.of("environments", 4, "rolloutSteps", 64)),
                        Registry.here().environment(environment))
                .seed(seed)
                .environmentSteps(STEPS)
                .checkpoints(CheckpointSettings.DEFAULT.every(256))
                .evaluation(EvaluationSettings.DEFAULT.withEpisodes(2));
    }

    static TrainingTask task(long seed) {
        return TrainingTask.of("seed-" + seed, trainer(seed).config());
    }

    /** A run that is not over when its first checkpoint is heard of. */
    static Trainer longer(long seed) {
        return trainer(seed).environmentSteps(30_000);
    }

    static TrainingTask task(long seed, String mode) {
        return TrainingTask.of(
                "seed-" + seed, trainer(seed).mode(ExecutionMode.parse(mode)).config());
    }

    static List<TrainingTask> tasks(int count) {
        List<TrainingTask> tasks = new ArrayList<>();
        for (int seed = 1; seed <= count; seed++) {
            tasks.add(task(seed));
        }
        return tasks;
    }

    /** Each alone, in this thread's own process. */
    static Map<String, String> alone(int count) {
        Map<String, String> digests = new LinkedHashMap<>();
        for (int seed = 1; seed <= count; seed++) {
            digests.put("seed-" + seed, trainer(seed).run().weightsDigest());
        }
        return digests;
    }
}
