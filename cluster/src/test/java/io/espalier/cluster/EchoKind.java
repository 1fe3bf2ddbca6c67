package io.espalier.cluster;

import io.espalier.core.State;
import io.espalier.runtime.events.RunEvent;
import io.espalier.runtime.workers.Command;
import io.espalier.runtime.workers.Message;
import io.espalier.runtime.workers.PolicyUpdate;
import io.espalier.runtime.workers.Worker;
import io.espalier.runtime.workers.WorkerContext;
import io.espalier.runtime.workers.WorkerKind;
import io.espalier.runtime.workers.WorkerRecipe;
import java.util.Map;

/** Answers what it is sent, and does as it is told. */
public final class EchoKind implements WorkerKind {
    static final String NAME = "echo";

    /** The recipe; described, it says with which word to greet. */
    record Recipe(String greeting) implements WorkerRecipe {
        @Override
        public String kind() {
            return NAME;
        }

        @Override
        public State description() {
            State description = new State();
            Words.put(description.child("words"), "greeting", greeting);
            return description;
        }

        @Override
        public Worker create(WorkerContext context) {
            context.send(new Command(greeting, new State()));
            return new Echo(context);
        }
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public WorkerRecipe read(State description) {
        return new Recipe(Words.text(description.child("words"), "greeting"));
    }

    private static final class Echo implements Worker {
        /** The policy update that this JVM's workers got last: shared if it is the same object. */
        private static volatile Object last;

        private final WorkerContext context;

        Echo(WorkerContext context) {
            this.context = context;
        }

        @Override
        public void receive(Message message) {
            if (message instanceof PolicyUpdate update) {
                boolean shared = last == update;
                last = update;
                State body = new State();
                body.putLong("number", update.weights().version());
                body.putLong("shared", shared ? 1 : 0);
                body.putLong("size", update.weights().size());
                context.send(new Command("policy", body));
                return;
            }
            Command command = (Command) message;
            switch (command.name()) {
                case "policy" -> {}
                case "pid" ->
                    context.send(Command.of("pid", ProcessHandle.current().pid()));
                case "fail" -> throw new IllegalStateException("as I was told");
                case "event" ->
                    context.event(new RunEvent(
                            "test/event",
                            "it happened",
                            Map.of("step", 7, "flag", true, "share", 0.5, "text", "a\nb")));
                case "flood" -> {
                    for (long i = 0; i < command.number(); i++) {
                        context.send(Command.of("flood", i));
                    }
                }
                case "nap" -> {
                    try {
                        Thread.sleep(command.number());
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    context.send(Command.of("awake"));
                }
                default -> context.send(message);
            }
        }

        @Override
        public void close() {}
    }
}
