package io.espalier.benchmarks;

import io.espalier.core.RandomStream;
import io.espalier.core.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A head and its workers as a simulation of discrete events: workers collect and encode on the cores of their machines;
 * blocks go over the head's link, are decoded by one thread and learned from by another; weights go out to each machine
 * once, whatever its workers. A machine that is sent new weights while older ones wait for the link is sent the newest
 * only.
 */
final class ScalingModel {
    /**
     * Who works where.
     *
     * @param workers how many
     * @param workersPerMachine how many on each machine but the head
     * @param coresPerMachine processors of each machine
     * @param headCores processors of the head
     * @param together whether workers are on the head's own machine, and share its processors
     */
    record Layout(int workers, int workersPerMachine, double coresPerMachine, double headCores, boolean together) {
        /** Everything on one machine. */
        static Layout here(int workers, double cores) {
            return new Layout(workers, workers, cores, cores, true);
        }

        /** Machines that have a core for each worker. */
        static Layout machines(int workers, int each, double headCores) {
            return new Layout(workers, each, each, headCores, false);
        }

        int machineCount() {
            return (workers + workersPerMachine - 1) / workersPerMachine;
        }
    }

    /**
     * How workers and learner are joined.
     *
     * @param synchronous whether all wait for all; then a block is divided among the workers
     * @param ahead asynchronous: blocks that a worker is asked for in advance
     * @param maxStaleness asynchronous: versions; older blocks are dropped
     * @param jitter collecting takes a random share more or less, from −jitter to jitter
     */
    record Mode(boolean synchronous, int ahead, long maxStaleness, double jitter) {
        static final Mode SYNCHRONOUS = new Mode(true, 1, 0, 0);
        static final Mode ASYNCHRONOUS = new Mode(false, 2, 16, 0);

        Mode withJitter(double share) {
            return new Mode(synchronous, ahead, maxStaleness, share);
        }
    }

    /**
     * What came of it.
     *
     * @param samplesPerSecond environment steps learned from
     * @param staleness mean, in versions
     * @param droppedShare of all blocks
     * @param utilization of each part, 0 to 1
     */
    record Outcome(double samplesPerSecond, double staleness, double droppedShare, Map<String, Double> utilization) {
        /** The part that is busiest. */
        String bottleneck() {
            return utilization.entrySet().stream()
                    .max(Map.Entry.comparingByValue())
                    .orElseThrow()
                    .getKey();
        }
    }

    private static final String LEARNER = "learner";

    private final ScalingCosts costs;
    private final Layout layout;
    private final Mode mode;
    private final EventQueue events = new EventQueue();
    private final SharedCores head;
    private final List<SharedCores> machines = new ArrayList<>();
    private final Station inbound = new Station(events);
    private final Station outbound = new Station(events);
    private final Station receiver = new Station(events);
    private final Station learner = new Station(events);
    private final RandomStream random;
    /** By machine: the version of the weights it has, and whether newer ones wait for the link. */
    private final long[] has;

    private final boolean[] queued;
    private long version;
    private int arrived;
    private double collecting;
    private Counts counts = Counts.NONE;
    private long blocks;
    private long dropped;
    private long lateness;

    private record Counts(
            double at,
            long blocks,
            long dropped,
            long lateness,
            double in,
            double out,
            double received,
            double learned,
            double collecting) {
        static final Counts NONE = new Counts(0, 0, 0, 0, 0, 0, 0, 0, 0);
    }

    private ScalingModel(ScalingCosts costs, Layout layout, Mode mode, long seed) {
        this.costs = costs;
        this.layout = layout;
        this.mode = mode;
        random = Seeds.of(seed).child("scaling").stream();
        head = new SharedCores(events, layout.headCores());
        for (int i = 0; i < layout.machineCount(); i++) {
            machines.add(layout.together() ? head : new SharedCores(events, layout.coresPerMachine()));
        }
        has = new long[layout.machineCount()];
        queued = new boolean[layout.machineCount()];
    }

    /** Simulates, and measures the second half of so many seconds. */
    static Outcome simulate(ScalingCosts costs, Layout layout, Mode mode, double seconds, long seed) {
        ScalingModel model = new ScalingModel(costs, layout, mode, seed);
        if (mode.synchronous()) {
            model.round();
        } else {
            for (int worker = 0; worker < layout.workers(); worker++) {
                new Worker(model, worker).credits(mode.ahead());
            }
        }
        model.events.runUntil(seconds / 2);
        model.counts = model.count();
        model.events.runUntil(seconds);
        return model.outcome();
    }

    private double collectTime(double share) {
        double off = mode.jitter() == 0 ? 0 : mode.jitter() * (2 * random.nextDouble() - 1);
        return costs.collect() * share * (1 + off);
    }

    // Synchronous: weights to all, a share of the block from each, learn.

    private void round() {
        arrived = 0;
        head.run(costs.weightEncode(), () -> {
            for (int machine = 0; machine < machines.size(); machine++) {
                int to = machine;
                send(outbound, costs.weightBytes(), () -> collectOn(to));
            }
        });
    }

    private void collectOn(int machine) {
        int from = machine * layout.workersPerMachine();
        int to = Math.min(layout.workers(), from + layout.workersPerMachine());
        double share = 1.0 / layout.workers();
        for (int worker = from; worker < to; worker++) {
            double work = collectTime(share);
            collecting += work;
            machines.get(machine)
                    .run(
                            work + costs.encode() * share,
                            () -> send(inbound, costs.blockBytes() * share, () -> receive(share, this::arrived)));
        }
    }

    private void arrived() {
        if (++arrived == layout.workers()) {
            learner.submit(done -> head.run(costs.update(), () -> {
                blocks++;
                done.run();
                round();
            }));
        }
    }

    // Both.

    private void send(Station link, double bytes, Runnable then) {
        link.submit(done -> events.after(costs.transfer(bytes), () -> {
            events.after(costs.latency(), then);
            done.run();
        }));
    }

    private void receive(double share, Runnable then) {
        receiver.submit(done -> head.run(costs.decode() * share, () -> {
            done.run();
            then.run();
        }));
    }

    // Asynchronous: each worker goes on while it has credits; each block is learned from, and the weights go out.

    private static final class Worker {
        private final ScalingModel model;
        private final int machine;
        private int credits;
        private boolean working;

        Worker(ScalingModel model, int number) {
            this.model = model;
            machine = number / model.layout.workersPerMachine();
        }

        void credits(int more) {
            credits += more;
            if (!working && credits > 0) {
                collect();
            }
        }

        private void collect() {
            working = true;
            credits--;
            long acted = model.has[machine];
            double work = model.collectTime(1);
            model.collecting += work;
            model.machines.get(machine).run(work + model.costs.encode(), () -> {
                working = false;
                model.send(
                        model.inbound,
                        model.costs.blockBytes(),
                        () -> model.receive(1, () -> model.learn(this, acted)));
                credits(0);
            });
        }
    }

    private void learn(Worker from, long acted) {
        learner.submit(done -> {
            long late = version - acted;
            Runnable ask = () -> events.after(costs.latency(), () -> from.credits(1));
            if (late > mode.maxStaleness()) {
                dropped++;
                ask.run();
                done.run();
                return;
            }
            head.run(costs.update() + costs.weightEncode(), () -> {
                version++;
                blocks++;
                lateness += late;
                for (int machine = 0; machine < machines.size(); machine++) {
                    publish(machine);
                }
                ask.run();
                done.run();
            });
        });
    }

    private void publish(int machine) {
        if (layout.together() && costs.weightBytes() == 0) {
            has[machine] = version;
        } else if (!queued[machine]) {
            queued[machine] = true;
            outbound.submit(done -> {
                queued[machine] = false;
                long sent = version;
                events.after(costs.transfer(costs.weightBytes()), () -> {
                    events.after(costs.latency(), () -> has[machine] = sent);
                    done.run();
                });
            });
        }
    }

    private Counts count() {
        return new Counts(
                events.now(),
                blocks,
                dropped,
                lateness,
                inbound.busy(),
                outbound.busy(),
                receiver.busy(),
                learner.busy(),
                collecting);
    }

    private Outcome outcome() {
        Counts now = count();
        double seconds = now.at - counts.at;
        long learned = now.blocks - counts.blocks;
        long late = now.dropped - counts.dropped;
        return new Outcome(
                learned * (double) costs.rows() / seconds,
                learned == 0 ? 0 : (double) (now.lateness - counts.lateness) / learned,
                learned + late == 0 ? 0 : (double) late / (learned + late),
                Map.of(
                        "workers",
                        (now.collecting - counts.collecting) / seconds / layout.workers(),
                        "link in",
                        (now.in - counts.in) / seconds,
                        "link out",
                        (now.out - counts.out) / seconds,
                        "receiver",
                        (now.received - counts.received) / seconds,
                        LEARNER,
                        (now.learned - counts.learned) / seconds));
    }
}
