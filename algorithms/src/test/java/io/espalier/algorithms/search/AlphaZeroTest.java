package io.espalier.algorithms.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.core.AgainstOpponent;
import io.espalier.core.CopyableEnvironment;
import io.espalier.core.Cores;
import io.espalier.core.Environment;
import io.espalier.core.Game;
import io.espalier.core.MetricSink;
import io.espalier.core.Opponent;
import io.espalier.core.RandomStream;
import io.espalier.core.State;
import io.espalier.core.Step;
import io.espalier.core.wrappers.EnvironmentWrapper;
import io.espalier.envs.TicTacToe;
import io.espalier.nn.Schedule;
import io.espalier.policy.EpisodeAlgorithm;
import io.espalier.testkit.EpisodeAlgorithmContract;
import io.espalier.testkit.SerialEpisodes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AlphaZeroTest extends EpisodeAlgorithmContract {
    @Override
    protected EpisodeAlgorithm algorithm() {
        return new AlphaZero(settings(3, 4, 12, 0.5));
    }

    static AlphaZero.Settings settings(int plays, int games, int simulations, double searchValueShare) {
        return new AlphaZero.Settings(
                plays,
                games,
                simulations,
                1.5,
                0.25,
                1,
                3,
                searchValueShare,
                true,
                400,
                32,
                4,
                Schedule.linear(0.01, 0.002),
                "adamw(weight-decay=0.01)",
                1,
                1,
                "flatten > dense(16) > relu",
                "dense(8) > relu");
    }

    @Override
    protected Environment environment() {
        return new Steps();
    }

    @Override
    protected long environmentSteps() {
        return 2500;
    }

    @Override
    protected double learnedAt() {
        return 0;
    }

    @Test
    void losesNoGameOfTicTacToeWhateverTheOtherPlays() {
        AlphaZero.Settings settings = new AlphaZero.Settings(
                4,
                16,
                25,
                1.5,
                0.25,
                1,
                4,
                0,
                true,
                20_000,
                128,
                1,
                Schedule.constant(0.002),
                "adamw(weight-decay=0.01)",
                1,
                0,
                "flatten > dense(64) > relu > dense(64) > relu",
                "dense(16) > relu");
        SerialEpisodes training = new SerialEpisodes(new AlphaZero(settings), TicTacToe::new, 16_000, 1, Cores.SERIAL);
        training.run();
        Opponent learned = new AlphaZeroPlayer(training.learner().policy(), 50, 1.5);
        TicTacToe game = new TicTacToe();
        for (int side = 0; side < 2; side++) {
            game.reset(0);
            int[] ends = new int[3];
            everyLine(learned, game, side, ends);
            assertThat(ends[0])
                    .as("lost as player " + side + ", of %s drawn, %s won", ends[1], ends[2])
                    .isZero();
            assertThat(ends[1] + ends[2]).isGreaterThan(50);
        }
    }

    private static void everyLine(Opponent player, Game game, int side, int[] ends) {
        boolean[] legal = new boolean[9];
        game.actionMask(legal, 0);
        boolean mine = game.toMove() == side;
        int chosen = mine ? player.choose(game, legal, new RandomStream(0)) : -1;
        for (int move = 0; move < 9; move++) {
            if (mine ? move == chosen : legal[move]) {
                Game next = game.copy();
                Step step = next.step(new float[] {move}, 0);
                if (step.last()) {
                    ends[step.reward() == 0 ? 1 : mine ? 2 : 0]++;
                } else {
                    everyLine(player, next, side, ends);
                }
            }
        }
    }

    @Test
    void theResultHasEachPositionInAllSymmetriesAndHowItsGameEnded() {
        SerialEpisodes training =
                new SerialEpisodes(new AlphaZero(settings(1, 5, 9, 0)), TicTacToe::new, 1000, 1, Cores.SERIAL);
        State result = training.gather().get(0);
        long[] games = result.longs("games");
        int rows = (int) games[1] * 8;
        assertThat(games[0]).isEqualTo(5);
        assertThat(games[2] + games[3] + games[4]).isEqualTo(5);
        assertThat(training.environmentStepsTaken()).isEqualTo(games[1]);
        float[] values = result.floats("values", rows);
        float[] observations = result.floats("observations", rows * 18);
        float[] shares = result.floats("shares", rows * 9);
        byte[] legal = result.bytes("legal");
        TicTacToe symmetric = new TicTacToe();
        float[] before = new float[18];
        float beforeValue = 0;
        for (int row = 0; row < rows; row += 8) {
            float[] first = java.util.Arrays.copyOfRange(observations, row * 18, row * 18 + 18);
            double stones = 0;
            double sum = 0;
            for (int i = 0; i < 9; i++) {
                stones += first[i] + first[9 + i];
                sum += shares[row * 9 + i];
                assertThat(legal[row * 9 + i]).isEqualTo((byte) (first[i] + first[9 + i] == 0 ? 1 : 0));
                assertThat(shares[row * 9 + i] == 0 || legal[row * 9 + i] == 1).isTrue();
            }
            assertThat(sum).isEqualTo(1, org.assertj.core.api.Assertions.within(1e-6));
            if (stones > 0) {
                // what was mine is theirs now; and what I shall win, they will lose
                assertThat(java.util.Arrays.copyOfRange(first, 9, 18)).satisfies(theirs -> {
                    for (int i = 0; i < 9; i++) {
                        assertThat(theirs[i]).isGreaterThanOrEqualTo(before[i]);
                    }
                });
                assertThat(values[row]).isEqualTo(-beforeValue + 0f);
            }
            for (int s = 0; s < 8; s++) {
                assertThat(values[row + s]).isEqualTo(values[row]);
                for (int i = 0; i < 18; i++) {
                    assertThat(observations[(row + s) * 18 + symmetric.symmetricElement(s, i)])
                            .isEqualTo(first[i]);
                }
                for (int i = 0; i < 9; i++) {
                    assertThat(shares[(row + s) * 9 + symmetric.symmetricAction(s, i)])
                            .isEqualTo(shares[row * 9 + i]);
                }
            }
            System.arraycopy(first, 0, before, 0, 18);
            beforeValue = values[row];
        }
    }

    @Test
    void figuresTellOfTheGames() {
        SerialEpisodes training = training(2, Cores.SERIAL);
        Map<String, Double> metrics = new HashMap<>();
        List<State> results = new ArrayList<>(training.gather());
        training.learner().update(results, metrics::put);
        assertThat(metrics)
                .containsKeys("loss/policy", "loss/value", "search/entropy", "games/drawn", "games/won-by-first")
                .containsEntry("update/skipped", 0.0)
                .containsEntry("update/learning-rate", 0.01);
        double moves = 0;
        for (State result : results) {
            moves += result.longs("games")[1];
        }
        assertThat(metrics.get("games/moves")).isEqualTo(moves / 12);
        // One symmetry; each position is learned from four times, in minibatches of 32.
        assertThat(training.learner().updates()).isEqualTo((long) Math.ceil(moves * 4 / 32));
    }

    @Test
    void aCopyThatPlaysByOtherRulesIsFoundOut() {
        SerialEpisodes training = training(2, Cores.SERIAL);
        Environment wrong = new EnvironmentWrapper(new Steps()) {
            @Override
            public CopyableEnvironment searchCopy() {
                return new Steps();
            }

            @Override
            public Step step(float[] actions, int at) {
                Step step = inner.step(actions, at);
                return step.last() ? step.withReward(step.reward() + 0.5) : step;
            }
        };
        var player = training.player();
        player.begin(training.learner().round());
        assertThatIllegalStateException()
                .isThrownBy(() -> player.play(0, 0, wrong))
                .withMessageContaining("Maybe its copy forgets something.");
    }

    @Test
    void whatIsNoGameIsRefusedByName() {
        SerialEpisodes training = new SerialEpisodes(
                algorithm(), () -> new AgainstOpponent(new TicTacToe(), Opponent.RANDOM), 100, 1, Cores.SERIAL);
        assertThatIllegalArgumentException()
                .isThrownBy(training::gather)
                .withMessageContaining("not AgainstOpponent")
                .withMessageContaining("ConnectFourSelfPlay-v0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SerialEpisodes(algorithm(), io.espalier.envs.CartPole::new, 100, 1, Cores.SERIAL))
                .withMessageContaining("a mask of the legal ones, which is missing");
    }

    @Test
    void refusesSettingsThatCannotWorkAllAtOnce() {
        assertThatThrownBy(() -> settings(0, 0, 1, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("plays (0) must be at least 1. Maybe use 4")
                .hasMessageContaining("games (0) must be at least 1. Maybe use 32.")
                .hasMessageContaining("simulations (1) must be from 2 to 100000")
                .hasMessageContaining("searchValueShare (2.0) must be from 0.0 to 1.0");
    }

    @Test
    void anUpdateWithoutPositionsChangesNothingButTheVersion() {
        SerialEpisodes training = training(3, Cores.SERIAL);
        State empty = new State();
        empty.put("observations", new float[0]);
        empty.put("shares", new float[0]);
        empty.put("legal", new byte[0]);
        empty.put("values", new float[0]);
        empty.put("games", new long[] {1, 1, 0, 0, 1});
        String digest = training.learner().policy().weights().digest();
        training.learner().update(List.of(empty), MetricSink.NONE);
        assertThat(training.learner().policy().weights().digest()).isEqualTo(digest);
        assertThat(training.learner().policy().weights().version()).isEqualTo(1);
    }
}
