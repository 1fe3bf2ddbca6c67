package io.espalier.runtime;

import io.espalier.core.MetricSink;
import io.espalier.core.Rollout;
import io.espalier.core.Seeds;
import io.espalier.core.State;
import io.espalier.policy.Learner;
import io.espalier.policy.Policy;
import io.espalier.policy.RolloutAlgorithm;
import io.espalier.policy.RolloutLearner;
import io.espalier.policy.TaskSpec;
import io.espalier.runtime.metrics.RunMetrics;
import java.util.Arrays;

/** Gathers by blocks of steps: each task is a group of environments that fills its columns of the {@link Rollout}. */
final class RolloutGathering implements Gathering {
    private final RolloutLearner learner;
    private final Rollout rollout;
    private final RolloutWorker[] workers;
    /** By worker: the block it fills, then put into the rollout. Threads that filled that itself would share cache lines. */
    private final Rollout[] blocks;

    private final Episodes[] episodes;
    private final long restarts;
    private final RunMetrics metrics;
    /** When each worker began and ended its part of the round, and when the round began. */
    private final long[] began;

    private final long[] ended;
    private long roundBegan;

    RolloutGathering(RolloutAlgorithm algorithm, GatheringParts parts) {
        RunPlan plan = parts.plan();
        TaskSpec task = parts.task();
        Seeds seeds = Seeds.of(plan.seed());
        metrics = plan.metrics();
        Policy initial = algorithm.policy(task, seeds.child("policy"));
        learner = LeadingLearner.of(algorithm, parts, seeds, initial);
        int environments = algorithm.environments();
        rollout = new Rollout(
                algorithm.rolloutSteps(),
                environments,
                task.observationSpace(),
                task.actionSpace(),
                task.masked(),
                learner.policy().stateSize());
        restarts = plan.restarts();
        // Environments that begin anew must not begin as they did at first.
        Seeds played = restarts == 0 ? seeds : seeds.child("restart", restarts);
        workers = new RolloutWorker[Math.min(plan.threads(), environments)];
        blocks = new Rollout[workers.length];
        for (int w = 0; w < workers.length; w++) {
            int first = (int) ((long) w * environments / workers.length);
            int to = (int) ((w + 1L) * environments / workers.length);
            workers[w] = new RolloutWorker(first, to - first, parts.source(), learner.policy(), played);
            blocks[w] = workers.length == 1 ? rollout : rollout.narrower(to - first);
        }
        episodes = new Episodes[workers.length];
        Arrays.setAll(episodes, w -> workers[w].episodes());
        began = new long[workers.length];
        ended = new long[workers.length];
    }

    @Override
    public Learner learner() {
        return learner;
    }

    @Override
    public int tasks() {
        return workers.length;
    }

    @Override
    public void begin(Policy policy, long environmentSteps) {
        for (RolloutWorker worker : workers) {
            worker.begin(policy);
        }
        rollout.weightsVersion = policy.weights().version();
        rollout.environmentStepsBefore = environmentSteps;
        roundBegan = System.nanoTime();
    }

    @Override
    public void run(int index, int thread) {
        began[index] = System.nanoTime();
        workers[index].collect(blocks[index]);
        collected(index);
    }

    @Override
    public void resume(int index, int thread) {
        workers[index].resume(blocks[index]);
        collected(index);
    }

    private void collected(int index) {
        if (blocks[index] != rollout) {
            rollout.take(blocks[index], workers[index].first());
        }
        ended[index] = System.nanoTime();
    }

    @Override
    public void tell(EpisodeRecorder recorder) {
        recorder.tell(rollout, episodes);
    }

    @Override
    public long learn(MetricSink sink) {
        long collected = System.nanoTime();
        count(collected);
        learner.update(rollout, sink);
        metrics.learned(System.nanoTime() - collected);
        return rollout.rows();
    }

    private void count(long now) {
        metrics.learnerWaited(now - roundBegan);
        for (int w = 0; w < workers.length; w++) {
            metrics.worker(w).collected((long) rollout.steps * workers[w].size(), ended[w] - began[w]);
            metrics.worker(w).waited(now - roundBegan - (ended[w] - began[w]));
        }
    }

    @Override
    public long faults() {
        long faults = 0;
        for (RolloutWorker worker : workers) {
            faults += worker.faults();
        }
        return faults;
    }

    /** Environments in the middle of a round cannot be saved; they will begin new episodes. */
    @Override
    public void save(State into, boolean settled) {
        if (settled) {
            for (RolloutWorker worker : workers) {
                worker.save(into);
            }
        }
        into.putLong("restarts", settled ? restarts : restarts + 1);
    }

    @Override
    public void load(State from) {
        if (from.has("environment/0/episode")) {
            for (RolloutWorker worker : workers) {
                worker.load(from);
            }
        }
    }

    @Override
    public void close() {
        LeadingLearner.close(learner);
        for (RolloutWorker worker : workers) {
            worker.close();
        }
    }
}
