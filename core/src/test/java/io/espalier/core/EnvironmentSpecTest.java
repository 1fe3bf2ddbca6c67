package io.espalier.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EnvironmentSpecTest {
    @Test
    void answersToItsNamesInAnyCase() {
        List<String> aliases = new ArrayList<>(List.of("cartpole"));
        EnvironmentSpec spec = new EnvironmentSpec(
                "CartPole-v1",
                aliases,
                "Balance a pole.",
                () -> {
                    throw new IllegalStateException("not made for its name");
                },
                475);
        aliases.add("pole");
        assertThat(spec.answersTo("cartpole-V1")).isTrue();
        assertThat(spec.answersTo("CARTPOLE")).isTrue();
        assertThat(spec.answersTo("pole")).isFalse();
        assertThat(spec.aliases()).containsExactly("cartpole");
    }

    @Test
    void oneCoreDoesItsTasksInOrder() {
        List<String> done = new ArrayList<>();
        Cores.SERIAL.run(3, (index, thread) -> done.add(index + "@" + thread));
        assertThat(done).containsExactly("0@0", "1@0", "2@0");
        assertThat(Cores.SERIAL.count()).isEqualTo(1);
    }
}
