package io.espalier.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class StateTest {
    @Test
    void whatIsPutIsGot() {
        State state = new State();
        state.put("floats", new float[] {1, Float.NaN});
        state.put("doubles", new double[] {2, -0.0});
        state.put("ints", new int[] {3});
        state.put("longs", new long[] {4, 5});
        state.put("bytes", new byte[] {6});
        state.putLong("one", Long.MIN_VALUE);
        state.putDouble("half", 0.5);
        assertThat(state.floats("floats")).containsExactly(1, Float.NaN);
        assertThat(state.floats("floats", 2)).hasSize(2);
        assertThat(state.doubles("doubles")).containsExactly(2, -0.0);
        assertThat(state.ints("ints")).containsExactly(3);
        assertThat(state.longs("longs")).containsExactly(4, 5);
        assertThat(state.bytes("bytes")).containsExactly((byte) 6);
        assertThat(state.getLong("one")).isEqualTo(Long.MIN_VALUE);
        assertThat(state.getDouble("half")).isEqualTo(0.5);
        assertThat(state.has("one")).isTrue();
        assertThat(state.has("two")).isFalse();
    }

    @Test
    void whatIsKeptIsACopy() {
        State state = new State();
        float[] array = {1};
        state.put("a", array);
        array[0] = 2;
        state.floats("a")[0] = 3;
        assertThat(state.floats("a")).containsExactly(1);
    }

    @Test
    void childrenAreNamedBySlashes() {
        State state = new State();
        state.child("learner").put("weights", new float[] {1});
        state.child("environment", 3).child("memory").putLong("x", 7);
        assertThat(state.entries()).containsOnlyKeys("learner/weights", "environment/3/memory/x");
        assertThat(state.child("environment", 3).child("memory").getLong("x")).isEqualTo(7);
        assertThat(state.child("learner").has("weights")).isTrue();
        assertThat(state.child("learner").has("learner/weights")).isFalse();
    }

    @Test
    void mistakesAreNamed() {
        State state = new State();
        state.child("a").put("x", new float[3]);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> state.child("a").put("x", new float[3]))
                .withMessageContaining("\"a/x\" is remembered already");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> state.put("y", new short[1]))
                .withMessageContaining("\"y\" is a short[]");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> state.child("a").doubles("x"))
                .withMessageContaining("\"a/x\" is float[], wanted double[]. Maybe");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> state.floats("z"))
                .withMessageContaining("\"z\" is not remembered");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> state.child("a").floats("x", 4))
                .withMessageContaining("\"a/x\" has 3 values, not 4");
        state.put("many", new long[2]);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> state.getLong("many"))
                .withMessageContaining("has 2 values, not 1");
    }
}
