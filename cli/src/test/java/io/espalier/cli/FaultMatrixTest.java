package io.espalier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.core.Environment;
import io.espalier.core.EnvironmentSpec;
import io.espalier.policy.Algorithm;
import io.espalier.policy.AlgorithmProvider;
import io.espalier.runtime.EnvironmentFailure;
import io.espalier.runtime.GuardSettings;
import io.espalier.runtime.SettingsBinder;
import io.espalier.runtime.Trainer;
import io.espalier.runtime.TrainingListener;
import io.espalier.runtime.TrainingResult;
import io.espalier.runtime.events.RunEvent;
import io.espalier.testkit.FaultyEnvironment;
import io.espalier.testkit.FaultyEnvironment.Fault;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Eight ways for an environment to fail, times algorithms of different shapes: the run goes on with finite weights,
 * and an event names the environment; an environment that fails for good stops the run with that cause.
 */
class FaultMatrixTest {
    private static final int STEPS = 6_000;

    private static final Map<Fault, String> EVENT = Map.of(
            Fault.EXCEPTION, "environment/exception",
            Fault.HANG, "environment/hang",
            Fault.NAN_OBSERVATION, "environment/not_finite",
            Fault.INFINITE_REWARD, "environment/not_finite",
            Fault.OUT_OF_SPACE, "environment/out_of_space",
            Fault.WRONG_SHAPE, "environment/wrong_shape",
            Fault.NEVER_DONE, "environment/never_done",
            Fault.SLOW, "environment/slow");

    private static final List<String> TABLES = List.of(
            "q-learning",
            "sarsa",
            "sarsa-lambda",
            "double-q-learning",
            "monte-carlo",
            "dyna-q",
            "prioritized-sweeping");

    private static final List<String> VALUES =
            List.of("dqn", "qr-dqn", "c51", "munchausen-dqn", "rainbow", "pqn", "sac-discrete");

    private static final List<String> REAL = List.of("sac", "td3", "ddpg");

    /** They play episodes of their own, and share how they are played. */
    private static final List<String> POPULATIONS = List.of("ars", "genetic", "alphazero");

    /** Enough for faults to meet every part; nothing has to be learned. */
    private static final Map<String, Object> SMALL = Map.of("environments", 4, "batch", 16, "trunk", "dense(8) > relu");

    private final Catalog catalog = Catalog.of(null);

    static Stream<Arguments> matrix() {
        return Stream.of(
                        List.of("ppo", "ppo-recurrent", "dqn", "a2c", "reinforce", "ucb-bandit", "r2d2"),
                        REAL,
                        TABLES,
                        POPULATIONS,
                        VALUES)
                .flatMap(List::stream)
                .flatMap(algorithm -> Stream.of(Fault.values())
                        // Slow is what is slower than others, and a population's environments are few and share no
                        // pace.
                        .filter(fault -> fault != Fault.SLOW || !POPULATIONS.contains(algorithm))
                        .map(fault -> Arguments.of(algorithm, fault)));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("matrix")
    void theRunGoesOnAndNothingIsSilent(String name, Fault fault) {
        EnvironmentSpec sound = catalog.environment(
                TABLES.contains(name)
                        ? "frozenlake"
                        : name.equals("alphazero")
                                ? "tictactoe-selfplay"
                                : name.endsWith("bandit") ? "bandit" : REAL.contains(name) ? "pendulum" : "cartpole");
        List<RunEvent> events = new ArrayList<>();
        // Slowness and never ending are habits, not single events; all others happen once, in copy 0.
        boolean habit = fault == Fault.SLOW || fault == Fault.NEVER_DONE;
        // A population's plays go to whoever is free, so a second copy may have nothing to do.
        boolean alone = habit && POPULATIONS.contains(name);
        Supplier<Environment> factory = habit
                ? habitual(sound.factory(), fault, alone ? 0 : 1)
                : FaultyEnvironment.inCopy(sound.factory(), 0, fault, 300);
        TrainingResult result =
                trainer(name, factory, events).threads(alone ? 1 : 2).run();
        assertThat(result.environmentSteps()).isGreaterThanOrEqualTo(STEPS);
        assertThat(finite(result)).as("weights are finite").isTrue();
        assertThat(events).as("events").anySatisfy(event -> {
            assertThat(event.type()).isEqualTo(EVENT.get(fault));
            assertThat(event.details()).containsKeys("environment", "seed", "step");
            if (fault == Fault.HANG) {
                assertThat(String.valueOf(event.details().get("stack"))).contains("FaultyEnvironment");
            }
        });
    }

    @Test
    void anEnvironmentThatFailsForGoodStopsTheRunWithItsCause() {
        EnvironmentSpec sound = catalog.environment("cartpole");
        List<RunEvent> events = new ArrayList<>();
        Supplier<Environment> broken =
                () -> FaultyEnvironment.from(sound.factory().get(), Fault.EXCEPTION, 1);
        org.assertj.core.api.Assertions.assertThatThrownBy(
                        () -> trainer("ppo", broken, events).run())
                .isInstanceOf(EnvironmentFailure.class)
                .hasStackTraceContaining("ArithmeticException");
    }

    @Test
    void aSoundRunHasNoFaultToReport() {
        List<RunEvent> events = new ArrayList<>();
        trainer("ppo", catalog.environment("cartpole").factory(), events).run();
        assertThat(events).noneMatch(event -> event.type().startsWith("environment/"));
    }

    private static Supplier<Environment> habitual(Supplier<Environment> sound, Fault fault, int number) {
        int[] made = {0};
        return () -> {
            Environment copy = sound.get();
            return made[0]++ == number ? FaultyEnvironment.from(copy, fault, 200) : copy;
        };
    }

    private Trainer trainer(String name, Supplier<Environment> factory, List<RunEvent> events) {
        return Trainer.of(algorithm(catalog.algorithm(name)), factory)
                .seed(5)
                .threads(2)
                .environmentSteps(STEPS)
                .withoutFinalEvaluation()
                .guard(GuardSettings.DEFAULT.withHangSeconds(0.3).withLongestEpisode(1000))
                .listen(new TrainingListener() {
                    @Override
                    public void event(RunEvent event) {
                        events.add(event);
                    }
                });
    }

    private static <S extends Record> Algorithm algorithm(AlgorithmProvider<S> provider) {
        Map<String, Object> settings = REAL.contains(provider.name())
                ? SMALL
                : provider.name().equals("alphazero")
                        ? Map.of("games", 8, "simulations", 4, "trunk", "flatten > dense(8) > relu")
                        : POPULATIONS.contains(provider.name()) ? Map.of("trunk", "linear") : Map.of("environments", 4);
        return provider.create(SettingsBinder.bind(provider.defaults(), settings));
    }

    private static boolean finite(TrainingResult result) {
        for (int i = 0; i < result.policy().weights().size(); i++) {
            if (!Float.isFinite(result.policy().weights().get(i))) {
                return false;
            }
        }
        return true;
    }
}
