package io.espalier.runtime;

import io.espalier.core.RandomStream;
import io.espalier.core.ReplayBuffer;
import io.espalier.runtime.workers.Command;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A minibatch of a {@link ShardedReplay} while it is under way: which rows are of which shard, and what has come. */
final class ShardSample {
    private final long id;
    /** By shard: its first row; at last, how many rows there are. */
    private final int[] bounds;
    /** By shard: its part of the whole mass. */
    private final double[] share;
    /** By row: where it lies in the mass of its shard, from 0 to 1. */
    private final double[] points;

    private final int[] life;
    private final @Nullable Command[] parts;
    private int missing;

    /**
     * Cuts the mass into as many slices as there are rows, and draws a point of each.
     *
     * @param mass of each shard; not all 0 if there are rows
     */
    ShardSample(long id, double[] mass, int rows, RandomStream random) {
        this.id = id;
        int shards = mass.length;
        bounds = new int[shards + 1];
        share = new double[shards];
        life = new int[shards];
        parts = new Command[shards];
        points = new double[rows];
        double total = Arrays.stream(mass).sum();
        int last = shards - 1;
        while (last > 0 && mass[last] == 0) {
            last--;
        }
        int shard = 0;
        double before = 0;
        for (int i = 0; i < rows; i++) {
            double point = (i + random.nextDouble()) / rows * total;
            // By rounding a point may lie at the end, where no shard is.
            while (shard < last && point >= before + mass[shard]) {
                before += mass[shard++];
                bounds[shard] = i;
            }
            points[i] = Math.max(0, Math.min((point - before) / mass[shard], Math.nextDown(1.0)));
        }
        Arrays.fill(bounds, shard + 1, shards + 1, rows);
        Arrays.setAll(share, s -> total == 0 ? 0 : mass[s] / total);
    }

    /** What a shard is asked for: {@code lived} of those with its number. */
    Command ask(int shard, int lived) {
        life[shard] = lived;
        missing++;
        return ShardMessages.draw(id, Arrays.copyOfRange(points, bounds[shard], bounds[shard + 1]));
    }

    /** Takes an answer, if it is one to this. */
    void take(int shard, Command drawn) {
        if (drawn.number() == id && parts[shard] == null) {
            parts[shard] = drawn;
            missing--;
        }
    }

    /** Whether all that was asked for has come. */
    boolean complete() {
        return missing == 0;
    }

    /** What a shard says that its mass is; 0 if it was not asked. */
    double mass(int shard) {
        Command part = parts[shard];
        return part == null ? 0 : part.body().getDouble("mass");
    }

    /** Writes the rows and, if they were drawn by priority, their weights; see {@link ShardedReplay}. */
    void fill(ReplayBuffer.Batch into, boolean prioritized, double beta) {
        double[] probabilities = new double[into.rows];
        double smallest = Double.POSITIVE_INFINITY;
        for (int s = 0; s < parts.length; s++) {
            Command part = parts[s];
            int count = bounds[s + 1] - bounds[s];
            if (part != null && count > 0) {
                ShardMessages.rows(part, into, bounds[s], count);
                double[] priorities = part.body().doubles("priorities");
                for (int i = 0; i < count; i++) {
                    double probability = share[s] * priorities[i] / mass(s);
                    probabilities[bounds[s] + i] = probability;
                    smallest = Math.min(smallest, probability);
                }
            }
        }
        for (int i = 0; i < into.rows; i++) {
            into.indices[i] = i;
            into.weights[i] = prioritized ? (float) power(smallest / probabilities[i], beta) : 1;
        }
    }

    /** x^a for x above 0; StrictMath.pow allocates at every call. */
    private static double power(double x, double a) {
        return a == 1 ? x : StrictMath.exp(a * StrictMath.log(x));
    }

    /**
     * What a shard must know of the errors of its rows; null if it has none among them, or is not the one that gave them.
     *
     * @param lived which of those with its number it is now
     */
    @Nullable
    Command errors(int shard, int lived, double[] errors, double greatest) {
        Command part = parts[shard];
        if (part == null || bounds[shard] == bounds[shard + 1] || lived != life[shard]) {
            return null;
        }
        double[] of = Arrays.copyOfRange(errors, bounds[shard], bounds[shard + 1]);
        return ShardMessages.update(part.body().longs("numbers"), of, greatest);
    }
}
