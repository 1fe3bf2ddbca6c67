package io.espalier.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.runtime.events.RunEvent;
import io.espalier.runtime.workers.Command;
import io.espalier.runtime.workers.MessageFormat;
import io.espalier.runtime.workers.Resources;
import io.espalier.runtime.workers.WorkerLink;
import io.espalier.testkit.faults.FaultProxy;
import java.io.DataInputStream;
import java.lang.ref.WeakReference;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.ActorRef;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who is let in, and who is not. */
class GateTest {
    private static final Resources OFFER = new Resources(1, 100, Set.of());

    private final BlockingQueue<RunEvent> events = new LinkedBlockingQueue<>();
    private ClusterPool pool;

    @AfterEach
    void end() {
        pool.close();
    }

    private static Path file(String name) {
        try {
            return Path.of(GateTest.class.getResource(name).toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    private static TlsFiles pem(String key, String certificate, String authority) {
        return TlsFiles.pem(file(key), file(certificate), file(authority));
    }

    private static ClusterSettings tls(TlsFiles files) {
        return ClusterSettings.LOCAL.withTls(files);
    }

    private void head(ClusterSettings settings) {
        pool = ClusterPool.start(settings, events::add);
    }

    private void works(String name, TlsFiles files) {
        try (Node node = Node.of(pool.port(), tls(files), Identity.here(""), name, OFFER)) {
            node.joined();
            Heard heard = new Heard();
            WorkerLink link = pool.start(0, new EchoKind.Recipe("hello"), Resources.cpus(1), heard);
            assertThat(heard.command().name()).isEqualTo("hello");
            link.send(Command.of("over TLS"));
            assertThat(heard.command().name()).isEqualTo("over TLS");
        }
    }

    /** The node ends, with a reason; the head says who was refused and why, and counts nobody. */
    private String refused(ClusterSettings own, Identity identity) throws InterruptedException {
        events.clear();
        Node node = Node.of(pool.port(), own, identity, "stranger", OFFER);
        node.thread.join(20_000);
        assertThat(node.thrown).isInstanceOf(ClusterException.Refused.class);
        assertThat(Node.await(node.events, "cluster/refused").message()).contains(node.thrown.getMessage());
        assertThat(pool.nodes()).isEmpty();
        String told = Node.await(events, "cluster/refused").message();
        assertThat(told).contains("was refused");
        return node.thrown.getMessage() + "\n" + told;
    }

    @Test
    void nodesOfOneAuthorityWorkOverTls() throws Exception {
        head(tls(pem("tls.key", "tls.crt", "ca.crt")));
        works("elliptic", pem("ec.key", "ec.crt", "ca.crt"));
        works("stored", TlsFiles.keyStore(file("node.p12"), "secret"));

        assertThat(refused(ClusterSettings.LOCAL, Identity.here("")))
                .contains("Maybe one side uses TLS and the other does not")
                .contains("no TLS, or no certificate of our authority");
        assertThat(refused(tls(pem("other.key", "other.crt", "other-ca.crt")), Identity.here("")))
                .contains("TLS failed")
                .contains("no certificate of our authority");
        // It trusts us, but we do not trust it.
        assertThat(refused(tls(pem("other.key", "other.crt", "ca.crt")), Identity.here("")))
                .contains("TLS failed")
                .contains("no certificate of our authority");
        pool.close();

        head(tls(pem("elsewhere.key", "elsewhere.crt", "ca.crt").anyHost()));
        assertThat(refused(tls(pem("tls.key", "tls.crt", "ca.crt")), Identity.here("")))
                .contains("TLS failed")
                .contains("127.0.0.1");
    }

    @Test
    void anotherBuildIsRefusedWithBothNamesOnBothSides() throws Exception {
        head(ClusterSettings.LOCAL.withCode("abc"));
        Identity here = Identity.here("abc");
        assertThat(refused(ClusterSettings.LOCAL, new Identity("0.0.9", here.build(), "abc"))
                        .split("\n"))
                .allSatisfy(line ->
                        assertThat(line).contains("Espalier " + here.version() + " at the head, 0.0.9 at the worker"));
        assertThat(refused(ClusterSettings.LOCAL, new Identity(here.version(), "feedbeef", "abc"))
                        .split("\n"))
                .allSatisfy(line ->
                        assertThat(line).contains("build " + here.build() + " at the head, feedbeef at the worker"));
        assertThat(refused(ClusterSettings.LOCAL, new Identity(here.version(), here.build(), ""))
                        .split("\n"))
                .allSatisfy(line -> assertThat(line)
                        .contains("user code sha256:abc at the head, none at the worker")
                        .contains("--classpath"));
        assertThat(refused(ClusterSettings.LOCAL.withTls(pem("tls.key", "tls.crt", "ca.crt")), here))
                .contains("TLS failed")
                .contains("Maybe one side uses TLS and the other does not");
        assertThat(here.build()).matches("[0-9a-f]{16}");
    }

    @Test
    void whoeverDoesNotSpeakTheProtocolIsToldAndCut() throws Exception {
        head(ClusterSettings.LOCAL);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), pool.port())) {
            socket.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(Node.await(events, "cluster/refused").message()).contains("does not speak Espalier's protocol");
            assertThat(new DataInputStream(socket.getInputStream()).readAllBytes())
                    .isNotEmpty();
        }
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), pool.port())) {
            // Our mark and protocol, and then a length that would be two gigabytes.
            socket.getOutputStream()
                    .write(new byte[] {0x45, 0x53, 0x50, 0x4c, 0, 0, 0, 2, 0x7f, (byte) 0xff, (byte) 0xff, (byte) 0xff
                    });
            assertThat(Node.await(events, "cluster/refused").message()).contains("announces 2147483647 bytes");
        }
    }

    @Test
    void aDriverThatJoinsPastTheGateIsPutOut() throws Exception {
        head(ClusterSettings.LOCAL);
        NodeSystem rogue = NodeSystem.start("127.0.0.1", 0, "driver", Optional.empty(), ClusterSettings.Timings.FAST);
        CountDownLatch ended = new CountDownLatch(1);
        rogue.whenEnded(ended::countDown);
        try (Node node = Node.of(pool.port(), "honest")) {
            node.joined();
            rogue.join(pool.address());
            assertThat(Node.await(events, "cluster/refused").message())
                    .contains(rogue.address())
                    .contains("driver")
                    .contains("did not come through the gate");
            assertThat(ended.await(Heard.SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(pool.nodes()).hasSize(1);
        }
    }

    @Test
    void framesOfAnotherEpochAreDroppedAndCounted() throws Exception {
        head(ClusterSettings.LOCAL);
        try (Node node = Node.of(pool.port(), "honest")) {
            node.joined();
            NodeSystem past =
                    NodeSystem.start("127.0.0.1", 0, "worker", Optional.empty(), ClusterSettings.Timings.FAST);
            Heard heard = new Heard();
            WorkerLink link = pool.start(0, new EchoKind.Recipe("hello"), Resources.cpus(1), heard);
            assertThat(heard.command().name()).isEqualTo("hello");
            Command late = Command.of("late");
            past.remote(pool.address(), "data")
                    .tell(
                            new Wire.Frame(1, 2, 0, Wire.Kind.MESSAGE, new int[] {1}, late, MessageFormat.size(late)),
                            ActorRef.noSender());
            for (int i = 0; i < 500 && pool.traffic().stale() == 0; i++) {
                Thread.sleep(20);
            }
            assertThat(pool.traffic().stale()).isEqualTo(1);
            link.send(Command.of("still here"));
            assertThat(heard.command().name()).isEqualTo("still here");
            past.end(Duration.ofSeconds(5));
        }
    }

    @Test
    void staysThatAreOverAreForgotten() throws Exception {
        head(ClusterSettings.LOCAL);
        List<WeakReference<Object>> stays = new ArrayList<>();
        try (FaultProxy way = FaultProxy.to("127.0.0.1", pool.port(), 1);
                Node node = Node.of(way.port(), "faithful")) {
            for (int i = 0; i < 3; i++) {
                node.joined();
                stays.add(new WeakReference<>(node.worker.session()));
                stays.add(new WeakReference<>(node.worker.session().system().actors()));
                way.reset();
                Node.await(node.events, "cluster/lost");
            }
            node.joined();
            for (int i = 0; i < 200 && stays.stream().anyMatch(stay -> stay.get() != null); i++) {
                System.gc();
                Thread.sleep(50);
            }
            assertThat(stays).allSatisfy(stay -> assertThat(stay.get()).isNull());
        }
    }
}
