package io.espalier.cli;

import java.util.Locale;

/** An SVG picture of something over environment steps, in the making: title, axes and target line first. */
final class Plot {
    static final int WIDTH = 760;
    static final int RIGHT = 24;

    private static final int HEIGHT = 400;
    private static final int LEFT = 64;
    private static final int TOP = 48;
    private static final int BOTTOM = 52;

    private final StringBuilder svg = new StringBuilder(1 << 14);
    private final double lastStep;
    private final double low;
    private final double high;

    /**
     * Draws the frame.
     *
     * @param title the line above it
     * @param what the name of the vertical axis
     * @param lastStep where the horizontal axis ends
     * @param least the least value to be shown
     * @param most the greatest
     * @param target the return that counts as solved, NaN for none
     */
    Plot(String title, String what, double lastStep, double least, double most, double target) {
        double low = least;
        double high = most;
        if (!(high > low)) {
            low -= 1;
            high += 1;
        }
        double[] yTicks = ticks(low, high);
        double[] xTicks = ticks(0, lastStep);
        low = Math.min(low, yTicks[0]);
        high = Math.max(high, yTicks[yTicks.length - 1]);
        this.lastStep = lastStep;
        this.low = low;
        this.high = high;
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
            double y = y(tick);
            svg.append(line(LEFT, y, WIDTH - RIGHT, y, "#e6e6e6", ""));
            svg.append(text(LEFT - 8, y + 4, "end", number(tick)));
        }
        for (double tick : xTicks) {
            double x = x(tick);
            if (x <= WIDTH - RIGHT + 0.5) {
                svg.append(line(x, HEIGHT - BOTTOM, x, HEIGHT - BOTTOM + 5, "#999", ""));
                svg.append(text(x, HEIGHT - BOTTOM + 20, "middle", number(tick)));
            }
        }
        svg.append(line(LEFT, HEIGHT - BOTTOM, WIDTH - RIGHT, HEIGHT - BOTTOM, "#999", ""));
        svg.append(text((LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 12, "middle", "environment steps"));
        svg.append(String.format(
                Locale.ROOT,
                "<text transform=\"translate(16 %d) rotate(-90)\" text-anchor=\"middle\">%s</text>%n",
                (TOP + HEIGHT - BOTTOM) / 2,
                what));
        if (!Double.isNaN(target)) {
            double y = y(target);
            svg.append(line(LEFT, y, WIDTH - RIGHT, y, "#2a9d5c", " stroke-dasharray=\"5 4\""));
            svg.append(String.format(
                    Locale.ROOT,
                    "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\" fill=\"#2a9d5c\">solved at %s</text>%n",
                    WIDTH - RIGHT,
                    y + 15,
                    number(target)));
        }
    }

    /** Adds elements. */
    Plot append(String elements) {
        svg.append(elements);
        return this;
    }

    /** Adds elements with numbers. */
    Plot append(String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values));
        return this;
    }

    /** The whole picture. */
    String end() {
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

    double x(double step) {
        return LEFT + step / lastStep * (WIDTH - LEFT - RIGHT);
    }

    double y(double value) {
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
