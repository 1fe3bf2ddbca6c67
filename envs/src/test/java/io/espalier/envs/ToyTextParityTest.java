package io.espalier.envs;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.core.FiniteMdp;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The whole transition tables of Gymnasium's toy-text environments, and its games of Blackjack with given cards. */
class ToyTextParityTest {
    @Test
    void frozenLake() {
        Recorded.sameTable("frozenlake.txt", new FrozenLake(FrozenLake.SMALL, true).model());
        Recorded.sameTable("frozenlake8x8.txt", new FrozenLake(FrozenLake.LARGE, true).model());
        Recorded.sameTable("frozenlake-deterministic.txt", new FrozenLake(FrozenLake.SMALL, false).model());
        Recorded.sameTable("frozenlake8x8-deterministic.txt", new FrozenLake(FrozenLake.LARGE, false).model());
        Recorded.sameTable("frozenlake-rate.txt", new FrozenLake(List.of("SFH", "HSG"), true, 0.7).model());
    }

    @Test
    void cliffWalking() {
        Recorded.sameTable("cliffwalking.txt", new CliffWalking(false).model());
        Recorded.sameTable("cliffwalking-slippery.txt", new CliffWalking(true).model());
    }

    @Test
    void taxiOnADryDay() {
        Recorded.sameTable("taxi.txt", new Taxi().model());
    }

    @Test
    void taxiInTheRain() {
        Map<String, List<String>> recorded = new HashMap<>();
        for (String line : Recorded.lines("taxi-rainy.txt")) {
            String[] part = line.split(" ", -1);
            recorded.computeIfAbsent(part[0] + " " + part[1], key -> new ArrayList<>())
                    .add(part[2] + " -> " + part[3]);
        }
        FiniteMdp rainy = new Taxi(true, false).model();
        FiniteMdp dry = new Taxi().model();
        for (int state = 0; state < 500; state++) {
            int rest = state % 20;
            for (int action = 0; action < 4; action++) {
                List<String> ours = new ArrayList<>();
                rainy.forEachOutcome(state, action, (p, next, reward, ends) -> {
                    assertThat(next % 20).isEqualTo(rest);
                    assertThat(reward).isEqualTo(-1);
                    assertThat(ends).isFalse();
                    ours.add(p + " -> " + next / 20);
                });
                assertThat(ours).isEqualTo(recorded.get(state / 20 + " " + action));
            }
            for (int action = 4; action < 6; action++) {
                assertThat(outcomes(rainy, state, action)).isEqualTo(outcomes(dry, state, action));
            }
            assertThat(rainy.startProbability(state)).isEqualTo(dry.startProbability(state));
        }
    }

    private static List<String> outcomes(FiniteMdp model, int state, int action) {
        List<String> all = new ArrayList<>();
        model.forEachOutcome(
                state, action, (p, next, reward, ends) -> all.add(p + " " + next + " " + reward + " " + ends));
        return all;
    }

    @Test
    void taxiMasks() {
        Taxi taxi = new Taxi(false, true);
        boolean[] mask = new boolean[6];
        for (String line : Recorded.lines("taxi-masks.txt")) {
            String[] part = line.split(" ", -1);
            taxi.set(Integer.parseInt(part[0]));
            taxi.actionMask(mask, 0);
            StringBuilder ours = new StringBuilder();
            for (boolean allowed : mask) {
                ours.append(allowed ? '1' : '0');
            }
            assertThat(ours).as(line).hasToString(part[1]);
        }
    }

    @Test
    void blackjack() {
        List<String> lines = Recorded.lines("blackjack.txt");
        assertThat(lines).hasSize(390);
        for (String line : lines) {
            String[] fields = Recorded.fields(line);
            ArrayDeque<Integer> cards = new ArrayDeque<>();
            for (double card : Recorded.doubles(fields[1])) {
                cards.add((int) card);
            }
            Blackjack game = new Blackjack(Blackjack.Rules.valueOf(fields[0]), cards::remove);
            game.reset(0);
            float[] actions = Recorded.floats(fields[2]);
            float[] seen = new float[3 * (actions.length + 1)];
            game.observe(seen, 0);
            double reward = 0;
            for (int i = 0; i < actions.length; i++) {
                var step = game.step(actions, i);
                game.observe(seen, 3 * (i + 1));
                assertThat(step.terminated()).as(line).isEqualTo(i == actions.length - 1);
                reward += step.reward();
            }
            assertThat(seen).as(line).isEqualTo(Recorded.floats(fields[3]));
            assertThat(reward).as(line).isEqualTo(Double.parseDouble(fields[4]));
            assertThat(game.success()).as(line).isEqualTo(reward > 0);
            assertThat(cards).as(line).isEmpty();
        }
        assertThat(lines.stream().map(line -> Recorded.fields(line)[4]).distinct())
                .containsExactlyInAnyOrderElementsOf(Arrays.asList("-1.0", "0.0", "1.0", "1.5"));
    }
}
