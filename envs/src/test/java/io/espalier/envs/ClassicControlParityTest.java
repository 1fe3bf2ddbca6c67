package io.espalier.envs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * Transitions recorded from Gymnasium, replayed. Where sine and cosine enter, theirs are the C library's and numpy's, which
 * differ from ours in the last place now and then.
 */
class ClassicControlParityTest {
    @Test
    void cartPole() {
        CartPole env = new CartPole();
        Recorded.replayAll("cartpole.txt", env, s -> env.set(s[0], s[1], s[2], s[3]), env::state, 190, 48);
    }

    @Test
    void acrobot() {
        Acrobot env = new Acrobot();
        Recorded.replayAll("acrobot.txt", env, s -> env.set(s[0], s[1], s[2], s[3]), env::state, 138, 30);
    }

    @Test
    void mountainCar() {
        MountainCar env = new MountainCar();
        Recorded.replayAll("mountaincar.txt", env, s -> env.set(s[0], s[1]), env::state, 199, 14);
    }

    @Test
    void pendulum() {
        Pendulum env = new Pendulum();
        Recorded.replayAll("pendulum.txt", env, s -> env.set(s[0], s[1]), env::state, 219, 0);
    }

    @Test
    void mountainCarContinuous() {
        MountainCarContinuous env = new MountainCarContinuous();
        int exact = 0;
        List<String> lines = Recorded.lines("mountaincarcontinuous.txt");
        for (String line : lines) {
            List<String> fields = List.of(Recorded.fields(line));
            Consumer<double[]> set = fields.get(0).equals("first") ? s -> env.begin(s[0]) : s -> env.set(s[0], s[1]);
            exact += Recorded.replay(env, set, env::state, line, fields.subList(1, 7)) ? 1 : 0;
        }
        assertThat(exact).isEqualTo(lines.size()).isEqualTo(298);
    }
}
