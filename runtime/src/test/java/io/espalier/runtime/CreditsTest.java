package io.espalier.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

class CreditsTest {
    private static List<Integer> orders(Credits credits) {
        List<Integer> orders = new ArrayList<>();
        for (int worker = credits.next(); worker >= 0; worker = credits.next()) {
            orders.add(worker);
        }
        return orders;
    }

    private static Credits credits(int workers, int ahead, long maxStaleness) {
        Credits credits = new Credits(ahead, maxStaleness);
        credits.workers(workers);
        return credits;
    }

    @Test
    void aFixedNumberIsKeptWhateverHappens() {
        Credits credits = credits(3, 2, 16);
        assertThat(orders(credits)).containsExactly(0, 1, 2, 0, 1, 2);
        credits.came(1);
        credits.dropped();
        assertThat(orders(credits)).containsExactly(1);
        credits.came(2);
        credits.taken(false, 5);
        assertThat(orders(credits)).containsExactly(2);
    }

    @Test
    void aLearnerThatWaitsGetsMoreUpToTwoOfEach() {
        Credits credits = credits(2, 0, 16);
        assertThat(orders(credits)).containsExactly(0, 1);
        credits.came(0);
        credits.taken(true, 0);
        // One that came, and one more: worker 0 has nothing to do, then both have one and 1 was asked before.
        assertThat(orders(credits)).containsExactly(0, 1);
        for (int i = 0; i < 10; i++) {
            credits.came(i % 2);
            credits.taken(true, 0);
            orders(credits);
        }
        assertThat(credits.all()).isEqualTo(4);
    }

    @Test
    void blocksThatWaitOrComeLateMakeItAskForFewer() {
        Credits credits = credits(8, 0, 16);
        assertThat(orders(credits)).hasSize(8);
        credits.came(0);
        credits.taken(false, 4);
        assertThat(orders(credits)).isEmpty();
        credits.came(1);
        credits.taken(false, 1);
        // One waits, as it should: one came, one is asked for, from who has waited longest for an order.
        assertThat(orders(credits)).containsExactly(0);
        for (int worker = 2; worker < 8; worker++) {
            credits.came(worker);
            credits.dropped();
        }
        credits.came(0);
        credits.dropped();
        assertThat(orders(credits)).hasSize(1);
        assertThat(credits.all()).isEqualTo(1);
    }

    @Test
    void noMoreAreUnderWayThanTheBoundOfStalenessLets() {
        assertThat(orders(credits(8, 0, 3))).hasSize(4);
        assertThat(orders(credits(8, 0, 0))).hasSize(1);
        assertThat(orders(credits(3, 0, Long.MAX_VALUE))).hasSize(3);
    }

    @Test
    void whoTakesAnothersPlaceHasNothingToDo() {
        Credits credits = credits(2, 2, 16);
        orders(credits);
        credits.begun(1);
        assertThat(orders(credits)).containsExactly(1, 1);
        credits.workers(3);
        assertThat(orders(credits)).containsExactly(2, 2);
        assertThat(credits.all()).isEqualTo(6);
    }

    @Test
    void whoDoesNotCollectAnyMoreIsNotAsked() {
        Credits credits = credits(4, 0, 16);
        assertThat(orders(credits)).hasSize(4);
        credits.workers(2);
        for (int worker = 0; worker < 4; worker++) {
            credits.came(worker);
        }
        assertThat(orders(credits)).containsExactly(0, 1);
        credits.workers(3);
        assertThat(orders(credits)).containsExactly(2);
    }

    /** Workers that are four times as fast as the learner: a block takes 8 ticks each of 8 workers, an update 4. */
    @Test
    void fewBlocksOfFastWorkersAreMadeInVain() {
        assertThat(dropsOf(2)).isGreaterThan(500);
        assertThat(dropsOf(0)).isLessThan(10);
    }

    /** Drops while a learner that takes 4 ticks an update learns 2000 times; no block older than 5 versions. */
    private static int dropsOf(int ahead) {
        int workers = 8;
        Credits credits = credits(workers, ahead, 5);
        List<Deque<Long>> asked = new ArrayList<>();
        long[] started = new long[workers];
        long[] version = new long[workers];
        for (int i = 0; i < workers; i++) {
            asked.add(new ArrayDeque<>());
            started[i] = -1;
        }
        Deque<long[]> queue = new ArrayDeque<>();
        long newest = 0;
        int drops = 0;
        boolean waited = false;
        long busyUntil = 0;
        for (long tick = 0; newest < 2000; tick++) {
            for (int worker : orders(credits)) {
                asked.get(worker).add(tick);
            }
            for (int i = 0; i < workers; i++) {
                if (started[i] >= 0 && tick - started[i] >= 8) {
                    queue.add(new long[] {i, version[i]});
                    started[i] = -1;
                }
                if (started[i] < 0 && !asked.get(i).isEmpty()) {
                    asked.get(i).remove();
                    started[i] = tick;
                    version[i] = newest;
                }
            }
            if (tick < busyUntil) {
                continue;
            }
            waited |= queue.isEmpty();
            while (!queue.isEmpty()) {
                long[] block = queue.remove();
                credits.came((int) block[0]);
                if (newest - block[1] > 5) {
                    drops++;
                    credits.dropped();
                } else {
                    credits.taken(waited, queue.size());
                    waited = false;
                    newest++;
                    busyUntil = tick + 4;
                    break;
                }
            }
        }
        return drops;
    }
}
