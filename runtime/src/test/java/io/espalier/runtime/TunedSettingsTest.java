package io.espalier.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TunedSettingsTest {
    /** Has one file, and notes what it is asked for. */
    private static final class Shelf extends ClassLoader {
        final List<String> asked = new ArrayList<>();

        @Override
        public InputStream getResourceAsStream(String name) {
            asked.add(name);
            return new ByteArrayInputStream("environmentSteps: 1000".getBytes(StandardCharsets.UTF_8));
        }
    }

    private final Shelf shelf = new Shelf();

    @Test
    void aSlashInANameIsADashInTheFiles() {
        assertThat(TunedSettings.find(shelf, "ppo", "MinAtar/Breakout-v1"))
                .hasValueSatisfying(
                        found -> assertThat(found.environmentSteps()).isEqualTo(1000));
        assertThat(shelf.asked).containsExactly("io/espalier/algorithms/tuned/ppo/MinAtar-Breakout-v1.yaml");
    }

    @Test
    void aNameThatLeadsElsewhereIsNotAskedFor() {
        assertThat(TunedSettings.find(shelf, "ppo", "../secret")).isEmpty();
        assertThat(TunedSettings.find(shelf, "ppo", "a b")).isEmpty();
        assertThat(shelf.asked).isEmpty();
    }
}
