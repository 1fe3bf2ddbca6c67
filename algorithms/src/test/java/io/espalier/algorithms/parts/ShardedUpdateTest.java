package io.espalier.algorithms.parts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.espalier.core.Cores;
import io.espalier.core.GradientExchange;
import io.espalier.core.RandomStream;
import io.espalier.core.State;
import io.espalier.nn.Network;
import io.espalier.nn.NetworkSpec;
import io.espalier.nn.OptimizerSpec;
import io.espalier.testkit.ShuffledCores;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ShardedUpdateTest {
    private static final int ROWS = 150;

    private final float[] rows = new float[ROWS * 3];
    private float poison;

    ShardedUpdateTest() {
        RandomStream random = new RandomStream(1);
        for (int i = 0; i < rows.length; i++) {
            rows[i] = (float) random.uniform(-1, 1);
        }
    }

    /** L = 1/n Σ ½·(output − first input)² over the rows. */
    private final class Imitate implements ShardedUpdate.Loss {
        @Override
        public void inputs(int shard, int from, int count, float[] into) {
            System.arraycopy(rows, from * 3, into, 0, count * 3);
        }

        @Override
        public void gradients(Network network, int from, int count, double[] figures, int at) {
            for (int i = 0; i < count; i++) {
                float error = network.output(0)[i] - rows[(from + i) * 3];
                network.outputGradient(0)[i] = error / ROWS + poison;
                figures[at] += 0.5 * error * error;
            }
        }
    }

    private static Network network(int units) {
        Network network = new Network(
                NetworkSpec.sequential(NetworkSpec.dense(units), NetworkSpec.tanh(), NetworkSpec.dense(1)),
                new int[] {3},
                1);
        network.initialize(new RandomStream(2));
        return network;
    }

    private ShardedUpdate update(Network network, double clip, Cores cores) {
        return new ShardedUpdate(
                network, OptimizerSpec.adam().create(network.parameterCount()), ROWS, clip, new Imitate(), cores);
    }

    @Test
    void lowersTheLossWithTheSameBitsOnAnyNumberOfCores() {
        for (int units : new int[] {10, 8000}) { // below and above what is worth sharing
            Network serial = network(units);
            ShardedUpdate reference = update(serial, 0.5, Cores.SERIAL);
            reference.gradients(ROWS);
            double before = reference.figure(0);
            for (int i = 0; i < 5; i++) {
                reference.gradients(ROWS);
                assertThat(reference.apply(0.001)).isTrue();
            }
            reference.gradients(ROWS);
            assertThat(reference.figure(0)).isLessThan(before);
            for (int count = 2; count <= 3; count++) {
                Network network = network(units);
                try (ShuffledCores cores = new ShuffledCores(count, count)) {
                    ShardedUpdate update = update(network, 0.5, cores);
                    for (int i = 0; i < 5; i++) {
                        update.gradients(ROWS);
                        update.apply(0.001);
                    }
                    update.gradients(ROWS);
                    assertThat(network.parameters()).containsExactly(serial.parameters());
                    assertThat(update.figure(0)).isEqualTo(reference.figure(0));
                }
            }
        }
    }

    @Test
    void theGradientIsThatOfOneLargeBatch() {
        Network network = network(10);
        ShardedUpdate update = update(network, 0, Cores.SERIAL);
        update.gradients(ROWS);
        Network whole = network(10).replica(ROWS);
        whole.forward(rows, 0, ROWS);
        double norm = 0;
        double loss = 0;
        for (int i = 0; i < ROWS; i++) {
            float error = whole.output(0)[i] - rows[3 * i];
            whole.outputGradient(0)[i] = error / ROWS;
            loss += 0.5 * error * error;
        }
        whole.backward();
        for (float each : whole.gradients()) {
            norm += (double) each * each;
        }
        update.apply(0);
        assertThat(update.gradientNorm()).isCloseTo(Math.sqrt(norm), within(1e-6));
        assertThat(update.figure(0)).isCloseTo(loss, within(1e-5));
    }

    @Test
    void scalesALargeGradientDownToTheLimit() {
        // plain gradient descent moves by learning rate times the clipped norm
        Network network = network(10);
        float[] before = network.parameters().clone();
        ShardedUpdate update = new ShardedUpdate(
                network, OptimizerSpec.sgd().create(network.parameterCount()), ROWS, 0.01, new Imitate(), Cores.SERIAL);
        update.gradients(ROWS);
        update.apply(1);
        assertThat(update.gradientNorm()).isGreaterThan(0.05);
        double moved = 0;
        for (int i = 0; i < before.length; i++) {
            moved += Math.pow(network.parameters()[i] - before[i], 2);
        }
        assertThat(Math.sqrt(moved)).isCloseTo(0.01, within(1e-5));
    }

    @Test
    void leavesOutAnUpdateThatIsNotFinite() {
        Network network = network(10);
        ShardedUpdate update = update(network, 0.5, Cores.SERIAL);
        update.gradients(ROWS);
        update.apply(0.01);
        for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
            State before = new State();
            update.save(before);
            poison = bad;
            update.gradients(ROWS);
            assertThat(update.apply(0.01)).isFalse();
            poison = 0;
            State after = new State();
            update.save(after);
            assertThat(after.floats("parameters")).containsExactly(before.floats("parameters"));
            assertThat(after.floats("optimizer/0")).containsExactly(before.floats("optimizer/0"));
            assertThat(after.floats("optimizer/1")).containsExactly(before.floats("optimizer/1"));
            assertThat(after.longs("counts")[0]).isEqualTo(1);
        }
        assertThat(update.updates()).isEqualTo(1);
        assertThat(update.skipped()).isEqualTo(2);
        update.gradients(ROWS);
        assertThat(update.apply(0.01)).isTrue();
    }

    /** L = 1/n Σ Σₖ ½·(outputₖ − input k)² over rows and heads; each head for itself. */
    private final class Each implements ShardedUpdate.Loss {
        private final List<String> apart;

        Each(String... apart) {
            this.apart = List.of(apart);
        }

        @Override
        public List<String> apart() {
            return apart;
        }

        @Override
        public void inputs(int shard, int from, int count, float[] into) {
            System.arraycopy(rows, from * 3, into, 0, count * 3);
        }

        @Override
        public void gradients(Network network, int from, int count, double[] figures, int at) {
            for (int head = 0; head < network.heads(); head++) {
                for (int i = 0; network.wants(head) && i < count; i++) {
                    float error = network.output(head)[i] - rows[(from + i) * 3 + head];
                    network.outputGradient(head)[i] = error / ROWS + (head == 1 ? poison : 0);
                    figures[at + head] += 0.5 * error * error;
                }
            }
        }
    }

    private static Network threeHeads(int units) {
        String head = "dense(" + units + ") > tanh > dense(1)";
        Network network = new Network(
                NetworkSpec.parse("heads(a: " + head + ", b: " + head + ", c: " + head + ")"), new int[] {3}, 1);
        network.initialize(new RandomStream(3));
        return network;
    }

    /** Five updates, of which the third is not finite, with steps left to the next one; then parameters and figures. */
    private double[] updated(int units, ShardedUpdate.Loss loss, Cores cores) {
        Network network = threeHeads(units);
        ShardedUpdate update = new ShardedUpdate(
                network, OptimizerSpec.adam().create(network.parameterCount()), ROWS, 0.05, loss, cores);
        List<Double> seen = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            poison = i == 2 ? Float.NaN : 0;
            update.gradients(i == 3 ? ROWS / 2 : ROWS);
            seen.add(update.figure(0));
            seen.add(update.figure(2));
            assertThat(update.applyNext(0.01)).isEqualTo(i != 2);
            seen.add(update.gradientNorm());
        }
        update.settle();
        for (float parameter : network.parameters()) {
            seen.add((double) parameter);
        }
        assertThat(update.updates()).isEqualTo(4);
        return seen.stream().mapToDouble(Double::doubleValue).toArray();
    }

    @Test
    void headsThatStandApartHaveTheBitsOfTheWholeOnAnyNumberOfCores() {
        for (int units : new int[] {30, 5000}) { // groups within a block, and more than is done by one thread
            double[] whole = updated(units, new Each(), Cores.SERIAL);
            for (String[] apart : new String[][] {{"b"}, {"c", "a"}, {"a", "b", "c"}, {"b", "nobody"}}) {
                assertThat(updated(units, new Each(apart), Cores.SERIAL)).containsExactly(whole);
                for (int count = 2; count <= 4; count++) {
                    try (ShuffledCores cores = new ShuffledCores(count, count)) {
                        assertThat(updated(units, new Each(apart), cores))
                                .as("%s units, %s threads, apart %s", units, count, List.of(apart))
                                .containsExactly(whole);
                    }
                }
            }
        }
    }

    /** Leaves every second shard to somebody else, who computes it by the same means when the others are done. */
    private static final class Helped implements GradientExchange {
        private int helped;

        @Override
        public Part join(Update update) {
            return new Part() {
                @Override
                public boolean computes(int shard) {
                    return shard % 2 == 0;
                }

                @Override
                public boolean complete(int shards, float[][] gradients, double[] figures) {
                    for (int shard = 1; shard < shards; shard += 2) {
                        update.compute(shard);
                        helped++;
                    }
                    return false;
                }
            };
        }
    }

    @Test
    void headsThatStandApartMayBeComputedByOthersInPart() {
        double[] whole = updated(30, new Each(), Cores.SERIAL);
        for (int count = 1; count <= 3; count++) {
            Helped exchange = new Helped();
            try (ShuffledCores cores = new ShuffledCores(count, count)) {
                assertThat(updated(30, new Each("a", "c"), cores.with(exchange)))
                        .containsExactly(whole);
                assertThat(exchange.helped).isEqualTo(5);
            }
        }
    }

    @Test
    void aCheckpointHasTheStepThatWasLeftToTheNextUpdate() {
        try (ShuffledCores cores = new ShuffledCores(2, 1)) {
            Network network = threeHeads(30);
            ShardedUpdate update = new ShardedUpdate(
                    network,
                    OptimizerSpec.adam().create(network.parameterCount()),
                    ROWS,
                    0.05,
                    new Each("a", "b"),
                    cores);
            float[] before = network.parameters().clone();
            update.gradients(ROWS);
            update.applyNext(0.01);
            State saved = new State();
            update.save(saved);
            float[] stepped = saved.floats("parameters");
            assertThat(stepped).isNotEqualTo(before).containsExactly(network.parameters());
            update.gradients(ROWS);
            update.applyNext(0.01);
            update.load(saved);
            update.settle();
            assertThat(network.parameters()).as("what was owed is forgotten").containsExactly(stepped);
        }
    }

    @Test
    void shardsDependOnTheLargestMinibatchAlone() {
        assertThat(ShardedUpdate.shardRows(8)).isEqualTo(8);
        assertThat(ShardedUpdate.shardRows(128)).isEqualTo(ShardedUpdate.SHARD_ROWS);
        assertThat(ShardedUpdate.shards(128)).isEqualTo(128 / ShardedUpdate.SHARD_ROWS);
        assertThat(ShardedUpdate.shards(100_000)).isLessThanOrEqualTo(ShardedUpdate.MOST_SHARDS);
        assertThat((long) ShardedUpdate.shards(100_000) * ShardedUpdate.shardRows(100_000))
                .isGreaterThanOrEqualTo(100_000);
    }
}
