package io.espalier.testkit.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.core.RandomStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class FaultProxyTest {
    private static final int PACKETS = 100;
    private static final int QUIET_MILLIS = 150;

    private final BlockingQueue<Socket> served = new ArrayBlockingQueue<>(8);
    private ServerSocket server;
    private FaultProxy proxy;

    @BeforeEach
    void begin() throws IOException {
        server = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
        Thread accepting = new Thread(() -> {
            try {
                while (true) {
                    served.add(server.accept());
                }
            } catch (IOException e) {
                // The test is over.
                return;
            }
        });
        accepting.setDaemon(true);
        accepting.start();
        proxy = FaultProxy.to("127.0.0.1", server.getLocalPort(), 7);
    }

    @AfterEach
    void end() throws IOException {
        proxy.close();
        server.close();
        for (Socket socket : served) {
            socket.close();
        }
    }

    private Socket call() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
        socket.setSoTimeout(20_000);
        return socket;
    }

    private Socket serve() throws Exception {
        Socket socket = served.poll(20, TimeUnit.SECONDS);
        assertThat(socket).isNotNull();
        socket.setSoTimeout(20_000);
        return socket;
    }

    private static byte[] packets() {
        byte[] bytes = new byte[PACKETS * LinkFaults.PACKET];
        RandomStream random = new RandomStream(1);
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) random.nextInt(256);
        }
        return bytes;
    }

    private static byte[] read(Socket from, int count) throws IOException {
        byte[] bytes = new byte[count];
        new DataInputStream(from.getInputStream()).readFully(bytes);
        return bytes;
    }

    private static byte[] readAll(Socket from) throws IOException {
        return from.getInputStream().readAllBytes();
    }

    /** Writes from another thread: more may be under way than buffers hold. */
    private static void send(Socket to, byte[] bytes, boolean end) {
        Thread thread = new Thread(() -> {
            try {
                to.getOutputStream().write(bytes);
                if (end) {
                    to.shutdownOutput();
                }
            } catch (IOException e) {
                // The other side of the test says what came.
                return;
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private static void staysQuiet(Socket socket) throws IOException {
        socket.setSoTimeout(QUIET_MILLIS);
        assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
        socket.setSoTimeout(20_000);
    }

    /** What comes of a stream, sent in pieces of that size. */
    private byte[] through(LinkFaults faults, int piece) throws Exception {
        proxy.toTarget(faults);
        try (Socket client = call();
                Socket target = serve()) {
            byte[] sent = packets();
            Thread writer = new Thread(() -> {
                try {
                    for (int at = 0; at < sent.length; at += piece) {
                        client.getOutputStream().write(sent, at, Math.min(piece, sent.length - at));
                    }
                    client.shutdownOutput();
                } catch (IOException e) {
                    // What came says it.
                    return;
                }
            });
            writer.start();
            return readAll(target);
        }
    }

    private static int differences(byte[] one, byte[] other) {
        int bits = 0;
        for (int i = 0; i < one.length; i++) {
            bits += Integer.bitCount((one[i] ^ other[i]) & 0xff);
        }
        return bits;
    }

    @Test
    void withoutFaultsEverythingPassesBothWaysWithItsEnd() throws Exception {
        try (Socket client = call();
                Socket target = serve()) {
            byte[] sent = packets();
            send(client, sent, true);
            assertThat(readAll(target)).isEqualTo(sent);
            send(target, sent, true);
            assertThat(readAll(client)).isEqualTo(sent);
            assertThat(proxy.bytesToTarget()).isEqualTo(sent.length);
            assertThat(proxy.bytesToClient()).isEqualTo(sent.length);
        }
    }

    @Test
    void aDelayedByteIsLateAndNothingIsMissing() throws Exception {
        proxy.both(LinkFaults.NONE.delayed(80, 20));
        try (Socket client = call();
                Socket target = serve()) {
            long began = System.nanoTime();
            client.getOutputStream().write(42);
            assertThat(target.getInputStream().read()).isEqualTo(42);
            target.getOutputStream().write(43);
            assertThat(client.getInputStream().read()).isEqualTo(43);
            // At least: there and back.
            assertThat(System.nanoTime() - began).isGreaterThanOrEqualTo(160_000_000);
        }
    }

    @Test
    void aDelayDoesNotThrottle() throws Exception {
        long began = System.nanoTime();
        assertThat(through(LinkFaults.NONE.delayed(100, 0), 1000)).isEqualTo(packets());
        // 145 writes, each of which would need 100 ms if they waited for each other: 14.5 s.
        assertThat(System.nanoTime() - began).isBetween(100_000_000L, 10_000_000_000L);
    }

    @Test
    void aThrottledStreamTakesItsTime() throws Exception {
        long began = System.nanoTime();
        assertThat(through(LinkFaults.NONE.throttled(1_000_000), 5000)).isEqualTo(packets());
        assertThat(System.nanoTime() - began).isGreaterThanOrEqualTo(140_000_000);
    }

    @Test
    void aLostPacketComesLateAndWhole() throws Exception {
        long began = System.nanoTime();
        assertThat(through(LinkFaults.NONE.losing(0.2, 100), 5000)).isEqualTo(packets());
        assertThat(System.nanoTime() - began).isGreaterThanOrEqualTo(100_000_000);
    }

    @Test
    void whichBitsAreFlippedIsTheSeedsChoiceNotTheSenders() throws Exception {
        byte[] garbled = through(LinkFaults.NONE.garbling(0.2), LinkFaults.PACKET);
        assertThat(differences(garbled, packets())).isBetween(5, 50);
        proxy.close();
        proxy = FaultProxy.to("127.0.0.1", server.getLocalPort(), 7);
        assertThat(Arrays.equals(through(LinkFaults.NONE.garbling(0.2), 777), garbled))
                .isTrue();
        // The second connection has its own.
        assertThat(Arrays.equals(through(LinkFaults.NONE.garbling(0.2), 777), garbled))
                .isFalse();
        proxy.close();
        proxy = FaultProxy.to("127.0.0.1", server.getLocalPort(), 8);
        assertThat(Arrays.equals(through(LinkFaults.NONE.garbling(0.2), 777), garbled))
                .isFalse();
    }

    @Test
    void aDoubledPacketComesTwiceInARow() throws Exception {
        byte[] came = through(LinkFaults.NONE.duplicating(0.1), 100_000);
        assertThat(came.length).isGreaterThan(packets().length);
        byte[] sent = packets();
        int at = 0;
        for (int packet = 0; packet < PACKETS; packet++) {
            int length = LinkFaults.PACKET;
            byte[] expected = Arrays.copyOfRange(sent, packet * length, (packet + 1) * length);
            int times = 0;
            while (at + length <= came.length && Arrays.equals(Arrays.copyOfRange(came, at, at + length), expected)) {
                at += length;
                times++;
            }
            assertThat(times).isBetween(1, 2);
        }
        assertThat(at).isEqualTo(came.length);
    }

    @Test
    void aPartitionHoldsAndHealingBringsWhatWasSent() throws Exception {
        try (Socket client = call();
                Socket target = serve()) {
            proxy.both(LinkFaults.PARTITIONED);
            client.getOutputStream().write(1);
            target.getOutputStream().write(2);
            staysQuiet(target);
            staysQuiet(client);
            proxy.heal();
            assertThat(target.getInputStream().read()).isEqualTo(1);
            assertThat(client.getInputStream().read()).isEqualTo(2);
        }
    }

    @Test
    void aPartitionOfOneDirectionLeavesTheOther() throws Exception {
        try (Socket client = call();
                Socket target = serve()) {
            proxy.toTarget(LinkFaults.PARTITIONED);
            client.getOutputStream().write(1);
            target.getOutputStream().write(2);
            assertThat(client.getInputStream().read()).isEqualTo(2);
            staysQuiet(target);
        }
    }

    @Test
    void aConnectionMadeInAPartitionComesThroughWhenItHeals() throws Exception {
        proxy.both(LinkFaults.PARTITIONED);
        try (Socket client = call()) {
            client.getOutputStream().write(1);
            assertThat(served.poll(QUIET_MILLIS, TimeUnit.MILLISECONDS)).isNull();
            proxy.heal();
            assertThat(serve().getInputStream().read()).isEqualTo(1);
        }
    }

    @Test
    void aHalfOpenConnectionNeverHearsOfTheEnd() throws Exception {
        try (Socket client = call();
                Socket target = serve()) {
            proxy.toTarget(LinkFaults.SWALLOWED);
            client.getOutputStream().write(1);
            client.shutdownOutput();
            staysQuiet(target);
            // Healed, what would follow has lost its beginning.
            proxy.heal();
            assertThatThrownBy(() -> {
                        if (target.getInputStream().read() < 0) {
                            throw new EOFException();
                        }
                    })
                    .isInstanceOf(SocketException.class);
        }
    }

    @Test
    void aResetEndsBothSidesAndTheNextConnectionWorks() throws Exception {
        try (Socket client = call();
                Socket target = serve()) {
            client.getOutputStream().write(1);
            assertThat(read(target, 1)).containsExactly(1);
            proxy.reset();
            assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketException.class);
            assertThatThrownBy(() -> target.getInputStream().read()).isInstanceOf(SocketException.class);
        }
        assertThat(through(LinkFaults.NONE, 9999)).isEqualTo(packets());
        assertThat(proxy.accepted()).isEqualTo(2);
    }

    @Test
    void nobodyBehindIsAResetNotSilence() throws Exception {
        // A port that is held but not listened on. A server that was closed a moment ago would not do: until the thread
        // in its accept has woken up, the kernel still makes connections to it.
        try (Socket held = new Socket()) {
            held.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            proxy.close();
            proxy = FaultProxy.to("127.0.0.1", held.getLocalPort(), 7);
            try (Socket client = call()) {
                assertThatThrownBy(() -> {
                            if (client.getInputStream().read() < 0) {
                                throw new EOFException();
                            }
                        })
                        .isInstanceOf(SocketException.class);
            }
        }
    }

    @Test
    void figuresThatCannotBeAreRefused() {
        assertThatThrownBy(() -> LinkFaults.NONE.losing(1, 200))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("loss (1.0) must be from 0 to below 1. Maybe");
        assertThatThrownBy(() -> LinkFaults.NONE.delayed(-1, 0)).hasMessageContaining("delayMillis (-1)");
        assertThatThrownBy(() -> LinkFaults.NONE.throttled(-1)).hasMessageContaining("bytesPerSecond (-1)");
    }
}
