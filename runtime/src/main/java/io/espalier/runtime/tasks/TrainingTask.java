package io.espalier.runtime.tasks;

import io.espalier.core.State;
import io.espalier.runtime.RunConfig;
import io.espalier.runtime.SettingsBinder;
import io.espalier.runtime.Trainer;
import io.espalier.runtime.workers.Resources;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A training run.
 *
 * @param name what it is called in messages
 * @param config the run, as {@link Trainer#config} tells it; its threads are those that it uses where it runs
 * @param needs what it needs of a node; as many processors as it has threads or workers, say
 * @param directory where the run is kept on the employer's disk: all that {@link Trainer#directory} keeps, as it grows. If
 *     there is a run in it already, the task goes on with that. Null to keep nothing but the result
 */
public record TrainingTask(
        String name,
        RunConfig config,
        Resources needs,
        @Nullable Path directory) implements Task {
    static final String TYPE = "training";

    /** One that needs a processor for each thread of the run, and keeps nothing. */
    public static TrainingTask of(String name, RunConfig config) {
        return new TrainingTask(name, config, Resources.cpus(config.main().threads()), null);
    }

    /** The same, kept in that directory. */
    public TrainingTask in(Path place) {
        return new TrainingTask(name, config, needs, place);
    }

    @Override
    public State description() {
        State state = new State();
        TaskMessages.putText(state, "type", TYPE);
        TaskMessages.putText(state, "name", name);
        TaskMessages.putResources(state.child("needs"), needs);
        TaskMessages.putText(state, "config", SettingsBinder.write(config.toMap()));
        return state;
    }

    static TrainingTask read(State from) {
        String name = TaskMessages.text(from, "name");
        String source = "The configuration of task " + name;
        return new TrainingTask(
                name,
                RunConfig.of(SettingsBinder.parse(TaskMessages.text(from, "config"), source), source),
                TaskMessages.resources(from.child("needs")),
                null);
    }
}
