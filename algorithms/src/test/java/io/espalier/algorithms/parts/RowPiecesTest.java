package io.espalier.algorithms.parts;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.core.Cores;
import io.espalier.core.RandomStream;
import io.espalier.nn.Network;
import io.espalier.nn.NetworkSpec;
import io.espalier.nn.OptimizerSpec;
import io.espalier.testkit.ShuffledCores;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import org.junit.jupiter.api.Test;

class RowPiecesTest {
    private static final int ROWS = 50;

    /** With 23,401 parameters: a forward pass of all rows is worth dividing. */
    private static final String LARGE = "dense(150) > relu > dense(150) > tanh > dense(1)";

    private final float[] rows = new float[ROWS * 3];

    RowPiecesTest() {
        RandomStream random = new RandomStream(1);
        for (int i = 0; i < rows.length; i++) {
            rows[i] = (float) random.uniform(-1, 1);
        }
    }

    /** L = 1/n Σ ½·(output − first input)²; remembers by which numbers it was asked for inputs. */
    private final class Imitate implements ShardedUpdate.Loss {
        private final boolean takesPieces;
        private final double[] losses = new double[ROWS];
        private final Set<Integer> numbers = new ConcurrentSkipListSet<>();
        private int most;

        Imitate(boolean takesPieces) {
            this.takesPieces = takesPieces;
        }

        @Override
        public boolean takesPieces() {
            return takesPieces;
        }

        @Override
        public void inputs(int shard, int from, int count, float[] into) {
            numbers.add(shard);
            synchronized (this) {
                most = Math.max(most, count);
            }
            System.arraycopy(rows, from * 3, into, 0, count * 3);
        }

        @Override
        public void gradients(Network network, int from, int count, double[] figures, int at) {
            for (int i = 0; i < count; i++) {
                float error = network.output(0)[i] - rows[(from + i) * 3];
                network.outputGradient(0)[i] = error / ROWS;
                losses[from + i] = 0.5 * error * error;
            }
        }

        @Override
        public void figures(int from, int count, double[] figures, int at) {
            for (int row = from; row < from + count; row++) {
                figures[at] += losses[row];
            }
        }
    }

    private static Network network(String spec) {
        Network network = new Network(NetworkSpec.parse(spec), new int[] {3}, 1);
        network.initialize(new RandomStream(2));
        return network;
    }

    /** Updates by minibatches of several sizes; then parameters, figures and norms. */
    private static List<Number> updated(String spec, Imitate loss, Cores cores) {
        Network network = network(spec);
        ShardedUpdate update = new ShardedUpdate(
                network, OptimizerSpec.adam().create(network.parameterCount()), ROWS, 0.05, loss, cores);
        List<Number> seen = new ArrayList<>();
        for (int number : new int[] {ROWS, 3, 49, 1, ROWS}) {
            update.gradients(number);
            assertThat(update.apply(0.001)).isTrue();
            seen.add(update.figure(0));
            seen.add(update.gradientNorm());
        }
        for (float parameter : network.parameters()) {
            seen.add(parameter);
        }
        return seen;
    }

    @Test
    void aDividedShardHasTheBitsOfOneThatIsNot() {
        List<Number> expected = updated(LARGE, new Imitate(true), Cores.SERIAL);
        for (int count = 2; count <= 5; count++) {
            try (ShuffledCores cores = new ShuffledCores(count, count)) {
                Imitate loss = new Imitate(true);
                assertThat(updated(LARGE, loss, cores)).isEqualTo(expected);
                int pieces = Math.min(count, RowPieces.MOST);
                assertThat(loss.numbers)
                        .hasSize(pieces)
                        .allMatch(number -> number < ShardedUpdate.places(network(LARGE), ROWS, cores));
                assertThat(loss.most).isEqualTo((ROWS + pieces - 1) / pieces);
            }
        }
    }

    @Test
    void itIsDividedOnlyWhereThatPaysAndIsAllowed() {
        try (ShuffledCores cores = new ShuffledCores(2, 1)) {
            Imitate refusing = new Imitate(false);
            List<Number> whole = updated(LARGE, refusing, cores);
            assertThat(refusing.most).isEqualTo(ROWS);
            assertThat(refusing.numbers).containsExactly(0);
            assertThat(updated(LARGE, new Imitate(true), cores)).isEqualTo(whole);
            for (String other :
                    List.of("dense(20) > relu > dense(1)", "dense(150) > layer-norm > dense(150) > dense(1)")) {
                Imitate loss = new Imitate(true);
                updated(other, loss, cores);
                assertThat(loss.most).as(other).isEqualTo(ROWS);
                assertThat(ShardedUpdate.places(network(other), ROWS, cores)).isEqualTo(1);
            }
        }
    }
}
