package io.espalier.envs;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.core.Environment;
import io.espalier.core.FiniteMdp;
import io.espalier.core.Step;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** What Gymnasium did, as src/test/python/record_transitions.py wrote it down, and how ours compares. */
final class Recorded {
    private Recorded() {}

    static List<String> lines(String file) {
        try (var reader = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(Recorded.class.getResourceAsStream(file), file), StandardCharsets.UTF_8))) {
            return reader.lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String[] fields(String line) {
        return line.split(" ; ", -1);
    }

    static double[] doubles(String field) {
        return Arrays.stream(field.split(" ", -1))
                .mapToDouble(Double::parseDouble)
                .toArray();
    }

    static float[] floats(String field) {
        String[] parts = field.split(" ", -1);
        float[] values = new float[parts.length];
        for (int i = 0; i < parts.length; i++) {
            values[i] = Float.parseFloat(parts[i]);
        }
        return values;
    }

    /**
     * Replays one transition: the fields are state, action, next state, observation, reward, terminated.
     *
     * @return whether every number agrees to the last bit; it is an error if one is further off than a few last places
     */
    static boolean replay(
            Environment env, Consumer<double[]> set, Supplier<double[]> state, String line, List<String> fields) {
        set.accept(doubles(fields.get(0)));
        Step step = env.step(floats(fields.get(1)), 0);
        assertThat(step.terminated()).as(line).isEqualTo(fields.get(5).equals("1"));
        assertThat(step.truncated()).as(line).isFalse();
        double[] next = doubles(fields.get(2));
        double reward = Double.parseDouble(fields.get(4));
        float[] observation = floats(fields.get(3));
        float[] seen = new float[observation.length];
        env.observe(seen, 0);
        close(step.reward(), reward, line);
        double[] reached = state.get();
        for (int i = 0; i < next.length; i++) {
            close(reached[i], next[i], line);
        }
        for (int i = 0; i < seen.length; i++) {
            assertThat(Math.abs(seen[i] - observation[i]))
                    .as(line)
                    .isLessThanOrEqualTo(Math.max(Math.ulp(observation[i]), 1e-14f));
        }
        return step.reward() == reward && Arrays.equals(reached, next) && Arrays.equals(seen, observation);
    }

    private static void close(double value, double expected, String line) {
        assertThat(Math.abs(value - expected)).as(line).isLessThanOrEqualTo(1e-12 * Math.abs(expected) + 1e-14);
    }

    /** Replays a whole file and asserts how many transitions agree to the last bit, and how many end the task. */
    static void replayAll(
            String file, Environment env, Consumer<double[]> set, Supplier<double[]> state, int same, int ends) {
        int exact = 0;
        int terminations = 0;
        List<String> lines = lines(file);
        for (String line : lines) {
            List<String> fields = List.of(fields(line));
            exact += replay(env, set, state, line, fields) ? 1 : 0;
            terminations += fields.get(5).equals("1") ? 1 : 0;
        }
        assertThat(lines).as(file).hasSizeGreaterThan(150);
        assertThat(terminations).as(file + ": terminations").isEqualTo(ends);
        assertThat(exact).as(file + ": bit for bit").isEqualTo(same);
    }

    /** Asserts that a model has exactly the recorded transitions, in order, and the recorded start. */
    static void sameTable(String file, FiniteMdp model) {
        Map<String, List<String>> outcomes = new HashMap<>();
        double[] start = new double[model.states()];
        for (String line : lines(file)) {
            String[] part = line.split(" ", -1);
            if (part[0].equals("start")) {
                start[Integer.parseInt(part[1])] = Double.parseDouble(part[2]);
            } else {
                boolean certain = part.length == 5;
                String outcome = text(
                        certain ? 1 : Double.parseDouble(part[2]),
                        Integer.parseInt(part[certain ? 2 : 3]),
                        Double.parseDouble(part[certain ? 3 : 4]),
                        part[certain ? 4 : 5].equals("1"));
                outcomes.computeIfAbsent(part[0] + " " + part[1], key -> new ArrayList<>())
                        .add(outcome);
            }
        }
        assertThat(outcomes).hasSize(model.states() * model.actions());
        for (int state = 0; state < model.states(); state++) {
            assertThat(model.startProbability(state)).isEqualTo(start[state]);
            for (int action = 0; action < model.actions(); action++) {
                List<String> ours = new ArrayList<>();
                model.forEachOutcome(state, action, (p, next, reward, ends) -> ours.add(text(p, next, reward, ends)));
                assertThat(ours).as(state + " " + action).isEqualTo(outcomes.get(state + " " + action));
            }
        }
    }

    private static String text(double probability, int next, double reward, boolean terminated) {
        return probability + " -> " + next + " for " + reward + (terminated ? ", the end" : "");
    }
}
