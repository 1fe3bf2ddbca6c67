package io.espalier.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.runtime.workers.Command;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What an outbox sends over a transport that drops some of it, and what the other side makes of that. */
class ReceiptsTest {
    private final List<Wire> sent = new ArrayList<>();
    private final List<Long> acknowledged = new ArrayList<>();
    private final Outbox outbox = new Outbox(1, 2, sent::add);
    private final Receipts receipts = new Receipts(acknowledged::add);

    private void send(int count) {
        for (int i = 0; i < count; i++) {
            outbox.add(Wire.Kind.MESSAGE, new int[] {1}, Command.of("word", i));
        }
    }

    private static Wire crossed(Wire wire) {
        WireSerializer serializer = new WireSerializer();
        return (Wire) serializer.fromBinary(serializer.toBinary(wire), serializer.manifest(wire));
    }

    @Test
    void nothingIsMissingWhereEverythingComes() {
        send(3);
        outbox.tick(77);
        assertThat(sent)
                .hasSize(4)
                .allSatisfy(wire -> assertThat(receipts.isNext(crossed(wire))).isTrue());
        assertThat(crossed(sent.get(3))).isEqualTo(new Wire.Tick(1, 2, 3, 77));
    }

    @Test
    void aLostFrameIsNoticedByTheNext() {
        send(3);
        assertThat(receipts.isNext(sent.get(0))).isTrue();
        assertThat(receipts.isNext(sent.get(2))).isFalse();
    }

    @Test
    void theLossOfTheLastFrameIsNoticedByATick() {
        send(2);
        outbox.tick(0);
        assertThat(receipts.isNext(sent.get(0))).isTrue();
        assertThat(receipts.isNext(sent.get(2))).isFalse();
    }

    @Test
    void aFrameThatComesTwiceIsNoticed() {
        send(1);
        assertThat(receipts.isNext(sent.get(0))).isTrue();
        assertThat(receipts.isNext(sent.get(0))).isFalse();
    }

    @Test
    void aLostAcknowledgmentIsMadeGoodByTheNext() {
        // Each counts 16 KiB of a window of 8 MiB: 512 are under way, the rest waits.
        send(1000);
        assertThat(sent).hasSize(512);
        sent.forEach(wire -> receipts.took(Receipts.length(wire)));
        // Told after each quarter of the window: 2, 4, 6 and 8 MiB.
        assertThat(acknowledged).containsExactly(2L << 20, 4L << 20, 6L << 20, 8L << 20);
        outbox.acknowledged(acknowledged.get(3));
        assertThat(sent).hasSize(1000);
    }
}
