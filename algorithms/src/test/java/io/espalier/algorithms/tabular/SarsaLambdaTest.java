package io.espalier.algorithms.tabular;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.nn.Schedule;
import io.espalier.policy.RolloutAlgorithm;
import io.espalier.policy.RolloutLearner;
import io.espalier.testkit.AlgorithmContract;
import org.junit.jupiter.api.Test;

class SarsaLambdaTest extends AlgorithmContract {
    @Override
    protected RolloutAlgorithm algorithm() {
        return lambda(2, 0.3, 0.9, 0.8, true);
    }

    @Override
    protected long environmentSteps() {
        return 4000;
    }

    @Override
    protected int rounds() {
        return 12;
    }

    private static SarsaLambda lambda(int environments, double rate, double gamma, double lambda, boolean replacing) {
        return new SarsaLambda(new SarsaLambda.Settings(
                environments,
                3,
                gamma,
                Schedule.constant(rate),
                0,
                Schedule.valueOf("linear(1, 0.1)"),
                0,
                lambda,
                replacing));
    }

    @Test
    void sharesASurpriseWithThePairsThatLedToIt() {
        RolloutLearner learner = Walk.learner(lambda(1, 0.5, 0.5, 0.5, false));
        new Walk(3)
                .step(0, 0, 0, 1)
                .step(1, 1, 0, 2)
                .step(2, 0, 16, 3)
                .terminated()
                .teach(learner);
        // δ = 16 with traces 1, ¼, 1/16
        assertThat(Walk.q(learner, 2, 0)).isEqualTo(8);
        assertThat(Walk.q(learner, 1, 1)).isEqualTo(2);
        assertThat(Walk.q(learner, 0, 0)).isEqualTo(0.5f);
        new Walk(1).step(3, 0, 16, 3).terminated().teach(learner);
        // the traces ended with the episode
        assertThat(Walk.q(learner, 2, 0)).isEqualTo(8);
    }

    @Test
    void aPairVisitedTwiceHasMoreTraceOrOne() {
        RolloutLearner accumulating = Walk.learner(lambda(1, 0.5, 0.5, 0.5, false));
        RolloutLearner replacing = Walk.learner(lambda(1, 0.5, 0.5, 0.5, true));
        for (RolloutLearner learner : new RolloutLearner[] {accumulating, replacing}) {
            new Walk(2).step(0, 0, 0, 0).step(0, 0, 16, 3).terminated().teach(learner);
        }
        // ½·16·(1 + ¼) and ½·16·1
        assertThat(Walk.q(accumulating, 0, 0)).isEqualTo(10);
        assertThat(Walk.q(replacing, 0, 0)).isEqualTo(8);
    }

    @Test
    void aVoidRowBreaksTheTrace() {
        RolloutLearner learner = Walk.learner(lambda(1, 0.5, 0.5, 0.5, true));
        new Walk(4)
                .step(0, 0, 0, 1)
                .step(1, 0, 0, 2)
                .step(2, 1, 0, 2)
                .discarded()
                .step(2, 0, 16, 3)
                .terminated()
                .teach(learner);
        // (0, 0) was followed by (1, 0) and has a trace, which must not reach over the void
        assertThat(learner.updates()).isEqualTo(2);
        assertThat(Walk.q(learner, 2, 0)).isEqualTo(8);
        assertThat(Walk.q(learner, 0, 0)).isZero();
        assertThat(Walk.q(learner, 1, 0)).isZero();
    }

    @Test
    void refusesALambdaThatIsNone() {
        assertThatThrownBy(() -> lambda(1, 0.5, 0.5, 1.5, true)).hasMessageContaining("lambda (1.5)");
    }
}
