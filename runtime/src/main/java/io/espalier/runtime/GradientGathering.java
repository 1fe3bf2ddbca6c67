package io.espalier.runtime;

import io.espalier.core.MetricSink;
import io.espalier.policy.Learner;
import io.espalier.policy.Policy;
import io.espalier.policy.RolloutAlgorithm;
import io.espalier.runtime.compression.Compression;
import io.espalier.runtime.compression.GradientCodec;
import io.espalier.runtime.metrics.RunMetrics;
import io.espalier.runtime.workers.Command;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The server's side of {@link ParameterServer}, as far as it is the same whoever waits for whom. */
abstract class GradientGathering implements WaitingGathering {
    final ParameterServer.Settings settings;
    final int workers;
    final Crew crew;
    final ServedLearner learner;
    final int environments;
    final long restarts;
    final Episodes[] episodes;

    private final Workplace place;
    private final GradientCodec codec;
    private final float[] decoded;
    private final long[] faults;
    long environmentSteps;
    private long bytes;
    private long pieces;
    private double skippedByWorkers;
    private long waitedNanos;
    private long measuredFrom = System.nanoTime();
    final RunMetrics figures;

    GradientGathering(RolloutAlgorithm algorithm, GatheringParts parts, ParameterServer.Settings settings) {
        this.settings = settings;
        RunPlan plan = parts.plan();
        figures = plan.metrics();
        learner = new ServedLearner(algorithm, parts, settings.shards());
        environments = algorithm.environments();
        place = Workplace.of(parts);
        int chosen = place.chosen(settings.workers(), plan.threads());
        workers = place.workers(chosen);
        restarts = plan.restarts();
        Compression compression = Compression.parse(settings.compression());
        int most = learner.parameters().length;
        codec = compression.codec(most);
        decoded = new float[most];
        faults = new long[workers];
        episodes = new Episodes[workers];
        Arrays.setAll(episodes, w -> new Episodes());
        crew = new Crew(
                place.pool(),
                Crew.share(chosen),
                parts.events(),
                figures,
                (number, life) -> new GradientRecipe(
                        plan,
                        compression,
                        Compression.parse(settings.pull()),
                        settings.shards(),
                        number * environments,
                        played(life)));
    }

    /** How often environments were begun anew, for a worker before which so many had its number. */
    abstract long played(int life);

    @Override
    public Learner learner() {
        return learner;
    }

    /** Waits for what comes next. */
    Crew.Arrival take() {
        long began = System.nanoTime();
        Crew.Arrival arrival = crew.take();
        waitedNanos += System.nanoTime() - began;
        return arrival;
    }

    /** Notes what a worker's answer says besides the gradient. */
    void note(int worker, GradientMessages.Gradient gradient) {
        faults[worker] = gradient.faults;
        crew.worked(worker, gradient.rows, gradient.nanos);
        skippedByWorkers += gradient.skipped;
        gradient.episodes(episodes[worker]);
    }

    /** Reads a gradient; valid until the next is read. */
    float[] decode(GradientMessages.Gradient gradient) {
        int[] bounds = learner.bounds();
        for (int s = 0; s < settings.shards(); s++) {
            byte[] shard = gradient.shard(s);
            codec.decode(shard, shard.length, decoded, bounds[s], bounds[s + 1] - bounds[s]);
            bytes += shard.length;
        }
        pieces++;
        return decoded;
    }

    /** How workers choose actions by now, if the answer says so; otherwise as the newest policy does. */
    String head(GradientMessages.Gradient gradient) {
        return gradient.body.has("head")
                ? new String(gradient.body.bytes("head"), StandardCharsets.UTF_8)
                : learner.policy().head().text();
    }

    /** Tells of episodes in order of steps, then of workers. */
    @Override
    public void tell(EpisodeRecorder recorder) {
        int[] at = new int[workers];
        int left = 0;
        for (Episodes each : episodes) {
            left += each.count();
        }
        for (int t = 0; left > 0; t++) {
            for (int w = 0; w < workers; w++) {
                while (at[w] < episodes[w].count() && episodes[w].step(at[w]) <= t) {
                    recorder.tell(episodes[w], at[w]++, (t + 1L) * environments * tellers());
                    left--;
                }
            }
        }
    }

    /** How many workers' blocks a round has. */
    abstract int tellers();

    /** Reports on the round. */
    void report(MetricSink metrics) {
        long now = System.nanoTime();
        figures.learnerWaited(waitedNanos);
        figures.learned(Math.max(0, now - measuredFrom - waitedNanos));
        learner.report(metrics, skippedByWorkers);
        if (pieces > 0) {
            metrics.put("workers/bytes-per-update", (double) bytes / pieces);
        }
        measuredFrom = now;
        bytes = 0;
        pieces = 0;
        skippedByWorkers = 0;
        waitedNanos = 0;
    }

    /** Parameters for workers that have all that was pulled before. */
    Command step(long number, boolean stand, PulledParameters pulled) {
        Command step = GradientMessages.step(number, learner.version(), environmentSteps, stand);
        pulled.write(learner.parameters(), learner.version(), step.body());
        return step;
    }

    PulledParameters pulled() {
        return new PulledParameters(Compression.parse(settings.pull()), learner.parameters().length);
    }

    @Override
    public void begin(Policy policy, long steps) {
        environmentSteps = steps;
        for (Episodes each : episodes) {
            each.clear();
        }
    }

    @Override
    public long faults() {
        return Arrays.stream(faults).sum();
    }

    @Override
    public void close() {
        crew.close();
        place.close();
    }
}
