package io.espalier.cli;

import io.espalier.nn.Network;
import io.espalier.policy.Policy;
import io.espalier.runtime.RunDirectory;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Tells what is in a policy file or a run. */
@Command(
        name = "show",
        mixinStandardHelpOptions = true,
        description = "Tells what is in a policy file, or what a run was asked to be and what came of it.")
final class ShowCommand implements Runnable {
    @Parameters(index = "0", paramLabel = "FILE|RUN", description = "A policy file, or the directory of a run.")
    private @Nullable Path path;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public void run() {
        Path asked = Objects.requireNonNull(path);
        PrintWriter out = Terminal.out(spec);
        if (Files.isDirectory(asked)) {
            RunDirectory run = RunDirectory.open(asked);
            out.println("Run " + asked);
            indent(out, run.read("config.yaml"));
            if (Files.exists(asked.resolve("result.json"))) {
                out.println("Result");
                indent(out, run.read("result.json").replaceAll("[{}\",]", "").strip());
            } else {
                List<String> problems = new ArrayList<>();
                OptionalLong newest = run.newestCheckpoint(problems);
                problems.forEach(out::println);
                out.println("Not finished"
                        + (newest.isEmpty()
                                ? ""
                                : String.format(Locale.ROOT, ", saved at %,d environment steps", newest.getAsLong()))
                        + ". Maybe: espalier resume " + asked);
            }
            if (!Files.exists(run.policy())) {
                out.flush();
                return;
            }
            asked = run.policy();
        } else if (!Files.exists(asked)) {
            throw new BadInput("There is no file or run " + asked + ". Maybe look in runs/.");
        }
        policy(out, asked, TrainedPolicy.read(asked));
        out.flush();
    }

    private static void policy(PrintWriter out, Path file, Policy policy) {
        Network network = policy.network(1);
        out.println("Policy " + file);
        line(out, "observes", policy.observationSpace().text());
        line(out, "acts by", policy.actionSpace().text() + (policy.masked() ? ", masked" : ""));
        line(out, "head", policy.head().text());
        line(out, "network", policy.spec().text());
        line(out, "parameters", String.format(Locale.ROOT, "%,d", network.parameterCount()));
        for (Network.Tensor tensor : network.tensors()) {
            line(out, "", String.format(Locale.ROOT, "%-36s %s", tensor.name(), Arrays.toString(tensor.shape())));
        }
        line(
                out,
                "normaliser",
                policy.normalizer().isIdentity()
                        ? "none"
                        : String.format(
                                Locale.ROOT,
                                "over %,.0f observations",
                                policy.normalizer().count()));
        line(
                out,
                "weights",
                "version " + policy.weights().version() + ", SHA-256 "
                        + policy.weights().digest());
        policy.provenance().forEach((name, value) -> line(out, name, value));
    }

    private static void line(PrintWriter out, String name, String value) {
        out.printf(Locale.ROOT, "  %-12s %s%n", name, value);
    }

    private static void indent(PrintWriter out, String text) {
        text.lines().filter(line -> !line.equals("---")).forEach(line -> out.println("  " + line.stripTrailing()));
    }
}
