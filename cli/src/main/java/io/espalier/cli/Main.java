package io.espalier.cli;

import java.io.PrintWriter;
import java.io.UncheckedIOException;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The {@code espalier} command. */
@Command(
        name = "espalier",
        mixinStandardHelpOptions = true,
        versionProvider = VersionProvider.class,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            TrainCommand.class,
            ResumeCommand.class,
            EvalCommand.class,
            WatchCommand.class,
            ShowCommand.class,
            ListCommand.class,
            WorkerCommand.class,
            BenchCommand.class,
            StudyCommand.class
        },
        description = "Trains, evaluates and inspects decision policies.",
        headerHeading = "Espalier: reinforcement learning for the JVM%n%n",
        synopsisHeading = "@|bold Usage:|@ ",
        descriptionHeading = "%n",
        optionListHeading = "%n@|bold Options:|@%n",
        commandListHeading = "%n@|bold Commands:|@%n",
        footerHeading = "%n@|bold Examples:|@%n",
        footer = {
            "  espalier train cartpole                    learn to balance a pole",
            "  espalier train taxi --algo q-learning      learn with a table, not a network",
            "  espalier train pendulum --set gamma=0.95   with a setting of your own",
            "  espalier eval runs/cartpole-ppo            play the trained policy again",
            "  espalier watch runs/cartpole-ppo           see it play",
            "  espalier list environments                 what can be trained on",
            "  espalier list settings ppo                 what --set can change",
            "  espalier study algorithms --only ppo       the documents' figures, made anew",
            "",
            "Exit codes: 0 done, 1 the stop rule was not reached, 2 bad input."
        })
final class Main {
    static final int DONE = 0;
    static final int NOT_REACHED = 1;
    static final int BAD_INPUT = 2;
    static final int FAILED = 3;

    private Main() {}

    /** Runs the command and ends the process with its exit code. */
    public static void main(String[] words) {
        int code = commandLine().execute(words);
        System.out.flush();
        System.exit(code);
    }

    static CommandLine commandLine() {
        return new CommandLine(new Main())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpAutoWidth(true)
                .setParameterExceptionHandler(Main::misunderstood)
                .setExecutionExceptionHandler(Main::failed);
    }

    /** A word that is not understood: one line of what and one of help, not the whole page. */
    private static int misunderstood(CommandLine.ParameterException e, String[] words) {
        CommandLine command = e.getCommandLine();
        PrintWriter err = command.getErr();
        err.println(command.getColorScheme().errorText("espalier: " + e.getMessage()));
        if (!CommandLine.UnmatchedArgumentException.printSuggestions(e, err)) {
            err.println("Maybe look at: " + command.getCommandSpec().qualifiedName() + " --help");
        }
        return BAD_INPUT;
    }

    private static int failed(Exception e, CommandLine command, CommandLine.ParseResult result) {
        PrintWriter err = command.getErr();
        if (e instanceof IllegalArgumentException || e instanceof UncheckedIOException) {
            err.println(command.getColorScheme().errorText("espalier: " + message(e)));
            return BAD_INPUT;
        }
        err.println(command.getColorScheme().errorText("espalier: failed: " + message(e)));
        e.printStackTrace(err);
        return FAILED;
    }

    private static String message(Exception e) {
        String message = e.getMessage() == null ? e.toString() : e.getMessage();
        Throwable cause = e.getCause();
        return e instanceof UncheckedIOException
                        && cause != null
                        && !message.contains(String.valueOf(cause.getMessage()))
                ? message + " (" + cause + ")"
                : message;
    }
}
