package io.espalier.benchmarks;

import io.espalier.core.RandomStream;
import io.espalier.testkit.faults.FaultProxy;
import io.espalier.testkit.faults.LinkFaults;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A run over a small cluster of JVMs, each a process of its own: a {@link HeadChild} and some {@link NodeChild}ren,
 * perhaps with {@link FaultProxy proxies} on every way between them.
 */
final class FaultScene implements AutoCloseable {
    /** Seconds within which anything happens that happens at all, on a machine that is busy with other things. */
    static final double PATIENCE = 180;

    /** Environment steps of a round: four copies, 16 steps each. */
    static final int ROUND = 64;

    private static final double WINDOW_SECONDS = 0.5;
    private static final double FULL = 0.9;

    private final int port = twoFreePorts();
    private final List<ChildJvm> nodes = new ArrayList<>();
    private final @Nullable FaultProxy gate;
    private final @Nullable FaultProxy transport;
    private final List<FaultProxy> ways = new ArrayList<>();
    private final int behind;
    private Setup setup;
    private ChildJvm head;
    private int named;

    /**
     * What there is to be.
     *
     * @param words for the head, by name
     * @param options of all JVMs
     * @param nodes how many worker JVMs
     * @param traits what is wrong with them
     * @param proxied whether proxies stand on the ways
     * @param link a namespace in which the first of them lives, behind a wire that can be cut; null for none
     */
    record Setup(
            Map<String, String> words,
            List<String> options,
            int nodes,
            List<String> traits,
            boolean proxied,
            @Nullable Namespace link) {
        /** Two nodes and a synchronous run of PPO on the paced CartPole, of that many environment steps. */
        static Setup synchronous(long steps) {
            return new Setup(
                    Map.of(
                            "mode",
                            "synchronous(workers=2)",
                            "settings",
                            "environments:4,rolloutSteps:16,minibatches:1,epochs:1",
                            "steps",
                            Long.toString(steps)),
                    ChildJvm.LIGHT,
                    2,
                    List.of(),
                    false,
                    null);
        }

        Setup with(String name, String value) {
            Map<String, String> more = new LinkedHashMap<>(words);
            more.put(name, value);
            return new Setup(more, options, nodes, traits, proxied, link);
        }

        Setup trait(String trait) {
            List<String> more = new ArrayList<>(traits);
            more.add(trait);
            return new Setup(words, options, nodes, more, proxied, link);
        }

        Setup nodes(int count) {
            return new Setup(words, options, count, traits, proxied, link);
        }

        Setup options(List<String> others) {
            return new Setup(words, others, nodes, traits, proxied, link);
        }

        Setup throughProxies() {
            return new Setup(words, options, nodes, traits, true, link);
        }

        Setup behind(Namespace wire) {
            return new Setup(words, options, nodes, traits, proxied, wire);
        }
    }

    /** Starts everything; waits until the first round has been learned. */
    FaultScene(Setup setup) {
        this.setup = setup;
        if (setup.proxied()) {
            behind = freePort();
            gate = FaultProxy.to("127.0.0.1", port, 1);
            transport = FaultProxy.on(port + 1, "127.0.0.1", behind, 2);
        } else {
            behind = 0;
            gate = null;
            transport = null;
        }
        head = startHead();
        boolean begun = false;
        try {
            head.need(0, PATIENCE, "listening");
            for (int i = 0; i < setup.nodes(); i++) {
                addNode();
                if (i % 2 == 1) {
                    // No more than two at a time: starting is what they need processors for.
                    node(i).need(0, PATIENCE, "event cluster/joined");
                }
            }
            head.need(0, PATIENCE, "round");
            begun = true;
        } finally {
            if (!begun) {
                close();
            }
        }
    }

    private ChildJvm startHead() {
        List<String> words = new ArrayList<>();
        words.add("port=" + port);
        words.add("nodes=" + setup.nodes());
        setup.words().forEach((name, value) -> words.add(name + "=" + value));
        Namespace wire = setup.link();
        if (wire != null) {
            words.add("host=" + wire.outside());
        }
        List<String> options = new ArrayList<>(setup.options());
        if (setup.proxied()) {
            options.add("-Dpekko.remote.artery.bind.port=" + behind);
        }
        return ChildJvm.start(HeadChild.class, options, words);
    }

    /** Starts the head again, which must have ended. */
    void restartHead() {
        head = startHead();
    }

    /** Starts another run over the nodes that there are; the last one must have ended, or is killed. */
    void next(Setup other) {
        head.close();
        setup = other;
        head = startHead();
        head.need(0, PATIENCE, "round");
    }

    /** The last lines of a run that comes to its end, checked against one that nothing happens to. */
    void finished(FaultReport report, double seconds) {
        ChildJvm.Line end = head.need(0, seconds, "finished");
        ChildJvm.Line blocks = head.lines("blocks").get(0);
        report.same("blocks that came twice", 0, blocks.number(2));
        report.same("blocks of lost workers", 0, blocks.number(3));
        report.same("failures", 0, head.lines("failed").size());
        report.same("bits", HeadChild.quiet(setup.words()), end.word(1));
    }

    /** Starts one more node; its number. */
    int addNode() {
        int number = nodes.size();
        nodes.add(node());
        return number;
    }

    private ChildJvm node() {
        List<String> options = new ArrayList<>(setup.options());
        int own = 0;
        FaultProxy door = gate;
        if (door != null) {
            int hidden = freePort();
            FaultProxy way = FaultProxy.to("127.0.0.1", hidden, 3 + named);
            ways.add(way);
            own = way.port();
            options.add("-Dpekko.remote.artery.bind.port=" + hidden);
        }
        Namespace wire = setup.link();
        List<String> words = new ArrayList<>(List.of(
                wire == null ? "127.0.0.1" : wire.outside(),
                Integer.toString(door == null ? port : door.port()),
                Integer.toString(own),
                "node" + named,
                "4"));
        words.addAll(setup.traits());
        List<String> before = wire != null && named == 0 ? wire.enter() : List.of();
        named++;
        return ChildJvm.start(before, NodeChild.class, options, words);
    }

    /** Starts another node in the place of that one, which must have ended. */
    void replace(int number) {
        nodes.set(number, node());
    }

    /**
     * Kills one of the nodes that work for the head, and starts another in its place.
     *
     * @param least how many must do so; false, and nothing, if there are fewer
     */
    boolean strike(RandomStream random, int least) {
        List<Integer> working = new ArrayList<>();
        for (int i = 0; i < nodes.size(); i++) {
            List<ChildJvm.Line> told = nodes.get(i).lines("event");
            if (!told.isEmpty() && told.get(told.size() - 1).word(1).equals("cluster/joined")) {
                working.add(i);
            }
        }
        if (working.size() < least) {
            return false;
        }
        int victim = working.get(random.nextInt(working.size()));
        nodes.get(victim).close();
        replace(victim);
        return true;
    }

    ChildJvm head() {
        return head;
    }

    ChildJvm node(int number) {
        return nodes.get(number);
    }

    List<ChildJvm> nodes() {
        return List.copyOf(nodes);
    }

    /** What happens to what nodes send to the head, over both of their ways. */
    void towardsHead(LinkFaults faults) {
        gate().toTarget(faults);
        transport().toTarget(faults);
        ways.forEach(way -> way.toClient(faults));
    }

    /** What happens to what the head sends to nodes. */
    void towardsNodes(LinkFaults faults) {
        gate().toClient(faults);
        transport().toClient(faults);
        ways.forEach(way -> way.toTarget(faults));
    }

    /** What happens to the messages alone, in both directions; the line to the gate is left. */
    void messages(LinkFaults faults) {
        transport().both(faults);
        ways.forEach(way -> way.both(faults));
    }

    void heal() {
        towardsHead(LinkFaults.NONE);
        towardsNodes(LinkFaults.NONE);
    }

    /** Resets the connections over which messages go. */
    void resetMessages() {
        transport().reset();
        ways.forEach(FaultProxy::reset);
    }

    FaultProxy gate() {
        FaultProxy door = gate;
        if (door == null) {
            throw new IllegalStateException("no proxies in this scene.");
        }
        return door;
    }

    private FaultProxy transport() {
        FaultProxy door = transport;
        if (door == null) {
            throw new IllegalStateException("no proxies in this scene.");
        }
        return door;
    }

    /** Environment steps that have been learned from. */
    long steps() {
        List<ChildJvm.Line> rounds = head.lines("round");
        return rounds.isEmpty() ? 0 : rounds.get(rounds.size() - 1).number(1);
    }

    /** Waits until so many more steps were learned from. */
    void awaitSteps(long more) {
        long wanted = steps() + more;
        if (head.await(0, PATIENCE, line -> line.word(0).equals("round") && line.number(1) >= wanted) == null) {
            throw new IllegalStateException("the run does not come to " + wanted + " steps");
        }
    }

    /** Steps a second between two moments. */
    double rate(long from, long to) {
        long first = -1;
        long last = -1;
        for (ChildJvm.Line line : head.lines("round")) {
            if (line.nanos() - from < 0) {
                first = line.number(1);
            } else if (line.nanos() - to < 0) {
                last = line.number(1);
            }
        }
        return first < 0 || last < 0 ? 0 : (last - first) / ((to - from) / 1e9);
    }

    /**
     * Seconds from that moment until the run goes on at {@value #FULL} of the rate it had in the second before, over a
     * window of half a second; what it has said until now must reach so far.
     */
    double fullRateAfter(long fault) {
        double before = rate(fault - 1_000_000_000, fault);
        long now = System.nanoTime();
        long window = (long) (WINDOW_SECONDS * 1e9);
        for (ChildJvm.Line line : head.lines("round")) {
            long at = line.nanos();
            if (at - fault > 0 && now - at > window && rate(at + 1, at + window) >= FULL * before) {
                return (at - fault) / 1e9;
            }
        }
        return Double.POSITIVE_INFINITY;
    }

    @Override
    public void close() {
        nodes.forEach(ChildJvm::close);
        head.close();
        ways.forEach(FaultProxy::close);
        FaultProxy door = gate;
        if (door != null) {
            door.close();
        }
        FaultProxy other = transport;
        if (other != null) {
            other.close();
        }
    }

    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException("no port is free.", e);
        }
    }

    private static int twoFreePorts() {
        int found = freePort();
        while (!isFree(found + 1)) {
            found = freePort();
        }
        return found;
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException | IllegalArgumentException e) {
            return false;
        }
    }
}
