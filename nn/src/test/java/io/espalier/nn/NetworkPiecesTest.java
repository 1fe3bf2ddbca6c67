package io.espalier.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NetworkPiecesTest {
    private static final int INPUTS = 29;

    private final RandomGenerator random =
            RandomGeneratorFactory.of("L64X128MixRandom").create(5);

    private float[] floats(int size) {
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "dense(40) > relu > dense(70) > relu > dense(2)",
                "dense(64) > tanh > dense(3, bias=false)",
                "tanh > dense(33) > gelu > dense(16) > sigmoid > dense(1) > softplus",
                "dense(24) > relu > dueling(value: dense(9) > relu > dense(1), advantage: dense(20) > tanh > dense(5))",
                "dense(48) > relu > residual(dense(48) > tanh) > dense(4)",
                "dense(20) > relu > heads(a: dense(32) > tanh > dense(2), b: dense(1))"
            })
    void gradientsOfPiecesAreThoseOfTheWholeToTheBit(String text) {
        for (Kernels kernels : new Kernels[] {Kernels.INSTANCE, Kernels.portable()}) {
            Network network = new Network(NetworkSpec.parse(text), new int[] {INPUTS}, 67, kernels);
            network.initialize(random);
            assertThat(network.piecewise()).isTrue();
            for (int rows : new int[] {67, 32, 5, 1}) {
                float[] input = floats(rows * INPUTS);
                float[][] wanted = new float[network.heads()][];
                Arrays.setAll(wanted, head -> floats(rows * network.headSize(head)));
                network.forward(input, 0, rows);
                for (int head = 0; head < wanted.length; head++) {
                    System.arraycopy(wanted[head], 0, network.outputGradient(head), 0, wanted[head].length);
                }
                network.backward();
                float[] expected = network.gradients().clone();
                for (int count = 1; count <= 4; count++) {
                    Network joined = network.replica(67);
                    Arrays.fill(joined.gradients(), Float.NaN);
                    pass(joined, input, rows, wanted, count);
                    assertThat(joined.gradients())
                            .as("%d rows in %d", rows, count)
                            .containsExactly(expected);
                }
            }
        }
    }

    private static void pass(Network joined, float[] input, int rows, float[][] wanted, int count) {
        for (int p = 0; p < count; p++) {
            int from = rows * p / count;
            int number = rows * (p + 1) / count - from;
            if (number == 0) {
                continue;
            }
            Network piece = joined.replica(number);
            piece.forward(input, from * INPUTS, number);
            for (int head = 0; head < wanted.length; head++) {
                int size = piece.headSize(head);
                System.arraycopy(wanted[head], from * size, piece.outputGradient(head), 0, number * size);
            }
            piece.backwardPiece();
            joined.join(piece, from);
        }
        for (int part = count - 1; part >= 0; part--) {
            joined.weightGradients(input, rows, part, count);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "dense(8) > layer-norm > dense(2)",
                "gru(4) > dense(2)",
                "noisy(4) > relu > dense(2)",
                "heads(policy: dense(2), logStd: constant(2))",
                "dense(8) > residual(dense(8) > layer-norm)"
            })
    void otherParametersAndMemoryDoNotComeInPieces(String text) {
        assertThat(new Network(NetworkSpec.parse(text), new int[] {INPUTS}, 4).piecewise())
                .isFalse();
    }

    /** The gradient of the first layer of many inputs leaves zeros out, as parts would not. */
    @Test
    void manyInputsDoNotComeInPieces() {
        NetworkSpec spec = NetworkSpec.parse("dense(8) > relu > dense(40) > relu > dense(2)");
        assertThat(new Network(spec, new int[] {31}, 4).piecewise()).isTrue();
        assertThat(new Network(spec, new int[] {32}, 4).piecewise()).isFalse();
    }

    @Test
    void refusesStrangersAndRowsBeyondItsCapacity() {
        NetworkSpec spec = NetworkSpec.parse("dense(3)");
        Network network = new Network(spec, new int[] {INPUTS}, 6);
        Network piece = network.replica(4);
        assertThatThrownBy(piece::backwardPiece).isInstanceOf(IllegalStateException.class);
        piece.forward(floats(4 * INPUTS), 0, 4);
        piece.backwardPiece();
        network.join(piece, 2);
        for (int at : new int[] {-1, 3}) {
            assertThatThrownBy(() -> network.join(piece, at))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("rows " + at + " to " + (at + 4) + " of a capacity of 6");
        }
        Network stranger = new Network(spec, new int[] {INPUTS}, 6);
        assertThatThrownBy(() -> stranger.join(piece, 0)).hasMessageContaining("not a replica");
    }
}
