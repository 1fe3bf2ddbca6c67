package io.espalier.runtime;

import io.espalier.core.Cores;
import io.espalier.core.GradientExchange;
import io.espalier.core.MetricSink;
import io.espalier.core.Rollout;
import io.espalier.core.Seeds;
import io.espalier.core.State;
import io.espalier.nn.Gradients;
import io.espalier.policy.Policy;
import io.espalier.policy.RolloutAlgorithm;
import io.espalier.policy.RolloutLearner;
import io.espalier.runtime.metrics.RunMetrics;
import io.espalier.runtime.workers.Command;
import io.espalier.runtime.workers.Experience;
import io.espalier.runtime.workers.Message;
import io.espalier.runtime.workers.Resources;
import java.util.Arrays;

/**
 * The run's learner, with replicas of it beside the run that compute a part of the shards of each minibatch. It sums them
 * in shard order and tells all the sum; so every replica makes the same update, with the bits that one learner gives.
 *
 * <p>The shards of a replica that is lost are computed here until the update is made; then the one in its place gets the
 * state that the learner has by now.
 */
final class LeadingLearner implements RolloutLearner, AutoCloseable {
    private enum Standing {
        /** Needs the learner's state. */
        BEHIND,
        /** Has the learner's state. */
        READY,
        /** Makes the update that is under way. */
        BUSY
    }

    private static final State NOTHING = new State();

    private final int learners;
    private final Crew crew;
    private final Workplace place;
    private final RolloutLearner learner;
    /** By rank; the first, which is the run's own learner, is not used. */
    private final Standing[] standing;

    private boolean changed;
    private long minibatch;
    private long waitedNanos;
    private long rescued;

    private LeadingLearner(
            RolloutAlgorithm algorithm, GatheringParts parts, Seeds seeds, Policy initial, int learners) {
        this.learners = learners;
        place = Workplace.of(parts);
        standing = new Standing[learners];
        Arrays.fill(standing, Standing.READY);
        crew = new Crew(
                place.pool(),
                // They work while those who collect wait, on the same processors.
                Resources.cpus(0),
                parts.events(),
                // Those who collect are counted elsewhere.
                new RunMetrics(),
                (number, life) -> new LearnerRecipe(parts.plan(), number + 1, learners));
        Cores cores = parts.coresWith(Lead::new);
        learner = algorithm.learner(parts.task(), initial, seeds.child("learner"), cores);
    }

    /** The learner of a run, with replicas if its mode has them. */
    static RolloutLearner of(RolloutAlgorithm algorithm, GatheringParts parts, Seeds seeds, Policy initial) {
        int learners = parts.plan().mode() instanceof Synchronous mode
                ? mode.settings().learners()
                : 1;
        return learners == 1
                ? algorithm.learner(parts.task(), initial, seeds.child("learner"), parts.learnerCores())
                : new LeadingLearner(algorithm, parts, seeds, initial, learners);
    }

    /** Ends the replicas, if there are any. */
    static void close(RolloutLearner learner) {
        if (learner instanceof LeadingLearner leading) {
            leading.close();
        }
    }

    @Override
    public void update(Rollout rollout, MetricSink metrics) {
        while (crew.size() < learners - 1) {
            crew.add();
        }
        State state = NOTHING;
        for (int rank = 1; rank < learners; rank++) {
            if (changed || standing[rank] == Standing.BEHIND) {
                if (state == NOTHING) {
                    state = new State();
                    learner.save(state);
                }
                crew.send(rank - 1, new Command(LearnerStation.LOAD, state));
            }
            standing[rank] = Standing.BUSY;
            crew.send(rank - 1, new Experience(0, rollout, NOTHING, NOTHING, 0, 0));
        }
        changed = false;
        minibatch = 0;
        waitedNanos = 0;
        learner.update(rollout, metrics);
        // They may still be reading the rollout, which is overwritten after this.
        for (int rank = 1; rank < learners; rank++) {
            while (standing[rank] == Standing.BUSY) {
                arrived(crew.take());
            }
        }
        metrics.put("learners/waiting-seconds", waitedNanos / 1e9);
        metrics.put("learners/rescued-shards", (double) rescued);
    }

    /** Notes what it means for the sender's standing. */
    private void arrived(Crew.Arrival arrival) {
        int rank = arrival.worker() + 1;
        Message message = arrival.message();
        if (message == null) {
            standing[rank] = Standing.BEHIND;
        } else if (message instanceof Command command && command.name().equals(LearnerStation.DONE)) {
            standing[rank] = Standing.READY;
        } else {
            throw new IllegalStateException("learner " + rank + " has sent what nobody asked it for: it does not make"
                    + " the same updates. Maybe it is of another version.");
        }
    }

    @Override
    public Policy policy() {
        return learner.policy();
    }

    @Override
    public long updates() {
        return learner.updates();
    }

    @Override
    public void save(State into) {
        learner.save(into);
    }

    @Override
    public void load(State from) {
        learner.load(from);
        changed = true;
    }

    @Override
    public void close() {
        crew.close();
        place.close();
    }

    /** One network's updates, of which replicas compute a part. */
    private final class Lead implements GradientExchange.Part {
        private final GradientExchange.Update update;
        private final boolean[] came;

        Lead(GradientExchange.Update update) {
            this.update = update;
            came = new boolean[learners];
        }

        @Override
        public boolean computes(int shard) {
            return shard % learners == 0;
        }

        @Override
        public boolean complete(int shards, float[][] gradients, double[] figures) {
            long began = System.nanoTime();
            Arrays.fill(came, false);
            for (int rank = 1; rank < learners; rank++) {
                while (standing[rank] == Standing.BUSY && !came[rank]) {
                    Crew.Arrival arrival = crew.take();
                    if (arrival.message() instanceof Command command
                            && command.name().equals(LearnerStation.SHARDS)) {
                        came[arrival.worker() + 1] = true;
                        take(arrival.worker() + 1, command.body(), shards, gradients, figures);
                    } else {
                        arrived(arrival);
                    }
                }
            }
            waitedNanos += System.nanoTime() - began;
            for (int shard = 1; shard < shards; shard++) {
                if (!computes(shard) && !came[shard % learners]) {
                    update.compute(shard);
                    rescued++;
                }
            }
            for (int shard = 1; shard < shards; shard++) {
                Gradients.add(gradients[0], gradients[shard], 0, gradients[0].length);
            }
            tell(gradients[0], figures);
            minibatch++;
            return true;
        }

        private void take(int rank, State theirs, int shards, float[][] gradients, double[] figures) {
            if (theirs.getLong("minibatch") != minibatch) {
                throw new IllegalStateException("learner " + rank + " is at minibatch " + theirs.getLong("minibatch")
                        + ", not " + minibatch + ": it does not make the same updates.");
            }
            double[] all = theirs.doubles("figures");
            int each = figures.length / gradients.length;
            for (int shard = rank; shard < shards; shard += learners) {
                float[] gradient = theirs.floats("gradient/" + shard, gradients[shard].length);
                System.arraycopy(gradient, 0, gradients[shard], 0, gradient.length);
                System.arraycopy(all, shard * each, figures, shard * each, each);
            }
        }

        private void tell(float[] sum, double[] figures) {
            State body = new State();
            body.put("gradient", sum);
            body.put("figures", figures);
            Command command = new Command(LearnerStation.SHARDS, body);
            for (int rank = 1; rank < learners; rank++) {
                if (standing[rank] == Standing.BUSY) {
                    crew.send(rank - 1, command);
                }
            }
        }
    }
}
