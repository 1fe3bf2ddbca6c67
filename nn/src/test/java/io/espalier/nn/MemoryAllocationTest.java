package io.espalier.nn;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
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
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        Network network = MemoryTest.network(text, MemoryTest.ROWS, Kernels.INSTANCE);
        float[] input = MemoryTest.normal(new SplittableRandom(7), MemoryTest.ROWS * MemoryTest.INPUTS, 1);
        float[] states = MemoryTest.states(text);
        long least = Long.MAX_VALUE;
        long started = System.nanoTime();
        for (int round = 0; least > 0 && (round < 2000 || System.nanoTime() - started < 20_000_000_000L); round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 10; i++) {
                network.forward(input, 0, MemoryTest.STEPS, MemoryTest.SEQUENCES, MemoryTest.STARTS, 0, states, 0);
                network.backward(true);
                network.parametersChanged();
                network.forward(input, 0, 1, MemoryTest.SEQUENCES, MemoryTest.STARTS, 0, states, 0);
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertThat(least).isZero();
    }
}
