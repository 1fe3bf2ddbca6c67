package io.espalier.cli;

import io.espalier.core.Canvas;
import io.espalier.core.Environment;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * An episode as one SVG file that moves by style sheet alone, without scripts: each frame is a group, visible for its share
 * of the time. What does not understand the style sheet shows the last frame. What all frames begin with is written once.
 *
 * <p>At most {@link #MOST_FRAMES} frames are kept: when there are more, every second one is dropped and the others last
 * twice as long. An environment that draws no scene is filmed as its text.
 */
final class SvgFilm {
    static final int MOST_FRAMES = 600;
    private static final int WIDTH = 600;
    private static final int MOST_HEIGHT = 600;
    private static final int CAPTION = 26;
    private static final int ROW = 18;
    private static final double LETTER = 9.64;
    private static final int MARGIN = 10;

    private final double secondsPerStep;
    private final List<List<String>> frames = new ArrayList<>();
    private int every = 1;
    private int seen;
    /** Whether the newest picture is there only as long as it is the last. */
    private boolean leftOut;

    private double width = 1;
    private double height = 1;

    /** A film that shows so many environment steps in a second. */
    SvgFilm(double fps) {
        secondsPerStep = 1 / fps;
    }

    /** Takes a picture, with a line of text below it. Of a long film some are left out, never the last. */
    void frame(Environment environment, String caption) {
        Picture picture = new Picture();
        environment.draw(picture);
        if (!picture.viewed) {
            picture.text(environment.render());
        }
        picture.shapes.add(caption);
        if (leftOut) {
            frames.remove(frames.size() - 1);
        }
        if (frames.size() == MOST_FRAMES) {
            for (int i = MOST_FRAMES - 1; i > 0; i -= 2) {
                frames.remove(i);
            }
            every *= 2;
        }
        leftOut = seen++ % every != 0;
        width = Math.max(width, picture.width);
        height = Math.max(height, picture.height);
        frames.add(picture.shapes);
    }

    int frames() {
        return frames.size();
    }

    /** The whole file. */
    String svg(String title) {
        int shared = shared();
        double seconds = Math.max(1, frames.size()) * every * secondsPerStep;
        double total = height + CAPTION;
        StringBuilder svg = new StringBuilder(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" width=\"%.0f\" height=\"%.0f\""
                        + " font-family=\"monospace\" font-size=\"16\" fill=\"#333\">%n<title>%s</title>%n<style>%n",
                width,
                total,
                width,
                total,
                escape(title)));
        svg.append("text{white-space:pre}\n");
        for (Canvas.Ink ink : Canvas.Ink.values()) {
            svg.append(String.format(
                    Locale.ROOT,
                    ".%s{fill:%s}.%s-l{fill:none;stroke:%s;stroke-linecap:round;stroke-linejoin:round}%n",
                    letter(ink),
                    colour(ink),
                    letter(ink),
                    colour(ink)));
        }
        if (frames.size() > 1) {
            svg.append(String.format(
                    Locale.ROOT,
                    ".f{animation:show %.3fs step-end infinite}%n@keyframes show{0%%{visibility:visible}%.4f%%,100%%"
                            + "{visibility:hidden}}%n",
                    seconds,
                    100.0 / frames.size()));
        }
        svg.append(String.format(
                Locale.ROOT, "</style>%n<rect width=\"%.0f\" height=\"%.0f\" fill=\"#fff\"/>%n", width, total));
        if (!frames.isEmpty()) {
            frames.get(0).subList(0, shared).forEach(shape -> svg.append(shape).append('\n'));
        }
        for (int i = 0; i < frames.size(); i++) {
            List<String> frame = frames.get(i);
            // A delay below zero: the film is under way from the start, so nothing shows out of turn.
            svg.append(String.format(
                    Locale.ROOT,
                    "<g class=\"f\"%s style=\"animation-delay:%.3fs\">",
                    i == frames.size() - 1 ? "" : " visibility=\"hidden\"",
                    i * every * secondsPerStep - seconds));
            frame.subList(shared, frame.size() - 1).forEach(svg::append);
            svg.append(String.format(
                    Locale.ROOT,
                    "<text x=\"%d\" y=\"%.0f\">%s</text></g>%n",
                    MARGIN,
                    total - 8,
                    escape(frame.get(frame.size() - 1))));
        }
        return svg.append("</svg>\n").toString();
    }

    /** How many shapes all frames begin with. */
    private int shared() {
        int shared = frames.isEmpty() ? 0 : frames.get(0).size() - 1;
        for (List<String> frame : frames) {
            int same = 0;
            while (same < Math.min(shared, frame.size() - 1)
                    && frame.get(same).equals(frames.get(0).get(same))) {
                same++;
            }
            shared = same;
        }
        return shared;
    }

    private static String letter(Canvas.Ink ink) {
        return ink.name().substring(0, 2).toLowerCase(Locale.ROOT);
    }

    private static String colour(Canvas.Ink ink) {
        return switch (ink) {
            case GROUND -> "#8a8578";
            case BODY -> "#1d4f91";
            case LIMB -> "#4d8fd1";
            case FORCE -> "#e8890c";
            case GOAL -> "#2f8f4e";
            case DANGER -> "#b5403a";
            case FAINT -> "#b8b8b8";
        };
    }

    private static String escape(String words) {
        // Colours and other orders to a terminal have no place in a picture, nor have control characters in XML.
        String plain = words.replaceAll("\u001b\\[[0-9;]*[A-Za-z]", "").replaceAll("[\\p{Cntrl}&&[^\t\n]]", "");
        return plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    /** One frame: turns scenes into SVG's pixels, which count from the top. */
    private static final class Picture implements Canvas {
        final List<String> shapes = new ArrayList<>();
        boolean viewed;
        double width = WIDTH;
        double height;
        private double left;
        private double top;
        private double scale = 1;

        @Override
        public void view(double left, double bottom, double right, double top) {
            viewed = true;
            this.left = left;
            this.top = top;
            scale = Math.min(WIDTH / (right - left), MOST_HEIGHT / (top - bottom));
            width = (right - left) * scale;
            height = (top - bottom) * scale;
        }

        void text(String lines) {
            List<String> rows = lines.lines().toList();
            int longest = rows.stream().mapToInt(String::length).max().orElse(0);
            width = Math.max(300, longest * LETTER + 2 * MARGIN);
            height = rows.size() * ROW + MARGIN;
            for (int i = 0; i < rows.size(); i++) {
                shapes.add(String.format(
                        Locale.ROOT, "<text x=\"%d\" y=\"%d\">%s</text>", MARGIN, (i + 1) * ROW, escape(rows.get(i))));
            }
        }

        private String points(double[] points) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i + 1 < points.length; i += 2) {
                text.append(i == 0 ? "" : " ")
                        .append(pixel((points[i] - left) * scale))
                        .append(',')
                        .append(pixel((top - points[i + 1]) * scale));
            }
            return text.toString();
        }

        private static String pixel(double value) {
            String text = String.format(Locale.ROOT, "%.1f", Math.max(-9999, Math.min(9999, value)));
            return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
        }

        @Override
        public void polygon(Ink ink, double... corners) {
            shapes.add("<polygon class=\"" + letter(ink) + "\" points=\"" + points(corners) + "\"/>");
        }

        @Override
        public void line(Ink ink, double width, double... points) {
            shapes.add("<polyline class=\"" + letter(ink) + "-l\" stroke-width=\"" + pixel(Math.max(1, width * scale))
                    + "\" points=\"" + points(points) + "\"/>");
        }

        @Override
        public void circle(Ink ink, double x, double y, double radius) {
            shapes.add("<circle class=\"" + letter(ink) + "\" cx=\"" + pixel((x - left) * scale) + "\" cy=\""
                    + pixel((top - y) * scale) + "\" r=\"" + pixel(radius * scale) + "\"/>");
        }
    }
}
