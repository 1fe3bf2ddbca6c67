package io.espalier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The command as its user meets it: words in, text and an exit code out. */
class CommandTest {
    @TempDir
    Path folder;

    private String out = "";
    private String err = "";

    private int espalier(String... words) {
        StringWriter standard = new StringWriter();
        StringWriter errors = new StringWriter();
        CommandLine line = Main.commandLine();
        line.setOut(new PrintWriter(standard));
        line.setErr(new PrintWriter(errors));
        int code = line.execute(words);
        out = standard.toString();
        err = errors.toString();
        return code;
    }

    private JsonNode lastLine() {
        List<String> lines = out.lines().toList();
        return new JsonMapper().readTree(lines.get(lines.size() - 1));
    }

    private String run(String name) {
        return folder.resolve(name).toString();
    }

    @Test
    void helpIsAPageThatNamesEveryCommand() {
        assertThat(espalier("--help")).isZero();
        assertThat(out)
                .contains("train", "resume", "eval", "show", "list", "bench", "study", "espalier train cartpole");
        assertThat(espalier("train", "--help")).isZero();
        assertThat(out)
                .contains("--seed", "--threads", "--steps", "--stop", "--set", "--config", "--out", "--classpath");
    }

    @Test
    void trainingSolvesCartPoleAndLeavesARunThatCanBeShownAndPlayed() throws IOException {
        assertThat(espalier("train", "cartpole", "--seed", "3", "--out", run("a"), "--json"))
                .as(err + out)
                .isZero();
        JsonNode summary = lastLine();
        assertThat(summary.get("solved").asBoolean()).as(out).isTrue();
        assertThat(summary.get("meanReturn").asDouble()).isGreaterThanOrEqualTo(475);
        assertThat(summary.get("environmentSteps").asLong()).isBetween(5_000L, 100_000L);
        assertThat(summary.get("weightsDigest").asString()).matches("[0-9a-f]{64}");
        for (String key : List.of("stdReturn", "episodes", "updates", "wallSeconds", "stepsPerSecond", "run")) {
            assertThat(summary.has(key)).as(key).isTrue();
        }
        for (String file : List.of(
                "config.yaml",
                "provenance.json",
                "metrics.csv",
                "episodes.csv",
                "policy.espalier",
                "learning-curve.svg")) {
            assertThat(folder.resolve("a").resolve(file)).exists();
        }
        assertThat(Files.readString(folder.resolve("a/learning-curve.svg"))).contains("<svg", "ppo on CartPole-v1");

        assertThat(espalier("eval", run("a"), "--episodes", "20", "--json")).isZero();
        assertThat(lastLine().get("meanReturn").asDouble()).isGreaterThanOrEqualTo(475);

        assertThat(espalier("show", run("a"))).isZero();
        assertThat(out).contains("categorical", summary.get("weightsDigest").asString());
        assertThat(espalier("show", run("a/policy.espalier"))).isZero();
        assertThat(out).contains("box(shape=[4]", "discrete(2)");
    }

    /** Trains for 4,096 steps, with more words; returns the digest of the weights. */
    private String digest(String name, String... more) {
        List<String> words = new ArrayList<>(List.of("train", "cartpole", "--steps", "4096"));
        words.addAll(List.of(more));
        words.addAll(List.of("--out", run(name), "--json"));
        espalier(words.toArray(String[]::new));
        return lastLine().get("weightsDigest").asString();
    }

    @Test
    void theSameSeedGivesTheSameDigestForAnyNumberOfThreadsAndAfterResuming() {
        String digest = digest("b1", "--stop", "budget", "--threads", "1");
        assertThat(digest("b3", "--stop", "budget", "--threads", "3")).isEqualTo(digest);
        assertThat(digest("b5", "--stop", "budget", "--resources", "auto")).isEqualTo(digest);
        assertThat(Path.of(run("b5/config.yaml"))).content().contains("resources: \"auto\"");
        // A run that was asked to stop half way goes on as if it had not.
        assertThat(digest("b2", "--stop", "environment-steps 2048")).isNotEqualTo(digest);
        assertThat(espalier("train", "--config", run("b1/config.yaml"), "--out", run("b4"), "--json"))
                .isZero();
        assertThat(lastLine().get("weightsDigest").asString()).isEqualTo(digest);
    }

    @Test
    void aStopRuleThatIsNotReachedIsExitCodeOne() {
        assertThat(espalier(
                        "train",
                        "cartpole",
                        "--steps",
                        "512",
                        "--stop",
                        "return 475 over 20 episodes",
                        "--out",
                        run("c")))
                .isEqualTo(1);
        assertThat(out).contains("not solved");
    }

    @Test
    void badInputIsExitCodeTwoAndTellsWhatToDo() {
        assertThat(espalier("train", "cartpool", "--out", run("d"))).isEqualTo(2);
        assertThat(err).contains("There is no environment \"cartpool\". Maybe you mean cartpole");
        assertThat(espalier("train", "cartpole", "--algo", "poo", "--out", run("d")))
                .isEqualTo(2);
        assertThat(err).contains("Maybe you mean ppo");
        assertThat(espalier("train", "cartpole", "--set", "gama=0.9", "--set", "epochs=-1", "--out", run("d")))
                .isEqualTo(2);
        assertThat(err).contains("\"gama\" is not a setting. Maybe you mean gamma.");
        assertThat(espalier("train", "cartpole", "--set", "epochs=-1", "--out", run("d")))
                .isEqualTo(2);
        assertThat(err).contains("epochs (-1) must be at least 1");
        assertThat(espalier("train", "cartpole", "--steps", "many", "--out", run("d")))
                .isEqualTo(2);
        assertThat(err).contains("environmentSteps (many) must be a whole number");
        assertThat(espalier("train", "cartpole", "--resources", "atuo", "--out", run("d")))
                .isEqualTo(2);
        assertThat(err).contains("resources (atuo) must be auto or fixed. Maybe you mean auto.");
        assertThat(espalier("train", "cartpole", "--stop", "soon", "--out", run("d")))
                .isEqualTo(2);
        assertThat(espalier("train", "cartpole", "--trheads", "2")).isEqualTo(2);
        assertThat(espalier("train")).isEqualTo(2);
        assertThat(err).contains("No environment is named");
        assertThat(espalier("train", "cartpole", "--algo", "q-learning", "--out", run("d2")))
                .isEqualTo(2);
        assertThat(espalier("eval", run("nothing"))).isEqualTo(2);
        assertThat(espalier("show", run("nothing"))).isEqualTo(2);
        assertThat(espalier("resume", run("nothing"))).isEqualTo(2);
        assertThat(folder.resolve("d")).doesNotExist();
    }

    @Test
    void whatAnEnvironmentOfOnesOwnReportsIsToldAndSummarised() {
        assertThat(espalier(
                        "train",
                        "io.espalier.testkit.Corridor",
                        "--algo",
                        "ppo",
                        "--steps",
                        "1024",
                        "--episodes",
                        "10",
                        "--out",
                        run("f"),
                        "--json"))
                .as(err)
                .isZero();
        assertThat(out).contains("  cell ");
        assertThat(lastLine().get("successRate").asDouble()).isBetween(0.0, 1.0);
        assertThat(lastLine().get("metrics").get("cell").asDouble()).isBetween(0.0, 9.0);
        double cell = lastLine().get("metrics").get("cell").asDouble();
        assertThat(espalier("eval", run("f"), "--episodes", "10", "--json")).isZero();
        assertThat(lastLine().get("metrics").get("cell").asDouble()).isEqualTo(cell);
    }

    @Test
    void whatWasLearnedBeforeTheEnvironmentBrokeIsKeptAndCanBeGoneOnWith() {
        Troubled.breakAfter(5_000);
        String name = Troubled.class.getName();
        assertThat(espalier("train", name, "--algo", "ppo", "--steps", "8192", "--stop", "budget", "--out", run("g")))
                .isEqualTo(3);
        assertThat(err).contains("failed 5 times in a row", "out of oil");
        assertThat(out).contains("what was learned until then is kept in", "espalier resume " + run("g"));
        assertThat(espalier("show", run("g"))).isZero();
        assertThat(out).contains("Not finished, saved at 4,096 environment steps. Maybe: espalier resume", "Policy");
        Troubled.repair();
        assertThat(espalier("resume", run("g"), "--json")).as(err).isZero();
        assertThat(lastLine().get("environmentSteps").asLong()).isEqualTo(8192);
    }

    @Test
    void runsAreNamedAfterTheirEnvironment() {
        assertThat(TrainCommand.directoryName("CartPole-v1", "ppo")).isEqualTo("cartpole-ppo");
        assertThat(TrainCommand.directoryName("MinAtar/Breakout-v1", "dqn")).isEqualTo("minatar-breakout-dqn");
        assertThat(TrainCommand.directoryName("com.acme.Warehouse", "ppo")).isEqualTo("warehouse-ppo");
    }

    @Test
    void anotherRunIsNotOverwritten() throws IOException {
        Files.createDirectories(folder.resolve("e"));
        Files.writeString(folder.resolve("e/precious.txt"), "mine");
        assertThat(espalier("train", "cartpole", "--steps", "512", "--out", run("e")))
                .isEqualTo(2);
        assertThat(err).contains("not empty");
        assertThat(folder.resolve("e/precious.txt")).hasContent("mine");
    }

    @Test
    void listsHaveASentenceForEverything() {
        assertThat(espalier("list")).isZero();
        assertThat(out).contains("CartPole-v1 (cartpole)", "Blackjack-v1", "ppo", "dqn", "q-learning");
        assertThat(espalier("list", "settings", "ppo")).isZero();
        assertThat(out).contains("gamma", "Discount", "a number, here 0.99");
        assertThat(espalier("list", "settings", "ppo", "--env", "cartpole")).isZero();
        assertThat(out).contains("tuned for CartPole-v1", "here 0.98");
        assertThat(espalier("list", "settings")).isEqualTo(2);
    }

    @Test
    void aRunThatIsToContinueBeginsOnceAndThenGoesOn() throws IOException {
        String[] words = {
            "train",
            "cartpole",
            "--steps",
            "2048",
            "--stop",
            "budget",
            "--episodes",
            "1",
            "--continue",
            "--out",
            run("a")
        };
        assertThat(espalier(words)).as(err + out).isZero();
        assertThat(out).doesNotContain("going on with");
        String config = Files.readString(folder.resolve("a/config.yaml"));
        assertThat(espalier(words)).as(err + out).isZero();
        assertThat(out).contains("going on with ppo on CartPole-v1");
        assertThat(folder.resolve("a/config.yaml")).hasContent(config);

        assertThat(espalier("train", "cartpole", "--continue")).isEqualTo(2);
        assertThat(err).contains("--continue needs --out");
    }

    @Test
    void metricsAreServedOnlyWhenAPortIsNamed() throws IOException {
        assertThat(shortRun("a")).as(err + out).isZero();
        assertThat(folder.resolve("a/metrics.token")).doesNotExist();
        assertThat(shortRun("b", "--metrics-port", "0")).as(err + out).isZero();
        assertThat(folder.resolve("b/metrics.token")).exists();
        assertThat(out).contains("metrics at port ");
        assertThat(espalier(
                        "train",
                        "cartpole",
                        "--steps",
                        "2048",
                        "--out",
                        run("c"),
                        "--metrics-port",
                        "0",
                        "--metrics-host",
                        "0.0.0.0"))
                .isEqualTo(2);
        assertThat(err).contains("needs TLS");
    }

    /** Trains a little, with more words. */
    private int shortRun(String name, String... more) {
        List<String> words = new ArrayList<>(List.of("train", "cartpole", "--steps", "2048", "--stop", "budget"));
        words.addAll(List.of("--episodes", "1", "--json", "--out", run(name)));
        words.addAll(List.of(more));
        return espalier(words.toArray(String[]::new));
    }

    @Test
    void aNetworkThatIsCutOverWorkersLearnsTheSame() {
        String[] dqn = {"--algo", "dqn", "--set", "learningStarts=200"};
        assertThat(shortRun("whole", dqn)).as(err + out).isZero();
        String digest = lastLine().get("weightsDigest").asString();
        List<String> cut = new ArrayList<>(List.of(dqn));
        cut.addAll(List.of("--learner", "pipeline(stages=3, schedule=GPIPE)"));
        assertThat(shortRun("cut", cut.toArray(String[]::new))).as(err + out).isZero();
        assertThat(lastLine().get("weightsDigest").asString()).isEqualTo(digest);
        assertThat(folder.resolve("cut/metrics.csv")).content().contains("pipeline/bubble");

        assertThat(espalier("train", "--config", run("cut/config.yaml"), "--out", run("again"), "--json"))
                .as(err + out)
                .isZero();
        assertThat(lastLine().get("weightsDigest").asString()).isEqualTo(digest);
        assertThat(folder.resolve("again/metrics.csv")).content().contains("pipeline/bubble");
        assertThat(shortRun("wrong", "--learner", "pipline")).isEqualTo(2);
        assertThat(err).contains("learner: There is no learner \"pipline\". Maybe you mean pipeline.");
    }
}
