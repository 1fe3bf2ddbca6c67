package io.espalier.benchmarks;

import io.espalier.algorithms.search.AlphaBeta;
import io.espalier.algorithms.search.AlphaZeroPlayer;
import io.espalier.algorithms.search.Mcts;
import io.espalier.benchmarks.GameScores.Scored;
import io.espalier.benchmarks.GameScores.Tally;
import io.espalier.cli.Catalog;
import io.espalier.core.EnvironmentSpec;
import io.espalier.core.Opponent;
import io.espalier.core.Step;
import io.espalier.envs.ConnectFour;
import io.espalier.envs.TicTacToe;
import io.espalier.policy.AlgorithmProvider;
import io.espalier.policy.Policy;
import io.espalier.runtime.Trainer;
import io.espalier.runtime.TrainingResult;
import io.espalier.runtime.TunedSettings;
import java.util.List;

/**
 * How well search and self-play do at games: {@code benchmarks/run GameStudy 5 2}, where 5 is the number of seeds on
 * tic-tac-toe and 2 that on Connect Four. Either may be 0, and the study is then printed, not stored.
 */
public final class GameStudy {
    private static final double EXPLORATION = 1.5;
    private static final int THREADS = 2;

    private final Report report;
    private final Catalog catalog = Catalog.of(null);

    private GameStudy(Report report) {
        this.report = report;
    }

    /** Runs the study. */
    public static void main(String[] words) {
        int simple = words.length > 0 ? Integer.parseInt(words[0]) : 5;
        int large = words.length > 1 ? Integer.parseInt(words[1]) : 2;
        GameStudy study = new GameStudy(new Report("games", "Search and self-play at games"));
        study.ticTacToe(simple);
        List<Scored> random = GameScores.randomPositions(200, 1);
        List<Scored> hard = GameScores.hardPositions(200, 2);
        study.search(random, hard);
        study.connectFour(large, random, hard);
        if (simple > 0 && large > 0) {
            study.report.store();
        }
    }

    private TrainingResult train(String name, int seed) {
        EnvironmentSpec environment = catalog.environment(name);
        AlgorithmProvider<?> provider = catalog.algorithm("alphazero");
        TunedSettings tuned = catalog.tuned(provider.name(), environment.name())
                .orElseThrow(() -> new IllegalStateException("no settings are tuned for " + name));
        return Trainer.of(tuned.algorithm(provider), environment)
                .seed(seed)
                .threads(THREADS)
                .environmentSteps(tuned.environmentSteps())
                .withoutFinalEvaluation()
                .run();
    }

    private void ticTacToe(int seeds) {
        report.line("");
        report.line("## AlphaZero on tic-tac-toe: all games, whatever the other plays");
        report.line("");
        report.line(
                "Tuned settings, %d threads. Each move is one search of 100 simulations, without chance; the other side"
                        + " plays every legal move, or every move that a perfect player might.",
                THREADS);
        report.line("");
        report.line(
                "| seed | moves of self-play | seconds | began: against any | against perfect | came second: against"
                        + " any | against perfect |");
        report.line("|---|---|---|---|---|---|---|");
        for (int seed = 1; seed <= seeds; seed++) {
            TrainingResult result = train("TicTacToeSelfPlay-v0", seed);
            Opponent player = new AlphaZeroPlayer(result.policy(), 100, EXPLORATION);
            report.line(
                    "| %d | %,d | %.1f | %s | %s | %s | %s |",
                    seed,
                    result.environmentSteps(),
                    result.wallSeconds(),
                    lines(player, 0, (game, move) -> true),
                    lines(player, 0, GameScores.best(9)),
                    lines(player, 1, (game, move) -> true),
                    lines(player, 1, GameScores.best(9)));
        }
    }

    private static Tally lines(Opponent player, int side, GameScores.Replies replies) {
        TicTacToe game = new TicTacToe();
        game.reset(0);
        return GameScores.everyLine(player, game, side, replies);
    }

    private static AlphaBeta looking(int depth) {
        return new AlphaBeta(depth, game -> ((ConnectFour) game).balance());
    }

    private void search(List<Scored> random, List<Scored> hard) {
        report.line("");
        report.line("## Connect Four: share of moves that keep the exact value of the position, %%".replace("%%", "%"));
        report.line("");
        report.line(
                "200 positions from random games, and 200 harder ones from games of a depth-4 player who errs in a third of"
                        + " the moves, without those that are decided within two moves; in all of them some move gives"
                        + " something away. The solver tells which.");
        report.line("");
        report.line("| player | random games | harder | milliseconds a move |");
        report.line("|---|---|---|---|");
        row("random", Opponent.RANDOM, random, hard);
        row("greedy: one move ahead, counts open lines", looking(1), random, hard);
        row("alpha-beta, depth 4, counts open lines", looking(4), random, hard);
        for (int simulations : new int[] {100, 1000, 5000}) {
            row("MCTS, " + simulations + " simulations", new Mcts(Mcts.Settings.of(simulations)), random, hard);
        }
        report.line("");
        report.line("## Connect Four: MCTS against greedy players, 100 games from 50 openings of 2 random moves");
        report.line("");
        report.line("| milliseconds a move for either | against one move ahead, counting lines (which needs less) |"
                + " against one move ahead by random games (which uses all) |");
        report.line("|---|---|---|");
        for (double time : new double[] {0.0005, 0.002}) {
            Mcts search = new Mcts(Mcts.Settings.of(1).within(time));
            report.line(
                    "| %.1f | %s | %s |",
                    1000 * time,
                    GameScores.match(search, looking(1), 50, 2, 1),
                    GameScores.match(search, flat(time), 50, 2, 2));
        }
    }

    /** Greedy by sampling: plays random games after each move in turn, and takes the move with the best mean. */
    private static Opponent flat(double seconds) {
        return (game, legal, random) -> {
            double[] sums = new double[legal.length];
            int[] counts = new int[legal.length];
            long end = System.nanoTime() + (long) (1e9 * seconds);
            for (int n = 0; n < legal.length || System.nanoTime() < end; n++) {
                int move = n % legal.length;
                if (!legal[move]) {
                    continue;
                }
                var copy = game.copy();
                boolean mine = true;
                Step step = copy.step(new float[] {move}, 0);
                boolean[] mask = new boolean[legal.length];
                while (!step.last()) {
                    copy.actionMask(mask, 0);
                    step = copy.step(new float[] {Opponent.RANDOM.choose(copy, mask, random)}, 0);
                    mine = !mine;
                }
                sums[move] += mine ? step.reward() : -step.reward();
                counts[move]++;
            }
            int best = -1;
            for (int move = 0; move < legal.length; move++) {
                if (legal[move] && (best < 0 || sums[move] / counts[move] > sums[best] / counts[best])) {
                    best = move;
                }
            }
            return best;
        };
    }

    private void row(String name, Opponent player, List<Scored> random, List<Scored> hard) {
        double first = GameScores.keeps(player, random);
        long start = System.nanoTime();
        double second = GameScores.keeps(player, hard);
        double milliseconds = (System.nanoTime() - start) / 1e6 / hard.size();
        report.line("| %s | **%.1f** | **%.1f** | %.2f |", name, first, second, milliseconds);
    }

    private void connectFour(int seeds, List<Scored> random, List<Scored> hard) {
        for (int seed = 1; seed <= seeds; seed++) {
            TrainingResult result = train("ConnectFourSelfPlay-v0", seed);
            report.line("");
            report.line(
                    "## AlphaZero on Connect Four, seed %d: %,d moves of self-play in %.0f seconds, %d threads",
                    seed, result.environmentSteps(), result.wallSeconds(), THREADS);
            report.line("");
            report.line("| player | random games | harder | milliseconds a move |");
            report.line("|---|---|---|---|");
            for (int simulations : new int[] {1, 100, 400, 1600}) {
                row("AlphaZero, " + simulations + " simulations", player(result.policy(), simulations), random, hard);
            }
            report.line("");
            report.line("200 games from 100 openings of 2 random moves:");
            report.line("");
            for (int simulations : new int[] {100, 400}) {
                Opponent player = player(result.policy(), simulations);
                report.line(
                        "- %d simulations against alpha-beta of depth 4 that counts open lines: **%s**; that only knows"
                                + " ends: **%s**",
                        simulations,
                        GameScores.match(player, looking(4), 100, 2, 3),
                        GameScores.match(player, new AlphaBeta(4, game -> 0), 100, 2, 4));
            }
            report.line(
                    "- 400 simulations against MCTS of 1000: **%s**",
                    GameScores.match(player(result.policy(), 400), new Mcts(Mcts.Settings.of(1000)), 50, 2, 5));
        }
    }

    private static Opponent player(Policy policy, int simulations) {
        return new AlphaZeroPlayer(policy, simulations, EXPLORATION);
    }
}
