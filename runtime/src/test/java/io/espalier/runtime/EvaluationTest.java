package io.espalier.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.espalier.nn.NetworkSpec;
import io.espalier.nn.Weights;
import io.espalier.policy.ActionHead;
import io.espalier.policy.Normalizer;
import io.espalier.policy.Policy;
import io.espalier.testkit.Corridor;
import io.espalier.testkit.FaultyEnvironment;
import io.espalier.testkit.FaultyEnvironment.Fault;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EvaluationTest {
    private static final EvaluationSettings TEN = EvaluationSettings.DEFAULT.withEpisodes(10);

    /** Always takes the last action, or, with equal outputs, any. */
    private static Policy policy(Corridor corridor, float bias) {
        int choices = corridor.actionSpace().choices();
        float[] weights = new float[(corridor.observationSpace().encodedSize() + 1) * choices];
        weights[weights.length - 1] = bias;
        return new Policy(
                corridor.observationSpace(),
                corridor.actionSpace(),
                Normalizer.identity(),
                NetworkSpec.parse("heads(policy: dense(" + choices + ", init=zeros))"),
                Weights.copyOf(0, weights),
                new ActionHead.Categorical(),
                Map.of());
    }

    @Test
    void theNumberOfThreadsDoesNotMatter() {
        Policy undecided = policy(new Corridor(), 0);
        EvaluationResult one = Evaluation.of(undecided, Corridor::new, TEN.sampled(), 5, 1);
        for (int threads : new int[] {2, 3, 8}) {
            assertThat(Evaluation.of(undecided, Corridor::new, TEN.sampled(), 5, threads))
                    .isEqualTo(one);
        }
        assertThat(Evaluation.of(undecided, Corridor::new, TEN.sampled(), 6, 1)).isNotEqualTo(one);
        assertThat(one.std()).isPositive();
    }

    @Test
    void figuresOfTheCorridor() {
        Policy towardsTheGoal = policy(new Corridor(), 5);
        EvaluationResult result = Evaluation.of(towardsTheGoal, Corridor::new, TEN, 5, 2);
        assertThat(result.episodes()).isEqualTo(10);
        assertThat(result.successRate()).isEqualTo(1);
        assertThat(result.meanRewardPerStep()).isCloseTo(result.mean() / result.meanLength(), within(1e-12));
        assertThat(Evaluation.of(policy(new Corridor(), -5), Corridor::new, TEN, 5, 2)
                        .successRate())
                .isZero();
    }

    @Test
    void anEpisodeWithoutEndIsCut() {
        EvaluationSettings brief = new EvaluationSettings(3, 0, true, 50);
        EvaluationResult result = Evaluation.of(
                policy(new Corridor(), 5),
                () -> FaultyEnvironment.from(new Corridor(), Fault.NEVER_DONE, 1),
                brief,
                1,
                1);
        assertThat(result.cut()).isEqualTo(3);
        assertThat(result.meanLength()).isEqualTo(50);
    }

    @Test
    void aPolicyForOtherSpacesIsRefused() {
        assertThatThrownBy(() -> Evaluation.of(policy(new Corridor(), 0), TrainerTest::cartPole, TEN, 1, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Maybe it was trained on another environment");
    }

    @Test
    void anEnvironmentThatAlwaysFailsEndsIt() {
        assertThatThrownBy(() -> Evaluation.of(
                        policy(new Corridor(), 0),
                        () -> FaultyEnvironment.from(new Corridor(), Fault.NAN_OBSERVATION, 1),
                        TEN,
                        1,
                        2))
                .isInstanceOf(EnvironmentFailure.class)
                .hasMessageContaining("evaluation environment");
    }
}
