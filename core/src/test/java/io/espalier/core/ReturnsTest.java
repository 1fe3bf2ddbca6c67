package io.espalier.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.espalier.core.Returns.Ends;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class ReturnsTest {
    private static final Offset<Double> CLOSE = within(1e-12);
    private static final boolean[] NEVER = new boolean[3];

    private static final double[] REWARDS = {1, 2, 3};
    private static final float[] VALUES = {4, 2, 8};
    private static final float[] NEXT = {2, 8, 16};

    private static boolean[] at(int step) {
        boolean[] flags = new boolean[3];
        flags[step] = true;
        return flags;
    }

    private static Ends ends(boolean[] terminated, boolean[] truncated) {
        return new Ends(1, terminated, truncated, NEVER);
    }

    private static double[] gae(Ends ends) {
        double[] advantages = new double[3];
        Returns.gae(ends, REWARDS, VALUES, NEXT, 0.5, 0.5, advantages);
        return advantages;
    }

    private static double[] discounted(Ends ends) {
        double[] returns = new double[3];
        Returns.discounted(ends, REWARDS, NEXT, 0.5, returns);
        return returns;
    }

    private static double[] nStep(Ends ends, int n) {
        double[] returns = new double[3];
        Returns.nStep(ends, REWARDS, NEXT, 0.5, n, returns);
        return returns;
    }

    private static double[] tdLambda(Ends ends) {
        double[] returns = new double[3];
        Returns.tdLambda(ends, REWARDS, NEXT, 0.5, 0.25, returns);
        return returns;
    }

    @Test
    void aBlockThatEndsInMidEpisodeIsBootstrapped() {
        // By hand: δ = 1 + 1 − 4 = −2; 2 + 4 − 2 = 4; 3 + 8 − 8 = 3. A₂ = 3; A₁ = 4 + 3/4; A₀ = −2 + 4.75/4.
        assertThat(gae(ends(NEVER, NEVER))).containsExactly(-0.8125, 4.75, 3);
        // G₂ = 3 + 16/2 = 11; G₁ = 2 + 11/2; G₀ = 1 + 7.5/2.
        assertThat(discounted(ends(NEVER, NEVER))).containsExactly(4.75, 7.5, 11);
        // Two steps: 1 + 2/2 + 8/4 = 4; 2 + 3/2 + 16/4 = 7.5; one is left: 3 + 16/2.
        assertThat(nStep(ends(NEVER, NEVER), 2)).containsExactly(4, 7.5, 11);
        // One step: 1 + 2/2, 2 + 8/2, 3 + 16/2.
        assertThat(nStep(ends(NEVER, NEVER), 1)).containsExactly(2, 6, 11);
        // G₂ = 11; G₁ = 2 + (6 + 2.75)/2 = 6.375; G₀ = 1 + (1.5 + 1.59375)/2.
        assertThat(tdLambda(ends(NEVER, NEVER))).containsExactly(2.546875, 6.375, 11);
    }

    @Test
    void aTerminatedEpisodeIsWorthNothingAfterwards() {
        Ends ends = ends(at(1), NEVER);
        // By hand: δ₁ = 2 − 2 = 0 and nothing flows back from step 2: A₁ = 0; A₀ = −2.
        assertThat(gae(ends)).containsExactly(-2, 0, 3);
        assertThat(discounted(ends)).containsExactly(2, 2, 11);
        assertThat(nStep(ends, 2)).containsExactly(2, 2, 11);
        assertThat(nStep(ends, 9)).containsExactly(2, 2, 11);
        // G₁ = 2; G₀ = 1 + (0.75 · 2 + 0.25 · 2)/2.
        assertThat(tdLambda(ends)).containsExactly(2, 2, 11);
    }

    @Test
    void aTruncatedEpisodeKeepsItsBootstrapValue() {
        Ends ends = ends(NEVER, at(1));
        // By hand: δ₁ = 2 + 8/2 − 2 = 4 = A₁; A₀ = −2 + 4/4.
        assertThat(gae(ends)).containsExactly(-1, 4, 3);
        // G₁ = 2 + 8/2 = 6; G₀ = 1 + 6/2.
        assertThat(discounted(ends)).containsExactly(4, 6, 11);
        assertThat(nStep(ends, 3)).containsExactly(4, 6, 11);
        // G₁ = 6; G₀ = 1 + (0.75 · 2 + 0.25 · 6)/2.
        assertThat(tdLambda(ends)).containsExactly(2.5, 6, 11);
    }

    @Test
    void aDiscardedStepIsVoidAndTheOneBeforeLooksAheadByValue() {
        Ends ends = new Ends(1, NEVER, at(1), at(1));
        // By hand: A₁ = 0; A₀ = δ₀ = −2; the returns of step 0 are 1 + 2/2.
        assertThat(gae(ends)).containsExactly(-2, 0, 3);
        assertThat(discounted(ends)).containsExactly(2, 0, 11);
        assertThat(nStep(ends, 3)).containsExactly(2, 0, 11);
        assertThat(tdLambda(ends)).containsExactly(2, 0, 11);
    }

    @Test
    void vTraceClipsItsRatios() {
        double[] targets = new double[3];
        double[] advantages = new double[3];
        float[] acted = {0, 0, 0};
        float[] learned = {(float) StrictMath.log(0.5), (float) StrictMath.log(3), 0};
        Returns.vTrace(ends(NEVER, NEVER), acted, learned, REWARDS, VALUES, NEXT, 0.5, 1, 2, 1, targets, advantages);
        // By hand: ratios 0.5, 3, 1; ρ = 0.5, 2, 1; c = 0.5, 1, 1; δ/ρ = −2, 4, 3.
        // v₂ = 8 + 3 = 11; v₁ = 2 + 2·4 + 0.5·1·(11 − 8) = 11.5; v₀ = 4 + 0.5·(−2) + 0.5·0.5·(11.5 − 2) = 5.375.
        assertThat(targets).containsExactly(new double[] {5.375, 11.5, 11}, within(1e-6));
        // A₂ = 3; A₁ = 2·(2 + 0.5·11 − 2) = 11; A₀ = 0.5·(1 + 0.5·11.5 − 4) = 1.375.
        assertThat(advantages).containsExactly(new double[] {1.375, 11, 3}, within(1e-6));
    }

    @Test
    void vTraceOnPolicyIsTheDiscountedReturn() {
        double[] targets = new double[3];
        double[] advantages = new double[3];
        float[] same = {-1, -2, -3};
        for (Ends ends : new Ends[] {ends(NEVER, NEVER), ends(at(1), NEVER), ends(NEVER, at(1))}) {
            Returns.vTrace(ends, same, same, REWARDS, VALUES, NEXT, 0.5, 1, 1, 1, targets, advantages);
            double[] returns = discounted(ends);
            assertThat(targets).containsExactly(returns, CLOSE);
            for (int t = 0; t < 3; t++) {
                assertThat(advantages[t]).isEqualTo(returns[t] - VALUES[t], CLOSE);
            }
        }
    }

    /** Random blocks, and definitions that are slow and plain: sums written out, one start at a time. */
    private static final class Block {
        final int steps;
        final int environments;
        final boolean[] terminated;
        final boolean[] truncated;
        final boolean[] discarded;
        final double[] rewards;
        final float[] values;
        final float[] next;
        final float[] acted;
        final float[] learned;

        Block(RandomStream random) {
            steps = 1 + random.nextInt(20);
            environments = 1 + random.nextInt(4);
            int rows = steps * environments;
            terminated = new boolean[rows];
            truncated = new boolean[rows];
            discarded = new boolean[rows];
            rewards = new double[rows];
            values = new float[rows];
            next = new float[rows];
            acted = new float[rows];
            learned = new float[rows];
            for (int i = 0; i < rows; i++) {
                int event = random.nextInt(12);
                terminated[i] = event == 0;
                truncated[i] = event == 1 || event == 2;
                discarded[i] = event == 2;
                rewards[i] = random.nextGaussian();
                values[i] = (float) random.nextGaussian();
                acted[i] = (float) random.nextGaussian();
                learned[i] = acted[i] + 0.3f * (float) random.nextGaussian();
            }
            for (int i = 0; i < rows; i++) {
                // In mid-episode the next value is that of the row after.
                boolean open = i + environments < rows && !terminated[i] && !truncated[i];
                next[i] = open ? values[i + environments] : (float) random.nextGaussian();
            }
        }

        Ends ends() {
            return new Ends(environments, terminated, truncated, discarded);
        }

        /** Rows of the episode from this one on, within the block and before anything discarded. */
        int last(int row) {
            int last = row;
            while (!terminated[last]
                    && !truncated[last]
                    && last + environments < rewards.length
                    && !discarded[last + environments]) {
                last += environments;
            }
            return last;
        }

        double next(int row) {
            return terminated[row] ? 0 : next[row];
        }

        double nStep(int row, double gamma, int n) {
            int last = Math.min(last(row), row + (n - 1) * environments);
            double sum = 0;
            double discount = 1;
            for (int at = row; at <= last; at += environments) {
                sum += discount * rewards[at];
                discount *= gamma;
            }
            return sum + discount * next(last);
        }

        /** (1 − λ) Σ λⁿ⁻¹ Gⁿ, with all that is left of the weight on the longest. */
        double lambda(int row, double gamma, double lambda) {
            int most = (last(row) - row) / environments + 1;
            double sum = 0;
            double weight = 1;
            for (int n = 1; n < most; n++) {
                sum += (1 - lambda) * weight * nStep(row, gamma, n);
                weight *= lambda;
            }
            return sum + weight * nStep(row, gamma, most);
        }

        double ratio(int row) {
            return Math.exp((double) learned[row] - acted[row]);
        }

        /** Equation 1 of the paper: v + Σ γᵏ (Π c) δ. */
        double vTrace(int row, double gamma, double lambda, double rhoBar, double cBar) {
            double sum = values[row];
            double factor = 1;
            for (int at = row; at <= last(row); at += environments) {
                double delta = Math.min(rhoBar, ratio(at)) * (rewards[at] + gamma * next(at) - values[at]);
                sum += factor * delta;
                factor *= gamma * lambda * Math.min(cBar, ratio(at));
            }
            return sum;
        }
    }

    @Test
    void agreesWithThePlainDefinitionsOnRandomBlocks() {
        RandomStream random = new RandomStream(2024);
        int discarded = 0;
        for (int round = 0; round < 300; round++) {
            Block block = new Block(random);
            int rows = block.rewards.length;
            double gamma = random.nextDouble();
            double lambda = random.nextDouble();
            int n = 1 + random.nextInt(6);
            double[] full = new double[rows];
            double[] some = new double[rows];
            double[] mixed = new double[rows];
            double[] advantages = new double[rows];
            double[] targets = new double[rows];
            double[] weights = new double[rows];
            Returns.discounted(block.ends(), block.rewards, block.next, gamma, full);
            Returns.nStep(block.ends(), block.rewards, block.next, gamma, n, some);
            Returns.tdLambda(block.ends(), block.rewards, block.next, gamma, lambda, mixed);
            Returns.gae(block.ends(), block.rewards, block.values, block.next, gamma, lambda, advantages);
            Returns.vTrace(
                    block.ends(),
                    block.acted,
                    block.learned,
                    block.rewards,
                    block.values,
                    block.next,
                    gamma,
                    lambda,
                    1.2,
                    0.9,
                    targets,
                    weights);
            for (int row = 0; row < rows; row++) {
                if (block.discarded[row]) {
                    discarded++;
                    assertThat(new double[] {
                                full[row], some[row], mixed[row], advantages[row], targets[row], weights[row]
                            })
                            .containsOnly(0);
                    continue;
                }
                assertThat(full[row]).isEqualTo(block.nStep(row, gamma, 1000), CLOSE);
                assertThat(some[row]).isEqualTo(block.nStep(row, gamma, n), CLOSE);
                assertThat(mixed[row]).isEqualTo(block.lambda(row, gamma, lambda), CLOSE);
                assertThat(advantages[row]).isEqualTo(block.lambda(row, gamma, lambda) - block.values[row], CLOSE);
                assertThat(targets[row]).isEqualTo(block.vTrace(row, gamma, lambda, 1.2, 0.9), CLOSE);
                double ahead = row == block.last(row)
                        ? block.next(row)
                        : block.vTrace(row + block.environments, gamma, lambda, 1.2, 0.9);
                double weight =
                        Math.min(1.2, block.ratio(row)) * (block.rewards[row] + gamma * ahead - block.values[row]);
                assertThat(weights[row]).isEqualTo(weight, CLOSE);
            }
        }
        assertThat(discarded).isGreaterThan(100);
    }

    @Test
    void columnsDoNotTouchEachOther() {
        RandomStream random = new RandomStream(5);
        Block block = new Block(random);
        while (block.environments < 2) {
            block = new Block(random);
        }
        int rows = block.rewards.length;
        double[] before = new double[rows];
        double[] after = new double[rows];
        Returns.gae(block.ends(), block.rewards, block.values, block.next, 0.9, 0.9, before);
        for (int row = 0; row < rows; row += block.environments) {
            block.rewards[row] += 100;
            block.terminated[row] = false;
        }
        Returns.gae(block.ends(), block.rewards, block.values, block.next, 0.9, 0.9, after);
        for (int row = 0; row < rows; row++) {
            if (row % block.environments != 0) {
                assertThat(after[row]).isEqualTo(before[row]);
            } else {
                assertThat(after[row] != before[row] || block.discarded[row]).isTrue();
            }
        }
    }

    @Test
    void refusesWhatDoesNotFit() {
        Ends ends = ends(NEVER, NEVER);
        double[] three = new double[3];
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Returns.gae(ends, new double[2], VALUES, NEXT, 0.5, 0.5, three))
                .withMessage("rewards (2 values) must have T * N = 3.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Returns.gae(ends, REWARDS, new float[4], NEXT, 0.5, 0.5, three))
                .withMessageContaining("values (4 values)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Returns.gae(ends, REWARDS, VALUES, NEXT, 1.5, 0.5, three))
                .withMessage("gamma (1.5) must be from 0 to 1.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Returns.tdLambda(ends, REWARDS, NEXT, 0.5, Double.NaN, three))
                .withMessage("lambda (NaN) must be from 0 to 1.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Returns.nStep(ends, REWARDS, NEXT, 0.5, 0, three))
                .withMessage("n (0) must be at least 1.");
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        Returns.vTrace(ends, NEXT, NEXT, REWARDS, VALUES, NEXT, 0.5, 1, 1, 2, three, new double[3]))
                .withMessageContaining("cBar (2.0)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Ends(2, NEVER, NEVER, NEVER))
                .withMessageContaining("a multiple of environments (2)");
    }

    @Test
    void readsARolloutInPlace() {
        Rollout rollout = new Rollout(3, 1, new Discrete(2), new Discrete(2), false);
        Ends ends = Ends.of(rollout);
        rollout.terminated[1] = true;
        assertThat(gae(ends)).containsExactly(-2, 0, 3);
        assertThat(ends.rows()).isEqualTo(3);
        assertThat(ends.joined(0)).isTrue();
        assertThat(ends.joined(1)).isFalse();
        assertThat(ends.joined(2)).isFalse();
    }
}
