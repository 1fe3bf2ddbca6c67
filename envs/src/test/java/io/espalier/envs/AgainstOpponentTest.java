package io.espalier.envs;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.core.AgainstOpponent;
import io.espalier.core.Environment;
import io.espalier.core.Opponent;
import io.espalier.core.Step;
import io.espalier.testkit.EnvironmentContract;
import org.junit.jupiter.api.Test;

class AgainstOpponentTest extends EnvironmentContract {
    private static final Opponent LOWEST = (game, legal, random) -> {
        int move = 0;
        while (!legal[move]) {
            move++;
        }
        return move;
    };

    @Override
    protected Environment create() {
        return new AgainstOpponent(new TicTacToe(), Opponent.RANDOM);
    }

    private final AgainstOpponent task = new AgainstOpponent(new TicTacToe(), LOWEST);

    /** Resets until the agent is that player. */
    private void begin(int agent) {
        int seed = 0;
        do {
            task.reset(seed++);
        } while (task.agent() != agent);
    }

    private Step play(int... cells) {
        Step step = Step.transition(0);
        for (int cell : cells) {
            step = task.step(new float[] {cell}, 0);
        }
        return step;
    }

    @Test
    void theOpponentAnswersAndMayBegin() {
        begin(0);
        assertThat(task.render()).isEqualTo(". . .\n. . .\n. . .\n");
        assertThat(play(4)).isEqualTo(Step.transition(0));
        assertThat(task.render()).isEqualTo("O . .\n. X .\n. . .\n");
        begin(1);
        assertThat(task.render()).isEqualTo("X . .\n. . .\n. . .\n");
        play(4);
        assertThat(task.render()).isEqualTo("X X .\n. O .\n. . .\n");
    }

    @Test
    void winningIsRewardedAndLosingPunished() {
        begin(0);
        assertThat(play(3, 4, 5)).isEqualTo(Step.termination(1));
        assertThat(task.success()).isTrue();
        begin(1);
        assertThat(play(8, 7)).isEqualTo(Step.termination(-1));
        assertThat(task.success()).isFalse();
    }

    @Test
    void eitherBeginsAboutAsOften() {
        int first = 0;
        for (int seed = 0; seed < 1000; seed++) {
            task.reset(seed);
            first += task.agent() == 0 ? 1 : 0;
        }
        // Binomial: standard deviation 16; four of them.
        assertThat(first).isBetween(436, 564);
    }
}
