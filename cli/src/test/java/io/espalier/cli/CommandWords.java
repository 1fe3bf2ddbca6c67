package io.espalier.cli;

import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.List;

/** Words of the command that stand in manifests, units and documents. */
final class CommandWords {
    private CommandWords() {}

    /** Fails if the command would not understand them. */
    static void check(List<String> words) {
        assertThatCode(() -> Main.commandLine().parseArgs(words.toArray(new String[0])))
                .as(String.join(" ", words))
                .doesNotThrowAnyException();
    }
}
