package io.espalier.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class StepTest {
    @Test
    void eachFactoryNamesItsEvent() {
        assertThat(Step.transition(1.5)).isEqualTo(new Step(1.5, false, false));
        assertThat(Step.termination(1.5)).isEqualTo(new Step(1.5, true, false));
        assertThat(Step.truncation(1.5)).isEqualTo(new Step(1.5, false, true));
        assertThat(Step.transition(0).last()).isFalse();
        assertThat(Step.termination(0).last()).isTrue();
        assertThat(Step.truncation(0).last()).isTrue();
        assertThat(Step.truncation(1).withReward(-2)).isEqualTo(Step.truncation(-2));
    }

    @Test
    void anEpisodeEndsInOneWay() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Step(0, true, true))
                .withMessageContaining("Maybe report the termination alone");
    }
}
