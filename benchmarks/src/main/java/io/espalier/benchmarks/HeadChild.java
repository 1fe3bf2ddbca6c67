package io.espalier.benchmarks;

import io.espalier.cluster.ClusterPool;
import io.espalier.cluster.ClusterSettings;
import io.espalier.policy.Algorithm;
import io.espalier.policy.AlgorithmProvider;
import io.espalier.runtime.CheckpointSettings;
import io.espalier.runtime.ExecutionMode;
import io.espalier.runtime.GuardSettings;
import io.espalier.runtime.Progress;
import io.espalier.runtime.Registry;
import io.espalier.runtime.SettingsBinder;
import io.espalier.runtime.Trainer;
import io.espalier.runtime.TrainingListener;
import io.espalier.runtime.TrainingResult;
import io.espalier.runtime.events.RunEvent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** The head of a cluster with a run, in a process of its own: begun, or gone on with where its directory stands. */
final class HeadChild implements TrainingListener {
    private final Map<String, String> words;

    private HeadChild(Map<String, String> words) {
        this.words = words;
    }

    /** Runs it; each word is NAME=VALUE, as {@link FaultScene} writes them. */
    public static void main(String[] args) throws InterruptedException {
        Map<String, String> words = new LinkedHashMap<>();
        for (String word : args) {
            int equals = word.indexOf('=');
            words.put(word.substring(0, equals), word.substring(equals + 1));
        }
        new HeadChild(words).run();
        // Threads that hang in environments of this process, if any, must not keep it.
        Runtime.getRuntime().exit(0);
    }

    private String word(String name, String otherwise) {
        return words.getOrDefault(name, otherwise);
    }

    private void run() throws InterruptedException {
        ClusterSettings settings = ClusterSettings.LOCAL
                .at(word("host", "127.0.0.1"), Integer.parseInt(word("port", "0")))
                .withoutProtection()
                .with(ClusterSettings.Timings.valueOf(word("timings", "FAST")));
        try (ClusterPool cluster = ClusterPool.start(settings, this::event)) {
            Lines.say("listening " + cluster.port());
            while (cluster.nodes().size() < Integer.parseInt(word("nodes", "1"))) {
                Thread.sleep(20);
            }
            WatchingPool pool = new WatchingPool(cluster, word("mutant", ""));
            if (words.containsKey("samples")) {
                Vitals.watch(Double.parseDouble(words.get("samples")));
            }
            TrainingResult result = trainer()
                    .workers(pool)
                    .listen(this)
                    .withoutFinalEvaluation()
                    .run();
            ClusterPool.Traffic traffic = cluster.traffic();
            Lines.say("traffic " + traffic.sentBytes() + " " + traffic.receivedBytes() + " " + traffic.stale());
            Lines.say("blocks " + pool.tally());
            Lines.say("finished " + result.weightsDigest() + " " + result.environmentSteps());
        }
    }

    /** The digest of the run that these words describe, in this process, without pace, cluster or fault. */
    static String quiet(Map<String, String> words) {
        Map<String, String> quiet = new LinkedHashMap<>(words);
        quiet.put("environment", "CartPole-v1");
        quiet.put("mode", "synchronous");
        quiet.remove("directory");
        return new HeadChild(quiet).trainer().withoutFinalEvaluation().run().weightsDigest();
    }

    private Trainer trainer() {
        Registry registry = Registry.of(HeadChild.class.getClassLoader());
        Path directory = Path.of(word("directory", ""));
        if (words.containsKey("directory") && Files.exists(directory.resolve("config.yaml"))) {
            Trainer again = Trainer.resume(directory);
            Lines.say("resumed");
            return again;
        }
        Trainer trainer = Trainer.of(
                        algorithm(registry.algorithm(word("algorithm", "ppo"))),
                        registry.environment(word("environment", FaultTasks.PACED)))
                .seed(3)
                .mode(ExecutionMode.parse(word("mode", "synchronous")))
                .environmentSteps(Long.parseLong(word("steps", "1000000000")))
                .guard(GuardSettings.DEFAULT.withHangSeconds(1));
        long every = Long.parseLong(word("checkpoints", "0"));
        if (words.containsKey("directory")) {
            trainer.directory(directory).checkpoints(new CheckpointSettings(every, 0, 2));
        }
        return trainer;
    }

    private <S extends Record> Algorithm algorithm(AlgorithmProvider<S> provider) {
        Map<String, Object> settings = new LinkedHashMap<>();
        for (String setting : word("settings", "").split(",", -1)) {
            if (!setting.isEmpty()) {
                String[] sides = setting.split(":", -1);
                settings.put(sides[0], Integer.parseInt(sides[1]));
            }
        }
        return provider.create(SettingsBinder.bind(provider.defaults(), settings));
    }

    @Override
    public void round(Progress progress) {
        Lines.say("round " + progress.environmentSteps() + " "
                + progress.metrics().getOrDefault("workers/staleness", 0.0).longValue());
    }

    @Override
    public void checkpoint(Path manifest, long environmentSteps) {
        Lines.say("checkpoint " + environmentSteps);
    }

    @Override
    public void event(RunEvent event) {
        Lines.say("event " + event.type() + " " + event.message());
    }
}
