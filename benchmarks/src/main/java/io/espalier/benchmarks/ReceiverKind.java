package io.espalier.benchmarks;

import com.google.auto.service.AutoService;
import io.espalier.core.State;
import io.espalier.runtime.workers.Command;
import io.espalier.runtime.workers.Message;
import io.espalier.runtime.workers.PolicyUpdate;
import io.espalier.runtime.workers.Worker;
import io.espalier.runtime.workers.WorkerContext;
import io.espalier.runtime.workers.WorkerKind;
import io.espalier.runtime.workers.WorkerRecipe;

/** Workers that only say when they received weights: what is left is transport. */
@AutoService(WorkerKind.class)
public final class ReceiverKind implements WorkerKind {
    private static final String NAME = "benchmark-receiver";

    /** The recipe; it has nothing to say. */
    record Recipe() implements WorkerRecipe {
        @Override
        public String kind() {
            return NAME;
        }

        @Override
        public State description() {
            return new State();
        }

        @Override
        public Worker create(WorkerContext context) {
            context.send(Command.of("ready", ProcessHandle.current().pid()));
            return new Receiver(context);
        }
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public WorkerRecipe read(State description) {
        return new Recipe();
    }

    private static final class Receiver implements Worker {
        private final WorkerContext context;
        private long arrived;

        Receiver(WorkerContext context) {
            this.context = context;
        }

        @Override
        public void receive(Message message) {
            if (message instanceof PolicyUpdate) {
                // This clock is the whole machine's: processes may compare what they read.
                arrived = System.nanoTime();
            } else {
                context.send(Command.of("received", arrived));
            }
        }

        @Override
        public void close() {}
    }
}
