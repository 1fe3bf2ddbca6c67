package io.espalier.envs;

import io.espalier.core.Environment;
import io.espalier.core.EnvironmentProvider;
import io.espalier.core.EnvironmentSpec;
import io.espalier.core.wrappers.TimeLimit;
import java.util.List;
import java.util.function.Supplier;

/**
 * The environments of this module by the names and with the time limits of Gymnasium's registry.
 *
 * <p>A task counts as solved from Gymnasium's reward threshold, with these exceptions. Taxi's threshold of 8 lies above
 * the optimal mean of 7.93. CliffWalking, Blackjack and the deterministic lakes have none, but optima that can be
 * computed. Pendulum and the bandit have neither.
 */
public final class BuiltInEnvironments implements EnvironmentProvider {
    private static final List<EnvironmentSpec> ALL = List.of(
            spec("CartPole-v1", "Balance a pole on a cart.", CartPole::new, 500, 475, "cartpole"),
            spec("Pendulum-v1", "Swing a pendulum up and keep it there.", Pendulum::new, 200, Double.NaN, "pendulum"),
            lake("FrozenLake-v1", FrozenLake.SMALL, true, 100, 0.70, "frozenlake"),
            lake("FrozenLake8x8-v1", FrozenLake.LARGE, true, 200, 0.85, "frozenlake8x8"),
            lake("FrozenLakeDeterministic-v1", FrozenLake.SMALL, false, 100, 1, "frozenlake-deterministic"),
            lake("FrozenLake8x8Deterministic-v1", FrozenLake.LARGE, false, 200, 1, "frozenlake8x8-deterministic"));

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

    private static EnvironmentSpec spec(
            String name, String summary, Supplier<Environment> raw, int limit, double solvedAt, String... aliases) {
        return new EnvironmentSpec(name, List.of(aliases), summary, () -> new TimeLimit(raw.get(), limit), solvedAt);
    }
}
