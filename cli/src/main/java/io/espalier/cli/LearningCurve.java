package io.espalier.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Draws the return of each training episode and its running mean over environment steps, as SVG. */
final class LearningCurve {
    private static final int WIDTH = 760;
    private static final int HEIGHT = 400;
    private static final int LEFT = 64;
    private static final int RIGHT = 24;
    private static final int TOP = 48;
    private static final int BOTTOM = 52;
    private static final int MOST_DOTS = 1500;

    private final List<double[]> episodes = new ArrayList<>();

    /** Adds an episode: the environment steps of the run at its end, and its return. */
    void add(double environmentSteps, double episodeReturn) {
        episodes.add(new double[] {environmentSteps, episodeReturn});
    }

    /** Whether there is nothing to draw. */
    boolean isEmpty() {
        return episodes.isEmpty();
    }

    /**
     * The picture.
     *
     * @param title the line above it
     * @param target the return that counts as solved, NaN for none
     * @param window over how many episodes the mean runs
     */
    String svg(String title, double target, int window) {
        double lastStep = 1;
        double low = Double.isNaN(target) ? Double.POSITIVE_INFINITY : target;
        double high = Double.isNaN(target) ? Double.NEGATIVE_INFINITY : target;
        for (double[] episode : episodes) {
            lastStep = Math.max(lastStep, episode[0]);
            low = Math.min(low, episode[1]);
            high = Math.max(high, episode[1]);
        }
        if (!(high > low)) {
            low -= 1;
            high += 1;
        }
        double[] yTicks = ticks(low, high);
        double[] xTicks = ticks(0, lastStep);
        low = Math.min(low, yTicks[0]);
        high = Math.max(high, yTicks[yTicks.length - 1]);
        StringBuilder svg = new StringBuilder(1 << 14);
        svg.append(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\""
                        + " font-family=\"system-ui, sans-serif\" font-size=\"12\" fill=\"#444\">%n",
                WIDTH,
                HEIGHT,
                WIDTH,
                HEIGHT));
        svg.append("<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n");
        svg.append(String.format(
                Locale.ROOT,
                "<text x=\"%d\" y=\"28\" font-size=\"15\" font-weight=\"600\" fill=\"#222\">%s</text>%n",
                LEFT,
                escape(title)));
        for (double tick : yTicks) {
            double y = y(tick, low, high);
            svg.append(line(LEFT, y, WIDTH - RIGHT, y, "#e6e6e6", ""));
            svg.append(text(LEFT - 8, y + 4, "end", number(tick)));
        }
        for (double tick : xTicks) {
            double x = x(tick, lastStep);
            if (x <= WIDTH - RIGHT + 0.5) {
                svg.append(line(x, HEIGHT - BOTTOM, x, HEIGHT - BOTTOM + 5, "#999", ""));
                svg.append(text(x, HEIGHT - BOTTOM + 20, "middle", number(tick)));
            }
        }
        svg.append(line(LEFT, HEIGHT - BOTTOM, WIDTH - RIGHT, HEIGHT - BOTTOM, "#999", ""));
        svg.append(text((LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 12, "middle", "environment steps"));
        svg.append(String.format(
                Locale.ROOT,
                "<text transform=\"translate(16 %d) rotate(-90)\" text-anchor=\"middle\">return of an episode</text>%n",
                (TOP + HEIGHT - BOTTOM) / 2));
        if (!Double.isNaN(target)) {
            double y = y(target, low, high);
            svg.append(line(LEFT, y, WIDTH - RIGHT, y, "#2a9d5c", " stroke-dasharray=\"5 4\""));
            svg.append(String.format(
                    Locale.ROOT,
                    "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\" fill=\"#2a9d5c\">solved at %s</text>%n",
                    WIDTH - RIGHT,
                    y + 15,
                    number(target)));
        }
        int every = Math.max(1, episodes.size() / MOST_DOTS);
        svg.append("<g fill=\"#3b7dd8\" fill-opacity=\"0.25\">\n");
        for (int i = 0; i < episodes.size(); i += every) {
            double[] episode = episodes.get(i);
            svg.append(String.format(
                    Locale.ROOT,
                    "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"2\"/>%n",
                    x(episode[0], lastStep),
                    y(episode[1], low, high)));
        }
        svg.append(
                "</g>\n<polyline fill=\"none\" stroke=\"#1d4f91\" stroke-width=\"2\" stroke-linejoin=\"round\" points=\"");
        double sum = 0;
        for (int i = 0; i < episodes.size(); i++) {
            sum += episodes.get(i)[1] - (i >= window ? episodes.get(i - window)[1] : 0);
            if (i % every == 0 || i == episodes.size() - 1) {
                svg.append(String.format(
                        Locale.ROOT,
                        "%.1f,%.1f ",
                        x(episodes.get(i)[0], lastStep),
                        y(sum / Math.min(i + 1, window), low, high)));
            }
        }
        svg.append("\"/>\n");
        svg.append(String.format(
                Locale.ROOT,
                "<text x=\"%d\" y=\"28\" text-anchor=\"end\" fill=\"#1d4f91\">mean of %d episodes</text>%n",
                WIDTH - RIGHT,
                window));
        return svg.append("</svg>\n").toString();
    }

    /** Round numbers that cover low to high: 1, 2 or 5 times a power of ten apart. */
    static double[] ticks(double low, double high) {
        double raw = (high - low) / 5;
        double power = StrictMath.pow(10, StrictMath.floor(StrictMath.log10(raw)));
        double step = power * (raw / power > 5 ? 10 : raw / power > 2 ? 5 : raw / power > 1 ? 2 : 1);
        long from = (long) StrictMath.floor(low / step);
        long to = (long) StrictMath.ceil(high / step);
        double[] ticks = new double[(int) (to - from + 1)];
        for (int i = 0; i < ticks.length; i++) {
            ticks[i] = (from + i) * step;
        }
        return ticks;
    }

    static String number(double value) {
        double size = Math.abs(value);
        if (size >= 1e6) {
            return trim(value / 1e6) + " M";
        }
        return size >= 1e4 ? trim(value / 1e3) + " k" : trim(value);
    }

    private static String trim(double value) {
        String text = String.format(Locale.ROOT, "%.3f", value);
        return text.replaceAll("\\.?0+$", "").replaceAll("^-0$", "0");
    }

    private static double x(double step, double lastStep) {
        return LEFT + step / lastStep * (WIDTH - LEFT - RIGHT);
    }

    private static double y(double value, double low, double high) {
        return HEIGHT - BOTTOM - (value - low) / (high - low) * (HEIGHT - TOP - BOTTOM);
    }

    private static String line(double x1, double y1, double x2, double y2, String colour, String more) {
        return String.format(
                Locale.ROOT,
                "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"%s/>%n",
                x1,
                y1,
                x2,
                y2,
                colour,
                more);
    }

    private static String text(double x, double y, String anchor, String words) {
        return String.format(
                Locale.ROOT, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n", x, y, anchor, escape(words));
    }

    private static String escape(String words) {
        return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
