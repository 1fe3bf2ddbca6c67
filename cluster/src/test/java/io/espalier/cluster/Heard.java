package io.espalier.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.runtime.events.RunEvent;
import io.espalier.runtime.workers.Command;
import io.espalier.runtime.workers.Message;
import io.espalier.runtime.workers.WorkerLink;
import io.espalier.runtime.workers.WorkerListener;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Writes down what is heard of workers. */
final class Heard implements WorkerListener {
    static final int SECONDS = 120;

    final BlockingQueue<Message> messages = new LinkedBlockingQueue<>();
    final BlockingQueue<RunEvent> events = new LinkedBlockingQueue<>();
    final BlockingQueue<String> losses = new LinkedBlockingQueue<>();
    final BlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();

    static <T> T next(BlockingQueue<T> queue) {
        try {
            T found = queue.poll(SECONDS, TimeUnit.SECONDS);
            assertThat(found).as("something heard within " + SECONDS + " s").isNotNull();
            return found;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    Command command() {
        return (Command) next(messages);
    }

    List<String> names(int count) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            names.add(command().name());
        }
        return names;
    }

    @Override
    public void received(WorkerLink from, Message message) {
        messages.add(message);
    }

    @Override
    public void event(WorkerLink from, RunEvent event) {
        events.add(event);
    }

    @Override
    public void lost(WorkerLink worker, String cause) {
        losses.add(cause);
    }

    @Override
    public void failed(WorkerLink worker, Throwable cause) {
        failures.add(cause);
    }
}
