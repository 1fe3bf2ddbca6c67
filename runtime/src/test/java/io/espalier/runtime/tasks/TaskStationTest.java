package io.espalier.runtime.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.core.State;
import io.espalier.runtime.EvaluationSettings;
import io.espalier.runtime.Registry;
import io.espalier.runtime.events.RunEvent;
import io.espalier.runtime.workers.Command;
import io.espalier.runtime.workers.Message;
import io.espalier.runtime.workers.WorkerContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A task's own side of the talk with its employer. */
class TaskStationTest {
    private final BlockingQueue<String> said = new LinkedBlockingQueue<>();

    private final WorkerContext context = new WorkerContext() {
        @Override
        public int number() {
            return 0;
        }

        @Override
        public void send(Message message) {
            said.add(((Command) message).name());
        }

        @Override
        public void event(RunEvent event) {}

        @Override
        public void giveUp(Thread stuck) {}
    };

    private TaskStation station(Task task) {
        return new TaskStation(new TaskRecipe(task, Registry.here(), null), context);
    }

    private String next() throws InterruptedException {
        return Objects.requireNonNull(said.poll(30, TimeUnit.SECONDS));
    }

    private static Command begin() {
        State body = new State();
        FileChange.put(body, List.of());
        return new Command(TaskMessages.BEGIN, body);
    }

    @Test
    void aTaskThatEndsWithItsNodeIsNotDone() throws InterruptedException {
        TaskStation station = station(EvaluationTask.of(
                "endless",
                Runs.trainer(1).run().policy(),
                "CartPole-v1",
                EvaluationSettings.DEFAULT.withEpisodes(10_000_000),
                1));
        station.receive(begin());
        assertThat(next()).isEqualTo(TaskMessages.REPORT);
        station.receive(Command.of(TaskMessages.TAKEN));
        station.close();
        assertThat(said).isEmpty();
    }

    @Test
    void aReportIsOnlySentWhenTheLastOneHasBeenTaken() throws InterruptedException {
        TaskStation station = station(TrainingTask.of("long", Runs.longer(1).config()));
        station.receive(begin());
        assertThat(next()).isEqualTo(TaskMessages.REPORT);
        assertThat(said.poll(1500, TimeUnit.MILLISECONDS)).isNull();
        List<String> heard = new ArrayList<>();
        do {
            station.receive(Command.of(TaskMessages.TAKEN));
            heard.add(next());
            assertThat(said).isEmpty();
        } while (heard.get(heard.size() - 1).equals(TaskMessages.REPORT));
        assertThat(heard).endsWith(TaskMessages.DONE);
        station.close();
    }

    @Test
    void aTaskIsBegunOnceAndKnowsItsCommands() throws InterruptedException {
        TaskStation station = station(Runs.task(1));
        station.receive(begin());
        assertThat(next()).isEqualTo(TaskMessages.REPORT);
        assertThatThrownBy(() -> station.receive(begin())).hasMessageContaining("task seed-1 was begun twice");
        assertThatThrownBy(() -> station.receive(Command.of("task/dance")))
                .hasMessageContaining("tasks do not know \"task/dance\"");
        station.close();
    }
}
