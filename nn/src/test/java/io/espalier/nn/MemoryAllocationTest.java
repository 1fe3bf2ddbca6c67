package io.espalier.nn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Once warm, passes of networks with memory allocate nothing. */
@Tag("own-jvm")
class MemoryAllocationTest {
    @ParameterizedTest
    @MethodSource("io.espalier.nn.MemoryTest#specs")
    void passesAllocateNothing(String text) {
        Network network = MemoryTest.network(text, MemoryTest.ROWS, Kernels.INSTANCE);
        float[] input = MemoryTest.normal(new SplittableRandom(7), MemoryTest.ROWS * MemoryTest.INPUTS, 1);
        float[] states = MemoryTest.states(text);
        assertThat(Allocation.ofTenCalls(() -> {
                    network.forward(input, 0, MemoryTest.STEPS, MemoryTest.SEQUENCES, MemoryTest.STARTS, 0, states, 0);
                    network.backward(true);
                    network.parametersChanged();
                    network.forward(input, 0, 1, MemoryTest.SEQUENCES, MemoryTest.STARTS, 0, states, 0);
                }))
                .isZero();
    }
}
