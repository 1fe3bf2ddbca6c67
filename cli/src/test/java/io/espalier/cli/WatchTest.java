package io.espalier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.core.Environment;
import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class WatchTest {
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

    private static Document parse(String svg) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
    }

    private static Environment make(String name) {
        Environment made = Catalog.of(null).environment(name).factory().get();
        made.reset(1);
        return made;
    }

    @Test
    void aPolicyIsWatchedOnTheEpisodesThatAreEvaluated() {
        String run = folder.resolve("run").toString();
        espalier("train", "cartpole", "--steps", "2048", "--stop", "budget", "--out", run, "--quiet");
        assertThat(espalier("eval", run, "--episodes", "1", "--seed", "7", "--json"))
                .isZero();
        double evaluated = lastLine().get("meanReturn").asDouble();
        assertThat(espalier("watch", run, "--seed", "7", "--json")).as(err).isZero();
        assertThat(lastLine().get("meanReturn").asDouble()).isEqualTo(evaluated);
        assertThat(lastLine().get("environment").asString()).isEqualTo("CartPole-v1");
        // One picture before each step and one after the last, each over its caption.
        assertThat(out.lines().filter(line -> line.contains("  step ")).count()).isEqualTo((long) evaluated + 1);
        assertThat(espalier("watch", run + "/policy.espalier", "--env", "acrobot"))
                .isEqualTo(2);
        assertThat(err).contains("Maybe it was trained on another environment");
    }

    @Test
    void chancePlaysToo() {
        assertThat(espalier("watch", "--env", "taxi", "--random", "--steps", "5", "--episodes", "2"))
                .as(err)
                .isZero();
        assertThat(out).contains("+---------+", "episode 2  step 5", "mean return");
        String first = out;
        espalier("watch", "--env", "taxi", "--random", "--steps", "5", "--episodes", "2");
        assertThat(out).isEqualTo(first);
        // Only what the mask allows, though most jobs do not fit.
        assertThat(espalier("watch", "--env", "cluster-scheduling", "--random", "--steps", "200", "--quiet"))
                .as(err)
                .isZero();
        assertThat(out).doesNotContain("step").contains("mean return");
    }

    @Test
    void badInputIsToldApart() {
        assertThat(espalier("watch")).isEqualTo(2);
        assertThat(err).contains("There is no policy to watch. Maybe", "--env cartpole --random");
        assertThat(espalier("watch", "--random")).isEqualTo(2);
        assertThat(err).contains("Maybe add --env cartpole");
        assertThat(espalier("watch", "some.espalier", "--random")).isEqualTo(2);
        assertThat(err).contains("exclude each other");
        assertThat(espalier("watch", folder.resolve("none").toString())).isEqualTo(2);
        assertThat(err).contains("There is no policy");
        for (String[] wrong : new String[][] {{"--fps", "0"}, {"--episodes", "0"}, {"--steps", "0"}}) {
            assertThat(espalier("watch", "--env", "cartpole", "--random", wrong[0], wrong[1]))
                    .isEqualTo(2);
            assertThat(err).contains(wrong[0] + " (0").contains("must be");
        }
        String nowhere = folder.resolve("no/such/film.svg").toString();
        assertThat(espalier("watch", "--env", "cartpole", "--random", "--quiet", "--svg", nowhere))
                .isEqualTo(2);
        assertThat(err).contains("Maybe its folder is missing");
    }

    @Test
    void aFilmIsOneFileWithoutScripts() throws Exception {
        Path film = folder.resolve("film.svg");
        assertThat(espalier(
                        "watch",
                        "--env",
                        "lunarlander",
                        "--random",
                        "--steps",
                        "30",
                        "--quiet",
                        "--fps",
                        "10",
                        "--svg",
                        film.toString()))
                .as(err)
                .isZero();
        assertThat(out).contains("31 frames in");
        String svg = Files.readString(film);
        Document document = parse(svg);
        assertThat(document.getElementsByTagName("script").getLength()).isZero();
        assertThat(svg)
                .doesNotContain("http://www.w3.org/1999")
                .doesNotContain("href")
                .doesNotContain("NaN");
        assertThat(document.getElementsByTagName("g").getLength()).isEqualTo(31);
        // 31 frames at 10 a second; the first is due at the beginning of a round of 3.1 s, the last after 3 s.
        Element first = (Element) document.getElementsByTagName("g").item(0);
        Element last = (Element) document.getElementsByTagName("g").item(30);
        assertThat(first.getAttribute("style")).isEqualTo("animation-delay:-3.100s");
        assertThat(last.getAttribute("style")).isEqualTo("animation-delay:-0.100s");
        assertThat(first.getAttribute("visibility")).isEqualTo("hidden");
        assertThat(last.getAttribute("visibility")).isEmpty();
        assertThat(svg).contains("show 3.100s step-end infinite");
        // The moon does not move, and is there once.
        assertThat(svg.split("class=\"gr\"", -1)).hasSize(2);
    }

    @Test
    void aLongFilmStaysSmall() throws Exception {
        SvgFilm film = new SvgFilm(50);
        Environment walker = make("bipedalwalkerhardcore");
        for (int i = 0; i < 2000; i++) {
            film.frame(walker, "a < b & c " + i);
        }
        assertThat(film.frames()).isBetween(SvgFilm.MOST_FRAMES / 2, SvgFilm.MOST_FRAMES);
        String svg = film.svg("x < y");
        assertThat(svg.length()).isLessThan(2_000_000);
        // Every fourth is left, and lasts four times as long; and the last, which tells how it ended.
        assertThat(svg)
                .contains("a &lt; b &amp; c 0<", "a &lt; b &amp; c 1996<", "a &lt; b &amp; c 1999<")
                .doesNotContain("c 1997<", "c 998<");
        assertThat(svg).contains("show 40.080s");
        assertThat(parse(svg).getElementsByTagName("title").item(0).getTextContent())
                .isEqualTo("x < y");
    }

    @Test
    void whatHasNoSceneIsFilmedAsText() throws Exception {
        SvgFilm film = new SvgFilm(5);
        film.frame(make("frozenlake"), "lake");
        Document document = parse(film.svg("lake"));
        assertThat(document.getElementsByTagName("text").getLength()).isGreaterThan(4);
        assertThat(document.getElementsByTagName("polygon").getLength()).isZero();
    }

    @Test
    void aTerminalIsDrawnOver() {
        StringWriter written = new StringWriter();
        Screen screen = new Screen(new PrintWriter(written), true, 1000, 60);
        Environment taxi = make("taxi");
        screen.show(taxi, "one");
        assertThat(written.toString()).doesNotContain("\u001b");
        long lines = written.toString().chars().filter(c -> c == '\n').count();
        screen.show(taxi, "two");
        assertThat(written.toString()).contains("\u001b[" + lines + "A\u001b[J");
        int before = written.toString().length();
        screen.keep();
        screen.show(taxi, "three");
        assertThat(written.toString().substring(before)).doesNotContain("\u001b");
    }
}
