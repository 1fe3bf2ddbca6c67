package io.espalier.algorithms.tabular;

import io.espalier.core.MetricSink;
import io.espalier.core.Rollout;
import io.espalier.core.State;
import io.espalier.nn.Schedule;
import io.espalier.nn.Weights;
import io.espalier.policy.ActionHead;
import io.espalier.policy.Policy;
import io.espalier.policy.RolloutLearner;
import io.espalier.policy.TaskSpec;

/** What learners with a table have in common: versions, exploration, figures, and being saved; the rule is each one's own. */
final class TableLearner implements RolloutLearner {
    /** How a table changes with experience. */
    interface Rule {
        /**
         * Learns from a block.
         *
         * @param epsilon of the policy that acted
         */
        void learn(Rollout rollout, ActionTable table, double epsilon);

        /** Remembers what the rule keeps besides the table. */
        default void save(State into) {}

        /** Takes up what {@link #save} remembered. */
        default void load(State from) {}
    }

    private final TaskSpec task;
    private final Schedule epsilon;
    private final Rule rule;
    private final ActionTable table;
    private Policy policy;
    private long updates;

    /**
     * @param epsilon the share of random actions along the run
     * @param rule how the table changes
     */
    TableLearner(TaskSpec task, Policy initial, Schedule epsilon, Rule rule) {
        this.task = task;
        this.policy = initial;
        this.epsilon = epsilon;
        this.rule = rule;
        table = new ActionTable(task, initial);
    }

    @Override
    public void update(Rollout rollout, MetricSink metrics) {
        table.restart();
        rule.learn(rollout, table, acting());
        updates += table.learned();
        int rows = rollout.rows();
        double next = epsilon.at(task.progress(rollout.environmentStepsBefore + rows));
        publish(policy.weights().version() + 1, next);
        int skipped = 0;
        for (int row = 0; row < rows; row++) {
            skipped += ActionTable.usable(rollout, row) ? 0 : 1;
        }
        metrics.put("update/skipped", skipped);
        metrics.put("exploration/epsilon", next);
        if (table.learned() > 0) {
            metrics.put("loss/td-error", table.meanError());
            metrics.put("update/learning-rate", table.meanStepSize());
        }
    }

    private double acting() {
        return ((ActionHead.Tabular) policy.head()).epsilon();
    }

    private void publish(long version, double exploration) {
        policy = policy.with(
                Weights.copyOf(version, table.values), policy.normalizer(), new ActionHead.Tabular(exploration));
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
        table.save(into);
        into.put("counts", new long[] {policy.weights().version(), updates});
        into.putDouble("epsilon", acting());
        rule.save(into.child("rule"));
    }

    @Override
    public void load(State from) {
        table.load(from);
        long[] counts = from.longs("counts");
        updates = counts[1];
        rule.load(from.child("rule"));
        publish(counts[0], from.getDouble("epsilon"));
    }
}
