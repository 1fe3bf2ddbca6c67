package io.espalier.runtime;

import io.espalier.core.ReplayBuffer;
import io.espalier.core.State;
import io.espalier.runtime.workers.Command;
import io.espalier.runtime.workers.Experience;

/**
 * What a learner and the shards of its replay tell each other. A block to be stored is an {@link Experience} whose number is
 * that of its worker. The largest messages are a block, and the rows of a minibatch.
 */
final class ShardMessages {
    /** To a shard: give the rows at these points, each a share of its mass; without points just say how things stand. */
    static final String DRAW = "replay/draw";
    /** To a shard: how wrong the learner was about these transitions. */
    static final String UPDATE = "replay/update";
    /** From a shard: the rows. */
    static final String DRAWN = "replay/drawn";
    /** From a shard: so many blocks were taken in so far; first when it begins. */
    static final String TAKEN = "replay/taken";

    /** A shard says how many blocks it has taken in after so many. */
    static final int TOLD_EVERY = 16;
    /** Blocks that may be under way to a shard. */
    static final int MOST_UNDER_WAY = 64;

    private ShardMessages() {}

    static Command taken(long blocks) {
        return Command.of(TAKEN, blocks);
    }

    static Command draw(long id, double[] points) {
        Command command = Command.of(DRAW, id);
        command.body().put("points", points);
        return command;
    }

    static Command update(long[] numbers, double[] errors, double greatest) {
        State body = new State();
        body.put("numbers", numbers);
        body.put("errors", errors);
        body.putDouble("greatest", greatest);
        return new Command(UPDATE, body);
    }

    static Command drawn(long id, double mass) {
        Command command = Command.of(DRAWN, id);
        command.body().putDouble("mass", mass);
        return command;
    }

    static Command drawn(long id, double mass, long[] numbers, double[] priorities, ReplayBuffer.Batch batch) {
        Command command = drawn(id, mass);
        State body = command.body();
        body.put("numbers", numbers);
        body.put("priorities", priorities);
        body.put("observations", batch.observations);
        body.put("actions", batch.actions);
        body.put("rewards", batch.rewards);
        body.put("discounts", batch.discounts);
        body.put("reached", batch.reached);
        body.put("masks", bytes(batch.masks));
        body.put("reachedMasks", bytes(batch.reachedMasks));
        return command;
    }

    /**
     * Copies the rows of an answer to their place in a sample.
     *
     * @param from its first row there
     * @param rows how many were asked for
     * @throws IllegalArgumentException if there are others in it
     */
    static void rows(Command drawn, ReplayBuffer.Batch into, int from, int rows) {
        State body = drawn.body();
        floats(body.floats("observations"), into.observations, into.rows, from, rows);
        floats(body.floats("actions"), into.actions, into.rows, from, rows);
        floats(body.floats("reached"), into.reached, into.rows, from, rows);
        double[] rewards = body.doubles("rewards");
        double[] discounts = body.doubles("discounts");
        check(rewards.length, rows);
        check(discounts.length, rows);
        System.arraycopy(rewards, 0, into.rewards, from, rows);
        System.arraycopy(discounts, 0, into.discounts, from, rows);
        flags(body.bytes("masks"), into.masks, into.rows, from, rows);
        flags(body.bytes("reachedMasks"), into.reachedMasks, into.rows, from, rows);
    }

    private static void floats(float[] values, float[] into, int all, int from, int rows) {
        int size = into.length / all;
        check(values.length, rows * size);
        System.arraycopy(values, 0, into, from * size, values.length);
    }

    private static void flags(byte[] values, boolean[] into, int all, int from, int rows) {
        int size = into.length / all;
        check(values.length, rows * size);
        for (int i = 0; i < values.length; i++) {
            into[from * size + i] = values[i] != 0;
        }
    }

    private static void check(int found, int wanted) {
        if (found != wanted) {
            throw new IllegalArgumentException("a shard of the replay sent " + found + " values, where " + wanted
                    + " were asked for. Maybe it is of another run.");
        }
    }

    private static byte[] bytes(boolean[] flags) {
        byte[] bytes = new byte[flags.length];
        for (int i = 0; i < flags.length; i++) {
            bytes[i] = (byte) (flags[i] ? 1 : 0);
        }
        return bytes;
    }
}
