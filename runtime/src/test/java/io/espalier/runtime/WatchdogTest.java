package io.espalier.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.core.Environment;
import io.espalier.runtime.events.RunEvent;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The watchdog's clock is turned by hand. */
class WatchdogTest {
    private static final long SECOND = 1_000_000_000L;

    private final List<RunEvent> events = new ArrayList<>();
    private final Watchdog watchdog =
            new Watchdog(GuardSettings.DEFAULT, events::add, (stuck, fault) -> events.add(fault.event("rescued")));

    private EnvironmentGuard guard(int number, Environment environment) {
        EnvironmentGuard guard =
                new EnvironmentGuard("environment", number, () -> environment, GuardSettings.DEFAULT, watchdog);
        guard.open(null);
        guard.reset(1);
        return guard;
    }

    private static void play(EnvironmentGuard guard, int steps) {
        for (int i = 0; i < steps; i++) {
            if (guard.step(new float[] {i & 1}, 0).last()) {
                guard.reset(i);
            }
        }
    }

    @Test
    void oneThatBecomesMuchSlowerIsReportedOnce() {
        boolean[] slow = {false};
        List<EnvironmentGuard> all = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            int number = i;
            all.add(guard(i, new Scripted(TrainerTest.cartPole(), step -> {
                long until = System.nanoTime() + 300_000;
                while (slow[0] && number == 2 && System.nanoTime() < until) {
                    Thread.onSpinWait();
                }
            })));
        }
        for (int round = 0; round < 20; round++) {
            slow[0] = round >= 10;
            all.forEach(guard -> play(guard, 256));
            for (int tick = 0; tick < 10; tick++) {
                watchdog.tick(SECOND / 10);
            }
        }
        assertThat(events.stream()
                        .filter(event -> event.details().get("environment").equals(2)))
                .hasSize(1)
                .allSatisfy(event -> {
                    assertThat(event.type()).isEqualTo("environment/slow");
                    assertThat(event.message()).contains("environment 2 ", "microseconds per step");
                });
    }

    @Test
    void aCallIsHungOnlyAfterItsDeadlineAndAfterInterruption() throws Exception {
        java.util.concurrent.atomic.AtomicBoolean free = new java.util.concurrent.atomic.AtomicBoolean();
        EnvironmentGuard guard = guard(0, new Scripted(TrainerTest.cartPole(), step -> {
            while (!free.get() && step == 1) {
                // Deaf to interruption.
                Thread.onSpinWait();
            }
        }));
        Thread player = new Thread(() -> play(guard, 1));
        player.setUncaughtExceptionHandler((thread, e) -> events.add(RunEvent.of("end", String.valueOf(e))));
        player.start();
        while (!CallGate.inside(guard.gate.watch())) {
            Thread.onSpinWait();
        }
        watchdog.tick(SECOND);
        for (int i = 0; i < 5; i++) {
            watchdog.tick(SECOND);
        }
        assertThat(player.isInterrupted()).as("5 s are allowed").isFalse();
        watchdog.tick(SECOND);
        assertThat(player.isInterrupted()).isTrue();
        assertThat(events).isEmpty();
        watchdog.tick(SECOND);
        watchdog.tick(SECOND);
        assertThat(events).hasSize(2);
        assertThat(events.get(0).type()).isEqualTo("environment/hang");
        assertThat(events.get(1).details()).containsEntry("stack", "rescued");
        assertThat(guard.abandoned()).isTrue();
        free.set(true);
        player.join(20_000);
        assertThat(events.get(2).message()).contains("AbandonedCall");
    }
}
