package io.espalier.envs;

import io.espalier.core.AgainstOpponent;
import io.espalier.core.Environment;
import io.espalier.core.EnvironmentProvider;
import io.espalier.core.EnvironmentSpec;
import io.espalier.core.Game;
import io.espalier.core.Opponent;
import io.espalier.core.wrappers.TimeAware;
import io.espalier.core.wrappers.TimeLimit;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * The environments of this module by the names and with the time limits of Gymnasium's registry; names it does not have
 * are the deterministic and the timed lakes, the maze, the bandits, and the last eight. MinAtar's games have a time limit here and none
 * there.
 *
 * <p>A task counts as solved from Gymnasium's reward threshold on, with these exceptions. Taxi's threshold of 8 lies above
 * the best possible mean, 7.93; 7.5 allows a policy a third of a step more than the best. CliffWalking has none, but a
 * best return of −13 that a policy reaches or not; likewise the deterministic lakes and the maze with 1. Blackjack has
 * none; −0.06 lies between the best possible mean, −0.0431, and that of sticking on 17 and more, −0.0759. The bandit's
 * best lever brings 1500, its second 1200. 3.8 in the T-maze is a success rate of 95 %. Pendulum and the rest have no agreed figure.
 */
public final class BuiltInEnvironments implements EnvironmentProvider {
    private static final int UNLIMITED = 0;
    private static final int MINATAR_LIMIT = 10_000;

    /** Standard normal numbers, rounded. */
    private static final double[] LEVERS = {0.2, -0.8, 1.5, 0.3, 1.2, -1.5, -0.2, -1.0, 0.9, -0.5};

    private static final List<EnvironmentSpec> ALL = List.of(
            spec("CartPole-v1", "Balance a pole on a cart.", CartPole::new, 500, 475, "cartpole"),
            spec("Acrobot-v1", "Swing a chain of two links above a line.", Acrobot::new, 500, -100, "acrobot"),
            spec("MountainCar-v0", "Drive a weak car out of a valley.", MountainCar::new, 200, -110, "mountaincar"),
            spec(
                    "MountainCarContinuous-v0",
                    "Drive a weak car out of a valley with little fuel.",
                    MountainCarContinuous::new,
                    999,
                    90,
                    "mountaincarcontinuous"),
            spec(
                    "LunarLander-v3",
                    "Land on the moon between two flags.",
                    () -> new LunarLander(false),
                    1000,
                    200,
                    "lunarlander"),
            spec(
                    "LunarLanderContinuous-v3",
                    "Land on the moon between two flags, with engines of variable power.",
                    () -> new LunarLander(true),
                    1000,
                    200,
                    "lunarlandercontinuous"),
            spec(
                    "BipedalWalker-v3",
                    "Walk on two legs over uneven ground.",
                    () -> new BipedalWalker(false),
                    1600,
                    300,
                    "bipedalwalker"),
            spec(
                    "BipedalWalkerHardcore-v3",
                    "Walk on two legs over pits, stumps and stairs.",
                    () -> new BipedalWalker(true),
                    2000,
                    300,
                    "bipedalwalkerhardcore"),
            spec("Pendulum-v1", "Swing a pendulum up and keep it there.", Pendulum::new, 200, Double.NaN, "pendulum"),
            lake("FrozenLake-v1", FrozenLake.SMALL, true, 100, 0.70, "frozenlake"),
            lake("FrozenLake8x8-v1", FrozenLake.LARGE, true, 200, 0.85, "frozenlake8x8"),
            lake("FrozenLakeDeterministic-v1", FrozenLake.SMALL, false, 100, 1, "frozenlake-deterministic"),
            lake("FrozenLake8x8Deterministic-v1", FrozenLake.LARGE, false, 200, 1, "frozenlake8x8-deterministic"),
            timedLake("FrozenLakeTimed-v1", FrozenLake.SMALL, 100, 0.70, "frozenlake-timed"),
            timedLake("FrozenLake8x8Timed-v1", FrozenLake.LARGE, 200, 0.85, "frozenlake8x8-timed"),
            spec("Taxi-v4", "Fetch a passenger and bring them where they want to go.", Taxi::new, 200, 7.5, "taxi"),
            spec(
                    "CliffWalking-v1",
                    "Walk along a cliff; no time limit.",
                    () -> new CliffWalking(false),
                    UNLIMITED,
                    -13,
                    "cliffwalking"),
            spec(
                    "CliffWalkingSlippery-v1",
                    "Walk along a slippery cliff; no time limit.",
                    () -> new CliffWalking(true),
                    UNLIMITED,
                    Double.NaN,
                    "cliffwalking-slippery"),
            spec("DynaMaze-v0", "Find the way through a small maze.", DynaMaze::new, 2000, 1, "dynamaze"),
            spec("Blackjack-v1", "Beat the dealer to 21.", Blackjack::new, UNLIMITED, -0.06, "blackjack"),
            spec("Bandit10-v0", "Find the best of ten levers.", () -> Bandit.fixed(LEVERS), 1000, 1400, "bandit"),
            spec(
                    "BanditTestbed10-v0",
                    "Find the best of ten levers, which are others in every episode.",
                    () -> Bandit.testbed(10),
                    1000,
                    Double.NaN,
                    "bandit-testbed"),
            minAtar("Asterix", Asterix::new, true),
            minAtar("Asterix", Asterix::new, false),
            minAtar("Breakout", Breakout::new, true),
            minAtar("Breakout", Breakout::new, false),
            minAtar("Freeway", Freeway::new, true),
            minAtar("Freeway", Freeway::new, false),
            minAtar("Seaquest", Seaquest::new, true),
            minAtar("Seaquest", Seaquest::new, false),
            minAtar("SpaceInvaders", SpaceInvaders::new, true),
            minAtar("SpaceInvaders", SpaceInvaders::new, false),
            spec("TMaze-v0", "Remember a sign to the end of a corridor.", () -> new TMaze(10), 100, 3.8, "tmaze"),
            versus("TicTacToe-v0", TicTacToe::new, "noughts and crosses", "tictactoe"),
            selfPlay("TicTacToeSelfPlay-v0", TicTacToe::new, "Noughts and crosses", "tictactoe-selfplay"),
            versus("ConnectFour-v0", ConnectFour::new, "Connect Four", "connectfour"),
            selfPlay("ConnectFourSelfPlay-v0", ConnectFour::new, "Connect Four", "connectfour-selfplay"),
            navigation("Navigation2D-v0", Navigation2D.Reward.SHAPED, "navigation2d"),
            navigation("Navigation2DSparse-v0", Navigation2D.Reward.SPARSE, "navigation2d-sparse"),
            spec(
                    "ClusterScheduling-v0",
                    "Start jobs on a pool of machines so that they wait little.",
                    ClusterScheduling::new,
                    1000,
                    Double.NaN,
                    "cluster-scheduling"));

    @Override
    public List<EnvironmentSpec> environments() {
        return ALL;
    }

    private static EnvironmentSpec lake(
            String name, List<String> map, boolean slippery, int limit, double solvedAt, String alias) {
        String summary =
                "Cross a frozen lake" + (slippery ? " on slippery ice." : ", always going where one wants to.");
        return spec(name, summary, () -> new FrozenLake(map, slippery), limit, solvedAt, alias);
    }

    private static EnvironmentSpec timedLake(String name, List<String> map, int limit, double solvedAt, String alias) {
        return new EnvironmentSpec(
                name,
                List.of(alias),
                "Cross a frozen lake on slippery ice, seeing the time that is left.",
                () -> new TimeAware(new FrozenLake(map, true), limit),
                solvedAt);
    }

    private static EnvironmentSpec navigation(String name, Navigation2D.Reward reward, String alias) {
        String rewarded = reward == Navigation2D.Reward.SPARSE ? "; only arriving is rewarded." : ".";
        return spec(
                name,
                "Go around obstacles to a goal" + rewarded,
                () -> new Navigation2D(Navigation2D.Sensing.RANGES, reward),
                200,
                Double.NaN,
                alias);
    }

    private static EnvironmentSpec versus(String name, Supplier<Game> game, String called, String alias) {
        return spec(
                name,
                "Win " + called + " against an opponent who moves at random.",
                () -> new AgainstOpponent(game.get(), Opponent.RANDOM),
                UNLIMITED,
                Double.NaN,
                alias);
    }

    private static EnvironmentSpec selfPlay(String name, Supplier<Environment> game, String called, String alias) {
        return spec(name, called + ", both sides; for self-play.", game, UNLIMITED, Double.NaN, alias);
    }

    /** Gymnasium's version 1 has the minimal action set, its version 0 all six actions. */
    private static EnvironmentSpec minAtar(String game, Supplier<MinAtar.Game> rules, boolean minimal) {
        String summary = "MinAtar's " + game + (minimal ? "." : ", with all six actions.");
        return spec(
                "MinAtar/" + game + (minimal ? "-v1" : "-v0"),
                summary,
                () -> new MinAtar(rules.get(), MinAtar.Settings.published(minimal)),
                MINATAR_LIMIT,
                Double.NaN,
                "minatar-" + game.toLowerCase(Locale.ROOT) + (minimal ? "" : "-v0"));
    }

    private static EnvironmentSpec spec(
            String name, String summary, Supplier<Environment> raw, int limit, double solvedAt, String... aliases) {
        Supplier<Environment> factory = limit == UNLIMITED ? raw : () -> new TimeLimit(raw.get(), limit);
        return new EnvironmentSpec(name, List.of(aliases), summary, factory, solvedAt);
    }
}
