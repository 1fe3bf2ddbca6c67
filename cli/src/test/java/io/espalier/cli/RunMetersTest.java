package io.espalier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.algorithms.onpolicy.Ppo;
import io.espalier.core.wrappers.TimeLimit;
import io.espalier.envs.CartPole;
import io.espalier.runtime.Trainer;
import io.espalier.runtime.metrics.RunMetrics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class RunMetersTest {
    @Test
    void theTextIsThatOfPrometheus() throws IOException {
        RunMetrics metrics = new RunMetrics();
        metrics.population(2, 3);
        metrics.workerLost();
        metrics.worker(0).collected(2048, 1_500_000_000L);
        metrics.worker(0).waited(500_000_000L);
        metrics.worker(1).collected(1024, 2_000_000_000L);
        metrics.worker(1).sent(37_000);
        metrics.worker(1).received(1_000_000);
        metrics.learned(750_000_000L);
        metrics.learnerWaited(250_000_000L);
        metrics.evaluated(125_000_000L);
        metrics.queue(4);
        metrics.dropped(128);
        for (long versions : new long[] {0, 0, 1, 3, 100}) {
            metrics.stale(versions);
        }
        Trainer idle = Trainer.of(new Ppo(Ppo.Settings.defaults()), () -> new TimeLimit(new CartPole(), 500));
        String text = new RunMeters(idle.progress(), metrics).text();
        String golden = new String(
                RunMetersTest.class.getResourceAsStream("metrics.txt").readAllBytes(), StandardCharsets.UTF_8);
        assertThat(text).isEqualTo(golden);
    }

    @Test
    void aWorkerThatComesLaterIsThereAtTheNextScrape() {
        RunMetrics metrics = new RunMetrics();
        Trainer idle = Trainer.of(new Ppo(Ppo.Settings.defaults()), () -> new TimeLimit(new CartPole(), 500));
        RunMeters meters = new RunMeters(idle.progress(), metrics).withJvm();
        assertThat(meters.text()).doesNotContain("espalier_worker_steps").contains("jvm_memory_used_bytes");
        metrics.worker(7).collected(10, 1);
        assertThat(meters.text()).contains("espalier_worker_steps_total{worker=\"7\"} 10.0\n");
        metrics.worker(7).collected(5, 1);
        assertThat(meters.text()).contains("espalier_worker_steps_total{worker=\"7\"} 15.0\n");
    }

    @Test
    void theAutoscalerAsksForAMetricThatIsThere() throws IOException {
        String autoscaler = Files.readString(Path.of("..", "deploy", "kubernetes", "autoscaler.yaml"));
        String name = RunMeters.WANTED.replace('.', '_');
        assertThat(autoscaler).contains("name: " + name + "\n");
        Trainer idle = Trainer.of(new Ppo(Ppo.Settings.defaults()), () -> new TimeLimit(new CartPole(), 500));
        RunMetrics metrics = new RunMetrics();
        metrics.population(5, 2);
        assertThat(new RunMeters(idle.progress(), metrics).text()).contains("\n" + name + " 7.0\n");
    }
}
