package io.espalier.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.core.EnvironmentSpec;
import io.espalier.testkit.Corridor;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** A user's environments, asked for by class. */
class EnvironmentClassTest {
    private static final AtomicBoolean RAN = new AtomicBoolean();

    /** No environment; says when any of its code runs. */
    static final class Stranger {
        static {
            RAN.set(true);
        }

        private Stranger() {}
    }

    private static Trainer trainer() {
        return Trainer.of(
                        ModeRuns.algorithm("ppo", Map.of("environments", 4, "rolloutSteps", 32)),
                        Registry.here().environment(Corridor.class.getName()))
                .seed(7)
                .environmentSteps(1024)
                .withoutFinalEvaluation();
    }

    @Test
    void anEnvironmentIsFoundByItsClass() {
        EnvironmentSpec found = Registry.here().environment(Corridor.class.getName());
        assertThat(found.name()).isEqualTo(Corridor.class.getName());
        assertThat(found.factory().get()).isInstanceOf(Corridor.class);
        assertThat(found.factory().get()).isNotSameAs(found.factory().get());
    }

    @Test
    void aRunOnSuchAnEnvironmentCrossesToOtherMachinesByTheNameOfTheClass() {
        String alone = trainer().run().weightsDigest();
        try (LossyPool pool = new LossyPool(5)) {
            assertThat(trainer()
                            .mode(ExecutionMode.parse("synchronous(workers=2)"))
                            .workers(pool)
                            .run()
                            .weightsDigest())
                    .isEqualTo(alone);
            assertThat(pool.lost()).isPositive();
            assertThat(pool.bytes()).isPositive();
        }
    }

    @Test
    void nothingOfAClassRunsThatIsNoEnvironment() {
        String name = Stranger.class.getName();
        assertThatThrownBy(() -> Registry.here().environment(name))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(name)
                .hasMessageContaining("must implement io.espalier.core.Environment");
        assertThat(RAN).isFalse();
    }

    @Test
    void aClassThatIsMissingIsNamedWithARemedy() {
        assertThatThrownBy(() -> Registry.here().environment("com.acme.Warehouse"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("There is no class com.acme.Warehouse on the class path")
                .hasMessageContaining("Maybe name its jar with --classpath");
    }

    @Test
    void aClassThatCannotBeMadeSaysWhy() {
        assertThatThrownBy(() -> Registry.here()
                        .environment(Scripted.class.getName())
                        .factory()
                        .get())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(Scripted.class.getName() + " cannot be made")
                .hasMessageContaining("Maybe make the class and a constructor without parameters public");
    }
}
