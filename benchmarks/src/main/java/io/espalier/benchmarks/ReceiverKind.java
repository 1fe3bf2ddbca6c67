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

/** Workers that only say that they have received something: what is left is transport. */
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
        private long version = -1;

        Receiver(WorkerContext context) {
            this.context = context;
        }

        @Override
        public void receive(Message message) {
            if (message instanceof PolicyUpdate update) {
                version = update.weights().version();
            } else {
                context.send(Command.of("received", version));
            }
        }

        @Override
        public void close() {}
    }
}
