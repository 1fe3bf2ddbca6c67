package io.espalier.cli;

import io.espalier.core.Environment;
import io.espalier.core.EnvironmentSpec;
import io.espalier.core.Seeds;
import io.espalier.core.Step;
import io.espalier.policy.Policy;
import io.espalier.runtime.RunConfig;
import io.espalier.runtime.RunDirectory;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/** Lets a person see what a policy does. */
@Command(
        name = "watch",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Plays a policy before your eyes, or at random without one, and films it.",
        footer = {
            "%nThe episodes are the first that espalier eval plays from the same seed.",
            "%nExamples:",
            "  espalier watch runs/cartpole-ppo",
            "  espalier watch runs/lunarlander-ppo --svg landing.svg",
            "  espalier watch --env taxi --random --fps 4"
        })
final class WatchCommand implements Callable<Integer> {
    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "FILE|RUN",
            description = "A policy file, or the directory of a run.")
    private @Nullable Path path;

    @Option(names = "--env", paramLabel = "NAME", description = "Where to play (the run's environment).")
    private @Nullable String environment;

    @Option(names = "--random", description = "Act at random instead of by a policy; needs --env.")
    private boolean random;

    @Option(names = "--episodes", paramLabel = "N", description = "How many episodes (1).")
    private int episodes = 1;

    @Option(names = "--seed", paramLabel = "N", description = "The root of all randomness (1).")
    private long seed = 1;

    @Option(names = "--sampled", description = "Draw actions instead of taking the likeliest.")
    private boolean sampled;

    @Option(names = "--fps", paramLabel = "N", description = "Environment steps shown in a second (30).")
    private double fps = 30;

    @Option(names = "--steps", paramLabel = "N", description = "Environment steps of an episode at the most (10000).")
    private int steps = 10_000;

    @Option(names = "--svg", paramLabel = "FILE", description = "Write the first episode as a moving picture.")
    private @Nullable Path film;

    @Option(
            names = "--classpath",
            paramLabel = "JARS",
            description = "Jars and folders with an environment of your own.")
    private @Nullable String classPath;

    @Mixin
    private OutputOptions output = new OutputOptions();

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        check();
        Path asked = path;
        String name = environment;
        String code = classPath;
        Policy policy = null;
        if (asked != null) {
            if (Files.isDirectory(asked)) {
                RunDirectory run = RunDirectory.open(asked);
                RunConfig config = RunConfig.read(run);
                name = name == null ? config.environment() : name;
                Object noted = config.notes().get("classpath");
                code = code == null && noted != null ? String.valueOf(noted) : code;
                asked = run.policy();
            }
            if (!Files.exists(asked)) {
                throw new BadInput(
                        "There is no policy " + asked + ". Maybe the run has not finished: espalier resume " + path);
            }
            policy = TrainedPolicy.read(asked);
            name = name == null ? policy.provenance().get("environment") : name;
        }
        if (name == null) {
            throw new BadInput(
                    policy == null
                            ? "--random does not say where to play. Maybe add --env cartpole."
                            : "The policy does not say what it was trained on. Maybe add --env.");
        }
        EnvironmentSpec where = Catalog.of(code).environment(name);
        try (Environment played = where.factory().get()) {
            play(where, played, policy);
        }
        return Main.DONE;
    }

    private void check() {
        if (path == null && !random) {
            throw new BadInput("There is no policy to watch. Maybe name a run, or play at random: espalier watch --env "
                    + (environment == null ? "cartpole" : environment) + " --random");
        }
        if (path != null && random) {
            throw new BadInput("--random and the policy " + path + " exclude each other. Maybe leave one out.");
        }
        if (episodes < 1) {
            throw new BadInput("--episodes (" + episodes + ") must be at least 1.");
        }
        if (steps < 1) {
            throw new BadInput("--steps (" + steps + ") must be at least 1.");
        }
        if (!(fps >= 0.1 && fps <= 1000)) {
            throw new BadInput("--fps (" + fps + ") must be from 0.1 to 1000. Maybe leave it at 30.");
        }
    }

    private void play(EnvironmentSpec where, Environment played, @Nullable Policy policy) {
        PrintWriter out = Terminal.out(spec);
        EpisodePlayer player =
                policy == null ? EpisodePlayer.random(played) : EpisodePlayer.of(policy, played, !sampled);
        Screen screen = new Screen(out, Terminal.isLive(), fps, Terminal.width());
        SvgFilm pictures = new SvgFilm(fps);
        Seeds seeds = Seeds.of(seed).child("evaluation");
        List<Double> returns = new ArrayList<>();
        for (int episode = 0; episode < episodes; episode++) {
            played.reset(seeds.child("episode").seedOf(episode));
            player.begin(seeds.child("action").seedOf(episode));
            double sum = 0;
            int length = 0;
            Step step = Step.transition(0);
            while (true) {
                String caption = caption(where, episode, length, sum, step, played);
                if (!output.quiet) {
                    screen.show(played, caption);
                }
                if (film != null && episode == 0) {
                    pictures.frame(played, caption);
                }
                if (step.last() || length == steps) {
                    break;
                }
                step = player.step();
                sum += step.reward();
                length++;
            }
            screen.keep();
            returns.add(sum);
        }
        double mean =
                returns.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
        if (film != null) {
            write(film, pictures.svg(where.name() + ", " + (policy == null ? "at random" : String.valueOf(path))));
            out.printf(Locale.ROOT, "%d frames in %s%n", pictures.frames(), film);
        }
        if (output.json) {
            Map<String, Object> summary = new LinkedHashMap<>();
            summary.put("environment", where.name());
            summary.put("meanReturn", mean);
            summary.put("returns", returns);
            out.println(new JsonMapper().writeValueAsString(summary));
        } else if (episodes > 1 || output.quiet) {
            out.printf(Locale.ROOT, "mean return %s of %d episodes%n", ProgressDisplay.number(mean), episodes);
        }
        out.flush();
    }

    private static String caption(
            EnvironmentSpec where, int episode, int length, double sum, Step step, Environment played) {
        String end = step.terminated() ? ", terminated" : step.truncated() ? ", cut off" : "";
        String success = step.last() && played.reportsSuccess() ? played.success() ? ", success" : ", no success" : "";
        return where.name() + "  episode " + (episode + 1) + "  step " + length + "  return "
                + ProgressDisplay.number(sum) + end + success;
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("The film " + file + " cannot be written. Maybe its folder is missing.", e);
        }
    }
}
