package io.espalier.algorithms.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.espalier.algorithms.tabular.DynamicProgramming;
import io.espalier.core.AgainstOpponent;
import io.espalier.core.CopyableEnvironment;
import io.espalier.core.Opponent;
import io.espalier.core.RandomStream;
import io.espalier.core.Seeds;
import io.espalier.core.Step;
import io.espalier.envs.CartPole;
import io.espalier.envs.CliffWalking;
import io.espalier.envs.ConnectFour;
import io.espalier.envs.FrozenLake;
import io.espalier.envs.TicTacToe;
import java.util.List;
import org.junit.jupiter.api.Test;

class MctsTest {
    private static final Mcts.Settings SOME = Mcts.Settings.of(400);

    /** Plays one episode; its return. */
    private static double play(Mcts search, CopyableEnvironment environment, long seed, int most) {
        RandomStream random = new RandomStream(seed);
        environment.reset(seed);
        double sum = 0;
        for (int t = 0; t < most; t++) {
            Step step = environment.step(new float[] {search.choose(environment, random)}, 0);
            sum += step.reward();
            if (step.last()) {
                break;
            }
        }
        return sum;
    }

    @Test
    void findsTheShortestWayAlongTheCliff() {
        // 13 steps of −1 is the optimum; a random walk falls down again and again.
        CliffWalking cliff = new CliffWalking(false);
        Mcts search = new Mcts(new Mcts.Settings(3000, 0, 1.4, 0.95, 40));
        cliff.reset(0);
        // from the corner above the goal, one step down ends it
        for (int action : new int[] {0, 1, 1, 1, 1, 1, 1, 1, 1, 1}) {
            cliff.step(new float[] {action}, 0);
        }
        RandomStream random = new RandomStream(1);
        double sum = 0;
        Step step = Step.transition(0);
        for (int t = 0; t < 3 && !step.last(); t++) {
            step = cliff.step(new float[] {search.choose(cliff, random)}, 0);
            sum += step.reward();
        }
        assertThat(step.terminated()).isTrue();
        assertThat(sum).isEqualTo(-3);
    }

    @Test
    void balancesThePole() {
        Mcts search = new Mcts(new Mcts.Settings(60, 0, 1.4, 0.99, 40));
        assertThat(play(search, new CartPole(), 3, 200)).isEqualTo(200);
    }

    @Test
    void valuesOfAChancyTaskAreThoseOfTheModel() {
        // Two rows of ice: from the start, the hole is below, the goal to the right of it all.
        FrozenLake lake = new FrozenLake(List.of("SFG", "FHF"), true);
        double[] exact =
                DynamicProgramming.valueIteration(lake.model(), 0.9, 1e-12).values();
        lake.reset(1);
        Mcts search = new Mcts(new Mcts.Settings(20_000, 0, 0.5, 0.9, 60));
        int action = search.choose(lake, new RandomStream(7));
        // The mean is that of a search that also tries what is worse, so it stays below.
        assertThat(search.value(action)).isBetween(0.7 * exact[0], exact[0] + 0.01);
        double best = Double.NEGATIVE_INFINITY;
        for (int a = 0; a < 4; a++) {
            best = Math.max(best, DynamicProgramming.actionValue(lake.model(), 0, a, exact, 0.9));
        }
        assertThat(DynamicProgramming.actionValue(lake.model(), 0, action, exact, 0.9))
                .isEqualTo(best, within(1e-9));
    }

    @Test
    void theSameSeedSearchesTheSame() {
        ConnectFour game = new ConnectFour();
        game.reset(0);
        Mcts one = new Mcts(SOME);
        Mcts other = new Mcts(SOME);
        other.choose(game, new RandomStream(1));
        boolean differs = false;
        for (int seed = 2; seed < 6; seed++) {
            int move = one.choose(game, new RandomStream(seed));
            assertThat(other.choose(game, new RandomStream(seed))).isEqualTo(move);
            int total = 0;
            for (int a = 0; a < 7; a++) {
                assertThat(other.visits(a)).isEqualTo(one.visits(a));
                assertThat(other.value(a)).isEqualTo(one.value(a));
                total += one.visits(a);
            }
            assertThat(total).isEqualTo(SOME.simulations());
            int visits = one.visits(0);
            one.choose(game, new RandomStream(100 + seed));
            differs |= one.visits(0) != visits;
        }
        assertThat(differs).as("whether the seed matters").isTrue();
        assertThat(game.render()).as("the position is not disturbed").doesNotContain("X");
    }

    @Test
    void winsAndBlocksAtOnce() {
        ConnectFour game = new ConnectFour();
        boolean[] legal = {true, true, true, true, true, true, true};
        Mcts search = new Mcts(SOME);
        for (int[] moves : new int[][] {{2, 6, 2, 6, 2, 6}, {2, 6, 2, 5, 2}, {0, 6, 1, 6, 2, 6}}) {
            game.reset(0);
            for (int move : moves) {
                game.step(new float[] {move}, 0);
            }
            int wanted = moves.length == 5 || moves[0] == 2 ? 2 : 3;
            assertThat(search.choose(game, legal, new RandomStream(4))).isEqualTo(wanted);
        }
    }

    @Test
    void theValueIsThatOfWhoMoves() {
        // X has two in a row and moves: it wins, whatever else is simulated. O then can only lose.
        TicTacToe game = new TicTacToe();
        game.reset(0);
        for (int cell : new int[] {0, 3, 1, 8}) {
            game.step(new float[] {cell}, 0);
        }
        Mcts search = new Mcts(SOME);
        assertThat(search.choose(game, new RandomStream(1))).isEqualTo(2);
        assertThat(search.value(2)).isEqualTo(1);
        game.step(new float[] {5}, 0);
        // O completes 3 4 5? No: 5 is X's. O must block 2, else X wins there.
        assertThat(search.choose(game, new RandomStream(1))).isEqualTo(2);
        for (int cell = 0; cell < 9; cell++) {
            assertThat(search.value(cell)).as("cell " + cell).isLessThan(0.5);
        }
        assertThat(search.value(4)).isLessThan(search.value(2));
    }

    @Test
    void neverLosesTicTacToeAgainstAPerfectPlayer() {
        TicTacToe game = new TicTacToe();
        Opponent perfect = AlphaBeta.perfect(9);
        Mcts search = new Mcts(Mcts.Settings.of(1500));
        boolean[] legal = new boolean[9];
        for (int n = 0; n < 6; n++) {
            RandomStream random = Seeds.of(n).stream();
            game.reset(0);
            Step step;
            do {
                game.actionMask(legal, 0);
                int move = (game.toMove() == n % 2 ? search : perfect).choose(game, legal, random);
                step = game.step(new float[] {move}, 0);
            } while (!step.last());
            assertThat(step.reward()).as("game " + n).isZero();
        }
    }

    @Test
    void plansAgainstAnOpponentWhoBelongsToTheTask() {
        AgainstOpponent task = new AgainstOpponent(new TicTacToe(), Opponent.RANDOM);
        Mcts search = new Mcts(Mcts.Settings.of(200));
        double sum = 0;
        for (int seed = 0; seed < 20; seed++) {
            sum += play(search, task, seed, 9);
        }
        assertThat(sum).isGreaterThan(15);
    }

    @Test
    void timeEndsASearchToo() {
        Mcts search = new Mcts(SOME.within(1e-9));
        ConnectFour game = new ConnectFour();
        game.reset(0);
        int move = search.choose(game, new RandomStream(1));
        assertThat(search.visits(move)).isEqualTo(1);
    }

    @Test
    void refusesWhatCannotWork() {
        assertThatThrownBy(() -> new Mcts.Settings(0, -1, Double.NaN, 2, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("simulations (0) must be at least 1. Maybe use 1000.")
                .hasMessageContaining("seconds (-1.0)")
                .hasMessageContaining("exploration (NaN)")
                .hasMessageContaining("gamma (2.0)")
                .hasMessageContaining("depth (0) must be from 1 to 1000000");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new AlphaBeta(0, game -> 0))
                .withMessageContaining("depth (0) must be at least 1 move. Maybe 4.");
    }
}
