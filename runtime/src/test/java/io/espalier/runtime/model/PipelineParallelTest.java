package io.espalier.runtime.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.algorithms.offpolicy.Dqn;
import io.espalier.algorithms.onpolicy.Ppo;
import io.espalier.algorithms.parts.ShardedUpdate;
import io.espalier.core.Cores;
import io.espalier.core.RandomStream;
import io.espalier.core.State;
import io.espalier.envs.CartPole;
import io.espalier.nn.Network;
import io.espalier.nn.NetworkSpec;
import io.espalier.nn.OptimizerSpec;
import io.espalier.policy.Algorithm;
import io.espalier.runtime.ExecutionMode;
import io.espalier.runtime.RunDirectory;
import io.espalier.runtime.SettingsBinder;
import io.espalier.runtime.Trainer;
import io.espalier.runtime.TrainingResult;
import io.espalier.runtime.workers.Command;
import io.espalier.runtime.workers.LocalPool;
import io.espalier.runtime.workers.WorkerFailure;
import io.espalier.runtime.workers.WorkerPool;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(300)
class PipelineParallelTest {
    private static final String MIXED = "conv(6, 3, padding=1) > relu > conv(4, 3) > tanh > flatten > dense(40) > relu"
            + " > layer-norm > residual(dense(40) > gelu > dense(40)) > heads(policy: dense(3), value: dense(1))";
    private static final int[] IMAGE = {2, 6, 6};
    private static final int SIZE = 72;
    private static final int MOST = 330; // six micro-batches of 64 rows, the last one of 10

    private final float[] rows = new float[MOST * SIZE];
    private float poison;

    PipelineParallelTest() {
        RandomStream random = new RandomStream(1);
        for (int i = 0; i < rows.length; i++) {
            rows[i] = (float) random.uniform(-1, 1);
        }
    }

    /** L = 1/n Σ Σ ½·(output − input)² over rows and outputs: behaviour that is to be imitated. */
    private final class Imitate implements ShardedUpdate.Loss {
        @Override
        public void inputs(int shard, int from, int count, float[] into) {
            System.arraycopy(rows, from * SIZE, into, 0, count * SIZE);
        }

        @Override
        public void gradients(Network network, int from, int count, double[] figures, int at) {
            for (int head = 0; head < network.heads(); head++) {
                int size = network.headSize(head);
                for (int i = 0; i < count * size; i++) {
                    float error = network.output(head)[i] - rows[from * SIZE + i];
                    network.outputGradient(head)[i] = error / MOST + poison;
                    figures[at] += 0.5 * error * error;
                }
            }
        }
    }

    private static Network network() {
        Network network = new Network(NetworkSpec.parse(MIXED), IMAGE, 1);
        network.initialize(new RandomStream(2));
        return network;
    }

    private ShardedUpdate update(Network network, OptimizerSpec optimizer, Cores cores) {
        return new ShardedUpdate(network, optimizer.create(network.parameterCount()), MOST, 0.05, new Imitate(), cores);
    }

    private State train(Cores cores, OptimizerSpec optimizer) {
        ShardedUpdate update = update(network(), optimizer, cores);
        for (int i = 0; i < 4; i++) {
            poison = i == 2 ? Float.NaN : 0; // one that is left out
            update.gradients(i == 1 ? 100 : MOST);
            assertThat(update.apply(0.01)).isEqualTo(i != 2);
        }
        State state = new State();
        update.save(state);
        state.putDouble("loss", update.figure(0));
        state.putDouble("norm", update.gradientNorm());
        return state;
    }

    private static void assertSame(State state, State wanted) {
        assertThat(state.entries().keySet()).isEqualTo(wanted.entries().keySet());
        wanted.entries()
                .forEach((name, value) ->
                        assertThat(state.entries().get(name)).as(name).isEqualTo(value));
    }

    @ParameterizedTest
    @CsvSource({
        "1, GPIPE",
        "2, GPIPE",
        "3, GPIPE",
        "4, GPIPE",
        "6, GPIPE",
        "1, ONE_FORWARD_ONE_BACKWARD",
        "2, ONE_FORWARD_ONE_BACKWARD",
        "3, ONE_FORWARD_ONE_BACKWARD",
        "4, ONE_FORWARD_ONE_BACKWARD",
        "6, ONE_FORWARD_ONE_BACKWARD"
    })
    void theSameBitsAsTheUncutNetwork(int stages, PipelineSchedule schedule) {
        for (OptimizerSpec optimizer : new OptimizerSpec[] {OptimizerSpec.adam(), OptimizerSpec.sgd()}) {
            State uncut = train(Cores.SERIAL, optimizer);
            assertThat(uncut.longs("counts")).containsExactly(3, 3, 1);
            try (LocalPool pool = new LocalPool();
                    PipelineParallel pipeline = new PipelineParallel(pool, stages, schedule)) {
                assertSame(train(pipeline.around(Cores.SERIAL), optimizer), uncut);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(PipelineSchedule.class)
    void theSameBitsFromFarAwayAndWhenStagesAreLost(PipelineSchedule schedule) {
        State uncut = train(Cores.SERIAL, OptimizerSpec.adam());
        int messages;
        try (FarPool pool = new FarPool();
                PipelineParallel pipeline = new PipelineParallel(pool, 3, schedule)) {
            assertSame(train(pipeline.around(Cores.SERIAL), OptimizerSpec.adam()), uncut);
            messages = pool.sent();
        }
        for (int at = 1; at <= messages; at += 7) { // in every phase: forward, backward, done, stepped
            try (FarPool pool = new FarPool().loseAt(at, at + 11);
                    PipelineParallel pipeline = new PipelineParallel(pool, 3, schedule)) {
                assertSame(train(pipeline.around(Cores.SERIAL), OptimizerSpec.adam()), uncut);
                Map<String, Double> figures = new HashMap<>();
                pipeline.report(figures::put);
                assertThat(figures.get("pipeline/stages-lost")).isEqualTo(pool.started.get() - 3.0);
                assertThat(pool.started).hasValueGreaterThan(3);
            }
        }
    }

    @Test
    void keepsOnlyTheActivationsThatTheScheduleSays() {
        for (PipelineSchedule schedule : PipelineSchedule.values()) {
            try (LocalPool pool = new LocalPool();
                    PipelineParallel pipeline = new PipelineParallel(pool, 3, schedule)) {
                Network network = network();
                update(network, OptimizerSpec.sgd(), pipeline.around(Cores.SERIAL))
                        .gradients(MOST);
                assertThat(pipeline.stored(0))
                        .containsExactly(
                                schedule == PipelineSchedule.GPIPE ? new long[] {6, 6, 6} : new long[] {3, 2, 1});
            }
        }
    }

    @Test
    void clipsALargeNetworkByTheSameNorm() {
        // over 32768 parameters norms are summed in blocks of 4096, and stages end within blocks
        NetworkSpec spec = NetworkSpec.parse("dense(200) > tanh > dense(200) > tanh > dense(150) > relu > dense(4)");
        Network plain = new Network(spec, new int[] {SIZE}, 1);
        plain.initialize(new RandomStream(3));
        float[] first = plain.parameters().clone();
        ShardedUpdate reference = update(plain, OptimizerSpec.adam(), Cores.SERIAL);
        reference.gradients(MOST);
        reference.apply(0.01);
        assertThat(reference.gradientNorm()).isGreaterThan(0.05);
        for (int stages = 2; stages <= 4; stages++) {
            try (LocalPool pool = new LocalPool();
                    PipelineParallel pipeline = new PipelineParallel(pool, stages, PipelineSchedule.GPIPE)) {
                Network network = new Network(spec, new int[] {SIZE}, 1);
                System.arraycopy(first, 0, network.parameters(), 0, first.length);
                ShardedUpdate update = update(network, OptimizerSpec.adam(), pipeline.around(Cores.SERIAL));
                update.gradients(MOST);
                update.apply(0.01);
                assertThat(update.gradientNorm()).isEqualTo(reference.gradientNorm());
                assertThat(network.parameters()).containsExactly(plain.parameters());
            }
        }
    }

    @Test
    void hearsOfParametersThatWereWrittenAndOfAStateThatWasLoaded() {
        Network plain = network();
        ShardedUpdate reference = update(plain, OptimizerSpec.adam(), Cores.SERIAL);
        try (LocalPool pool = new LocalPool();
                PipelineParallel pipeline = new PipelineParallel(pool, 2, PipelineSchedule.ONE_FORWARD_ONE_BACKWARD)) {
            Network network = network();
            ShardedUpdate update = update(network, OptimizerSpec.adam(), pipeline.around(Cores.SERIAL));
            float[][] written = new float[2][];
            for (ShardedUpdate each : new ShardedUpdate[] {reference, update}) {
                Network its = each == update ? network : plain;
                State early = new State();
                each.gradients(MOST);
                each.apply(0.01);
                each.save(early);
                each.gradients(MOST);
                each.apply(0.01);
                its.parameters()[5] = 0.25f;
                its.parametersChanged();
                each.gradients(MOST);
                each.apply(0.01);
                written[each == update ? 1 : 0] = its.parameters().clone();
                each.load(early);
                each.gradients(MOST);
                each.apply(0.01);
            }
            assertThat(written[1]).containsExactly(written[0]);
            assertThat(network.parameters()).containsExactly(plain.parameters());
        }
    }

    @Test
    void tellsWhatPartOfTheTimeStagesWaited() {
        try (LocalPool pool = new LocalPool();
                PipelineParallel pipeline = new PipelineParallel(pool, 3, PipelineSchedule.GPIPE)) {
            Map<String, Double> figures = new HashMap<>();
            pipeline.report(figures::put);
            assertThat(figures).isEmpty();
            ShardedUpdate update = update(network(), OptimizerSpec.sgd(), pipeline.around(Cores.SERIAL));
            update.gradients(MOST);
            pipeline.report(figures::put);
            assertThat(figures.get("pipeline/bubble")).isBetween(0.0, 1.0);
            assertThat(figures.get("pipeline/bubble-ideal")).isEqualTo(2.0 / 8); // 3 stages, 6 micro-batches
            assertThat(figures.get("pipeline/stages-lost")).isZero();
        }
    }

    @Test
    void aStageThatFailsIsNamedAndItsCauseKept() {
        try (LocalPool pool = new LocalPool();
                PipelineParallel pipeline = new PipelineParallel(pool, 2, PipelineSchedule.GPIPE)) {
            ShardedUpdate update = update(network(), OptimizerSpec.sgd(), pipeline.around(Cores.SERIAL));
            pipeline.sendTo(0, 1, new Command("nonsense", StageMessages.body(1)));
            assertThatThrownBy(() -> update.gradients(MOST))
                    .isInstanceOf(WorkerFailure.class)
                    .hasMessageContaining("stage 1 of 0 to 1")
                    .hasMessageContaining("nonsense");
        }
    }

    @Test
    void refusesNetworksThatRememberOrHaveNoise() {
        try (LocalPool pool = new LocalPool();
                PipelineParallel pipeline = new PipelineParallel(pool, 2, PipelineSchedule.GPIPE)) {
            for (String spec : new String[] {"gru(4) > dense(2)", "dense(4) > noisy(2)"}) {
                Network network = new Network(NetworkSpec.parse(spec), new int[] {3}, 1);
                assertThatThrownBy(() -> update(network, OptimizerSpec.sgd(), pipeline.around(Cores.SERIAL)))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("without memory and noise");
            }
            assertThatThrownBy(() -> new PipelineParallel(pool, 0, PipelineSchedule.GPIPE))
                    .hasMessageContaining("stages (0) must be at least 1");
        }
    }

    private static Trainer trainer(Algorithm algorithm, long steps) {
        return Trainer.of(algorithm, CartPole::new)
                .seed(3)
                .environmentSteps(steps)
                .withoutFinalEvaluation();
    }

    private static Algorithm ppo() {
        return new Ppo(SettingsBinder.bind(
                Ppo.Settings.defaults(), Map.of("sharedTrunk", true, "minibatches", 4, "epochs", 2)));
    }

    private static Algorithm dqn() {
        return new Dqn(SettingsBinder.bind(
                Dqn.Settings.defaults(), Map.of("batch", 160, "trunk", "dense(32) > relu > dense(32) > relu")));
    }

    @Test
    void learnersTrainThroughItAndComeToTheSamePolicy(@TempDir Path directory) {
        for (Algorithm algorithm : new Algorithm[] {ppo(), dqn()}) {
            TrainingResult uncut = trainer(algorithm, 2100).run();
            assertThat(uncut.updates()).isPositive();
            try (WorkerPool pool = new LocalPool();
                    PipelineParallel pipeline =
                            new PipelineParallel(pool, 3, PipelineSchedule.ONE_FORWARD_ONE_BACKWARD)) {
                Path run = directory.resolve(algorithm.name());
                TrainingResult cut = trainer(algorithm, 2100)
                        .learnerPlacement(pipeline)
                        .directory(run)
                        .run();
                assertThat(cut.weightsDigest()).isEqualTo(uncut.weightsDigest());
                assertThat(RunDirectory.open(run).path().resolve("metrics.csv"))
                        .content()
                        .contains("pipeline/bubble");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"local-sgd", "synchronous(learners=2)", "parameter-server"})
    void modesWithSeveralLearnersRefuseIt(String mode) {
        try (WorkerPool pool = new LocalPool();
                PipelineParallel pipeline = new PipelineParallel(pool, 2, PipelineSchedule.GPIPE)) {
            assertThatThrownBy(() -> trainer(ppo(), 100)
                            .learnerPlacement(pipeline)
                            .mode(ExecutionMode.parse(mode))
                            .run())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("mode (" + mode + ") has several learners");
        }
    }
}
