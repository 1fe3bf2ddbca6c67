package io.espalier.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.core.State;
import io.espalier.runtime.events.RunEvent;
import io.espalier.runtime.workers.Command;
import io.espalier.runtime.workers.Resources;
import io.espalier.runtime.workers.Worker;
import io.espalier.runtime.workers.WorkerContext;
import io.espalier.runtime.workers.WorkerFailure;
import io.espalier.runtime.workers.WorkerLink;
import io.espalier.runtime.workers.WorkerRecipe;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A head and two nodes in one JVM, talking over sockets. */
class ClusterPoolTest {
    private static ClusterPool pool;
    private static Node first;

    private Heard heard;

    @BeforeAll
    static void begin() {
        pool = ClusterPool.start(ClusterSettings.LOCAL, event -> {});
        first = Node.of(pool.port(), "first");
        first.joined();
    }

    @AfterAll
    static void end() {
        first.close();
        pool.close();
    }

    @BeforeEach
    void listen() {
        heard = new Heard();
    }

    private WorkerLink start(int number) {
        return pool.start(number, new EchoKind.Recipe("hello"), Resources.cpus(0.1), heard);
    }

    @Test
    void aWorkerIsMadeFromItsDescriptionAndAnswersInOrder() {
        try (WorkerLink link = start(3)) {
            for (int i = 0; i < 100; i++) {
                link.send(Command.of("number", i));
            }
            assertThat(heard.command().name()).isEqualTo("hello");
            for (int i = 0; i < 100; i++) {
                assertThat(heard.command().number()).isEqualTo(i);
            }
            assertThat(link.number()).isEqualTo(3);
            assertThat(link.node()).isEqualTo("first");
        }
    }

    @Test
    void anUpdateForSeveralWorkersOfANodeIsSharedThere() {
        List<WorkerLink> links = List.of(start(0), start(1), start(2));
        heard.names(3);
        long before = pool.traffic().sentBytes();
        pool.broadcast(links, Updates.of(5, 10_000));
        pool.broadcast(links, Command.of("policy"));
        int shared = 0;
        for (int i = 0; i < 3; i++) {
            Command answer = heard.command();
            assertThat(answer.number()).isEqualTo(5);
            assertThat(answer.body().getLong("size")).isEqualTo(10_000);
            shared += (int) answer.body().getLong("shared");
        }
        assertThat(shared).isEqualTo(2);
        assertThat(pool.traffic().sentBytes() - before).isBetween(40_000L, 41_000L);
        links.forEach(WorkerLink::close);
    }

    @Test
    void aMessageOfManyFramesArrivesWhole() {
        try (WorkerLink link = start(0)) {
            heard.command();
            float[] large = new float[5_000_000];
            for (int i = 0; i < large.length; i++) {
                large[i] = i;
            }
            State body = new State();
            body.put("large", large);
            link.send(new Command("large", body));
            link.send(Command.of("after"));
            assertThat(heard.command().body().floats("large")).isEqualTo(large);
            assertThat(heard.command().name()).isEqualTo("after");
        }
    }

    @Test
    void moreThanTheWindowHoldsIsHeldBackNotDropped() {
        try (WorkerLink link = start(0)) {
            heard.command();
            link.send(Command.of("flood", 20_000));
            for (int i = 0; i < 20_000; i++) {
                assertThat(heard.command().number()).isEqualTo(i);
            }
        }
    }

    @Test
    void whatAWorkerThrowsIsToldWithItsStack() {
        WorkerLink link = start(0);
        heard.command();
        link.send(Command.of("fail"));
        assertThat(Heard.next(heard.failures))
                .isInstanceOf(WorkerFailure.class)
                .hasMessageContaining("on first: java.lang.IllegalStateException: as I was told")
                .hasMessageContaining("EchoKind");
        link.send(Command.of("nobody hears it"));
    }

    @Test
    void anEventKeepsTheTypesOfItsDetails() {
        try (WorkerLink link = start(0)) {
            link.send(Command.of("event"));
            RunEvent event = Heard.next(heard.events);
            assertThat(event.type()).isEqualTo("test/event");
            assertThat(event.message()).isEqualTo("it happened");
            assertThat(event.details())
                    .containsExactlyInAnyOrderEntriesOf(Map.of("step", 7L, "flag", true, "share", 0.5, "text", "a\nb"));
        }
    }

    @Test
    void aKindThatNobodyRegisteredIsRefusedByName() {
        WorkerRecipe unknown = new WorkerRecipe() {
            @Override
            public String kind() {
                return "java.lang.Runtime";
            }

            @Override
            public State description() {
                return new State();
            }

            @Override
            public Worker create(WorkerContext context) {
                throw new IllegalStateException();
            }
        };
        pool.start(0, unknown, Resources.cpus(0), heard);
        assertThat(Heard.next(heard.failures))
                .hasMessageContaining("There is no kind of worker \"java.lang.Runtime\" on this node; it knows [echo")
                .hasMessageContaining("Maybe");
    }

    @Test
    void aUsersEnvironmentThatANodeDoesNotHaveIsNamedWithTheNode() {
        WorkerRecipe rollouts = new WorkerRecipe() {
            @Override
            public String kind() {
                return "rollouts";
            }

            @Override
            public State description() {
                State state = new State();
                String config = "algorithm: ppo\nenvironment: com.acme.Warehouse\n";
                state.put("config", config.getBytes(StandardCharsets.UTF_8));
                state.put("environments", new long[] {0, 1, 0});
                return state;
            }

            @Override
            public Worker create(WorkerContext context) {
                throw new IllegalStateException();
            }
        };
        pool.start(0, rollouts, Resources.cpus(0), heard);
        assertThat(Heard.next(heard.failures))
                .hasMessageContaining("on first: ")
                .hasMessageContaining("There is no class com.acme.Warehouse on the class path")
                .hasMessageContaining("Maybe name its jar with --classpath");
    }

    @Test
    void aStartWaitsForANodeWithRoomAndItsMessagesWaitWithIt() throws InterruptedException {
        WorkerLink link = pool.start(4, new EchoKind.Recipe("hello"), new Resources(1, 500, Set.of("gpu")), heard);
        link.send(Updates.of(1, 3));
        link.send(Updates.of(2, 3));
        link.send(Command.of("go"));
        assertThat(link.node()).isEqualTo("nowhere yet");
        CountDownLatch changed = new CountDownLatch(1);
        pool.onChange(changed::countDown);
        try (Node second = Node.of(pool.port(), "first", 1, Set.of("gpu"))) {
            assertThat(heard.names(3)).containsExactly("hello", "policy", "go");
            assertThat(heard.messages).isEmpty();
            assertThat(link.node()).isEqualTo("first-2");
            assertThat(changed.await(Heard.SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(pool.nodes()).hasSize(2).anySatisfy(node -> {
                assertThat(node.name()).isEqualTo("first-2");
                assertThat(node.labels()).containsExactly("gpu");
                assertThat(node.offers().cpus()).isEqualTo(1);
                assertThat(node.free().cpus()).isEqualTo(0);
                assertThat(node.free().memoryMiB()).isEqualTo(500);
            });
            Heard next = new Heard();
            WorkerLink after = pool.start(5, new EchoKind.Recipe("hi"), new Resources(1, 0, Set.of("gpu")), next);
            assertThat(after.node()).isEqualTo("nowhere yet");
            link.close();
            assertThat(next.command().name()).isEqualTo("hi");
            second.leave();
            assertThat(Heard.next(next.losses)).isEqualTo("first-2: draining");
        }
        assertThat(pool.nodes()).hasSize(1);
    }

    @Test
    void aDrainedNodeFinishesTheMessageInHand() throws InterruptedException {
        try (Node second = Node.of(pool.port(), "second", 1, Set.of("nap"))) {
            WorkerLink link = pool.start(6, new EchoKind.Recipe("hello"), new Resources(1, 0, Set.of("nap")), heard);
            assertThat(heard.command().name()).isEqualTo("hello");
            link.send(Command.of("nap", 700));
            link.send(Command.of("never done"));
            Thread.sleep(200);
            second.leave();
            assertThat(heard.command().name()).isEqualTo("awake");
            assertThat(Heard.next(heard.losses)).isEqualTo("second: draining");
            assertThat(heard.messages).isEmpty();
        }
    }

    @Test
    void aSecondHeadAtTheSameAddressIsRefused() {
        assertThatThrownBy(() -> ClusterPool.start(ClusterSettings.LOCAL.at("127.0.0.1", pool.port()), event -> {}))
                .isInstanceOf(ClusterException.class)
                .hasMessageContaining("this cluster has a head already")
                .hasMessageContaining("Maybe");
    }

    @Test
    void anAddressThatOthersReachNeedsTls() {
        assertThatThrownBy(() -> ClusterPool.start(ClusterSettings.LOCAL.at("0.0.0.0", 0), event -> {}))
                .isInstanceOf(ClusterException.class)
                .hasMessageContaining("host (0.0.0.0)")
                .hasMessageContaining("--tls-key")
                .hasMessageContaining("--insecure");
    }
}
