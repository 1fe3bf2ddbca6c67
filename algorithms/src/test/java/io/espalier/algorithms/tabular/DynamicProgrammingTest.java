package io.espalier.algorithms.tabular;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.espalier.algorithms.tabular.DynamicProgramming.Plan;
import io.espalier.algorithms.tabular.DynamicProgramming.TimedPlan;
import io.espalier.core.FiniteMdp;
import io.espalier.envs.CliffWalking;
import io.espalier.envs.FrozenLake;
import io.espalier.envs.Taxi;
import org.junit.jupiter.api.Test;

class DynamicProgrammingTest {
    private static final double EXACT = 1e-12;

    /** In state 0 one rests for 1 (action 0) or works for 0 and gets to 1 (action 1); there, both pay 4 and end. */
    private static final FiniteMdp WORK = FiniteMdp.of(
            new double[][][] {{{1, 0}, {0, 1}}, {{0, 0}, {0, 0}}}, new double[][] {{1, 0}, {4, 4}}, new double[] {
                0.75, 0.25
            });

    @Test
    void evaluatesPolicies() {
        // always resting: 1 / (1 − ½) = 2; always working: ½·4 = 2; in state 1 it is 4
        assertThat(DynamicProgramming.policyEvaluation(WORK, new int[] {0, 0}, 0.5, EXACT))
                .containsExactly(new double[] {2, 4}, within(1e-9));
        assertThat(DynamicProgramming.policyEvaluation(WORK, new int[] {1, 0}, 0.5, EXACT))
                .containsExactly(new double[] {2, 4}, within(1e-9));
        // a coin at γ = ¼: V = ½·(1 + ¼·V) + ½·(¼·4), so V = 1 / (7/8) = 8/7
        double[][] coin = {{0.5, 0.5}, {0.5, 0.5}};
        assertThat(DynamicProgramming.policyEvaluation(WORK, coin, 0.25, EXACT))
                .containsExactly(new double[] {8 / 7.0, 4}, within(1e-9));
        assertThat(DynamicProgramming.startValue(WORK, new double[] {2, 4})).isEqualTo(2.5);
    }

    @Test
    void evaluatesPoliciesOverSoManySteps() {
        // resting three times: 1 + ½ + ¼
        assertThat(DynamicProgramming.policyEvaluation(WORK, new int[] {0, 0}, 0.5, 3))
                .containsExactly(1.75, 4);
        assertThat(DynamicProgramming.policyEvaluation(WORK, new int[] {0, 0}, 0.5, 0))
                .containsExactly(0, 0);
    }

    @Test
    void bothIterationsFindTheBest() {
        for (double gamma : new double[] {0.25, 0.75}) {
            // resting for ever, 1 / (1 − γ), against working, 4γ: 4/3 > 1 and 4 > 3
            Plan byValues = DynamicProgramming.valueIteration(WORK, gamma, EXACT);
            Plan byPolicies = DynamicProgramming.policyIteration(WORK, gamma, EXACT);
            assertThat(byValues.values()[0]).isCloseTo(1 / (1 - gamma), within(1e-9));
            assertThat(byPolicies.values()).containsExactly(byValues.values(), within(1e-9));
            assertThat(byValues.actions()[0]).isZero();
            assertThat(byPolicies.actions()).isEqualTo(byValues.actions());
        }
        // where resting pays 0.5, working is better at γ = ¾: 3 > 2
        FiniteMdp tiring = FiniteMdp.of(
                new double[][][] {{{1, 0}, {0, 1}}, {{0, 0}, {0, 0}}}, new double[][] {{0.5, 0}, {4, 4}}, new double[] {
                    1, 0
                });
        assertThat(DynamicProgramming.valueIteration(tiring, 0.75, EXACT).actions()[0])
                .isEqualTo(1);
        Plan plan = DynamicProgramming.policyIteration(tiring, 0.75, EXACT);
        assertThat(plan.actions()[0]).isEqualTo(1);
        assertThat(plan.values()).containsExactly(new double[] {3, 4}, within(1e-9));
    }

    @Test
    void withFewStepsLeftAnotherActionIsBest() {
        TimedPlan plan = DynamicProgramming.finiteHorizon(WORK, 1, 6);
        // one step left: rest for 1; two: work for 4; from then on rest first, 4 + (n − 2)
        assertThat(plan.values(1)[0]).isEqualTo(1);
        assertThat(plan.values(2)[0]).isEqualTo(4);
        assertThat(plan.values(6)[0]).isEqualTo(8);
        assertThat(plan.action(1, 0)).isZero();
        assertThat(plan.action(2, 0)).isEqualTo(1);
        assertThat(plan.action(6, 0)).isZero();
    }

    @Test
    void reproducesTheBestReturnsOfTheToyTasks() {
        assertThat(best(new FrozenLake(FrozenLake.SMALL, true).model(), 100)).isCloseTo(0.7442, within(5e-5));
        assertThat(best(new FrozenLake(FrozenLake.LARGE, true).model(), 200)).isCloseTo(0.9132, within(5e-5));
        assertThat(best(new Taxi().model(), 200)).isCloseTo(7.93, within(5e-3));
        assertThat(best(new CliffWalking(false).model(), 100)).isEqualTo(-13);
    }

    private static double best(FiniteMdp mdp, int steps) {
        return DynamicProgramming.startValue(
                mdp, DynamicProgramming.finiteHorizon(mdp, 1, steps).values(steps));
    }

    @Test
    void valueAndPolicyIterationAgreeOnTheToyTasks() {
        for (FiniteMdp mdp : new FiniteMdp[] {
            new FrozenLake(FrozenLake.LARGE, true).model(),
            new Taxi(true, false).model(),
            new CliffWalking(true).model()
        }) {
            Plan byValues = DynamicProgramming.valueIteration(mdp, 0.95, 1e-10);
            Plan byPolicies = DynamicProgramming.policyIteration(mdp, 0.95, 1e-10);
            assertThat(byPolicies.values()).containsExactly(byValues.values(), within(1e-7));
        }
    }

    @Test
    void saysWhatNeverEnds() {
        assertThatThrownBy(() -> DynamicProgramming.policyIteration(new CliffWalking(false).model(), 1, 1e-6))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("gamma (1.0)")
                .hasMessageContaining("Maybe a policy never ends");
        assertThatThrownBy(() -> DynamicProgramming.valueIteration(WORK, 1.5, 1e-6))
                .hasMessageContaining("gamma (1.5) must be from 0 to 1");
        assertThatThrownBy(() -> DynamicProgramming.policyEvaluation(WORK, new int[1], 0.5, 1e-6))
                .hasMessageContaining("policy must have a row for each state");
    }
}
