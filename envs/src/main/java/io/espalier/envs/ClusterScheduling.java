package io.espalier.envs;

import io.espalier.core.Box;
import io.espalier.core.Discrete;
import io.espalier.core.Environment;
import io.espalier.core.MetricSink;
import io.espalier.core.RandomStream;
import io.espalier.core.Space;
import io.espalier.core.State;
import io.espalier.core.Stateful;
import io.espalier.core.Step;
import java.util.Arrays;

/**
 * Jobs that need CPU and memory for some time arrive at a pool of machines, and the agent decides which of them to start
 * next, so that they are slowed down as little as possible.
 *
 * <p><b>Actions</b>, {@code discrete(slots + 1)}: i below {@code slots} starts the job in slot i of the queue, while time
 * stands still, so that several can be started at once; {@code slots} lets a time step pass. Starting what does not fit, or
 * from an empty slot, is masked; done nevertheless, it lets time pass.
 *
 * <p><b>Observations</b>, {@code box[2 * 20 + 4 * slots + 2]} between 0 and 1:
 * <table>
 *   <caption>the components, for s slots</caption>
 *   <tr><th>index<th>quantity
 *   <tr><td>0 to 19<td>the share of all CPUs that running jobs hold in each of the next 20 time steps
 *   <tr><td>20 to 39<td>the share of memory likewise
 *   <tr><td>40 + 4 i to 43 + 4 i<td>slot i: 1 if it holds a job; its share of CPUs, its share of memory, its duration in units
 *   of 20 time steps
 *   <tr><td>40 + 4 s<td>jobs that wait behind the slots, as a share of all that could arrive
 *   <tr><td>41 + 4 s<td>the share of the arrival time that is over
 * </table>
 *
 * <p><b>Rewards</b>: for a time step that passes, minus the sum of 1 / duration over all jobs that wait or run; 0 for starting
 * a job. So the return is minus the sum of all jobs' slowdowns. A job's slowdown is the time from its arrival to its
 * completion divided by its duration, at best 1.
 *
 * <p><b>Start</b>: an empty pool of 20 units each of CPU and memory. In each time step of the arrival time, the first included,
 * a job arrives with a fixed probability. With probability 0.8 it lasts 1 to 3 time steps, else 10 to 15; it needs 5 to
 * 10 units of one resource, either with equal probability, and 1 to 2 of the other; all uniform.
 *
 * <p><b>End</b>: terminated when the arrival time is over and all jobs are done; truncated after 1000 steps when made by name.
 *
 * <p><b>Figures</b> of an episode: "slowdown", the mean over all jobs that arrived (those not done count as if they were
 * started at the end; 1 if none arrived), and "jobs", their number. {@link ClusterHeuristic} has schedulers to compare with.
 *
 * <p><b>Version</b>: ClusterScheduling-v0 with 5 slots, 50 time steps of arrivals and an arrival probability of 0.9, which
 * keeps each resource busy to 83 % on average. The source shows the queue as an image and also plans starts ahead.
 *
 * <p><b>Source</b>: H. Mao, M. Alizadeh, I. Menache and S. Kandula, "Resource management with deep reinforcement learning",
 * HotNets (2016), section 4.
 */
public final class ClusterScheduling implements Environment, Stateful {
    /** Units of each resource. */
    static final int UNITS = 20;

    /** How many time steps ahead the use of the pool is shown. */
    static final int HORIZON = 20;

    /** Where the first slot begins in an observation, and floats for each slot. */
    static final int FIRST_SLOT = 2 * HORIZON;

    static final int SLOT_WIDTH = 4;

    private static final int NONE = -1;
    private static final Step STARTED = Step.transition(0);

    private final RandomStream random = new RandomStream(0);
    private final int slots;
    private final int arrivalTime;
    private final double arrivalProbability;
    private final Discrete actions;
    private final Box observations;

    /** Jobs in the order of their arrival; at most one arrives in a time step. */
    private final int[] arrival;

    private final int[] duration;
    private final int[] cpu;
    private final int[] memory;

    /** The time step at which a job is done; {@link #NONE} while it waits. */
    private final int[] end;

    /** Which job is in a slot. */
    private final int[] queue;

    private int jobs;

    /** The first job that has no slot yet; all after it have none either. */
    private int backlog;

    private int now;
    private int freeCpu;
    private int freeMemory;
    private boolean running;

    /** The variant made by name. */
    public ClusterScheduling() {
        this(5, 50, 0.9);
    }

    /**
     * A pool.
     *
     * @param slots how many of the waiting jobs can be chosen from
     * @param arrivalTime for how many time steps jobs arrive
     * @param arrivalProbability the probability that a job arrives in such a time step
     * @throws IllegalArgumentException if a number is below 1, or the probability is none
     */
    public ClusterScheduling(int slots, int arrivalTime, double arrivalProbability) {
        if (slots < 1 || arrivalTime < 1) {
            throw new IllegalArgumentException("slots (" + slots + ") and arrivalTime (" + arrivalTime
                    + ") must be at least 1. Maybe 5 and 50, as in the variant made by name.");
        }
        if (!(arrivalProbability >= 0 && arrivalProbability <= 1)) {
            throw new IllegalArgumentException("arrivalProbability (" + arrivalProbability
                    + ") must be from 0 to 1. Maybe it was meant as jobs in the whole episode.");
        }
        this.slots = slots;
        this.arrivalTime = arrivalTime;
        this.arrivalProbability = arrivalProbability;
        actions = new Discrete(slots + 1);
        observations = Box.uniform(0, 1, FIRST_SLOT + SLOT_WIDTH * slots + 2);
        arrival = new int[arrivalTime];
        duration = new int[arrivalTime];
        cpu = new int[arrivalTime];
        memory = new int[arrivalTime];
        end = new int[arrivalTime];
        queue = new int[slots];
    }

    @Override
    public Space observationSpace() {
        return observations;
    }

    @Override
    public Space actionSpace() {
        return actions;
    }

    @Override
    public void reset(long seed) {
        clear(seed);
        arrive();
    }

    /** Begins an episode in which nothing has arrived yet. */
    void clear(long seed) {
        random.reseed(seed);
        Arrays.fill(queue, NONE);
        jobs = 0;
        backlog = 0;
        now = 0;
        freeCpu = UNITS;
        freeMemory = UNITS;
        running = true;
    }

    private void arrive() {
        if (now >= arrivalTime || random.nextDouble() >= arrivalProbability) {
            return;
        }
        int lasts = random.nextDouble() < 0.8 ? 1 + random.nextInt(3) : 10 + random.nextInt(6);
        int much = 5 + random.nextInt(6);
        int little = 1 + random.nextInt(2);
        boolean mostlyCpu = random.nextInt(2) == 0;
        submit(lasts, mostlyCpu ? much : little, mostlyCpu ? little : much);
    }

    /** A job arrives now. */
    void submit(int lasts, int cpuUnits, int memoryUnits) {
        arrival[jobs] = now;
        duration[jobs] = lasts;
        cpu[jobs] = cpuUnits;
        memory[jobs] = memoryUnits;
        end[jobs] = NONE;
        jobs++;
        fillSlots();
    }

    private void fillSlots() {
        for (int slot = 0; slot < slots && backlog < jobs; slot++) {
            if (queue[slot] == NONE) {
                queue[slot] = backlog++;
            }
        }
    }

    private boolean fits(int slot) {
        int job = queue[slot];
        return job != NONE && cpu[job] <= freeCpu && memory[job] <= freeMemory;
    }

    @Override
    public Step step(float[] row, int at) {
        Actions.underWay(running);
        int action = Actions.choice(actions, row, at);
        if (action < slots && fits(action)) {
            int job = queue[action];
            queue[action] = NONE;
            end[job] = now + duration[job];
            freeCpu -= cpu[job];
            freeMemory -= memory[job];
            fillSlots();
            return STARTED;
        }
        return pass();
    }

    private Step pass() {
        double cost = 0;
        boolean left = false;
        for (int job = 0; job < jobs; job++) {
            if (end[job] == NONE || end[job] > now) {
                cost += 1.0 / duration[job];
                left |= end[job] != now + 1;
            }
            if (end[job] == now + 1) {
                freeCpu += cpu[job];
                freeMemory += memory[job];
            }
        }
        now++;
        arrive();
        running = left || now < arrivalTime;
        return running ? Step.transition(-cost) : Step.termination(-cost);
    }

    @Override
    public boolean masksActions() {
        return true;
    }

    @Override
    public void actionMask(boolean[] into, int at) {
        for (int slot = 0; slot < slots; slot++) {
            into[at + slot] = fits(slot);
        }
        into[at + slots] = true;
    }

    @Override
    public void observe(float[] into, int at) {
        Arrays.fill(into, at, at + observations.size(), 0);
        for (int job = 0; job < jobs; job++) {
            for (int t = 0; t < Math.min(HORIZON, end[job] - now); t++) {
                into[at + t] += cpu[job];
                into[at + HORIZON + t] += memory[job];
            }
        }
        for (int t = 0; t < 2 * HORIZON; t++) {
            into[at + t] /= UNITS;
        }
        int next = at + FIRST_SLOT;
        for (int job : queue) {
            if (job != NONE) {
                into[next] = 1;
                into[next + 1] = cpu[job] / (float) UNITS;
                into[next + 2] = memory[job] / (float) UNITS;
                into[next + 3] = duration[job] / (float) HORIZON;
            }
            next += SLOT_WIDTH;
        }
        into[next] = (jobs - backlog) / (float) arrivalTime;
        into[next + 1] = Math.min(1, now / (float) arrivalTime);
    }

    @Override
    public void episodeMetrics(MetricSink sink) {
        double sum = 0;
        for (int job = 0; job < jobs; job++) {
            int done = end[job] == NONE ? now + duration[job] : end[job];
            sum += (done - arrival[job]) / (double) duration[job];
        }
        sink.put("slowdown", jobs == 0 ? 1 : sum / jobs);
        sink.put("jobs", jobs);
    }

    @Override
    public void save(State into) {
        long[] stream = new long[3];
        random.save(stream, 0);
        into.put("random", stream);
        into.put("arrival", arrival);
        into.put("duration", duration);
        into.put("cpu", cpu);
        into.put("memory", memory);
        into.put("end", end);
        into.put("queue", queue);
        into.put("rest", new int[] {jobs, backlog, now, freeCpu, freeMemory, running ? 1 : 0});
    }

    @Override
    public void load(State from) {
        random.load(Memory.longs(from, "random", 3), 0);
        Memory.restore(from, "arrival", arrival);
        Memory.restore(from, "duration", duration);
        Memory.restore(from, "cpu", cpu);
        Memory.restore(from, "memory", memory);
        Memory.restore(from, "end", end);
        Memory.restore(from, "queue", queue);
        int[] rest = Memory.ints(from, "rest", 6);
        jobs = rest[0];
        backlog = rest[1];
        now = rest[2];
        freeCpu = rest[3];
        freeMemory = rest[4];
        running = rest[5] != 0;
    }

    /** What is in use, and the slots: CPU x memory x duration. */
    @Override
    public String render() {
        StringBuilder picture =
                new StringBuilder("time " + now + "\nCPU    " + bar(freeCpu) + "\nmemory " + bar(freeMemory) + "\n");
        for (int job : queue) {
            picture.append(job == NONE ? "[ ] " : "[" + cpu[job] + "x" + memory[job] + "x" + duration[job] + "] ");
        }
        return picture.append("and ").append(jobs - backlog).append(" more\n").toString();
    }

    private static String bar(int free) {
        return "#".repeat(UNITS - free) + ".".repeat(free);
    }
}
