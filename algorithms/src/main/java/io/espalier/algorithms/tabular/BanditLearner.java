package io.espalier.algorithms.tabular;

import io.espalier.algorithms.parts.ActorCritic;
import io.espalier.core.Discrete;
import io.espalier.core.MetricSink;
import io.espalier.core.Rollout;
import io.espalier.core.Seeds;
import io.espalier.core.State;
import io.espalier.nn.Initializer;
import io.espalier.nn.NetworkSpec;
import io.espalier.nn.Schedule;
import io.espalier.nn.Weights;
import io.espalier.policy.ActionHead;
import io.espalier.policy.Policy;
import io.espalier.policy.RolloutLearner;
import io.espalier.policy.TaskSpec;

/** What learners of bandits have in common: versions, figures, and being saved; what a reward teaches is each one's own. */
final class BanditLearner implements RolloutLearner {
    /** What a reward teaches, and what is pulled next. */
    interface Rule {
        /** Learns from one pull. */
        void learn(int lever, double reward);

        /**
         * Writes what is known now.
         *
         * @param worth how good each lever is; the highest is the greedy choice
         * @param explore what to pull next: the highest; unused where the policy samples from {@code worth}
         */
        void write(float[] worth, float[] explore);

        /** Remembers what the rule knows. */
        void save(State into);

        /** Takes up what {@link #save} remembered. */
        void load(State from);
    }

    private final TaskSpec task;
    private final Schedule epsilon;
    private final Rule rule;
    private final float[] worth;
    private final float[] explore;
    private final float[] weights;
    private Policy policy;
    private long updates;

    BanditLearner(TaskSpec task, Policy initial, Schedule epsilon, Rule rule) {
        this.task = task;
        this.epsilon = epsilon;
        this.rule = rule;
        policy = initial;
        worth = new float[levers(initial)];
        explore = new float[worth.length];
        weights = new float[initial.weights().size()];
        initial.weights().copyInto(weights);
    }

    /** A policy that samples by output "explore" and takes the best of "q" when greedy; all levers alike at first. */
    static Policy policy(TaskSpec task, double initialValue, double epsilon, Seeds seeds) {
        requireBandit(task);
        int levers = task.actionSpace().choices();
        NetworkSpec values = new NetworkSpec.Embedding(1, levers, Initializer.constant(initialValue));
        NetworkSpec both =
                NetworkSpec.heads(NetworkSpec.head(ActionHead.Q, values), NetworkSpec.head(ActionHead.EXPLORE, values));
        return ActorCritic.policy(task, both, new ActionHead.Tabular(epsilon), seeds);
    }

    /** Refuses tasks that have more than one state, or actions that are no levers. */
    static void requireBandit(TaskSpec task) {
        if (!(task.observationSpace() instanceof Discrete one)
                || one.n() != 1
                || !(task.actionSpace() instanceof Discrete)
                || task.masked()) {
            throw new IllegalArgumentException("observation space ("
                    + task.observationSpace().text() + ") must be discrete(1) and action space ("
                    + task.actionSpace().text() + ") one discrete choice without a mask for a bandit."
                    + " Maybe use q-learning.");
        }
    }

    /** How many levers there are. */
    static int levers(Policy policy) {
        return policy.actionSpace().choices();
    }

    @Override
    public void update(Rollout rollout, MetricSink metrics) {
        int skipped = 0;
        double sum = 0;
        for (int row = 0; row < rollout.rows(); row++) {
            if (!ActionTable.usable(rollout, row)) {
                skipped++;
                continue;
            }
            rule.learn((int) rollout.actions[row], rollout.rewards[row]);
            sum += rollout.rewards[row];
            updates++;
        }
        rule.write(worth, explore);
        // the first levers are "q"; where there is a second output, it is "explore"
        System.arraycopy(worth, 0, weights, 0, worth.length);
        System.arraycopy(explore, 0, weights, weights.length - worth.length, weights.length - worth.length);
        double next = epsilon.at(task.progress(rollout.environmentStepsBefore + rollout.rows()));
        publish(policy.weights().version() + 1, next);
        metrics.put("update/skipped", skipped);
        metrics.put("exploration/epsilon", next);
        if (skipped < rollout.rows()) {
            metrics.put("bandit/reward", sum / (rollout.rows() - skipped));
        }
    }

    private void publish(long version, double exploration) {
        ActionHead head =
                policy.head() instanceof ActionHead.Tabular ? new ActionHead.Tabular(exploration) : policy.head();
        policy = policy.with(Weights.copyOf(version, weights), policy.normalizer(), head);
    }

    @Override
    public Policy policy() {
        return policy;
    }

    @Override
    public long updates() {
        return updates;
    }

    @Override
    public void save(State into) {
        into.put("weights", weights);
        into.put("counts", new long[] {policy.weights().version(), updates});
        into.putDouble("epsilon", policy.head() instanceof ActionHead.Tabular table ? table.epsilon() : 0);
        rule.save(into.child("rule"));
    }

    @Override
    public void load(State from) {
        System.arraycopy(from.floats("weights", weights.length), 0, weights, 0, weights.length);
        long[] counts = from.longs("counts");
        updates = counts[1];
        rule.load(from.child("rule"));
        publish(counts[0], from.getDouble("epsilon"));
    }
}
