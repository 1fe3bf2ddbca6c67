package io.espalier.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CustodyTest {
    private final Custody custody = new Custody();

    @Test
    void whatTheLoopHoldsCannotBeClaimed() {
        assertThat(custody.claim()).isFalse();
        assertThat(custody.leave()).isTrue();
        assertThat(custody.comeBack()).isTrue();
        assertThat(custody.claim()).isFalse();
        assertThat(custody.claimed()).isFalse();
    }

    @Test
    void whatWasClaimedIsLostToTheLoopAndToItsSuccessor() {
        assertThat(custody.leave()).isTrue();
        assertThat(custody.claim()).isTrue();
        assertThat(custody.claimed()).isTrue();
        assertThat(custody.comeBack()).isFalse();
        assertThat(custody.leave()).isFalse();
        assertThat(custody.claim()).isFalse();
    }

    @Test
    void aSuccessorOfAStuckThreadEntersWhereItStood() {
        assertThat(custody.leave()).isTrue();
        assertThat(custody.leave()).isTrue();
        assertThat(custody.comeBack()).isTrue();
    }
}
