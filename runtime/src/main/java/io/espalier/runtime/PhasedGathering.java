package io.espalier.runtime;

import io.espalier.core.MetricSink;
import io.espalier.core.State;
import io.espalier.policy.Learner;
import io.espalier.policy.Policy;
import io.espalier.runtime.events.RunEvent;
import java.util.List;
import java.util.Map;

/** Gathers as the mode of the phase does; at its end, the next one takes over what this one knows. */
final class PhasedGathering implements Gathering {
    private final List<Phases.Phase> phases;
    private final GatheringParts parts;
    private final Learner relay = new Relay();
    private int phase;
    private Gathering current;
    private long faultsBefore;

    PhasedGathering(List<Phases.Phase> phases, GatheringParts parts) {
        this.phases = phases;
        this.parts = parts;
        State from = parts.plan().from();
        phase = from != null && from.has("phase") ? (int) from.getLong("phase") : 0;
        if (phase < 0 || phase >= phases.size()) {
            throw new IllegalArgumentException("phase (" + phase + ") must be one of the " + phases.size()
                    + ". Maybe the checkpoint is of another run.");
        }
        current = phases.get(phase).mode().gathering(parts);
    }

    /** The learner of the phase: whoever holds it need not know that it changes. */
    private final class Relay implements Learner {
        @Override
        public Policy policy() {
            return current.learner().policy();
        }

        @Override
        public long updates() {
            return current.learner().updates();
        }

        @Override
        public void save(State into) {
            current.learner().save(into);
        }

        @Override
        public void load(State from) {
            current.learner().load(from);
        }
    }

    @Override
    public Learner learner() {
        return relay;
    }

    @Override
    public int tasks() {
        return current.tasks();
    }

    @Override
    public void begin(Policy policy, long environmentSteps) {
        while (environmentSteps >= phases.get(phase).until()) {
            handOver(environmentSteps);
        }
        current.begin(policy, environmentSteps);
    }

    private void handOver(long environmentSteps) {
        State learned = new State();
        current.learner().save(learned);
        State stood = new State();
        current.save(stood, true);
        State next = new State();
        stood.entries().forEach((name, value) -> {
            if (!name.equals("restarts")) {
                next.put(name, value);
            }
        });
        ExecutionMode mode = phases.get(phase + 1).mode();
        // Where the next mode does not take over the environments, they must not begin as they did before.
        boolean goesOn = mode instanceof Synchronous || mode instanceof Pipelined;
        next.putLong("restarts", stood.getLong("restarts") + (goesOn ? 0 : 1));
        faultsBefore += current.faults();
        current.close();
        phase++;
        current = mode.gathering(new GatheringParts(
                parts.plan().from(next),
                parts.source(),
                parts.task(),
                parts.cores(),
                parts.learnerThreads(),
                parts.workers(),
                parts.events(),
                parts.records()));
        current.learner().load(learned);
        current.load(next);
        parts.events()
                .take(new RunEvent(
                        "mode/phase",
                        "after " + environmentSteps + " environment steps the run goes on as " + mode.text(),
                        Map.of("phase", phase, "mode", mode.text())));
    }

    @Override
    public void run(int index, int thread) {
        current.run(index, thread);
    }

    @Override
    public void resume(int index, int thread) {
        current.resume(index, thread);
    }

    @Override
    public void tell(EpisodeRecorder recorder) {
        current.tell(recorder);
    }

    @Override
    public long learn(MetricSink metrics) {
        return current.learn(metrics);
    }

    @Override
    public Redivisible redivisible() {
        return current.redivisible();
    }

    @Override
    public long faults() {
        return faultsBefore + current.faults();
    }

    @Override
    public void save(State into, boolean settled) {
        current.save(into, settled);
        into.putLong("phase", phase);
    }

    @Override
    public void load(State from) {
        current.load(from);
    }

    @Override
    public void close() {
        current.close();
    }
}
