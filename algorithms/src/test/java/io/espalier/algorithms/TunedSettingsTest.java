package io.espalier.algorithms;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.policy.AlgorithmProvider;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every tuned file belongs to an algorithm that is offered, and its settings are ones that this algorithm takes. */
class TunedSettingsTest {
    @Test
    void allFilesAreValid() throws IOException, URISyntaxException, ReflectiveOperationException {
        Path root = Path.of(TunedSettingsTest.class.getResource("tuned").toURI());
        List<Path> files;
        try (Stream<Path> walk = Files.walk(root)) {
            files = walk.filter(Files::isRegularFile).toList();
        }
        assertThat(files).hasSizeGreaterThan(8);
        for (Path file : files) {
            String algorithm = file.getParent().getFileName().toString();
            check(file, provider(algorithm));
        }
    }

    private static AlgorithmProvider<?> provider(String name) {
        for (AlgorithmProvider<?> provider : ServiceLoader.load(AlgorithmProvider.class)) {
            if (provider.name().equals(name)) {
                return provider;
            }
        }
        throw new AssertionError("no algorithm " + name);
    }

    private static void check(Path file, AlgorithmProvider<?> provider)
            throws IOException, ReflectiveOperationException {
        Map<String, String> top = new LinkedHashMap<>();
        Map<String, String> settings = new LinkedHashMap<>();
        for (String line : Files.readAllLines(file)) {
            String[] pair = line.strip().split(":", 2);
            (line.startsWith("  ") ? settings : top).put(pair[0], pair[1].strip());
        }
        assertThat(top.keySet()).as("%s", file).containsExactly("environmentSteps", "settings", "source");
        assertThat(Long.parseLong(top.get("environmentSteps"))).isPositive();
        assertThat(top.get("source")).isNotEmpty().doesNotContain(": ");
        int stated = settings.size();
        List<Object> arguments = new ArrayList<>();
        List<Class<?>> types = new ArrayList<>();
        for (RecordComponent component : provider.settingsType().getRecordComponents()) {
            component.getAccessor().setAccessible(true);
            Object value = component.getAccessor().invoke(provider.defaults());
            String text = settings.remove(component.getName());
            arguments.add(text == null ? value : read(component.getType(), text));
            types.add(component.getType());
            assertThat(component.getAnnotation(io.espalier.core.Setting.class).value())
                    .endsWith(".");
        }
        assertThat(settings).as("unknown settings of %s", file).isEmpty();
        Object record = provider.settingsType()
                .getDeclaredConstructor(types.toArray(new Class<?>[0]))
                .newInstance(arguments.toArray());
        // A file may state what the defaults happen to be; one that states nothing was not read.
        assertThat(stated).as("settings stated by %s", file).isPositive();
        assertThat(record).isInstanceOf(provider.settingsType());
    }

    private static Object read(Class<?> type, String text) throws ReflectiveOperationException {
        if (type == int.class) {
            return Integer.valueOf(text);
        } else if (type == long.class) {
            return Long.valueOf(text);
        } else if (type == double.class) {
            return Double.valueOf(text);
        } else if (type == boolean.class) {
            assertThat(text).isIn("true", "false");
            return Boolean.valueOf(text);
        }
        return type == String.class
                ? text
                : type.getMethod("valueOf", String.class).invoke(null, text);
    }
}
