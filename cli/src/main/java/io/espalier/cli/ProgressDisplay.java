package io.espalier.cli;

import io.espalier.runtime.Progress;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Help.Ansi;

/**
 * Shows how a run goes: on a terminal a few lines that are redrawn in place ten times a second, elsewhere a plain line
 * every few seconds.
 */
final class ProgressDisplay implements AutoCloseable {
    private static final int RECENT = 20;
    private static final int MOST_POINTS = 4000;
    private static final double PLAIN_SECONDS = 2;
    private static final String ERASE_LINE = "\r\u001B[K";

    private final PrintWriter out;
    private final Progress progress;
    private final boolean live;
    private final Thread drawer;
    private final List<Double> history = new ArrayList<>();
    private volatile boolean closed;
    private int drawn;

    /**
     * Begins to show.
     *
     * @param live whether to redraw in place
     */
    ProgressDisplay(PrintWriter out, Progress progress, boolean live) {
        this.out = out;
        this.progress = progress;
        this.live = live;
        drawer = new Thread(this::draw, "espalier-display");
        drawer.setDaemon(true);
        drawer.start();
    }

    private void draw() {
        double next = live ? 0.2 : PLAIN_SECONDS;
        while (!closed) {
            if (progress.wallSeconds() >= next) {
                show();
                next = progress.wallSeconds() + (live ? 0.1 : PLAIN_SECONDS);
            }
            java.util.concurrent.locks.LockSupport.parkNanos(this, TimeUnit.MILLISECONDS.toNanos(50));
        }
    }

    private synchronized void show() {
        remember();
        if (!live) {
            out.println(plain());
            out.flush();
            return;
        }
        StringBuilder frame = new StringBuilder();
        frame.append(drawn > 0 ? "\u001B[" + drawn + "A" : "");
        List<String> lines = lines(Terminal.width());
        for (String line : lines) {
            frame.append(ERASE_LINE).append(line).append('\n');
        }
        drawn = lines.size();
        out.print(frame);
        out.flush();
    }

    /** Prints a line above the display, so that it stays. */
    synchronized void note(String line) {
        if (live && drawn > 0) {
            out.print("\u001B[" + drawn + "A" + ERASE_LINE + line + "\n" + (ERASE_LINE + "\n").repeat(drawn - 1)
                    + "\u001B[" + (drawn - 1) + "A");
            drawn = 0;
            out.flush();
            show();
        } else {
            out.println(line);
            out.flush();
        }
    }

    @Override
    public void close() {
        closed = true;
        java.util.concurrent.locks.LockSupport.unpark(drawer);
        try {
            drawer.join(1000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        show();
    }

    private void remember() {
        double mean = progress.meanReturn(RECENT);
        if (!Double.isNaN(mean)) {
            history.add(mean);
            // Halving keeps the whole run in view at bounded cost.
            if (history.size() > MOST_POINTS) {
                for (int i = 0; i < MOST_POINTS / 2; i++) {
                    history.set(i, (history.get(2 * i) + history.get(2 * i + 1)) / 2);
                }
                history.subList(MOST_POINTS / 2, history.size()).clear();
            }
        }
    }

    /** The lines on a terminal. */
    List<String> lines(int width) {
        List<String> lines = new ArrayList<>();
        String left = time(progress.secondsLeft());
        String share = String.format(Locale.ROOT, "%3.0f %%", 100 * progress.fraction());
        int room = Math.max(10, Math.min(40, width - 60));
        int full = (int) Math.round(room * progress.fraction());
        lines.add(styled("@|cyan " + "━".repeat(full) + "|@@|faint " + "━".repeat(room - full) + "|@ @|bold " + share
                        + "|@")
                + cut("  " + progress.rule(), width - room - 16 - left.length())
                + (left.isEmpty() ? "" : "  " + left + " left"));
        lines.add(styled("  return   @|bold " + number(progress.meanReturn(RECENT)) + "|@") + "  "
                + styled("@|cyan " + Sparkline.of(history, Math.max(8, Math.min(40, width - 60))) + "|@")
                + String.format(Locale.ROOT, "  %,d episodes", progress.episodes()));
        lines.add(cut(
                String.format(
                        Locale.ROOT,
                        "  steps    %,d at %,.0f a second, %,d updates, %s",
                        progress.environmentSteps(),
                        progress.stepsPerSecond(),
                        progress.updates(),
                        time(progress.wallSeconds())),
                width));
        String figures = figures();
        if (!figures.isEmpty()) {
            lines.add(cut("  " + figures, width));
        }
        return lines;
    }

    /** The line where nobody watches. */
    String plain() {
        String left = time(progress.secondsLeft());
        String figures = figures();
        return String.format(
                Locale.ROOT,
                "%3.0f %%  %,d steps  return %s  %,d episodes  %,.0f steps/s%s%s",
                100 * progress.fraction(),
                progress.environmentSteps(),
                number(progress.meanReturn(RECENT)),
                progress.episodes(),
                progress.stepsPerSecond(),
                figures.isEmpty() ? "" : "  " + figures,
                left.isEmpty() ? "" : "  " + left + " left");
    }

    /** Losses, entropy and divergence, by their last names. */
    private String figures() {
        StringBuilder text = new StringBuilder();
        for (Map.Entry<String, Double> metric : progress.metrics().entrySet()) {
            String name = metric.getKey();
            String shown = switch (name) {
                case "loss/policy" -> "policy loss";
                case "loss/value" -> "value loss";
                case "loss/q" -> "loss";
                case "policy/entropy" -> "entropy";
                case "policy/kl" -> "KL";
                case "exploration/epsilon" -> "epsilon";
                default -> "";
            };
            if (!shown.isEmpty()) {
                text.append(text.isEmpty() ? "" : "  ")
                        .append(shown)
                        .append(' ')
                        .append(number(metric.getValue()));
            }
        }
        return text.toString();
    }

    static String number(double value) {
        if (Double.isNaN(value)) {
            return "–";
        }
        double size = Math.abs(value);
        return String.format(Locale.ROOT, size >= 100 ? "%.1f" : size >= 1 ? "%.2f" : "%.4f", value);
    }

    /** Seconds as people say them; empty for none. */
    static String time(double seconds) {
        if (Double.isNaN(seconds) || seconds > 360_000) {
            return "";
        }
        long whole = Math.round(seconds);
        return whole < 3600
                ? String.format(Locale.ROOT, "%d:%02d", whole / 60, whole % 60)
                : String.format(Locale.ROOT, "%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60);
    }

    private static String styled(String markup) {
        return Ansi.AUTO.string(markup);
    }

    private static String cut(String line, int width) {
        return line.length() <= width ? line : line.substring(0, Math.max(0, width - 1)) + "…";
    }
}
