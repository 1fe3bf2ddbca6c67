package io.espalier.algorithms.evolution;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.core.Box;
import io.espalier.core.Discrete;
import io.espalier.core.MetricSink;
import io.espalier.core.Seeds;
import io.espalier.core.State;
import io.espalier.policy.EpisodeAlgorithm;
import io.espalier.policy.Policy;
import io.espalier.policy.TaskSpec;
import io.espalier.testkit.EpisodeAlgorithmContract;
import org.junit.jupiter.api.Test;

class GeneticTest extends EpisodeAlgorithmContract {
    private static final Genetic.Settings SETTINGS = new Genetic.Settings(16, 4, 2, 1, 0.5, false, "linear");

    @Override
    protected EpisodeAlgorithm algorithm() {
        return new Genetic(SETTINGS);
    }

    private static float[] candidate(Offspring offspring, int number) {
        float[] parameters = new float[6];
        offspring.parameters(number, 0, parameters);
        return parameters;
    }

    private static float[] parents(State round) {
        return round.floats("parents");
    }

    @Test
    void theBestBecomeTheParentsAndTheVeryBestThePolicy() {
        TaskSpec task = new TaskSpec(Box.unbounded(2), new Discrete(2), false, 1000);
        Policy initial = new Genetic(SETTINGS).policy(task, Seeds.of(3));
        Genetic.Selection selection = new Genetic.Selection(SETTINGS, initial);
        Offspring offspring = new Offspring(6, 2, 0.5);
        State first = new State();
        selection.announce(77, first);
        offspring.begin(first);
        double[] returns = new double[16];
        returns[9] = 5;
        returns[3] = 4;
        // Candidates 0 and 1 earned as much as all others: the lower ones are taken.
        selection.learn(77, returns, 0, MetricSink.NONE);
        State second = new State();
        selection.announce(78, second);
        float[] chosen = parents(second);
        int[] expected = {9, 3, 0, 1};
        for (int i = 0; i < 4; i++) {
            for (int j = 0; j < 6; j++) {
                assertThat(chosen[6 * i + j]).isEqualTo(candidate(offspring, expected[i])[j]);
            }
        }
        assertThat(selection.parameters()).containsExactly(candidate(offspring, 9));
    }

    @Test
    void elitesStayAsTheyAreAndTheOthersAreMutatedParents() {
        State round = new State();
        float[] parents = {0, 0, 0, 0, 0, 0, 100, 100, 100, 100, 100, 100, 200, 200, 200, 200, 200, 200};
        Offspring.announce(5, parents, round);
        Offspring offspring = new Offspring(6, 2, 0.5);
        offspring.begin(round);
        assertThat(candidate(offspring, 0)).containsOnly(0f);
        assertThat(candidate(offspring, 1)).containsOnly(100f);
        int[] children = new int[3];
        double squares = 0;
        for (int k = 2; k < 602; k++) {
            float[] child = candidate(offspring, k);
            int parent = Math.round(child[0] / 100);
            children[parent]++;
            for (float each : child) {
                assertThat(each - 100 * parent).isBetween(-3f, 3f);
                squares += (each - 100 * parent) * (each - 100 * parent);
            }
        }
        // 200 each, give or take four standard deviations of √(600 · ⅓ · ⅔) = 11.5.
        for (int count : children) {
            assertThat(count).isBetween(154, 246);
        }
        assertThat(Math.sqrt(squares / 3600)).isBetween(0.47, 0.53);
    }

    @Test
    void inTheFirstGenerationAllDescendFromOne() {
        Offspring offspring = new Offspring(6, 2, 0.5);
        State round = new State();
        Offspring.announce(5, new float[] {1, 2, 3, 4, 5, 6}, round);
        offspring.begin(round);
        assertThat(candidate(offspring, 0)).containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(candidate(offspring, 1)).doesNotContain(1, 2, 3, 4, 5, 6);
    }
}
