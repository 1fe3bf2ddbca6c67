package io.espalier.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.espalier.core.Box;
import io.espalier.core.Decider;
import io.espalier.core.DefaultVectorEnvironment;
import io.espalier.core.Discrete;
import io.espalier.core.Environment;
import io.espalier.core.RandomStream;
import io.espalier.core.Seeds;
import io.espalier.core.Simulation;
import io.espalier.core.SimulationCancelled;
import io.espalier.core.SimulationEnvironment;
import io.espalier.core.SimulationException;
import io.espalier.core.Space;
import io.espalier.core.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SimulationEnvironmentTest {
    /** Jobs arrive at random at two queues; the one to serve next is decided. Ends when 20 jobs were served. */
    private static class TwoQueues implements Simulation {
        int closed;

        @Override
        public Space observationSpace() {
            return Box.uniform(0, 100, 2);
        }

        @Override
        public Space actionSpace() {
            return new Discrete(2);
        }

        @Override
        public boolean masksActions() {
            return true;
        }

        @Override
        public boolean reportsSuccess() {
            return true;
        }

        @Override
        public void run(Decider decider, long seed) {
            RandomStream random = new RandomStream(seed);
            float[] queues = {1, 1};
            boolean[] busy = new boolean[2];
            double waited = 0;
            for (int served = 0; served < 20; ) {
                queues[random.nextInt(2)]++;
                busy[0] = queues[0] > 0;
                busy[1] = queues[1] > 0;
                int queue = decider.choose(queues, busy);
                queues[queue]--;
                served++;
                decider.reward(-0.25 * queues[0]);
                decider.reward(-0.25 * queues[1]);
                waited += queues[0] + queues[1];
                if (waited > 300) {
                    decider.truncated(queues);
                    return;
                }
            }
            decider.success(waited < 100);
            decider.metric("waited", waited);
            decider.terminated(queues);
        }

        @Override
        public void close() {
            closed++;
        }
    }

    @Nested
    class Contract extends EnvironmentContract {
        @Override
        protected Environment create() {
            return new SimulationEnvironment(new TwoQueues());
        }

        @Override
        protected boolean fixedLength() {
            return true;
        }
    }

    @Nested
    class VectorContract extends VectorEnvironmentContract {
        @Override
        protected DefaultVectorEnvironment create(int copies, Seeds seeds, int first) {
            return new DefaultVectorEnvironment(this::reference, copies, seeds, first);
        }

        @Override
        protected Environment reference() {
            return new SimulationEnvironment(new TwoQueues());
        }

        @Override
        protected int bytesPerStep() {
            // One Step, and the figures of an episode now and then.
            return 64;
        }
    }

    /** A simulation of one number, made of a loop. */
    private interface Loop {
        void run(Decider decider, long seed) throws Exception;
    }

    private static Simulation simulation(Loop loop) {
        return new Simulation() {
            @Override
            public Space observationSpace() {
                return Box.unbounded(1);
            }

            @Override
            public Space actionSpace() {
                return Box.unbounded(1);
            }

            @Override
            public void run(Decider decider, long seed) throws Exception {
                loop.run(decider, seed);
            }
        };
    }

    private final List<SimulationEnvironment> made = new ArrayList<>();

    private SimulationEnvironment environment(Loop loop) {
        SimulationEnvironment environment = new SimulationEnvironment(simulation(loop));
        made.add(environment);
        return environment;
    }

    @AfterEach
    void closeAndLeaveNoThread() throws InterruptedException {
        for (SimulationEnvironment environment : made) {
            Thread thread = environment.thread();
            environment.close();
            if (thread != null) {
                thread.join(10_000);
                assertThat(thread.isAlive()).isFalse();
            }
        }
    }

    private static float seen(Environment environment) {
        float[] row = new float[1];
        environment.observe(row, 0);
        return row[0];
    }

    private static Step step(Environment environment, float action) {
        return environment.step(new float[] {action}, 0);
    }

    @Test
    void theLoopAndItsCallerTakeTurns() {
        SimulationEnvironment environment = environment((decider, seed) -> {
            float[] action = new float[1];
            float sum = seed;
            for (int k = 1; k <= 3; k++) {
                decider.decide(new float[] {sum}, action);
                sum += action[0];
                decider.reward(k);
                decider.reward(0.5);
            }
            decider.terminated(new float[] {sum});
        });
        environment.reset(10);
        assertThat(seen(environment)).isEqualTo(10);
        assertThat(step(environment, 1)).isEqualTo(Step.transition(1.5));
        assertThat(seen(environment)).isEqualTo(11);
        assertThat(step(environment, 2)).isEqualTo(Step.transition(2.5));
        assertThat(step(environment, 3)).isEqualTo(Step.termination(3.5));
        assertThat(seen(environment)).isEqualTo(16);
        assertThatIllegalStateException().isThrownBy(() -> step(environment, 0));
        Thread thread = environment.thread();
        environment.reset(20);
        assertThat(seen(environment)).isEqualTo(20);
        assertThat(environment.thread()).isSameAs(thread);
        assertThat(thread.isDaemon()).isTrue();
        assertThat(thread.getName()).startsWith("espalier-simulation-");
    }

    @Test
    void returningWithoutAWordIsATermination() {
        SimulationEnvironment environment = environment((decider, seed) -> {
            decider.decide(new float[] {7}, new float[1]);
            decider.reward(2);
        });
        environment.reset(1);
        assertThat(step(environment, 0)).isEqualTo(Step.termination(2));
        assertThat(seen(environment)).isEqualTo(7);
    }

    @Test
    void aTruncationIsOne() {
        SimulationEnvironment environment = environment((decider, seed) -> {
            decider.decide(new float[] {7}, new float[1]);
            decider.truncated(new float[] {8});
        });
        environment.reset(1);
        assertThat(step(environment, 0)).isEqualTo(Step.truncation(0));
        assertThat(seen(environment)).isEqualTo(8);
    }

    @Test
    void anExceptionSurfacesWithItsCauseAndTheNextEpisodeIsFresh() {
        SimulationEnvironment environment = environment((decider, seed) -> {
            if (seed == 1) {
                throw new java.io.IOException("no input");
            }
            float[] action = new float[1];
            decider.decide(new float[1], action);
            if (action[0] == 9) {
                throw new ArithmeticException("nine");
            }
            decider.decide(new float[1], action);
        });
        assertThatThrownBy(() -> environment.reset(1))
                .isInstanceOf(SimulationException.class)
                .hasMessageContaining("beginning an episode (seed 1)")
                .hasCauseInstanceOf(java.io.IOException.class);
        assertThatIllegalStateException().isThrownBy(() -> step(environment, 0));
        environment.reset(2);
        Throwable thrown = catchThrowable(() -> step(environment, 9));
        assertThat(thrown).isInstanceOf(SimulationException.class).hasMessageContaining("nine");
        assertThat(thrown.getCause()).isInstanceOf(ArithmeticException.class);
        assertThat(thrown.getCause().getStackTrace())
                .as("the simulator's own stack")
                .anyMatch(frame -> frame.getClassName().contains("SimulationEnvironmentTest"));
        assertThatIllegalStateException().isThrownBy(() -> step(environment, 0));
        environment.reset(3);
        assertThat(step(environment, 0)).isEqualTo(Step.transition(0));
    }

    @Test
    void aFailureAfterTheEndWasToldSurfacesToo() {
        SimulationEnvironment environment = environment((decider, seed) -> {
            decider.decide(new float[1], new float[1]);
            decider.terminated(new float[1]);
            throw new ArithmeticException("late");
        });
        environment.reset(1);
        assertThatThrownBy(() -> step(environment, 0)).hasRootCauseMessage("late");
    }

    @Test
    void misuseIsNamed() {
        Loop[] loops = {
            (decider, seed) -> {},
            (decider, seed) -> decider.terminated(new float[1]),
            (decider, seed) -> decider.reward(1),
            (decider, seed) -> decider.decide(new float[2], new float[1]),
            (decider, seed) -> decider.decide(new float[1], new float[3]),
            (decider, seed) -> decider.decide(new float[1], new boolean[1], new float[1]),
            (decider, seed) -> {
                Throwable[] thrown = new Throwable[1];
                Thread other = new Thread(() -> thrown[0] = catchThrowable(() -> decider.reward(1)));
                other.start();
                other.join();
                throw (Exception) thrown[0];
            },
        };
        String[] messages = {
            "without a single decision",
            "without a single decision",
            "nothing has earned it",
            "observation (2 values)",
            "action (3 values)",
            "mask (1 values)",
            "was asked from Thread-"
        };
        for (int i = 0; i < loops.length; i++) {
            SimulationEnvironment environment = environment(loops[i]);
            assertThatThrownBy(() -> environment.reset(1)).hasMessageContaining(messages[i]);
        }
        SimulationEnvironment environment = environment((decider, seed) -> {
            decider.decide(new float[1], new float[1]);
            decider.terminated(new float[1]);
            decider.decide(new float[1], new float[1]);
        });
        environment.reset(1);
        assertThatThrownBy(() -> step(environment, 0)).hasMessageContaining("told to have ended before");
    }

    @Test
    void leavingInMidEpisodeUnwindsTheLoop() throws InterruptedException {
        List<String> log = new ArrayList<>();
        SimulationEnvironment environment = environment((decider, seed) -> {
            try {
                while (true) {
                    decider.decide(new float[] {seed}, new float[1]);
                }
            } catch (SimulationCancelled e) {
                log.add("cancelled " + seed);
                throw e;
            } finally {
                log.add("finally " + seed);
            }
        });
        environment.reset(1);
        step(environment, 0);
        environment.reset(2);
        assertThat(log).containsExactly("cancelled 1", "finally 1");
        assertThat(seen(environment)).isEqualTo(2);
        assertThat(step(environment, 0)).isEqualTo(Step.transition(0));
        Thread thread = environment.thread();
        environment.close();
        assertThat(thread.isAlive()).isFalse();
        assertThat(log).containsExactly("cancelled 1", "finally 1", "cancelled 2", "finally 2");
        environment.close();
        assertThatIllegalStateException().isThrownBy(() -> environment.reset(3)).withMessageContaining("closed");
    }

    @Test
    void aLoopThatWrapsTheUnwindingIsUnwoundAllTheSame() {
        SimulationEnvironment environment = environment((decider, seed) -> {
            try {
                while (true) {
                    decider.decide(new float[] {seed}, new float[1]);
                }
            } catch (Throwable e) {
                throw new IllegalStateException("a framework wraps everything", e);
            }
        });
        environment.reset(1);
        environment.reset(2);
        assertThat(seen(environment)).isEqualTo(2);
    }

    @Test
    void anInterruptOfTheCallerIsKeptForLater() {
        SimulationEnvironment environment = environment((decider, seed) -> {
            while (true) {
                decider.decide(new float[1], new float[1]);
            }
        });
        environment.reset(1);
        Thread.currentThread().interrupt();
        for (int t = 0; t < 100; t++) {
            step(environment, 0);
        }
        environment.close();
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void closingFromElsewhereFreesACallerOfAStuckLoop() throws InterruptedException {
        CountDownLatch stuck = new CountDownLatch(1);
        SimulationEnvironment environment = environment((decider, seed) -> {
            decider.decide(new float[1], new float[1]);
            stuck.countDown();
            new CountDownLatch(1).await();
        });
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread caller = new Thread(() -> {
            environment.reset(1);
            thrown.set(catchThrowable(() -> step(environment, 0)));
        });
        caller.start();
        assertThat(stuck.await(10, TimeUnit.SECONDS)).isTrue();
        environment.close();
        caller.join(10_000);
        assertThat(thrown.get()).isInstanceOf(IllegalStateException.class).hasMessageContaining("closed");
    }

    @Test
    void theSimulationIsClosedWithItsEnvironment() {
        TwoQueues queues = new TwoQueues();
        SimulationEnvironment environment = new SimulationEnvironment(queues);
        environment.close();
        environment.close();
        assertThat(queues.closed).isEqualTo(1);
        assertThat(environment.thread()).isNull();
    }
}
