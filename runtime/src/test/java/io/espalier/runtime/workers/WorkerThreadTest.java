package io.espalier.runtime.workers;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.core.AbandonedCall;
import io.espalier.core.State;
import io.espalier.runtime.events.RunEvent;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class WorkerThreadTest {
    private final AtomicBoolean closed = new AtomicBoolean();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final AtomicReference<Throwable> cause = new AtomicReference<>();

    private WorkerThread thread(RuntimeException thrown) {
        WorkerThread thread = new WorkerThread("worker", recipe(thrown), new Deaf(), problem -> {
            cause.set(problem);
            ended.countDown();
        });
        thread.start();
        return thread;
    }

    private WorkerRecipe recipe(RuntimeException thrown) {
        return new WorkerRecipe() {
            @Override
            public String kind() {
                return "test";
            }

            @Override
            public State description() {
                return new State();
            }

            @Override
            public Worker create(WorkerContext context) {
                return new Worker() {
                    @Override
                    public void receive(Message message) {
                        if (thrown != null) {
                            throw thrown;
                        }
                        context.send(message);
                    }

                    @Override
                    public void close() {
                        closed.set(true);
                    }
                };
            }
        };
    }

    /** Nobody hears the worker: its employer is gone. */
    private static final class Deaf implements WorkerContext {
        @Override
        public int number() {
            return 0;
        }

        @Override
        public void send(Message message) {
            throw new AbandonedCall("nobody is there");
        }

        @Override
        public void event(RunEvent event) {}

        @Override
        public void giveUp(Thread stuck) {}
    }

    @Test
    void aWorkerWhoseEmployerIsGoneIsClosed() throws InterruptedException {
        thread(null).offer(Command.of("say something"));
        assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(closed).isTrue();
        assertThat(cause.get()).isNull();
    }

    @Test
    void aWorkerThatThrowsIsClosedAndItsCauseTold() throws InterruptedException {
        thread(new IllegalStateException("broken")).offer(Command.of("go"));
        assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(closed).isTrue();
        assertThat(cause.get()).hasMessage("broken");
    }
}
