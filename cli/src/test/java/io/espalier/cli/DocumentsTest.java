package io.espalier.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.espalier.policy.AlgorithmProvider;
import io.espalier.runtime.ExecutionMode;
import io.espalier.runtime.SettingsBinder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine.ParseResult;

/** Pages say of settings and commands what the code says. */
class DocumentsTest {
    private static final Path PAGES = Path.of("..", "docs", "algorithms");
    private static final String HEADING = "## Settings";
    /** A line that begins with the launcher. */
    private static final Pattern COMMAND = Pattern.compile("(?m)^\\s*(?:\\./)?espalier ([a-z].*|--help)$");

    private static final Pattern STUDY = Pattern.compile("benchmarks/run\\s+([A-Z]\\w+)");
    private static final Pattern WORD = Pattern.compile("(?:\"[^\"]*\"|[^\\s\"])+");

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

    static Stream<Path> documents() throws IOException {
        try (Stream<Path> pages = Files.walk(Path.of("..", "docs"));
                Stream<Path> deploy = Files.walk(Path.of("..", "deploy"))) {
            return Stream.of(Stream.of(Path.of("..", "README.md"), Path.of("..", "CONTRIBUTING.md")), pages, deploy)
                    .flatMap(paths -> paths)
                    .filter(path -> path.toString().endsWith(".md"))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    /** The command lines of a page, each as its words. */
    private static List<List<String>> commands(Path page) throws IOException {
        List<List<String>> commands = new ArrayList<>();
        Matcher lines = COMMAND.matcher(Files.readString(page).replaceAll("\\\\\\R\\s*", " "));
        while (lines.find()) {
            List<String> words = new ArrayList<>();
            Matcher word = WORD.matcher(lines.group(1).replaceAll("\\s#.*", ""));
            while (word.find()) {
                words.add(word.group().replace("\"", ""));
            }
            commands.add(words);
        }
        return commands;
    }

    @ParameterizedTest
    @MethodSource("documents")
    void aPageShowsCommandsThatAreUnderstood(Path page) throws IOException {
        for (List<String> words : commands(page)) {
            assertThatCode(() -> {
                        ParseResult whole = Main.commandLine().parseArgs(words.toArray(String[]::new));
                        if (words.contains("--help") || !whole.hasSubcommand()) {
                            return;
                        }
                        ParseResult parsed = whole.subcommand();
                        Catalog catalog = Catalog.of(null);
                        if (parsed.hasMatchedOption("--mode")) {
                            ExecutionMode.parse(parsed.matchedOptionValue("--mode", ""));
                        }
                        if (parsed.hasMatchedOption("--algo")) {
                            catalog.algorithm(parsed.matchedOptionValue("--algo", ""));
                        }
                        if (words.get(0).equals("train") && parsed.hasMatchedPositional(0)) {
                            catalog.environment(parsed.matchedPositionalValue(0, ""));
                        }
                    })
                    .as("espalier " + String.join(" ", words))
                    .doesNotThrowAnyException();
        }
    }

    @Test
    void thePagesHaveCommandsAtAll() throws IOException {
        int count = 0;
        for (Path page : documents().toList()) {
            count += commands(page).size();
        }
        assertThat(count).isGreaterThan(50);
    }

    @ParameterizedTest
    @MethodSource("documents")
    void theStudiesThatAPageNamesAreThere(Path page) throws IOException {
        Path studies = Path.of("..", "benchmarks", "src", "main", "java", "io", "espalier", "benchmarks");
        Matcher study = STUDY.matcher(Files.readString(page));
        while (study.find()) {
            assertThat(studies.resolve(study.group(1) + ".java"))
                    .content()
                    .contains("public static void main(String[]");
        }
    }
}
