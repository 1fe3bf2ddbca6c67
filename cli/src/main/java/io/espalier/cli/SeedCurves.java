package io.espalier.cli;

import io.espalier.cli.SeedStudy.Outcome;
import io.espalier.runtime.SeedStatistics;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Draws the training returns of all seeds of a study: each seed thin, their median thick, the middle half shaded. */
final class SeedCurves {
    private SeedCurves() {}

    /**
     * The picture; empty if no curve has a point.
     *
     * @param target the return that counts as solved, NaN for none
     */
    static String svg(String title, List<Outcome> outcomes, double target) {
        double[] values = outcomes.stream()
                .flatMapToDouble(outcome -> outcome.curve().stream().mapToDouble(v -> v))
                .filter(Double::isFinite)
                .toArray();
        if (values.length == 0) {
            return "";
        }
        double low = Arrays.stream(values).min().orElseThrow();
        double high = Arrays.stream(values).max().orElseThrow();
        if (!Double.isNaN(target)) {
            low = Math.min(low, target);
            high = Math.max(high, target);
        }
        long budget = outcomes.stream().mapToLong(Outcome::steps).max().orElseThrow();
        Plot plot = new Plot(title, "mean return of 20 episodes", budget, low, high, target);
        List<double[]> lower = new ArrayList<>();
        List<double[]> middle = new ArrayList<>();
        List<double[]> upper = new ArrayList<>();
        for (int point = 0; point < SeedStudy.POINTS; point++) {
            int at = point;
            double[] there = outcomes.stream()
                    .filter(outcome -> outcome.curve().size() > at)
                    .mapToDouble(outcome -> outcome.curve().get(at))
                    .filter(Double::isFinite)
                    .sorted()
                    .toArray();
            if (there.length > 0) {
                double steps = (point + 1.0) / SeedStudy.POINTS * budget;
                lower.add(new double[] {steps, SeedStatistics.quantile(there, 0.25)});
                middle.add(new double[] {steps, SeedStatistics.quantile(there, 0.5)});
                upper.add(0, new double[] {steps, SeedStatistics.quantile(there, 0.75)});
            }
        }
        plot.append("<g fill=\"none\" stroke=\"#3b7dd8\" stroke-opacity=\"0.3\">\n");
        for (Outcome outcome : outcomes) {
            List<double[]> line = new ArrayList<>();
            for (int point = 0; point < outcome.curve().size(); point++) {
                if (Double.isFinite(outcome.curve().get(point))) {
                    line.add(new double[] {
                        (point + 1.0) / SeedStudy.POINTS * budget,
                        outcome.curve().get(point)
                    });
                }
            }
            plot.append("<polyline points=\"%s\"/>%n", points(plot, line));
        }
        plot.append("</g>\n");
        plot.append(
                "<polygon fill=\"#3b7dd8\" fill-opacity=\"0.25\" points=\"%s %s\"/>%n",
                points(plot, lower), points(plot, upper));
        plot.append(
                "<polyline fill=\"none\" stroke=\"#1d4f91\" stroke-width=\"2\" stroke-linejoin=\"round\" points=\"%s\"/>%n",
                points(plot, middle));
        plot.append(
                "<text x=\"%d\" y=\"28\" text-anchor=\"end\" fill=\"#1d4f91\">median and middle half of %d seeds</text>%n",
                Plot.WIDTH - Plot.RIGHT, outcomes.size());
        return plot.end();
    }

    private static String points(Plot plot, List<double[]> line) {
        StringBuilder text = new StringBuilder();
        for (double[] point : line) {
            text.append(String.format(Locale.ROOT, "%.1f,%.1f ", plot.x(point[0]), plot.y(point[1])));
        }
        return text.toString().strip();
    }
}
