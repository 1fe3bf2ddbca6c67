package io.espalier.runtime.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.algorithms.offpolicy.Dqn;
import io.espalier.algorithms.parts.ShardedUpdate;
import io.espalier.core.Cores;
import io.espalier.core.RandomStream;
import io.espalier.core.State;
import io.espalier.envs.CartPole;
import io.espalier.nn.Network;
import io.espalier.nn.NetworkSpec;
import io.espalier.nn.OptimizerSpec;
import io.espalier.runtime.SettingsBinder;
import io.espalier.runtime.Trainer;
import io.espalier.runtime.workers.LocalPool;
import io.espalier.runtime.workers.WorkerPool;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(300)
class TensorParallelTest {
    private static final int SIZE = 20;
    private static final int MOST = 150;

    private final float[] rows = new float[MOST * SIZE];

    TensorParallelTest() {
        RandomStream random = new RandomStream(1);
        for (int i = 0; i < rows.length; i++) {
            rows[i] = (float) random.uniform(-1, 1);
        }
    }

    private final class Imitate implements ShardedUpdate.Loss {
        @Override
        public void inputs(int shard, int from, int count, float[] into) {
            System.arraycopy(rows, from * SIZE, into, 0, count * SIZE);
        }

        @Override
        public void gradients(Network network, int from, int count, double[] figures, int at) {
            for (int i = 0; i < count * network.headSize(0); i++) {
                float error = network.output(0)[i] - rows[from * SIZE + i];
                network.outputGradient(0)[i] = error / MOST;
                figures[at] += 0.5 * error * error;
            }
        }
    }

    private float[] train(String spec, Cores cores) {
        Network network = new Network(NetworkSpec.parse(spec), new int[] {SIZE}, 1);
        network.initialize(new RandomStream(2));
        ShardedUpdate update = new ShardedUpdate(
                network, OptimizerSpec.rmsProp().create(network.parameterCount()), MOST, 0.05, new Imitate(), cores);
        State early = new State();
        for (int i = 0; i < 4; i++) {
            update.gradients(i == 1 ? 100 : MOST);
            assertThat(update.apply(0.001)).isTrue();
            if (i == 1) {
                update.save(early);
            } else if (i == 2) {
                update.load(early);
            }
        }
        return network.parameters().clone();
    }

    private float[] train(String spec, WorkerPool pool, int slices) {
        try (TensorParallel tensor = new TensorParallel(pool, slices)) {
            return train(spec, tensor.around(Cores.SERIAL));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "dense(30) > tanh > dense(6)",
                "dense(30) > tanh > dense(25) > relu > dense(6)",
                "dense(40, bias=false) > gelu > dense(33) > tanh > dense(16) > relu > dense(8) > tanh",
                "heads(q: dense(30) > relu > dense(24) > relu > dense(5))"
            })
    void learnsWhatTheUncutNetworkLearnsUpToRounding(String spec) {
        float[] uncut = train(spec, Cores.SERIAL);
        for (int slices = 1; slices <= 4; slices++) {
            try (LocalPool pool = new LocalPool()) {
                float[] cut = train(spec, pool, slices);
                if (slices == 1) {
                    assertThat(cut).containsExactly(uncut);
                }
                for (int i = 0; i < cut.length; i++) {
                    assertThat(Math.abs(cut[i] - uncut[i])).isLessThan(1e-4f);
                }
                assertThat(train(spec, pool, slices)).containsExactly(cut);
            }
        }
    }

    @Test
    void layersCutByColumnsAloneKeepAllBitsOfOneBlock() {
        String spec = "dense(19) > tanh"; // nothing is summed over slices, and nobody wants the gradient of the input
        float[] uncut = train(spec, Cores.SERIAL);
        for (int slices = 1; slices <= 4; slices++) {
            try (LocalPool pool = new LocalPool()) {
                assertThat(train(spec, pool, slices)).containsExactly(uncut);
            }
        }
    }

    @Test
    void theSameBitsFromFarAwayAndWhenSlicesAreLost() {
        String spec = "dense(30) > tanh > dense(25) > relu > dense(6)";
        int messages;
        float[] wanted;
        try (FarPool pool = new FarPool()) {
            wanted = train(spec, pool, 3);
            messages = pool.sent();
        }
        for (int at = 1; at <= messages; at += 5) {
            try (FarPool pool = new FarPool().loseAt(at, at + 4);
                    TensorParallel tensor = new TensorParallel(pool, 3)) {
                assertThat(train(spec, tensor.around(Cores.SERIAL))).containsExactly(wanted);
                Map<String, Double> figures = new HashMap<>();
                tensor.report(figures::put);
                assertThat(figures.get("tensor/idle")).isBetween(0.0, 1.0);
                assertThat(figures.get("tensor/lost")).isEqualTo(pool.started.get() - 3.0);
                assertThat(pool.started).hasValueGreaterThan(3);
            }
        }
    }

    @Test
    void aLearnerTrainsThroughIt() {
        Dqn dqn = new Dqn(
                SettingsBinder.bind(Dqn.Settings.defaults(), Map.of("trunk", "dense(32) > relu > dense(32) > relu")));
        String uncut = trainer(dqn).run().weightsDigest();
        try (LocalPool pool = new LocalPool();
                TensorParallel one = new TensorParallel(pool, 1);
                TensorParallel two = new TensorParallel(pool, 2)) {
            assertThat(trainer(dqn).learnerPlacement(one).run().weightsDigest()).isEqualTo(uncut);
            assertThat(trainer(dqn).learnerPlacement(two).run().updates()).isPositive();
        }
    }

    private static Trainer trainer(Dqn dqn) {
        return Trainer.of(dqn, CartPole::new).environmentSteps(1400).withoutFinalEvaluation();
    }

    @Test
    void refusesOtherLayers() {
        try (LocalPool pool = new LocalPool()) {
            assertThatThrownBy(() -> train("dense(4) > heads(a: dense(2), b: dense(1))", pool, 2))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("Maybe cut it into stages");
            assertThatThrownBy(() -> new TensorParallel(pool, 0)).hasMessageContaining("slices (0)");
        }
    }
}
