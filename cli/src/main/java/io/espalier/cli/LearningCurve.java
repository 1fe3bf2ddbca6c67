package io.espalier.cli;

import java.util.ArrayList;
import java.util.List;

/** Draws the return of each training episode and its running mean over environment steps, as SVG. */
final class LearningCurve {
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
        Plot plot = new Plot(title, "return of an episode", lastStep, low, high, target);
        int every = Math.max(1, episodes.size() / MOST_DOTS);
        plot.append("<g fill=\"#3b7dd8\" fill-opacity=\"0.25\">\n");
        for (int i = 0; i < episodes.size(); i += every) {
            double[] episode = episodes.get(i);
            plot.append("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"2\"/>%n", plot.x(episode[0]), plot.y(episode[1]));
        }
        plot.append(
                "</g>\n<polyline fill=\"none\" stroke=\"#1d4f91\" stroke-width=\"2\" stroke-linejoin=\"round\" points=\"");
        double sum = 0;
        for (int i = 0; i < episodes.size(); i++) {
            sum += episodes.get(i)[1] - (i >= window ? episodes.get(i - window)[1] : 0);
            if (i % every == 0 || i == episodes.size() - 1) {
                plot.append("%.1f,%.1f ", plot.x(episodes.get(i)[0]), plot.y(sum / Math.min(i + 1, window)));
            }
        }
        plot.append("\"/>\n");
        plot.append(
                "<text x=\"%d\" y=\"28\" text-anchor=\"end\" fill=\"#1d4f91\">mean of %d episodes</text>%n",
                Plot.WIDTH - Plot.RIGHT, window);
        return plot.end();
    }

    /** Round numbers that cover low to high: 1, 2 or 5 times a power of ten apart. */
    static double[] ticks(double low, double high) {
        return Plot.ticks(low, high);
    }

    static String number(double value) {
        return Plot.number(value);
    }
}
