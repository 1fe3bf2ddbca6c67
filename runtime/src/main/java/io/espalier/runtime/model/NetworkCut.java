package io.espalier.runtime.model;

import io.espalier.runtime.LearnerPlacement;
import io.espalier.runtime.NamedSettings;
import io.espalier.runtime.NearestName;
import io.espalier.runtime.SettingsBinder;
import io.espalier.runtime.workers.WorkerPool;
import java.util.List;

/** How a network that is trained is cut over workers, in words: {@code pipeline(stages=2)} or {@code tensor(slices=2)}. */
public sealed interface NetworkCut {
    /**
     * Into stages, one after the other: {@link PipelineParallel}.
     *
     * @param stages how many
     * @param schedule in which order they take micro-batches
     */
    record Pipeline(int stages, PipelineSchedule schedule) implements NetworkCut {
        /** The default of what is left out. */
        static final Pipeline DEFAULT = new Pipeline(2, PipelineSchedule.ONE_FORWARD_ONE_BACKWARD);

        /** Checks. */
        public Pipeline {
            checkParts("stages", stages);
        }

        @Override
        public String text() {
            return "pipeline(stages=" + stages + ", schedule=" + schedule + ")";
        }

        @Override
        public LearnerPlacement over(WorkerPool pool) {
            return new PipelineParallel(pool, stages, schedule);
        }
    }

    /**
     * Across, each layer: {@link TensorParallel}.
     *
     * @param slices how many
     */
    record Tensor(int slices) implements NetworkCut {
        /** The default of what is left out. */
        static final Tensor DEFAULT = new Tensor(2);

        /** Checks. */
        public Tensor {
            checkParts("slices", slices);
        }

        @Override
        public String text() {
            return "tensor(slices=" + slices + ")";
        }

        @Override
        public LearnerPlacement over(WorkerPool pool) {
            return new TensorParallel(pool, slices);
        }
    }

    /**
     * Reads the words.
     *
     * @throws IllegalArgumentException if there is no such cut, with the nearest one, or a setting is not valid
     */
    static NetworkCut parse(String text) {
        NamedSettings words = NamedSettings.parse(text, "learner", "pipeline(stages=2)");
        return switch (words.name()) {
            case "pipeline" -> SettingsBinder.bind(Pipeline.DEFAULT, words.values());
            case "tensor" -> SettingsBinder.bind(Tensor.DEFAULT, words.values());
            default ->
                throw new IllegalArgumentException("There is no learner \"" + words.name() + "\". "
                        + NearestName.advice(words.name(), List.of("pipeline", "tensor")));
        };
    }

    /** The words that {@link #parse} reads. */
    String text();

    /** Such a learner, whose workers run there; closing it ends them. */
    LearnerPlacement over(WorkerPool pool);

    private static void checkParts(String name, int parts) {
        if (parts < 1) {
            throw new IllegalArgumentException(name + " (" + parts + ") must be at least 1. Maybe use 2.");
        }
    }
}
