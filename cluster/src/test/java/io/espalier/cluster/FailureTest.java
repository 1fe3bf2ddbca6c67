package io.espalier.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.espalier.runtime.events.RunEvent;
import io.espalier.runtime.workers.Command;
import io.espalier.runtime.workers.Resources;
import io.espalier.runtime.workers.WorkerLink;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Processes that are killed, or stop answering. */
class FailureTest {
    private final BlockingQueue<RunEvent> events = new LinkedBlockingQueue<>();
    private final List<Process> children = new ArrayList<>();
    private final Heard heard = new Heard();
    private ClusterPool pool;

    @BeforeEach
    void begin() {
        assumeThat(Path.of("/usr/bin/kill")).exists();
        pool = ClusterPool.start(ClusterSettings.LOCAL, events::add);
    }

    @AfterEach
    void end() {
        children.forEach(Process::destroyForcibly);
        if (pool != null) {
            pool.close();
        }
    }

    private Process child(String name) throws IOException {
        Process child = ChildNode.start(pool.port(), name);
        children.add(child);
        return child;
    }

    private WorkerLink start(Heard listener, String label) {
        return pool.start(
                1,
                new EchoKind.Recipe("hello"),
                new Resources(1, 0, label.isEmpty() ? Set.of() : Set.of(label)),
                listener);
    }

    @Test
    void aKilledProcessIsLostAndItsWorkStartsElsewhere() throws Exception {
        Process victim = child("victim");
        child("other");
        Node.await(events, "cluster/joined");
        Node.await(events, "cluster/joined");
        WorkerLink link = start(heard, "victim");
        assertThat(heard.command().name()).isEqualTo("hello");
        link.send(Command.of("pid"));
        assertThat(heard.command().number()).isEqualTo(victim.pid());

        victim.destroyForcibly();
        assertThat(Heard.next(heard.losses)).startsWith("victim: ").contains("its process is gone");
        assertThat(pool.nodes()).hasSize(1);
        link.send(Command.of("nobody"));
        Heard next = new Heard();
        WorkerLink second = start(next, "");
        assertThat(next.command().name()).isEqualTo("hello");
        assertThat(second.node()).isEqualTo("other");
        assertThat(heard.messages).isEmpty();
        assertThat(heard.losses).isEmpty();
    }

    @Test
    void aProcessThatStopsAnsweringIsLostAndComesBackAsAnother() throws Exception {
        Process victim = child("sleeper");
        Node.await(events, "cluster/joined");
        start(heard, "sleeper");
        assertThat(heard.command().name()).isEqualTo("hello");

        ChildNode.signal(victim, "STOP");
        assertThat(Heard.next(heard.losses)).startsWith("sleeper: ").contains("has not answered for 3.0 s");
        assertThat(pool.nodes()).isEmpty();

        // It finds its line cut, ends what it had, and knocks again: the same process.
        ChildNode.signal(victim, "CONT");
        Node.await(events, "cluster/joined");
        Heard next = new Heard();
        WorkerLink again = start(next, "sleeper");
        assertThat(next.command().name()).isEqualTo("hello");
        again.send(Command.of("pid"));
        assertThat(next.command().number()).isEqualTo(victim.pid());
        assertThat(heard.messages).isEmpty();
    }

    @Test
    void aNodeOutlivesItsHead() throws Exception {
        int port = pool.port();
        pool.close();
        // A port that is free twice in a row: the head's and the next.
        try (Node node = Node.of(port, "patient")) {
            Node.await(node.events, "cluster/waiting");
            pool = ClusterPool.start(ClusterSettings.LOCAL.at("127.0.0.1", port), events::add);
            node.joined();
            start(heard, "");
            assertThat(heard.command().name()).isEqualTo("hello");

            pool.close();
            assertThat(Node.await(node.events, "cluster/lost").message())
                    .contains("the head at 127.0.0.1:" + port + " is gone")
                    .contains("1 workers ended, waiting for the next one");
            pool = ClusterPool.start(ClusterSettings.LOCAL.at("127.0.0.1", port), events::add);
            node.joined();
            Heard next = new Heard();
            start(next, "");
            assertThat(next.command().name()).isEqualTo("hello");
        }
    }

    @Test
    void onlyTheDeclaredPortsListen() throws Exception {
        assumeThat(Path.of("/proc/net/tcp")).exists();
        Process child = child("listener");
        Node.await(events, "cluster/joined");
        // The node's own port, and nothing else.
        assertThat(Ports.listening(child.pid())).hasSize(1);
        assertThat(Ports.listening(child.pid()).get(0)).startsWith("127.0.0.1:");
        assertThat(Files.exists(Path.of("/proc/" + child.pid()))).isTrue();
    }
}
