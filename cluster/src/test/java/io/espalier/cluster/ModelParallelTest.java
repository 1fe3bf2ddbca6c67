package io.espalier.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.algorithms.offpolicy.Dqn;
import io.espalier.runtime.Progress;
import io.espalier.runtime.Registry;
import io.espalier.runtime.SettingsBinder;
import io.espalier.runtime.Trainer;
import io.espalier.runtime.TrainingListener;
import io.espalier.runtime.model.PipelineParallel;
import io.espalier.runtime.model.PipelineSchedule;
import io.espalier.runtime.model.TensorParallel;
import io.espalier.runtime.workers.LocalPool;
import io.espalier.runtime.workers.Resources;
import io.espalier.runtime.workers.WorkerPool;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A network that is cut over nodes learns there what it learns in one process. */
class ModelParallelTest {
    private static final Registry HERE = Registry.of(ModelParallelTest.class.getClassLoader());

    private ClusterPool pool;
    private Node first;
    private Node second;

    @BeforeEach
    void begin() {
        pool = ClusterPool.start(ClusterSettings.LOCAL, event -> {});
        first = Node.of(pool.port(), "first");
        second = Node.of(pool.port(), "second");
        first.joined();
        second.joined();
    }

    @AfterEach
    void end() {
        first.close();
        second.close();
        pool.close();
    }

    private static Trainer trainer() {
        Dqn.Settings settings = SettingsBinder.bind(
                Dqn.Settings.defaults(),
                Map.of("learningStarts", 128, "batch", 160, "trunk", "dense(32) > relu > dense(32) > relu"));
        return Trainer.of(new Dqn(settings), HERE.environment("cartpole"))
                .seed(5)
                .threads(1)
                .environmentSteps(640)
                .withoutFinalEvaluation();
    }

    /** Each takes so much of a node that they cannot all be on one. */
    private static PipelineParallel pipeline(WorkerPool where) {
        return new PipelineParallel(where, 3, PipelineSchedule.ONE_FORWARD_ONE_BACKWARD, Resources.ONE_CPU);
    }

    /** Each takes a whole node. */
    private static TensorParallel tensor(WorkerPool where) {
        return new TensorParallel(where, 2, Resources.cpus(2));
    }

    private static String pipelined(WorkerPool where) {
        try (PipelineParallel pipeline = pipeline(where)) {
            return trainer().learnerPlacement(pipeline).run().weightsDigest();
        }
    }

    private static String sliced(WorkerPool where) {
        try (TensorParallel tensor = tensor(where)) {
            return trainer().learnerPlacement(tensor).run().weightsDigest();
        }
    }

    @Test
    void theStagesOfAPipelineStandOnSeveralNodes() {
        assertThat(pipelined(pool)).isEqualTo(trainer().run().weightsDigest());
    }

    @Test
    void slicesOfWideLayersStandOnSeveralNodes() {
        try (LocalPool here = new LocalPool()) {
            assertThat(sliced(pool)).isEqualTo(sliced(here));
        }
    }

    @Test
    void aStageWhoseNodeLeavesGoesOnElsewhere() throws InterruptedException {
        try (Node third = Node.of(pool.port(), "third")) {
            third.joined();
            String digest;
            try (PipelineParallel pipeline = pipeline(pool)) {
                Thread leaving = new Thread(second::leave);
                int[] rounds = {0};
                digest = trainer()
                        .learnerPlacement(pipeline)
                        .listen(new TrainingListener() {
                            @Override
                            public void round(Progress progress) {
                                if (++rounds[0] == 3) {
                                    leaving.start();
                                }
                            }
                        })
                        .run()
                        .weightsDigest();
                leaving.join();
            }
            assertThat(digest).isEqualTo(trainer().run().weightsDigest());
        }
    }

    @Test
    void thoseWhoCollectAreLeftRoom() {
        try (PipelineParallel pipeline = pipeline(pool);
                TensorParallel tensor = tensor(pool)) {
            assertThat(trainer().workers(pool).learnerPlacement(pipeline).run().weightsDigest())
                    .isEqualTo(trainer().run().weightsDigest());
            Trainer crowded = trainer().workers(pool).learnerPlacement(tensor);
            assertThatThrownBy(crowded::run)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("cut over 4 processors, and the nodes have 4 together");
        }
    }
}
