package io.espalier.algorithms.onpolicy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.espalier.algorithms.parts.ActionCounts;
import io.espalier.algorithms.parts.ActionDistribution;
import io.espalier.algorithms.parts.ActorCritic;
import io.espalier.algorithms.parts.NetworkPart;
import io.espalier.algorithms.parts.OnPolicyBatch;
import io.espalier.core.Box;
import io.espalier.core.Cores;
import io.espalier.core.Discrete;
import io.espalier.core.MultiBinary;
import io.espalier.core.MultiDiscrete;
import io.espalier.core.RandomStream;
import io.espalier.core.Rollout;
import io.espalier.core.Seeds;
import io.espalier.core.Space;
import io.espalier.nn.Network;
import io.espalier.policy.Policy;
import io.espalier.policy.TaskSpec;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class TrustRegionTest {
    private static final float LN_HALF = -0.6931472f;

    /** γ = λ = 0, so that A = r. */
    private static final class Setup {
        final Rollout rollout;
        final Network network;
        final TrustRegion region;
        final int[] order;
        private final OnPolicyBatch batch;
        private final Policy policy;

        Setup(Space actions, boolean masked, int rows, double damping) {
            TaskSpec task = new TaskSpec(Box.unbounded(2), actions, masked, 100);
            rollout = new Rollout(rows, 1, task.observationSpace(), actions, masked);
            policy = ActorCritic.policy(task, "dense(3) > tanh", false, -0.3, Seeds.of(3));
            network = new NetworkPart(policy.network(1), "policy", "logStd").network();
            batch = new OnPolicyBatch(task, rows, policy, 0, 0, null, Cores.SERIAL);
            region = new TrustRegion(network, batch, ActionCounts.of(actions), rows, 30, damping, Cores.SERIAL);
            order = new int[rows];
            Arrays.setAll(order, i -> i);
        }

        /** Observations, actions and rewards at random, of a policy that is not near a uniform one. */
        Setup filled() {
            RandomStream random = new RandomStream(17);
            for (int row = 0; row < rollout.rows(); row++) {
                rollout.observations[2 * row] = (float) random.uniform(-1, 1);
                rollout.observations[2 * row + 1] = (float) random.uniform(-1, 1);
                if (rollout.maskSize > 0) {
                    Arrays.fill(rollout.masks, row * rollout.maskSize, (row + 1) * rollout.maskSize - 1, true);
                }
                rollout.rewards[row] = random.uniform(-1, 1);
                rollout.logProbabilities[row] = (float) random.uniform(-2, -0.5);
            }
            for (int i = 0; i < network.parameterCount(); i++) {
                network.parameters()[i] += (float) random.uniform(-0.8, 0.8);
            }
            network.parametersChanged();
            return this;
        }

        Setup begin() {
            batch.take(rollout, policy);
            region.begin(order, rollout.rows(), false);
            return this;
        }
    }

    private static void set(Network network, String tensor, float... values) {
        Network.Tensor found = network.tensors().stream()
                .filter(each -> each.name().equals(tensor))
                .findFirst()
                .orElseThrow();
        System.arraycopy(values, 0, network.parameters(), found.offset(), values.length);
        network.parametersChanged();
    }

    private static int at(Network network, String tensor) {
        return network.tensors().stream()
                .filter(each -> each.name().equals(tensor))
                .findFirst()
                .orElseThrow()
                .offset();
    }

    @Test
    void twoChoicesByHand() {
        Setup setup = new Setup(new Discrete(2), false, 2, 0.5);
        Arrays.fill(setup.network.parameters(), 0);
        set(setup.network, "policy.2.bias", (float) StrictMath.log(3), 0); // π = (3/4, 1/4)
        setup.rollout.actions[1] = 1;
        Arrays.fill(setup.rollout.logProbabilities, LN_HALF); // of a policy that is behind: ratios 3/2 and 1/2
        setup.rollout.rewards[0] = 1;
        setup.rollout.rewards[1] = 2;
        setup.begin();
        int bias = at(setup.network, "policy.2.bias");
        // S = (1.5·1 + 0.5·2)/2;  ∇S = (1.5·(¼, −¼) + 1·(−¾, ¾))/2 = (−3/16, 3/16)
        assertThat(setup.region.surrogate()).isCloseTo(1.25, within(1e-6));
        assertThat(setup.region.gradient()[bias]).isCloseTo(-3 / 16f, within(1e-6f));
        assertThat(setup.region.gradient()[bias + 1]).isCloseTo(3 / 16f, within(1e-6f));
        assertThat(setup.region.entropy()).isCloseTo(0.5623351, within(1e-6));

        // F = diag(p) − ppᵀ = 3/16·[1 −1; −1 1], and ½ on the diagonal
        float[] v = new float[setup.network.parameterCount()];
        v[bias] = 1;
        float[] product = new float[v.length];
        setup.region.times(v, product);
        assertThat(product[bias]).isCloseTo(3 / 16f + 0.5f, within(1e-6f));
        assertThat(product[bias + 1]).isCloseTo(-3 / 16f, within(1e-6f));

        // F·x = g: x = (−a, a) with (2·3/16 + ½)·a = 3/16, a = 3/14; xᵀF·x = xᵀg = 9/112; β = √(2·0.01·112/9)
        double step = setup.region.direction(0.01);
        assertThat(setup.region.direction()[bias]).isCloseTo(-3 / 14f, within(1e-6f));
        assertThat(step).isCloseTo(StrictMath.sqrt(2.24 / 9), within(1e-6));

        // one β on: logits ln 3 − βa and βa
        setup.region.move(step);
        double odds = 3 * StrictMath.exp(-2 * step * 3 / 14);
        double p = odds / (1 + odds);
        assertThat(setup.region.divergence())
                .isCloseTo(0.75 * StrictMath.log(0.75 / p) + 0.25 * StrictMath.log(0.25 / (1 - p)), within(1e-6));
        assertThat(setup.region.surrogate()).isCloseTo((2 * p + 2 * 2 * (1 - p)) / 2, within(1e-6));
        setup.region.back();
        assertThat(setup.network.parameters()[bias]).isEqualTo((float) StrictMath.log(3));
    }

    @Test
    void aGaussianByHand() {
        Setup setup = new Setup(Box.uniform(-1, 1, 1), false, 1, 0);
        Arrays.fill(setup.network.parameters(), 0);
        set(setup.network, "logStd.value", -0.5f);
        setup.rollout.rewards[0] = 1;
        setup.begin();
        float[] v = new float[setup.network.parameterCount()];
        int mean = at(setup.network, "policy.2.bias");
        int logStd = at(setup.network, "logStd.value");
        v[mean] = 2;
        v[logStd] = 3;
        float[] product = new float[v.length];
        setup.region.times(v, product);
        // e⁻²ˢ = e for the mean, 2 for s
        assertThat(product[mean]).isCloseTo((float) (2 * Math.E), within(1e-5f));
        assertThat(product[logStd]).isEqualTo(6);
        assertThat(setup.region.divergence()).isZero();
    }

    /** F·v = Σₜ Σₐ π(a|sₜ)·∇ln π(a|sₜ)·(∇ln π(a|sₜ)ᵀv) / M, the definition, one action after the other. */
    @Test
    void productsAreThoseOfTheDefinition() {
        definition(new Discrete(3), false, 3, 1);
        definition(new Discrete(4), true, 3, 1);
        definition(new MultiDiscrete(2, 3), false, 2, 3);
        definition(new MultiBinary(2), false, 2, 2);
    }

    private static void definition(Space actions, boolean masked, int first, int second) {
        int rows = 5;
        Setup setup = new Setup(actions, masked, rows, 0).filled().begin();
        RandomStream random = new RandomStream(3);
        int n = setup.network.parameterCount();
        float[] v = new float[n];
        for (int i = 0; i < n; i++) {
            v[i] = (float) random.uniform(-1, 1);
        }
        float[] product = new float[n];
        setup.region.times(v, product);

        double[] expected = new double[n];
        Network network = setup.network.replica(rows);
        ActionDistribution distribution = new ActionDistribution(network, ActionCounts.of(actions), rows);
        distribution.rows(setup.rollout, setup.order, 0);
        network.forward(setup.rollout.observations, 0, rows);
        distribution.read(network, 0, rows);
        for (int row = 0; row < rows; row++) {
            double all = 0;
            for (int a = 0; a < first * second; a++) {
                setup.rollout.actions[row * actions.size()] = Math.floorDiv(a, second);
                if (actions.size() > 1) {
                    setup.rollout.actions[row * actions.size() + 1] = a % second;
                }
                Arrays.fill(network.outputGradient(0), 0);
                distribution.gradient(network, 0, row, 1, 0);
                network.backward();
                distribution.read(network, 0, rows);
                double chance = StrictMath.exp(distribution.logProbability(0, row));
                all += chance;
                double along = 0;
                for (int i = 0; i < n; i++) {
                    along += network.gradients()[i] * v[i];
                }
                for (int i = 0; i < n; i++) {
                    expected[i] += chance * along * network.gradients()[i] / rows;
                }
            }
            assertThat(all).isCloseTo(1, within(1e-6));
        }
        double size = 0;
        for (int i = 0; i < n; i++) {
            assertThat((double) product[i])
                    .as("parameter %d for %s", i, actions)
                    .isCloseTo(expected[i], within(2e-6));
            size += expected[i] * expected[i];
        }
        assertThat(size).isGreaterThan(1e-3);
    }

    /** Half the square of a small step, times what F makes of its direction, is the divergence that it causes. */
    @Test
    void theInformationIsTheCurvatureOfTheDivergenceForEveryKindOfAction() {
        for (Space actions :
                new Space[] {new Discrete(3), new MultiDiscrete(2, 3), new MultiBinary(2), Box.uniform(-2, 2, 2)}) {
            double damping = 0.02;
            Setup setup = new Setup(actions, false, 200, damping).filled();
            RandomStream random = new RandomStream(4);
            for (int row = 0; row < 200; row++) {
                actions.sample(random, setup.rollout.actions, row * actions.size());
            }
            setup.begin();
            double before = setup.region.surrogate();
            double step = setup.region.direction(1e-3);
            float[] x = setup.region.direction();
            float[] product = new float[x.length];
            setup.region.times(x, product);
            double information = 0;
            double slope = 0;
            for (int i = 0; i < x.length; i++) {
                information += x[i] * (product[i] - damping * x[i]);
                slope += (double) x[i] * setup.region.gradient()[i];
            }
            setup.region.move(step);
            double expected = step * step * information / 2;
            assertThat(expected).isBetween(2e-4, 1e-3);
            assertThat(setup.region.divergence()).as("%s", actions).isCloseTo(expected, within(0.1 * expected));
            assertThat(setup.region.surrogate() - before)
                    .as("gain for %s", actions)
                    .isCloseTo(step * slope, within(0.1 * step * slope));
        }
    }
}
