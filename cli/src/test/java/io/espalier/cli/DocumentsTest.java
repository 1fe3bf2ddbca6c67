package io.espalier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.policy.AlgorithmProvider;
import io.espalier.runtime.SettingsBinder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The pages of the algorithms say of the settings what the code says. */
class DocumentsTest {
    private static final Path PAGES = Path.of("..", "docs", "algorithms");
    private static final String HEADING = "## Settings";

    static Stream<String> pagesWithSettings() throws IOException {
        List<String> names = new ArrayList<>(List.of("ppo", "dqn", "q-learning"));
        try (Stream<Path> pages = Files.list(PAGES)) {
            for (Path page : pages.filter(path -> path.toString().endsWith(".md"))
                    .sorted()
                    .toList()) {
                String name = page.getFileName().toString().replace(".md", "");
                if (!names.contains(name) && Files.readString(page).contains(HEADING)) {
                    names.add(name);
                }
            }
        }
        return names.stream();
    }

    @ParameterizedTest
    @MethodSource("pagesWithSettings")
    void aPageHoldsTheTableOfItsSettings(String name) throws IOException {
        List<String> lines = Files.readAllLines(PAGES.resolve(name + ".md"));
        int from = lines.indexOf(HEADING);
        assertThat(from).as(HEADING + " in " + name + ".md").isPositive();
        List<String> table = lines.subList(from, lines.size()).stream()
                .dropWhile(line -> !line.startsWith("|"))
                .takeWhile(line -> line.startsWith("|"))
                .toList();
        assertThat(table).isEqualTo(table(Catalog.of(null).algorithm(name)));
    }

    private static <S extends Record> List<String> table(AlgorithmProvider<S> provider) {
        List<String> table =
                new ArrayList<>(List.of("| setting | unless said otherwise | what it is |", "|---|---|---|"));
        for (SettingsBinder.Description entry : SettingsBinder.describe(provider.defaults())) {
            table.add("| `" + entry.key() + "` | `" + entry.value() + "` | " + entry.sentence() + " |");
        }
        return table;
    }
}
