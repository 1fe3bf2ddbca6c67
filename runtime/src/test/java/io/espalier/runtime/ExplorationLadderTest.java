package io.espalier.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.espalier.core.Seeds;
import io.espalier.policy.ActionHead;
import io.espalier.policy.Policy;
import io.espalier.policy.RolloutAlgorithm;
import io.espalier.policy.TaskSpec;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExplorationLadderTest {
    @TempDir
    Path folder;

    private static Policy policy(String algorithm) {
        var environment = TrainerTest.cartPole();
        return ((RolloutAlgorithm) ModeRuns.algorithm(algorithm, Map.of()))
                .policy(
                        new TaskSpec(environment.observationSpace(), environment.actionSpace(), false, 1000),
                        Seeds.of(1));
    }

    private static double share(Policy policy) {
        return ((ActionHead.EpsilonGreedy) policy.head().plain()).epsilon();
    }

    @Test
    void eachRungHasThePapersShare() {
        ExplorationLadder ladder = new ExplorationLadder(8, 7);
        // By hand: 0.4^(1 + 7·0/7) = 0.4, 0.4^(1 + 7·1/7) = 0.16, 0.4^8 = 0.00065536.
        assertThat(ladder.epsilon(0.4, 0)).isCloseTo(0.4, within(1e-15));
        assertThat(ladder.epsilon(0.4, 1)).isCloseTo(0.16, within(1e-15));
        assertThat(ladder.epsilon(0.4, 7)).isCloseTo(0.00065536, within(1e-15));
        assertThat(new ExplorationLadder(1, 7).epsilon(0.4, 0)).isCloseTo(0.4, within(1e-15));
    }

    @Test
    void onlyTheShareChangesAndLatecomersStandOnTheLastRung() {
        Policy dqn = policy("dqn");
        dqn = dqn.with(dqn.weights(), dqn.normalizer(), new ActionHead.EpsilonGreedy(0.5));
        ExplorationLadder ladder = new ExplorationLadder(3, 2);
        assertThat(share(ladder.of(dqn, 0))).isEqualTo(0.5);
        assertThat(share(ladder.of(dqn, 2))).isEqualTo(0.125);
        assertThat(share(ladder.of(dqn, 9))).isEqualTo(0.125);
        assertThat(ladder.of(dqn, 2).weights()).isEqualTo(dqn.weights());
        assertThat(new ExplorationLadder(3, 0).of(dqn, 2)).isSameAs(dqn);
    }

    @Test
    void aRunWithALadderIsReplayedToo() {
        String settings = "workers=3, maxStaleness=2, ladder=7";
        Path run = folder.resolve("run");
        String expected = ModeRuns.trainer(
                        ModeRuns.algorithm("dqn", Map.of()), "asynchronous(" + settings + ", log=true)")
                .directory(run)
                .run()
                .weightsDigest();
        assertThat(ModeRuns.trainer(ModeRuns.algorithm("dqn", Map.of()), "asynchronous(ladder=7, replay=" + run + ")")
                        .run()
                        .weightsDigest())
                .isEqualTo(expected);
        assertThatThrownBy(() -> ModeRuns.trainer(
                                ModeRuns.algorithm("dqn", Map.of()), "asynchronous(ladder=1, replay=" + run + ")")
                        .run())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("The replay is not the run");
    }

    @Test
    void whoExploresInAnotherWayHasNoLadder() {
        assertThatThrownBy(() -> ModeRuns.ppo("asynchronous(ladder=7)").run())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("ladder (7.0) needs a policy that explores by a share");
    }
}
