package io.espalier.testkit;

import io.espalier.core.Cores;
import io.espalier.core.Environment;
import io.espalier.core.MetricSink;
import io.espalier.core.RandomStream;
import io.espalier.core.Rollout;
import io.espalier.core.Seeds;
import io.espalier.core.Step;
import io.espalier.policy.Policy;
import io.espalier.policy.PolicySession;
import io.espalier.policy.RolloutAlgorithm;
import io.espalier.policy.RolloutLearner;
import io.espalier.policy.TaskSpec;
import java.util.Arrays;
import java.util.function.Supplier;

/**
 * The smallest loop in which an algorithm learns: one thread, no guard, no files. What the contract of algorithms runs,
 * and what one reads to see how the parts meet; training for real is the business of {@code espalier-runtime}.
 */
public final class SerialTraining {
    private static final int REMEMBERED = 20;

    private final Supplier<? extends Environment> factory;
    private final Environment[] environments;
    private final Seeds[] seeds;
    private final long[] episodes;
    private final double[] returns;
    private final RandomStream[] streams;
    private final RolloutLearner learner;
    private final PolicySession session;
    private final Rollout rollout;
    private final float[] observations;
    private final float[] actions;
    private final float[] states;
    private final boolean[] begins;
    private final double[] recent = new double[REMEMBERED];
    private final long environmentSteps;
    private final boolean masked;
    private long ended;
    private long taken;

    /**
     * @param factory makes environments
     * @param environmentSteps the run's budget
     * @param seed decides everything
     * @param cores for the learner
     */
    public SerialTraining(
            RolloutAlgorithm algorithm,
            Supplier<? extends Environment> factory,
            long environmentSteps,
            long seed,
            Cores cores) {
        this.factory = factory;
        this.environmentSteps = environmentSteps;
        int n = algorithm.environments();
        environments = new Environment[n];
        seeds = new Seeds[n];
        episodes = new long[n];
        returns = new double[n];
        streams = new RandomStream[n];
        Seeds root = Seeds.of(seed);
        for (int i = 0; i < n; i++) {
            environments[i] = factory.get();
            seeds[i] = root.child("environment", i);
            environments[i].reset(seeds[i].seedOf(episodes[i]++));
            streams[i] = root.child("action", i).stream();
        }
        masked = environments[0].masksActions();
        TaskSpec task = task();
        Policy policy = algorithm.policy(task, root.child("policy"));
        learner = algorithm.learner(task, policy, root.child("learner"), cores);
        session = policy.session(n);
        rollout = new Rollout(
                algorithm.rolloutSteps(),
                n,
                task.observationSpace(),
                task.actionSpace(),
                task.masked(),
                policy.stateSize());
        states = new float[n * policy.stateSize()];
        begins = new boolean[n];
        Arrays.fill(begins, true);
        observations = new float[n * rollout.observationSize];
        actions = new float[n * rollout.actionSize];
    }

    /** What the algorithm is told of the task. */
    public TaskSpec task() {
        Environment first = environments[0];
        return new TaskSpec(first.observationSpace(), first.actionSpace(), masked, environmentSteps);
    }

    /** Fills the next rollout with the newest policy; the same object at every call. */
    public Rollout gather() {
        session.load(learner.policy());
        rollout.weightsVersion = learner.policy().weights().version();
        rollout.environmentStepsBefore = taken;
        int n = environments.length;
        System.arraycopy(states, 0, rollout.states, 0, states.length);
        System.arraycopy(begins, 0, rollout.begun, 0, n);
        for (int t = 0; t < rollout.steps; t++) {
            int row = t * n;
            show(rollout.observations, row, rollout.masks);
            session.act(
                    rollout.observations,
                    row * rollout.observationSize,
                    n,
                    rollout.masks,
                    row * rollout.maskSize,
                    streams,
                    0,
                    false,
                    rollout.actions,
                    row * rollout.actionSize,
                    rollout.logProbabilities,
                    rollout.values,
                    row,
                    states,
                    0);
            session.toEnvironment(rollout.actions, row * rollout.actionSize, n, actions, 0);
            for (int i = 0; i < n; i++) {
                step(i, row + i);
            }
        }
        show(observations, 0, rollout.finalMasks);
        taken += rollout.rows();
        return rollout;
    }

    private void show(float[] into, int row, boolean[] masksInto) {
        for (int i = 0; i < environments.length; i++) {
            environments[i].observe(into, (row + i) * rollout.observationSize);
            if (masked) {
                environments[i].actionMask(masksInto, (row + i) * rollout.maskSize);
            }
        }
    }

    private void step(int i, int row) {
        Step step = environments[i].step(actions, i * rollout.actionSize);
        environments[i].observe(rollout.reached, row * rollout.observationSize);
        if (masked) {
            environments[i].actionMask(rollout.reachedMasks, row * rollout.maskSize);
        }
        rollout.rewards[row] = step.reward();
        rollout.terminated[row] = step.terminated();
        rollout.truncated[row] = step.truncated();
        rollout.discarded[row] = false;
        returns[i] += step.reward();
        if (step.last()) {
            recent[(int) (ended++ % REMEMBERED)] = returns[i];
            returns[i] = 0;
            environments[i].reset(seeds[i].seedOf(episodes[i]++));
            Arrays.fill(states, i * rollout.stateSize, (i + 1) * rollout.stateSize, 0f);
        }
        begins[i] = step.last();
    }

    /** Goes on until the budget is used up. */
    public void run() {
        while (taken < environmentSteps) {
            learner.update(gather(), MetricSink.NONE);
        }
    }

    /** The learner. */
    public RolloutLearner learner() {
        return learner;
    }

    /** Environment steps taken. */
    public long environmentStepsTaken() {
        return taken;
    }

    /** The mean return of the last 20 episodes; NaN before there were as many. */
    public double recentReturn() {
        double sum = 0;
        for (double each : recent) {
            sum += each;
        }
        return ended < REMEMBERED ? Double.NaN : sum / REMEMBERED;
    }

    /** The mean return of the newest policy, acting greedily, over episodes with seeds of their own. */
    public double evaluate(int count) {
        return GreedyEpisodes.meanReturn(learner.policy(), factory.get(), count);
    }
}
