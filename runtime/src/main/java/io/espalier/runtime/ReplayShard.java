package io.espalier.runtime;

import io.espalier.core.PrioritizedReplayBuffer;
import io.espalier.core.ReplayBuffer;
import io.espalier.core.ReplaySpec;
import io.espalier.runtime.workers.Command;
import io.espalier.runtime.workers.Experience;
import io.espalier.runtime.workers.Message;
import io.espalier.runtime.workers.Worker;
import io.espalier.runtime.workers.WorkerContext;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one part of a run's replay, beside the learner or on another machine: stores the blocks it is sent, gives the rows
 * at the points it is asked for, and takes their new priorities. Its memory is that of a {@link ReplayBuffer} of its
 * capacity, taken when it begins.
 */
final class ReplayShard implements Worker {
    private final WorkerContext context;
    private final ReplayBuffer buffer;
    private final @Nullable PrioritizedReplayBuffer prioritized;
    private long taken;

    ReplayShard(ReplaySpec spec, WorkerContext context) {
        this.context = context;
        buffer = spec.uniform();
        prioritized = spec.alpha() > 0 ? spec.prioritized(buffer) : null;
        context.send(ShardMessages.taken(0));
    }

    @Override
    public void receive(Message message) {
        if (message instanceof Experience block) {
            store(block);
        } else if (message instanceof Command command) {
            switch (command.name()) {
                case ShardMessages.DRAW -> draw(command);
                case ShardMessages.UPDATE -> update(command);
                default ->
                    throw new IllegalArgumentException("a shard of a replay does not know \"" + command.name() + "\".");
            }
        }
    }

    private void store(Experience block) {
        int group = Math.toIntExact(block.number());
        if (prioritized != null) {
            prioritized.add(block.rollout(), group);
        } else {
            buffer.add(block.rollout(), group);
        }
        taken++;
        if (taken % ShardMessages.TOLD_EVERY == 0) {
            context.send(ShardMessages.taken(taken));
        }
    }

    private void draw(Command asked) {
        double[] points = asked.body().doubles("points");
        double mass = prioritized == null ? buffer.size() : prioritized.mass();
        if (points.length == 0) {
            context.send(ShardMessages.drawn(asked.number(), mass));
            return;
        }
        ReplayBuffer.Batch batch = buffer.batch(points.length);
        long[] numbers = new long[points.length];
        double[] priorities = new double[points.length];
        for (int i = 0; i < points.length; i++) {
            int row = prioritized == null
                    ? Math.min((int) (points[i] * buffer.size()), buffer.size() - 1)
                    : prioritized.rowAt(points[i] * mass);
            batch.indices[i] = row;
            numbers[i] = buffer.number(row);
            priorities[i] = prioritized == null ? 1 : prioritized.priority(row);
        }
        buffer.gather(batch, 0, batch.rows);
        context.send(ShardMessages.drawn(asked.number(), mass, numbers, priorities, batch));
    }

    /** What was overwritten since it was drawn has no priority any more. */
    private void update(Command told) {
        if (prioritized == null) {
            return;
        }
        long[] numbers = told.body().longs("numbers");
        double[] errors = told.body().doubles("errors");
        prioritized.surprise(told.body().getDouble("greatest"));
        for (int i = 0; i < numbers.length; i++) {
            int row = buffer.row(numbers[i]);
            if (row >= 0) {
                prioritized.update(row, errors[i]);
            }
        }
    }

    @Override
    public void close() {}
}
