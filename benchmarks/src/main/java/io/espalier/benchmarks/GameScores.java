package io.espalier.benchmarks;

import io.espalier.algorithms.search.AlphaBeta;
import io.espalier.core.Game;
import io.espalier.core.Opponent;
import io.espalier.core.RandomStream;
import io.espalier.core.Seeds;
import io.espalier.core.Step;
import io.espalier.envs.ConnectFour;
import io.espalier.envs.ConnectFourSolver;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

/** How well a player of games plays: in every line of play, in matches, and by an exact solver. */
final class GameScores {
    private GameScores() {}

    /** Games a player lost, drew and won. */
    record Tally(int lost, int drawn, int won) {
        Tally plus(Tally other) {
            return new Tally(lost + other.lost, drawn + other.drawn, won + other.won);
        }

        /** Of a game that ended with that reward to the player. */
        static Tally of(double reward) {
            return new Tally(reward < 0 ? 1 : 0, reward == 0 ? 1 : 0, reward > 0 ? 1 : 0);
        }

        @Override
        public String toString() {
            return won + " won, " + drawn + " drawn, " + lost + " lost";
        }
    }

    /** Which moves the other side may make in {@link #everyLine}. */
    interface Replies {
        boolean may(Game game, int move);
    }

    /** All games that a player who draws nothing may come to, from a position on, as player {@code side}. */
    static Tally everyLine(Opponent player, Game game, int side, Replies replies) {
        boolean[] legal = legal(game);
        boolean mine = game.toMove() == side;
        int chosen = mine ? player.choose(game, legal, new RandomStream(0)) : -1;
        Tally sum = new Tally(0, 0, 0);
        for (int move = 0; move < legal.length; move++) {
            if (mine ? move == chosen : legal[move] && replies.may(game, move)) {
                Game next = game.copy();
                Step step = next.step(new float[] {move}, 0);
                sum = sum.plus(
                        step.last()
                                ? Tally.of(mine ? step.reward() : -step.reward())
                                : everyLine(player, next, side, replies));
            }
        }
        return sum;
    }

    /** Whether a move is among the best by looking to the end of the game. */
    static Replies best(int longest) {
        AlphaBeta perfect = AlphaBeta.perfect(longest);
        return (game, move) -> {
            boolean[] legal = legal(game);
            double best = Double.NEGATIVE_INFINITY;
            for (int other = 0; other < legal.length; other++) {
                best = legal[other] ? Math.max(best, Math.rint(perfect.value(game, other))) : best;
            }
            return Math.rint(perfect.value(game, move)) == best;
        };
    }

    /**
     * A match of Connect Four. Each opening, of random moves, is played twice, so that either begins once.
     *
     * @param openings half as many games
     * @param seed decides all that is random
     */
    static Tally match(Opponent player, Opponent other, int openings, int openingMoves, long seed) {
        Tally sum = new Tally(0, 0, 0);
        for (int i = 0; i < 2 * openings; i++) {
            ConnectFour game = opened(openingMoves, Seeds.of(seed).child("opening", i / 2));
            RandomStream random = Seeds.of(seed).child("game", i).stream();
            boolean mine = i % 2 == 0;
            Step step;
            do {
                int move = (mine ? player : other).choose(game, legal(game), random);
                step = game.step(new float[] {move}, 0);
                mine = !mine;
            } while (!step.last());
            sum = sum.plus(Tally.of(mine ? -step.reward() : step.reward()));
        }
        return sum;
    }

    private static ConnectFour opened(int moves, Seeds seeds) {
        ConnectFour game = new ConnectFour();
        RandomStream random = seeds.stream();
        boolean over;
        do {
            game.reset(0);
            over = false;
            for (int t = 0; t < moves && !over; t++) {
                over = random(game, random).last();
            }
        } while (over);
        return game;
    }

    private static Step random(ConnectFour game, RandomStream random) {
        return game.step(new float[] {Opponent.RANDOM.choose(game, legal(game), random)}, 0);
    }

    static boolean[] legal(Game game) {
        boolean[] legal = new boolean[game.actionSpace().choices()];
        game.actionMask(legal, 0);
        return legal;
    }

    /** A position of Connect Four, and for each column 1, 0 or −1 as that move wins, draws or loses; −2 if it is full. */
    record Scored(ConnectFour game, List<Integer> values) {
        boolean keeps(int move) {
            return values.get(move).equals(best());
        }

        private int best() {
            return values.stream().mapToInt(Integer::intValue).max().orElse(-2);
        }

        /** Whether some move gives away what another keeps. */
        boolean matters() {
            return values.stream().anyMatch(value -> value > -2 && value < best());
        }
    }

    /** Positions from games of random moves, of 12 to 30 stones, in which the move matters. */
    static List<Scored> randomPositions(int count, long seed) {
        return positions(count, seed, 12, 30, (game, random) -> random(game, random), game -> true);
    }

    /**
     * Positions from games of a depth-4 player who errs in a third of the moves, of 15 to 29 stones, in which the move
     * matters: none in which who is to move can win at once, or has but one move that does not lose at once.
     */
    static List<Scored> hardPositions(int count, long seed) {
        Opponent strong = new AlphaBeta(4, game -> ((ConnectFour) game).balance());
        AlphaBeta two = new AlphaBeta(2, game -> 0);
        return positions(
                count,
                seed,
                15,
                29,
                (game, random) -> {
                    Opponent now = random.nextInt(3) == 0 ? Opponent.RANDOM : strong;
                    return game.step(new float[] {now.choose(game, legal(game), random)}, 0);
                },
                game -> {
                    boolean[] legal = legal(game);
                    int safe = 0;
                    boolean wins = false;
                    for (int move = 0; move < legal.length; move++) {
                        double value = legal[move] ? two.value(game, move) : -1;
                        safe += value > -0.9 ? 1 : 0;
                        wins |= value > 0.9;
                    }
                    return !wins && safe > 1;
                });
    }

    private interface Mover {
        Step move(ConnectFour game, RandomStream random);
    }

    private static List<Scored> positions(
            int count, long seed, int fewest, int most, Mover mover, Predicate<ConnectFour> wanted) {
        ConnectFourSolver solver = new ConnectFourSolver();
        List<Scored> found = new ArrayList<>();
        for (int n = 0; found.size() < count; n++) {
            RandomStream random = Seeds.of(seed).child("position", n).stream();
            ConnectFour game = new ConnectFour();
            game.reset(0);
            int stones = fewest + random.nextInt(most - fewest + 1);
            boolean over = false;
            for (int t = 0; t < stones && !over; t++) {
                over = mover.move(game, random).last();
            }
            if (!over && wanted.test(game)) {
                int[] values = new int[7];
                solver.values(game, values);
                Scored scored = new Scored(game, Arrays.stream(values).boxed().toList());
                if (scored.matters()) {
                    found.add(scored);
                }
            }
        }
        return found;
    }

    /** The share of positions in which a player keeps the value, in %. */
    static double keeps(Opponent player, List<Scored> positions) {
        int kept = 0;
        for (int i = 0; i < positions.size(); i++) {
            Scored each = positions.get(i);
            kept += each.keeps(player.choose(each.game(), legal(each.game()), Seeds.of(i).stream())) ? 1 : 0;
        }
        return 100.0 * kept / positions.size();
    }
}
