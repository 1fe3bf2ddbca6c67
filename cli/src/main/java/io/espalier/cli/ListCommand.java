package io.espalier.cli;

import io.espalier.core.EnvironmentSpec;
import io.espalier.policy.AlgorithmProvider;
import io.espalier.runtime.EnvironmentFacts;
import io.espalier.runtime.ExecutionMode;
import io.espalier.runtime.SettingsBinder;
import io.espalier.runtime.TunedSettings;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Lists environments, algorithms, or an algorithm's settings. */
@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Lists environments, algorithms, execution modes, or the settings of an algorithm with their sentences.",
        footer = {
            "%nExamples:",
            "  espalier list",
            "  espalier list environments",
            "  espalier list settings ppo --env cartpole"
        })
final class ListCommand implements Runnable {
    enum What {
        environments,
        algorithms,
        modes,
        settings,
        everything
    }

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "WHAT",
            defaultValue = "everything",
            description = "environments, algorithms, modes or settings; without it, the first three.")
    private What what = What.everything;

    @Parameters(index = "1", arity = "0..1", paramLabel = "ALGORITHM", description = "Whose settings.")
    private @Nullable String algorithm;

    @Option(names = "--env", paramLabel = "NAME", description = "Show the settings tuned for that environment.")
    private @Nullable String environment;

    @Option(names = "--classpath", paramLabel = "JARS", description = "Jars and folders with code of your own.")
    private @Nullable String classPath;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public void run() {
        Catalog catalog = Catalog.of(classPath);
        PrintWriter out = Terminal.out(spec);
        if (what == What.settings) {
            if (algorithm == null) {
                throw new BadInput("\"list settings\" needs an algorithm. Maybe: espalier list settings "
                        + catalog.algorithms().get(0).name());
            }
            settings(out, catalog, catalog.algorithm(algorithm));
        }
        if (what == What.environments || what == What.everything) {
            environments(out, catalog.environments());
        }
        if (what == What.everything) {
            out.println();
        }
        if (what == What.algorithms || what == What.everything) {
            out.println("Algorithms");
            for (AlgorithmProvider<?> provider : catalog.algorithms()) {
                out.printf(Locale.ROOT, "  %-22s %s%n", provider.name(), provider.summary());
            }
        }
        if (what == What.everything) {
            out.println();
        }
        if (what == What.modes || what == What.everything) {
            modes(out, what == What.modes);
        }
        out.flush();
    }

    private static void modes(PrintWriter out, boolean settings) {
        out.println("Execution modes");
        for (ExecutionMode mode : ExecutionMode.known()) {
            out.printf(Locale.ROOT, "  %-22s %s%n", mode.name(), mode.summary());
            for (SettingsBinder.Description entry : settings ? describe(mode) : List.<SettingsBinder.Description>of()) {
                out.printf(Locale.ROOT, "    %-20s %s%n", entry.key(), entry.sentence());
                out.printf(Locale.ROOT, "    %-20s %s, here %s%n", "", entry.type(), entry.value());
            }
        }
    }

    private static List<SettingsBinder.Description> describe(ExecutionMode mode) {
        return SettingsBinder.describe(mode.settings());
    }

    private static void environments(PrintWriter out, List<EnvironmentSpec> environments) {
        out.println("Environments");
        int width = environments.stream()
                .mapToInt(entry -> names(entry).length())
                .max()
                .orElse(1);
        String line = "  %-" + width + "s %s%n";
        for (EnvironmentSpec entry : environments) {
            EnvironmentFacts facts = Catalog.facts(entry);
            out.printf(Locale.ROOT, line, names(entry), entry.summary());
            out.printf(
                    Locale.ROOT,
                    "  " + " ".repeat(width) + " observes %s, acts by %s%s%n",
                    brief(facts.observationSpace().text()),
                    brief(facts.actionSpace().text()),
                    Double.isNaN(entry.solvedAt())
                            ? ""
                            : ", solved at a mean return of " + LearningCurve.number(entry.solvedAt()));
        }
    }

    private static String names(EnvironmentSpec entry) {
        return entry.aliases().isEmpty()
                ? entry.name()
                : entry.name() + " (" + entry.aliases().get(0) + ")";
    }

    private static String brief(String text) {
        return text.length() <= 60 ? text : text.replaceAll(", low=.*", ", ...)");
    }

    private <S extends Record> void settings(PrintWriter out, Catalog catalog, AlgorithmProvider<S> provider) {
        S values = provider.defaults();
        String whose = "defaults";
        if (environment != null) {
            EnvironmentSpec asked = catalog.environment(environment);
            TunedSettings tuned = catalog.tuned(provider.name(), asked.name())
                    .orElseThrow(() -> new BadInput("There are no settings of " + provider.name() + " tuned for "
                            + asked.name() + ". Maybe leave out --env to see the defaults."));
            values = SettingsBinder.bind(values, tuned.settings());
            whose = "tuned for " + asked.name() + ", " + tuned.environmentSteps() + " environment steps; "
                    + tuned.source();
        }
        out.println("Settings of " + provider.name() + " (" + whose + ")");
        for (SettingsBinder.Description entry : SettingsBinder.describe(values)) {
            out.printf(Locale.ROOT, "  %-24s %s%n", entry.key(), entry.sentence());
            out.printf(Locale.ROOT, "  %-24s %s, here %s%n", "", entry.type(), entry.value());
        }
    }
}
