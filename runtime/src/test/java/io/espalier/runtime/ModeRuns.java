package io.espalier.runtime;

import io.espalier.policy.Algorithm;
import io.espalier.policy.AlgorithmProvider;
import java.util.Map;
import java.util.function.Consumer;

/** Short runs of the tests of execution modes. */
public final class ModeRuns {
    private ModeRuns() {}

    public static Algorithm algorithm(String name, Map<String, ?> settings) {
        return create(Registry.here().algorithm(name), settings);
    }

    private static <S extends Record> Algorithm create(AlgorithmProvider<S> provider, Map<String, ?> settings) {
        return provider.create(SettingsBinder.bind(provider.defaults(), settings));
    }

    /** On CartPole, 4096 environment steps. */
    static Trainer trainer(Algorithm algorithm, String mode) {
        return Trainer.of(algorithm, Registry.here().environment("CartPole-v1"))
                .seed(5)
                .environmentSteps(4096)
                .evaluation(EvaluationSettings.DEFAULT.withEpisodes(2))
                .mode(ExecutionMode.parse(mode));
    }

    /** PPO with 8 environments: 8 rounds. */
    static Trainer ppo(String mode) {
        return trainer(algorithm("ppo", Map.of("environments", 8, "rolloutSteps", 64)), mode);
    }

    /** Calls this after each round. */
    static TrainingListener everyRound(Consumer<Progress> body) {
        return new TrainingListener() {
            @Override
            public void round(Progress progress) {
                body.accept(progress);
            }
        };
    }
}
