package io.espalier.envs;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.core.Environment;
import io.espalier.core.EnvironmentProvider;
import io.espalier.core.EnvironmentSpec;
import io.espalier.core.Step;
import io.espalier.core.wrappers.TimeLimit;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.ServiceLoader;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BuiltInEnvironmentsTest {
    private final List<EnvironmentSpec> all = new BuiltInEnvironments().environments();

    private Environment make(String name) {
        return spec(name).factory().get();
    }

    private EnvironmentSpec spec(String name) {
        return all.stream()
                .filter(spec -> spec.answersTo(name))
                .reduce((a, b) -> {
                    throw new AssertionError(a.name() + " and " + b.name() + " answer to " + name);
                })
                .orElseThrow(() -> new AssertionError(name));
    }

    @Test
    void areFoundByServiceLoader() {
        assertThat(ServiceLoader.load(EnvironmentProvider.class))
                .anyMatch(provider -> provider instanceof BuiltInEnvironments);
    }

    @Test
    void haveTheLimitsAndThresholdsOfTheRegistry() {
        // These Gymnasium leaves open, or sets above the optimum; the class says how ours were chosen.
        Set<String> ours = Set.of("Taxi-v4", "CliffWalking-v1", "Blackjack-v1");
        for (String line : Recorded.lines("registry.txt")) {
            String[] part = line.split(" ", -1);
            Environment made = make(part[0]);
            assertThat(made instanceof TimeLimit limited ? limited.limit() : 0)
                    .as(line)
                    .isEqualTo(Integer.parseInt(part[1]));
            if (!ours.contains(part[0])) {
                assertThat(spec(part[0]).solvedAt()).as(line).isEqualTo(Double.valueOf(part[2].replace("nan", "NaN")));
            }
        }
    }

    @Test
    void areCutOffWhereGymnasiumCutsOff() {
        List<String> lines = Recorded.lines("limits.txt");
        assertThat(lines).hasSize(7);
        for (String line : lines) {
            String[] part = line.split(" ", -1);
            Environment made = make(part[0]);
            made.reset(1);
            float[] action = {Float.parseFloat(part[1])};
            int steps = 0;
            Step step;
            do {
                step = made.step(action, 0);
                steps++;
            } while (!step.last());
            assertThat(steps).as(line).isEqualTo(Integer.parseInt(part[2]));
            assertThat(step.terminated()).as(line).isFalse();
            assertThat(step.truncated()).as(line).isTrue();
            assertThat(made.success()).as(line).isFalse();
        }
    }

    @Test
    void aPoleThatStandsFor500StepsIsTruncated() {
        Environment made = make("CartPole-v1");
        made.reset(1);
        float[] seen = new float[4];
        double total = 0;
        Step step;
        do {
            made.observe(seen, 0);
            // Pushes the cart under the pole; enough to balance it.
            float lean = seen[2] + 0.5f * seen[3] + 0.05f * seen[0] + 0.1f * seen[1];
            step = made.step(new float[] {lean > 0 ? 1 : 0}, 0);
            total += step.reward();
        } while (!step.last());
        assertThat(total).isEqualTo(500);
        assertThat(step).isEqualTo(Step.truncation(1));
    }

    @Test
    void namesAndAliasesAreDistinctAndEachMakesAFreshEnvironment() {
        Set<String> names = new HashSet<>();
        for (EnvironmentSpec spec : all) {
            assertThat(names.add(spec.name().toLowerCase(Locale.ROOT)))
                    .as(spec.name())
                    .isTrue();
            assertThat(spec.aliases()).as(spec.name()).isNotEmpty();
            for (String alias : spec.aliases()) {
                assertThat(names.add(alias)).as(alias).isTrue();
            }
            assertThat(spec.summary()).as(spec.name()).endsWith(".");
            assertThat(spec.factory().get()).isNotSameAs(spec.factory().get());
        }
        assertThat(all).hasSize(40);
    }
}
