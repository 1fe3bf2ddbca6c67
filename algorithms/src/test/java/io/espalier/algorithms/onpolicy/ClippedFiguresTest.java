package io.espalier.algorithms.onpolicy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.espalier.algorithms.parts.ShardedUpdate;
import io.espalier.core.Cores;
import io.espalier.nn.Network;
import io.espalier.nn.NetworkSpec;
import io.espalier.nn.OptimizerSpec;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ClippedFiguresTest {
    private float gradient = 3;
    private double unit = 1;

    /** The loss y = w·x with x = 1: its gradient is what the test wants, its figures 1, 2, 3, 4 and 5 units a row. */
    private final class Told implements ShardedUpdate.Loss {
        @Override
        public void inputs(int shard, int from, int rows, float[] into) {
            Arrays.fill(into, 1);
        }

        @Override
        public void gradients(Network network, int from, int rows, double[] figures, int at) {
            for (int i = 0; i < rows; i++) {
                network.outputGradient(0)[i] = gradient;
            }
            figures[at + ClippedObjective.POLICY] += rows * unit;
            figures[at + ClippedObjective.VALUE] += 2 * rows * unit;
            figures[at + ClippedObjective.ENTROPY] += 3 * rows * unit;
            figures[at + ClippedObjective.KL] += 4 * rows * unit;
            figures[at + ClippedObjective.CLIPPED] += 5 * rows * unit;
        }
    }

    @Test
    void aRoundIsTheMeanOverItsRowsAndForgetsTheRoundBefore() {
        Network network =
                new Network(new NetworkSpec.Dense(1, NetworkSpec.dense(1).init(), false), new int[] {1}, 1);
        ShardedUpdate update = new ShardedUpdate(
                network, OptimizerSpec.adam().create(network.parameterCount()), 8, 0, new Told(), Cores.SERIAL);
        ClippedFigures figures = new ClippedFigures(update);
        figures.begin();
        step(update, figures, 6);
        unit = 10;
        step(update, figures, 2);
        assertThat(figures.rows()).isEqualTo(8);
        assertThat(figures.sum(ClippedObjective.KL)).isEqualTo(4 * 6 + 40 * 2);
        // 26 / 8 units a row: (1 · 6 + 10 · 2) / 8 = 3.25; the norms are 3 · 6 and 3 · 2
        assertThat(report(figures))
                .containsExactly(
                        entry("update/skipped", 0.0),
                        entry("update/learning-rate", 0.5),
                        entry("value/explained-variance", 0.25),
                        entry("loss/policy", 3.25),
                        entry("loss/value", 6.5),
                        entry("policy/entropy", 9.75),
                        entry("policy/kl", 13.0),
                        entry("policy/clip-fraction", 16.25),
                        entry("update/gradient-norm", 12.0));

        gradient = Float.NaN;
        figures.begin();
        step(update, figures, 4);
        assertThat(report(figures))
                .containsExactly(
                        entry("update/skipped", 1.0),
                        entry("update/learning-rate", 0.5),
                        entry("value/explained-variance", 0.25));

        gradient = 1;
        unit = 2;
        figures.begin();
        step(update, figures, 4);
        assertThat(report(figures))
                .containsEntry("update/skipped", 0.0)
                .containsEntry("loss/policy", 2.0)
                .containsEntry("update/gradient-norm", 4.0);
    }

    private static void step(ShardedUpdate update, ClippedFigures figures, int rows) {
        update.gradients(rows);
        if (update.apply(0.001)) {
            figures.add(rows);
        }
    }

    private static Map<String, Double> report(ClippedFigures figures) {
        Map<String, Double> metrics = new LinkedHashMap<>();
        figures.report(metrics::put, 0.5, 0.25);
        return metrics;
    }
}
