package io.espalier.runtime;

import io.espalier.core.GradientExchange;
import io.espalier.core.MetricSink;
import io.espalier.core.Seeds;
import io.espalier.core.State;
import io.espalier.nn.Gradients;
import io.espalier.nn.Weights;
import io.espalier.policy.ActionHead;
import io.espalier.policy.Learner;
import io.espalier.policy.Policy;
import io.espalier.policy.RolloutAlgorithm;
import io.espalier.policy.RolloutLearner;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The server's side of a learner: its parameters, in blocks of which each has a version and a slice of the optimiser.
 * Gradients come from elsewhere; the learner itself never updates.
 */
final class ServedLearner implements Learner {
    private static final String FEW_NETWORKS =
            " does not: it has several, or steps along something else. Maybe use a3c, a2c, vtrace, ppo, pqn or dqn,"
                    + " or mode synchronous.";

    private final RolloutLearner learner;
    private final GradientExchange.Update update;
    private final int[] bounds;
    /** By block: how many steps it has taken. */
    private final long[] versions;

    private Policy policy;
    private long updates;
    private long skipped;
    private double norm;

    ServedLearner(RolloutAlgorithm algorithm, GatheringParts parts, int shards) {
        Seeds seeds = Seeds.of(parts.plan().seed());
        Policy initial = algorithm.policy(parts.task(), seeds.child("policy"));
        Joint joint = new Joint();
        learner = algorithm.learner(parts.task(), initial, seeds.child("learner"), parts.coresWith(joint));
        update = joint.only(algorithm.name(), learner.policy());
        bounds = bounds(update.parameters().length, shards);
        versions = new long[shards];
        policy = initial;
    }

    /** Where each block begins; at last, where all end. */
    static int[] bounds(int parameters, int shards) {
        if (shards > parameters) {
            throw new IllegalArgumentException("shards (" + shards + ") must be at most the number of parameters ("
                    + parameters + "). Maybe use 1.");
        }
        int[] bounds = new int[shards + 1];
        Arrays.setAll(bounds, s -> (int) ((long) parameters * s / shards));
        return bounds;
    }

    /** Finds the only network of a learner. */
    static final class Joint implements GradientExchange {
        private final Part part;
        private @Nullable Update found;
        private int joined;

        Joint() {
            this(Part.ALONE);
        }

        Joint(Part part) {
            this.part = part;
        }

        @Override
        public Part join(Update joining) {
            found = joining;
            joined++;
            return part;
        }

        /**
         * The updates of it.
         *
         * @throws IllegalArgumentException if they do not change the whole policy, and it alone
         */
        Update only(String algorithm, Policy policy) {
            Update only = found;
            if (only == null
                    || joined != 1
                    || !Weights.copyOf(policy.weights().version(), only.parameters())
                            .equals(policy.weights())) {
                throw new IllegalArgumentException(
                        "mode (parameter-server) needs an algorithm that steps along the gradient of one network, which "
                                + algorithm + FEW_NETWORKS);
            }
            return only;
        }
    }

    /** The parameters; a copy is the caller's to make. */
    float[] parameters() {
        return update.parameters();
    }

    /** Where each block begins; at last, where all end. */
    int[] bounds() {
        return bounds;
    }

    /**
     * Steps along a gradient, clipped as the algorithm says.
     *
     * @param head how workers choose actions by now; null if nothing is known
     */
    void step(float[] gradient, double learningRate, @Nullable String head) {
        double squares = Gradients.squaredNorm(gradient, 0, gradient.length);
        norm = StrictMath.sqrt(squares);
        if (!Double.isFinite(squares)) {
            skipped++;
            return;
        }
        double most = update.clipNorm();
        float scale = most > 0 && norm > most ? (float) (most / (norm + 1e-6)) : 1;
        for (int s = 0; s < versions.length; s++) {
            update.step(gradient, bounds[s], bounds[s + 1], ++versions[s], learningRate, scale);
        }
        updates++;
        publish(head == null ? policy.head() : ActionHead.parse(head));
    }

    private void publish(ActionHead head) {
        policy = policy.with(Weights.copyOf(versions[0], update.parameters()), policy.normalizer(), head);
    }

    /** How many steps all blocks have taken. */
    long version() {
        return versions[0];
    }

    /** Puts the norm of the last gradient, before it was clipped, and what was left out since. */
    void report(MetricSink metrics, double skippedByWorkers) {
        metrics.put("update/gradient-norm", norm);
        metrics.put("update/skipped", skipped + skippedByWorkers);
        skipped = 0;
    }

    @Override
    public Policy policy() {
        return policy;
    }

    @Override
    public long updates() {
        return updates;
    }

    /** The state that a worker's learner becomes when it starts in the midst of the run. */
    State learnerState() {
        State state = new State();
        learner.save(state);
        return state;
    }

    @Override
    public void save(State into) {
        learner.save(into.child("learner"));
        into.put("versions", versions);
        into.putLong("updates", updates);
        into.put("head", policy.head().text().getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void load(State from) {
        learner.load(from.child("learner"));
        long[] saved = from.longs("versions");
        if (saved.length != versions.length) {
            throw new IllegalArgumentException("a checkpoint of " + saved.length + " shards cannot be read with "
                    + versions.length + ". Maybe it was saved with other settings.");
        }
        System.arraycopy(saved, 0, versions, 0, saved.length);
        updates = from.getLong("updates");
        publish(ActionHead.parse(new String(from.bytes("head"), StandardCharsets.UTF_8)));
    }
}
