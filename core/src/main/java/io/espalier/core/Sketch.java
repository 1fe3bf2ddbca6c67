package io.espalier.core;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A canvas of characters: each holds two by four dots of Unicode's braille patterns, so that a scene can be followed in a
 * terminal. The scene keeps its proportions, as far as the rows allow.
 */
public final class Sketch implements Canvas {
    private static final int DOTS_WIDE = 2;
    private static final int DOTS_HIGH = 4;
    private static final char EMPTY = '\u2800';

    /** Which bit of a pattern a dot is, by row and column. */
    private static final int[][] BITS = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};

    private final int mostColumns;
    private final int mostRows;
    private int dotsWide;
    private int dotsHigh;
    private boolean[] dots = {};
    private double left;
    private double bottom;
    private double scale = 1;

    /**
     * An empty sketch.
     *
     * @throws IllegalArgumentException if there is no room for a character
     */
    public Sketch(int columns, int rows) {
        if (columns < 1 || rows < 1) {
            throw new IllegalArgumentException(
                    "columns (" + columns + ") and rows (" + rows + ") must each be at least 1.");
        }
        mostColumns = columns;
        mostRows = rows;
    }

    /** The scene of an environment; empty if it draws none. */
    public static String of(Environment environment, int columns, int rows) {
        Sketch sketch = new Sketch(columns, rows);
        environment.draw(sketch);
        return sketch.text();
    }

    @Override
    public void view(double left, double bottom, double right, double top) {
        double width = right - left;
        double height = top - bottom;
        if (!(width > 0 && height > 0 && Double.isFinite(width) && Double.isFinite(height))) {
            throw new IllegalArgumentException("view (" + left + ", " + bottom + ", " + right + ", " + top
                    + ") must have right above left and top above bottom.");
        }
        this.left = left;
        this.bottom = bottom;
        // A dot is about as wide as it is high.
        scale = Math.min(mostColumns * DOTS_WIDE / width, mostRows * DOTS_HIGH / height);
        dotsWide = Math.max(DOTS_WIDE, (int) Math.ceil(width * scale / DOTS_WIDE - 1e-9) * DOTS_WIDE);
        dotsHigh = Math.max(DOTS_HIGH, (int) Math.ceil(height * scale / DOTS_HIGH - 1e-9) * DOTS_HIGH);
        dots = new boolean[dotsWide * dotsHigh];
    }

    private void set(int column, int row) {
        if (column >= 0 && column < dotsWide && row >= 0 && row < dotsHigh) {
            dots[row * dotsWide + column] = true;
        }
    }

    private double column(double x) {
        return (x - left) * scale;
    }

    /** Rows count from the top. */
    private double row(double y) {
        return dotsHigh - (y - bottom) * scale;
    }

    @Override
    public void polygon(Ink ink, double... corners) {
        int n = corners.length / 2;
        double[] crossings = new double[n];
        for (int row = 0; row < dotsHigh; row++) {
            double y = row + 0.5;
            int count = 0;
            for (int i = 0; i < n; i++) {
                int j = (i + 1) % n;
                double fromY = row(corners[2 * i + 1]);
                double toY = row(corners[2 * j + 1]);
                if (fromY > y != toY > y) {
                    double fromX = column(corners[2 * i]);
                    crossings[count++] = fromX + (y - fromY) / (toY - fromY) * (column(corners[2 * j]) - fromX);
                }
            }
            Arrays.sort(crossings, 0, count);
            for (int k = 0; k + 1 < count; k += 2) {
                int last = (int) Math.min(dotsWide - 1.0, Math.ceil(crossings[k + 1] - 0.5) - 1);
                for (int column = (int) Math.max(0, Math.ceil(crossings[k] - 0.5)); column <= last; column++) {
                    set(column, row);
                }
            }
        }
        // What is thinner than a dot has an outline at least.
        double[] closed = Arrays.copyOf(corners, corners.length + 2);
        closed[corners.length] = corners[0];
        closed[corners.length + 1] = corners[1];
        line(ink, 0, closed);
    }

    @Override
    public void line(Ink ink, double width, double... points) {
        for (int i = 0; i + 3 < points.length; i += 2) {
            double fromX = column(points[i]);
            double fromY = row(points[i + 1]);
            double alongX = column(points[i + 2]) - fromX;
            double alongY = row(points[i + 3]) - fromY;
            // Only the share of the line that is within the view, between two shares of the whole.
            double from = Math.max(within(fromX, alongX, dotsWide)[0], within(fromY, alongY, dotsHigh)[0]);
            double to = Math.min(within(fromX, alongX, dotsWide)[1], within(fromY, alongY, dotsHigh)[1]);
            double length = Math.max(Math.abs(alongX), Math.abs(alongY)) * (to - from);
            // Marks are dotted.
            int steps = (int) (length / (ink == Ink.FAINT ? 4 : 0.5));
            for (int k = 0; from <= to && k <= steps; k++) {
                double share = steps == 0 ? from : from + (to - from) * k / steps;
                set((int) Math.floor(fromX + share * alongX), (int) Math.floor(fromY + share * alongY));
            }
        }
    }

    /** The first and the last share of a way at which it is from 0 to {@code most}; the first above the last if never. */
    private static double[] within(double from, double along, double most) {
        if (along == 0) {
            return from >= 0 && from <= most ? new double[] {0, 1} : new double[] {1, 0};
        }
        double atZero = -from / along;
        double atMost = (most - from) / along;
        return new double[] {Math.max(0, Math.min(atZero, atMost)), Math.min(1, Math.max(atZero, atMost))};
    }

    @Override
    public void circle(Ink ink, double x, double y, double radius) {
        double[] corners = new double[32];
        for (int i = 0; i < corners.length; i += 2) {
            double angle = 2 * Math.PI * i / corners.length;
            corners[i] = x + radius * StrictMath.cos(angle);
            corners[i + 1] = y + radius * StrictMath.sin(angle);
        }
        polygon(ink, corners);
    }

    /** The sketch in lines; empty if nothing was drawn. */
    public String text() {
        if (dots.length == 0) {
            return "";
        }
        List<String> lines = new ArrayList<>();
        for (int row = 0; row < dotsHigh; row += DOTS_HIGH) {
            StringBuilder line = new StringBuilder();
            for (int column = 0; column < dotsWide; column += DOTS_WIDE) {
                int pattern = 0;
                for (int i = 0; i < DOTS_HIGH; i++) {
                    for (int j = 0; j < DOTS_WIDE; j++) {
                        pattern |= dots[(row + i) * dotsWide + column + j] ? BITS[i][j] : 0;
                    }
                }
                line.append(pattern == 0 ? ' ' : (char) (EMPTY + pattern));
            }
            lines.add(line.toString().stripTrailing());
        }
        return String.join("\n", lines) + "\n";
    }
}
