package io.espalier.algorithms.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.espalier.core.RandomStream;
import io.espalier.envs.TicTacToe;
import org.junit.jupiter.api.Test;

class PuctTreeTest {
    private static final boolean[] ALL = {true, true, true, true, true, true, true, true, true};

    private final TicTacToe root = new TicTacToe();
    private final TicTacToe walker = new TicTacToe();

    private static float[] prior(int... tenths) {
        float[] prior = new float[9];
        for (int i = 0; i < tenths.length; i++) {
            prior[i] = tenths[i] / 10f;
        }
        return prior;
    }

    private void begin(int... cells) {
        root.reset(0);
        for (int cell : cells) {
            root.step(new float[] {cell}, 0);
        }
    }

    private boolean[] legal() {
        boolean[] legal = new boolean[9];
        walker.actionMask(legal, 0);
        return legal;
    }

    @Test
    void followsItsRule() {
        begin();
        PuctTree tree = new PuctTree(9, 10, 2);
        tree.clear();
        assertThat(tree.select(root, walker)).isTrue();
        assertThat(walker.render()).isEqualTo(root.render());
        tree.expand(prior(6, 4), ALL, 0, 0.1);
        // By hand, N = 1, untried counts 0.1 − 0.2: move 0 scores −0.1 + 2·0.6·√1/1 = 1.1, move 1 −0.1 + 0.8 = 0.7.
        assertThat(tree.select(root, walker)).isTrue();
        assertThat(walker.render()).startsWith("X . .");
        // What is good for O there is bad for X.
        tree.expand(prior(0, 5, 5), legal(), 0, 0.9);
        assertThat(tree.visits(0)).isEqualTo(1);
        assertThat(tree.value()).isEqualTo((0.1 - 0.9) / 2, within(1e-9));
        // N = 2, mean −0.4: move 0 scores −0.9 + 2·0.6·√2/2 = −0.0515, move 1 −0.6 + 2·0.4·√2 = 0.531.
        assertThat(tree.select(root, walker)).isTrue();
        assertThat(walker.render()).startsWith(". X .");
        tree.expand(prior(5, 0, 5), legal(), 0, -1);
        // N = 3, mean 0.0667: move 0 −0.9 + 1.2·√3/2 = 0.139, move 1 1 + 0.8·√3/2 = 1.69.
        assertThat(tree.select(root, walker)).isTrue();
        assertThat(walker.render()).startsWith("O X .");
        tree.expand(prior(0, 0, 10), legal(), 0, 0);
        assertThat(tree.visits(1)).isEqualTo(2);
        float[] shares = new float[9];
        tree.shares(shares, 0);
        assertThat(shares[0]).isEqualTo(1 / 3f);
        assertThat(shares[1]).isEqualTo(2 / 3f);
        assertThat(tree.mostVisited()).isEqualTo(1);
    }

    @Test
    void anEndOfTheGameIsEnteredWithoutTheNetwork() {
        begin(0, 3, 1, 4);
        PuctTree tree = new PuctTree(9, 20, 1);
        tree.clear();
        tree.select(root, walker);
        tree.expand(prior(0, 0, 10), legal(), 0, 0);
        for (int n = 0; n < 10; n++) {
            assertThat(tree.select(root, walker)).as("X completes its row").isFalse();
        }
        assertThat(tree.visits(2)).isEqualTo(10);
        assertThat(tree.value()).isEqualTo(10 / 11.0, within(1e-9));
        assertThat(tree.prior(0)).as("a marked cell").isEqualTo(-1);
        assertThat(tree.sampled(new RandomStream(1))).isEqualTo(2);
    }

    @Test
    void noiseKeepsTheSumAndIsDirichlet() {
        begin();
        RandomStream random = new RandomStream(9);
        double mean = 0;
        double square = 0;
        int n = 2000;
        for (int i = 0; i < n; i++) {
            PuctTree tree = new PuctTree(9, 2, 1);
            tree.clear();
            tree.select(root, walker);
            tree.expand(prior(10), ALL, 0, 0);
            tree.addNoise(0.25, 0.5, random);
            double sum = 0;
            for (int move = 0; move < 9; move++) {
                sum += tree.prior(move);
            }
            assertThat(sum).isEqualTo(1, within(1e-5));
            double eta = (tree.prior(0) - 0.75) / 0.25;
            mean += eta / n;
            square += eta * eta / n;
        }
        // Dirichlet of nine halves: mean 1/9, variance (1/9)(8/9)/(4.5 + 1) = 0.01796; four deviations of the mean.
        assertThat(mean).isEqualTo(1 / 9.0, within(4 * Math.sqrt(0.01796 / n)));
        assertThat(square - mean * mean).isEqualTo(0.01796, within(0.003));
    }

    @Test
    void gammaNumbersHaveTheirMeanAndVariance() {
        RandomStream random = new RandomStream(2);
        for (double shape : new double[] {0.3, 1, 4}) {
            double mean = 0;
            double square = 0;
            int n = 20_000;
            for (int i = 0; i < n; i++) {
                double x = PuctTree.gamma(shape, random);
                assertThat(x).isPositive();
                mean += x / n;
                square += x * x / n;
            }
            // both are the shape
            assertThat(mean).isEqualTo(shape, within(4 * Math.sqrt(shape / n)));
            assertThat(square - mean * mean).isEqualTo(shape, within(0.1 * Math.max(1, shape)));
        }
    }

    @Test
    void movesAreSampledByTheirVisits() {
        begin();
        PuctTree tree = new PuctTree(9, 40, 1.5);
        tree.clear();
        for (int n = 0; n < 31; n++) {
            if (tree.select(root, walker)) {
                tree.expand(prior(1, 1, 1, 1, 2, 1, 1, 1, 1), legal(), 0, 0);
            }
        }
        RandomStream random = new RandomStream(4);
        int[] counts = new int[9];
        for (int n = 0; n < 3000; n++) {
            counts[tree.sampled(random)]++;
        }
        for (int move = 0; move < 9; move++) {
            double share = tree.visits(move) / 30.0;
            assertThat(counts[move] / 3000.0)
                    .isEqualTo(share, within(4 * Math.sqrt(share * (1 - share) / 3000) + 1e-9));
        }
    }
}
