package io.espalier.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.espalier.core.Box;
import io.espalier.core.Discrete;
import io.espalier.core.RandomStream;
import io.espalier.core.ReplayBuffer;
import io.espalier.core.ReplayMemory;
import io.espalier.core.ReplaySpec;
import io.espalier.core.Rollout;
import io.espalier.core.State;
import io.espalier.runtime.events.RunEvent;
import io.espalier.runtime.workers.Experience;
import io.espalier.runtime.workers.Message;
import io.espalier.runtime.workers.Resources;
import io.espalier.runtime.workers.WorkerLink;
import io.espalier.runtime.workers.WorkerListener;
import io.espalier.runtime.workers.WorkerNode;
import io.espalier.runtime.workers.WorkerPool;
import io.espalier.runtime.workers.WorkerRecipe;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Replays in shards that are, for all they can tell, on other machines. */
class ShardedReplayTest {
    private static final Box OBSERVATION = Box.unbounded(1);
    private static final Discrete ACTION = new Discrete(2);

    private final LossyPool pool = new LossyPool(0);
    private final List<RunEvent> events = Collections.synchronizedList(new ArrayList<>());
    private final List<AutoCloseable> open = new ArrayList<>(List.of(pool));

    @AfterEach
    void close() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
    }

    private static ReplaySpec spec(int capacity, double alpha) {
        return new ReplaySpec(capacity, OBSERVATION, ACTION, true, 1, 1, 0.5, 4, alpha);
    }

    private ShardedReplay replay(ReplaySpec spec, int shards, int prefetch) {
        ShardedReplay replay = new ShardedReplay(spec, shards, prefetch, pool, events::add);
        open.add(replay);
        return replay;
    }

    /** A block of steps that can be told apart by their observations: number, number + 1, ... */
    private static Rollout block(int number, int steps) {
        Rollout rollout = new Rollout(steps, 1, OBSERVATION, ACTION, true);
        for (int t = 0; t < steps; t++) {
            rollout.observations[t] = number + t;
            rollout.reached[t] = number + t + 0.5f;
            rollout.rewards[t] = 2 * (number + t);
            rollout.actions[t] = (number + t) % 2;
            rollout.masks[2 * t + 1] = (number + t) % 3 == 0;
            rollout.reachedMasks[2 * t] = (number + t) % 5 == 0;
        }
        rollout.begun[0] = false;
        return rollout;
    }

    private static void add(ShardedReplay replay, int worker, int number, int steps) {
        replay.next(worker, true);
        replay.add(block(number, steps));
    }

    /** Tells each row's error, by what was observed in it. */
    private static void tell(ReplayMemory replay, ReplayBuffer.Batch batch, double... errors) {
        double[] of = new double[batch.rows];
        Arrays.setAll(of, i -> errors[(int) batch.observations[i]]);
        replay.update(batch, of);
    }

    /** Until every row has come, tells its error; then once more, for the masses. */
    private static void teach(ReplayMemory replay, ReplayBuffer.Batch batch, double... errors) {
        RandomStream random = new RandomStream(77);
        for (int i = 0; i < 40; i++) {
            assertThat(replay.draw(random, 1, batch)).isTrue();
            replay.gather(batch, 0, batch.rows);
            tell(replay, batch, errors);
        }
        replay.draw(random, 1, batch);
    }

    @Test
    void itDrawsTheVeryRowsOfOneMemoryThatHoldsTheShardsOneAfterTheOther() {
        double[] errors = {0.3, 2, 0.1, 5, 0.7, 1, 3, 0.2, 0.9, 4};
        ReplaySpec spec = spec(60, 0.6);
        ShardedReplay sharded = replay(spec, 3, 0);
        // Workers 0, 1 and 2, and 3, who shares a shard with 0.
        add(sharded, 0, 0, 2);
        add(sharded, 2, 7, 3);
        add(sharded, 1, 4, 3);
        add(sharded, 3, 2, 2);
        ReplayMemory whole = spec.create();
        whole.add(block(0, 10));
        assertThat(sharded.size()).isEqualTo(10);
        ReplayBuffer.Batch here = whole.batch(16);
        ReplayBuffer.Batch there = sharded.batch(16);
        teach(whole, here, errors);
        teach(sharded, there, errors);
        RandomStream one = new RandomStream(5);
        RandomStream other = new RandomStream(5);
        for (int i = 0; i < 50; i++) {
            whole.draw(one, 0.7, here);
            whole.gather(here, 0, here.rows);
            assertThat(sharded.draw(other, 0.7, there)).isTrue();
            sharded.gather(there, 0, there.rows);
            assertThat(there.observations).isEqualTo(here.observations);
            assertThat(there.actions).isEqualTo(here.actions);
            assertThat(there.rewards).isEqualTo(here.rewards);
            assertThat(there.reached).isEqualTo(here.reached);
            assertThat(there.masks).isEqualTo(here.masks);
            assertThat(there.reachedMasks).isEqualTo(here.reachedMasks);
            assertThat(there.weights).containsExactly(here.weights, within(1e-6f));
            // Rows draw nearer to the same priority, in both alike; the next draw but one knows the masses.
            errors[i % 10] = 1;
            tell(whole, here, errors);
            tell(sharded, there, errors);
            whole.draw(one, 0.7, here);
            sharded.draw(other, 0.7, there);
        }
    }

    @Test
    void rowsComeInProportionToTheirPriorityWhereverTheyAre() {
        ShardedReplay replay = replay(spec(8, 1), 2, 3);
        add(replay, 0, 0, 2);
        add(replay, 1, 2, 2);
        ReplayBuffer.Batch batch = replay.batch(10);
        // Priorities 1, 2 | 4, 1, but for the millionth that is added: probabilities 1/8, 1/4, 1/2, 1/8.
        teach(replay, batch, 1, -2, 4, -1);
        RandomStream random = new RandomStream(4);
        for (int i = 0; i < 4; i++) {
            replay.draw(random, 1, batch); // what was asked for before
        }
        int[] counts = new int[4];
        float[] weights = {1, 0.5f, 0.25f, 1};
        for (int i = 0; i < 1000; i++) {
            replay.draw(random, 1, batch);
            for (int k = 0; k < 10; k++) {
                counts[(int) batch.observations[k]]++;
                assertThat(batch.weights[k]).isEqualTo(weights[(int) batch.observations[k]], within(1e-5f));
            }
        }
        // As for one memory: slices leave little to chance, each count is within 3 standard deviations of 1/2 a batch.
        assertThat(counts[0]).isCloseTo(1250, within(50));
        assertThat(counts[1]).isCloseTo(2500, within(50));
        assertThat(counts[2]).isCloseTo(5000, within(50));
        assertThat(counts[3]).isCloseTo(1250, within(50));
    }

    @Test
    void whereMassesHaveChangedMeanwhileTheWeightsAreThoseOfTheDrawThatWasMade() {
        ShardedReplay replay = replay(spec(8, 1), 2, 0);
        add(replay, 0, 0, 2);
        add(replay, 1, 2, 2);
        ReplayBuffer.Batch batch = replay.batch(64);
        teach(replay, batch, 1, 2, 4, 1);
        // Masses 3 and 5 are known. Now row 0 gets 7, so its shard has 9, which the next draw does not know yet.
        tell(replay, batch, 7, 2, 4, 1);
        replay.draw(new RandomStream(3), 1, batch);
        // P = 3/8·7/9 = 7/24, 3/8·2/9 = 2/24, 5/8·4/5 = 12/24, 5/8·1/5 = 3/24; the least is 2/24.
        float[] weights = {2 / 7f, 1, 2 / 12f, 2 / 3f};
        int[] counts = new int[4];
        for (int k = 0; k < 64; k++) {
            int row = (int) batch.observations[k];
            counts[row]++;
            assertThat(batch.weights[k]).isEqualTo(weights[row], within(1e-5f));
        }
        // 64 slices: 24 of shard 0, 40 of shard 1, and one more or less of each row.
        assertThat(counts[0] + counts[1]).isEqualTo(24);
        assertThat(counts[0]).isCloseTo(19, within(1));
        assertThat(counts[2]).isCloseTo(32, within(1));
        replay.draw(new RandomStream(3), 0, batch);
        assertThat(batch.weights).containsOnly(1);
    }

    @Test
    void withoutPrioritiesEveryRowIsAsLikely() {
        ShardedReplay replay = replay(spec(30, 0), 2, 2);
        add(replay, 0, 0, 3);
        add(replay, 1, 3, 1);
        ReplayBuffer.Batch batch = replay.batch(8);
        RandomStream random = new RandomStream(9);
        int[] counts = new int[4];
        for (int i = 0; i < 1000; i++) {
            assertThat(replay.draw(random, 1, batch)).isTrue();
            replay.update(batch, new double[8]);
            for (int k = 0; k < 8; k++) {
                counts[(int) batch.observations[k]]++;
                assertThat(batch.weights[k]).isEqualTo(1);
            }
        }
        assertThat(counts).containsExactly(2000, 2000, 2000, 2000);
    }

    @Test
    void newRowsHaveTheGreatestPrioritySoFarOfAllShards() {
        ShardedReplay replay = replay(spec(8, 1), 2, 0);
        add(replay, 0, 0, 1);
        add(replay, 1, 1, 1);
        ReplayBuffer.Batch batch = replay.batch(30);
        teach(replay, batch, 1, 4);
        add(replay, 0, 2, 1);
        replay.draw(new RandomStream(1), 1, batch);
        replay.draw(new RandomStream(1), 1, batch);
        // Priorities 1, 4 in the shard | 4: the error of 4 was one of the other shard.
        int[] counts = new int[3];
        for (float observation : batch.observations) {
            counts[(int) observation]++;
        }
        assertThat(counts[0]).isCloseTo(30 / 9, within(1));
        assertThat(counts[2]).isCloseTo(120 / 9, within(1));
    }

    @Test
    void eachShardKeepsItsPartAndNoMore() {
        ShardedReplay replay = replay(spec(5, 0.5), 2, 1);
        for (int i = 0; i < 400; i++) {
            add(replay, 0, i % 10, 1);
        }
        // 5 in two shards: 3 each.
        assertThat(replay.size()).isEqualTo(3);
        ReplayBuffer.Batch batch = replay.batch(12);
        replay.draw(new RandomStream(1), 1, batch);
        for (float observation : batch.observations) {
            assertThat(observation).isBetween(7f, 9f);
        }
        Rollout unfit = block(3, 2);
        unfit.discarded[0] = true;
        unfit.rewards[1] = Double.NaN;
        replay.next(1, true);
        replay.add(unfit);
        assertThat(replay.size()).isEqualTo(3);
    }

    @Test
    void anErrorOfARowThatWasOverwrittenMeanwhileIsForgotten() {
        ShardedReplay replay = replay(spec(2, 1), 1, 0);
        add(replay, 0, 0, 2);
        ReplayBuffer.Batch batch = replay.batch(12);
        replay.draw(new RandomStream(1), 1, batch);
        add(replay, 0, 2, 1); // in the place of 0
        tell(replay, batch, 9, 1, 0);
        replay.draw(new RandomStream(1), 1, batch);
        replay.draw(new RandomStream(1), 1, batch);
        int[] counts = new int[3];
        for (float observation : batch.observations) {
            counts[(int) observation]++;
        }
        // Both have priority 1.
        assertThat(counts).containsExactly(0, 6, 6);
        double[] nan = new double[12];
        nan[0] = Double.NaN;
        assertThatThrownBy(() -> replay.update(batch, nan))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("errors[0] (NaN) must be finite");
    }

    @Test
    void aShardThatIsLostBeginsAnewAndTheOtherGoesOn() {
        ShardedReplay replay = replay(spec(100, 1), 2, 2);
        add(replay, 0, 0, 5);
        add(replay, 1, 5, 6);
        ReplayBuffer.Batch batch = replay.batch(8);
        RandomStream random = new RandomStream(2);
        assertThat(replay.draw(random, 1, batch)).isTrue();
        pool.loseOne(); // the first
        assertThat(replay.draw(random, 1, batch)).isTrue();
        for (float observation : batch.observations) {
            assertThat(observation).isGreaterThanOrEqualTo(5);
        }
        replay.update(batch, new double[8]);
        assertThat(replay.size()).isEqualTo(6);
        assertThat(replay.shards().lostTransitions()).isEqualTo(5);
        assertThat(events).singleElement().satisfies(event -> {
            assertThat(event.type()).isEqualTo("replay/shard-lost");
            assertThat(event.message()).contains("shard 0 of the replay is lost with 5 transitions", "on purpose");
        });
        // The other, too: nothing can be had until there is as much again as before learning began, which is 4.
        pool.loseOne();
        assertThat(replay.draw(random, 1, batch)).isFalse();
        assertThat(replay.size()).isZero();
        awaitShards(replay);
        add(replay, 0, 0, 3);
        assertThat(replay.draw(random, 1, batch)).isFalse();
        add(replay, 1, 3, 1);
        assertThat(replay.draw(random, 1, batch)).isTrue();
        assertThat(replay.size()).isEqualTo(4);
        assertThat(replay.shards().losses()).isEqualTo(2);
    }

    private static void awaitShards(ShardedReplay replay) {
        for (int shard = 0; shard < replay.shards().count(); shard++) {
            while (!replay.shards().present(shard)) {
                replay.shards().hear();
            }
        }
    }

    @Test
    void aLossWhileASampleIsUnderWayIsEnduredAndErrorsOfTheLostAreDropped() {
        ShardedReplay replay = replay(spec(100, 1), 3, 4);
        RandomStream random = new RandomStream(2);
        ReplayBuffer.Batch batch = replay.batch(16);
        int drawn = 0;
        for (int i = 0; i < 300; i++) {
            for (int worker = 0; worker < 3; worker++) {
                add(replay, worker, 3 * i + worker, 1);
            }
            boolean there = replay.draw(random, 0.5, batch);
            drawn += there ? 1 : 0;
            if (i % 10 == 9) {
                // One after the other: how long another worker takes to begin is not what is asked here.
                awaitShards(replay);
                pool.loseOne();
            }
            if (there) {
                replay.update(batch, new double[16]);
            }
        }
        assertThat(replay.shards().losses()).isBetween(25L, 30L);
        assertThat(drawn).isGreaterThan(250);
    }

    @Test
    void aCheckpointKeepsCountsAndAResumedMemoryFillsUpFirst() {
        ShardedReplay before = replay(spec(100, 1), 2, 1);
        add(before, 0, 0, 9);
        State state = new State();
        before.save(state);
        before.load(state); // the same run goes back to what it saved: its shards keep what they hold
        assertThat(before.size()).isEqualTo(9);
        assertThat(events).isEmpty();
        ShardedReplay after = replay(spec(100, 1), 2, 1);
        after.load(state);
        assertThat(events).singleElement().satisfies(event -> {
            assertThat(event.type()).isEqualTo("replay/empty");
            assertThat(event.message()).contains("(9 transitions)", "when they hold 4");
        });
        add(after, 0, 0, 3);
        ReplayBuffer.Batch batch = after.batch(2);
        assertThat(after.draw(new RandomStream(1), 1, batch)).isFalse();
        add(after, 1, 3, 1);
        assertThat(after.draw(new RandomStream(1), 1, batch)).isTrue();
        State whole = new State();
        spec(100, 1).create().save(whole);
        assertThatThrownBy(() -> after.load(whole))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Maybe go on with shards=0");
    }

    @Test
    void rowsThatWereNotAskedForAreRefused() {
        ReplayBuffer.Batch three = spec(8, 1).batch(3);
        assertThatThrownBy(() -> ShardMessages.rows(
                        ShardMessages.drawn(1, 1, new long[3], new double[3], three),
                        spec(8, 1).batch(4),
                        0,
                        2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("sent 3 values, where 2 were asked for");
    }

    @Test
    void noMoreBlocksAreUnderWayToAShardThanItCanHaveWaiting() throws InterruptedException {
        HoldingPool holding = new HoldingPool();
        ShardedReplay replay = new ShardedReplay(spec(500, 1), 1, 2, holding, events::add);
        open.add(replay);
        Thread storing = new Thread(() -> {
            for (int i = 0; i < 70; i++) {
                add(replay, 0, i, 1);
            }
        });
        storing.start();
        while (storing.getState() != Thread.State.TIMED_WAITING || holding.sent.size() < 64) {
            Thread.onSpinWait();
        }
        assertThat(holding.sent).hasSize(64).allMatch(message -> message instanceof Experience);
        holding.answer(ShardMessages.taken(16));
        storing.join();
        assertThat(holding.sent).hasSize(70);
        assertThat(replay.size()).isEqualTo(70);
    }

    @Test
    void aDescriptionThatNobodyWroteIsRefused() {
        ReplaySpec spec = spec(7, 0.5);
        assertThat(ShardRecipe.read(new ShardRecipe(spec).description()).spec()).isEqualTo(spec);
        State wrong = new State();
        wrong.put("sizes", new long[] {1L << 40, 1, 1, 1, 1, 1, 1});
        wrong.put("rates", new double[] {1, 1});
        assertThatThrownBy(() -> new ShardKind().read(wrong))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a shard of a replay cannot have the sizes");
    }

    /** Workers that say that they are there, and nothing else unless they are told to. */
    private static final class HoldingPool implements WorkerPool {
        private final List<Message> sent = Collections.synchronizedList(new ArrayList<>());
        private final Link link = new Link(sent);
        private WorkerListener listener;

        private record Link(List<Message> sent) implements WorkerLink {
            @Override
            public int number() {
                return 10_000;
            }

            @Override
            public String node() {
                return "nowhere";
            }

            @Override
            public void send(Message message) {
                sent.add(message);
            }

            @Override
            public void close() {}
        }

        void answer(Message message) {
            listener.received(link, message);
        }

        @Override
        public List<WorkerNode> nodes() {
            return List.of();
        }

        @Override
        public WorkerLink start(int number, WorkerRecipe recipe, Resources needs, WorkerListener hears) {
            assertThat(number).isEqualTo(10_000);
            listener = hears;
            answer(ShardMessages.taken(0));
            return link;
        }

        @Override
        public void onChange(Runnable changed) {}

        @Override
        public void close() {}
    }
}
