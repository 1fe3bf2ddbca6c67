package io.espalier.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.core.CopyableEnvironment;
import io.espalier.core.Environment;
import io.espalier.core.wrappers.EnvironmentWrapper;
import io.espalier.core.wrappers.NanGuard;
import io.espalier.core.wrappers.RewardScaling;
import io.espalier.core.wrappers.TimeLimit;
import io.espalier.envs.CartPole;
import io.espalier.envs.TMaze;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What a search gets of an environment that is guarded and wrapped. */
class SearchCopyTest {
    private final Watchdog watchdog = new Watchdog(GuardSettings.DEFAULT, event -> {}, (stuck, fault) -> {});

    private EnvironmentGuard guard(Environment environment) {
        EnvironmentGuard guard =
                new EnvironmentGuard("environment", 0, () -> environment, GuardSettings.DEFAULT, watchdog);
        guard.open(null);
        guard.reset(3);
        return guard;
    }

    @Test
    void isABareCopyThatGoesOnAlike() {
        EnvironmentGuard guard = guard(new TimeLimit(new NanGuard(new CartPole()), 500));
        guard.step(new float[] {1}, 0);
        CopyableEnvironment copy = Objects.requireNonNull(new PlayedEnvironment(guard, new Episodes()).searchCopy());
        assertThat(copy).isInstanceOf(CartPole.class);
        float[] seen = new float[4];
        float[] copied = new float[4];
        for (int t = 0; t < 5; t++) {
            copy.step(new float[] {t & 1}, 0);
            guard.step(new float[] {t & 1}, 0);
            copy.observe(copied, 0);
            guard.observe(seen, 0);
            assertThat(copied).containsExactly(seen);
        }
        copy.reset(8);
        guard.observe(copied, 0);
        assertThat(copied).containsExactly(seen);
    }

    @Test
    void thereIsNoneWhereItWouldNotBeTheTask() {
        assertThat(guard(new TMaze(3)).searchCopy()).as("what cannot be copied").isNull();
        assertThat(guard(new RewardScaling(new CartPole(), 0.99, 10)).searchCopy())
                .as("a copy without its scaling")
                .isNull();
    }

    @Test
    void aFailureToCopyIsTheEnvironmentsFault() {
        EnvironmentGuard guard = guard(new EnvironmentWrapper(new CartPole()) {
            @Override
            public CopyableEnvironment searchCopy() {
                throw new IllegalStateException("no paper left");
            }
        });
        assertThatThrownBy(guard::searchCopy)
                .isInstanceOf(EnvironmentFault.class)
                .hasMessageContaining("no paper left");
    }
}
