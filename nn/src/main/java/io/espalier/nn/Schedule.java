package io.espalier.nn;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A number that changes along a run, as a function of progress p from 0 (start) to 1 (end). Text forms:
 *
 * <ul>
 *   <li>{@code 0.001}: always the same;
 *   <li>{@code linear(a, b)}: a + (b − a)·p;
 *   <li>{@code cosine(a, b)}: b + (a − b)·(1 + cos πp)/2;
 *   <li>{@code exponential(a, b)}: a·(b/a)^p, both positive;
 *   <li>{@code piecewise(0: a, 0.5: b, 1: c)}: straight lines between points, flat before the first and after the last.
 * </ul>
 *
 * <p>The first three with a change take a third number, {@code until}: p/until takes the place of p, so that
 * {@code linear(1, 0.05, 0.1)} is at 0.05 after a tenth of the run and stays there.
 */
public final class Schedule {
    private enum Kind {
        CONSTANT,
        LINEAR,
        COSINE,
        EXPONENTIAL,
        PIECEWISE
    }

    private final Kind kind;
    private final double[] progress;
    private final double[] values;

    private Schedule(Kind kind, double[] progress, double[] values) {
        this.kind = kind;
        this.progress = progress;
        this.values = values;
        for (double value : values) {
            if (Double.isNaN(value) || Double.isInfinite(value)) {
                throw new IllegalArgumentException("schedule value (" + value + ") must be finite.");
            }
        }
        for (int i = 0; i < progress.length; i++) {
            if (!(progress[i] >= 0 && progress[i] <= 1)) {
                throw new IllegalArgumentException("progress (" + progress[i] + ") must be from 0 to 1.");
            }
            if (i > 0 && progress[i] <= progress[i - 1]) {
                throw new IllegalArgumentException(
                        "progress (" + progress[i - 1] + ", " + progress[i] + ") must rise. Maybe sort the points.");
            }
        }
    }

    /** Always the same value. */
    public static Schedule constant(double value) {
        return new Schedule(Kind.CONSTANT, new double[] {0}, new double[] {value});
    }

    /** A straight line over the whole run. */
    public static Schedule linear(double from, double to) {
        return linear(from, to, 1);
    }

    /** A straight line up to progress {@code until}, flat after. */
    public static Schedule linear(double from, double to, double until) {
        return ramp(Kind.LINEAR, from, to, until);
    }

    /** Half a cosine wave over the whole run (Loshchilov and Hutter, arXiv:1608.03983, equation 5, without restarts). */
    public static Schedule cosine(double from, double to) {
        return ramp(Kind.COSINE, from, to, 1);
    }

    /**
     * Equal factors in equal times.
     *
     * @throws IllegalArgumentException if a value is not above 0
     */
    public static Schedule exponential(double from, double to) {
        return ramp(Kind.EXPONENTIAL, from, to, 1);
    }

    /**
     * Straight lines between points.
     *
     * @param progress where the points are, rising, each from 0 to 1
     * @param values what the schedule is there
     */
    public static Schedule piecewise(double[] progress, double[] values) {
        if (progress.length != values.length || progress.length == 0) {
            throw new IllegalArgumentException("piecewise: " + progress.length + " points and " + values.length
                    + " values; there must be as many of both, and at least one.");
        }
        return new Schedule(Kind.PIECEWISE, progress.clone(), values.clone());
    }

    private static Schedule ramp(Kind kind, double from, double to, double until) {
        if (!(until > 0 && until <= 1)) {
            throw new IllegalArgumentException("until (" + until + ") must be above 0 and at most 1.");
        }
        if (kind == Kind.EXPONENTIAL && !(from > 0 && to > 0)) {
            throw new IllegalArgumentException("exponential(" + TextForm.number(from) + ", " + TextForm.number(to)
                    + "): both must be above 0. Maybe use linear.");
        }
        return new Schedule(kind, new double[] {0, until}, new double[] {from, to});
    }

    /**
     * Reads the text form.
     *
     * @throws IllegalArgumentException if it is none
     */
    public static Schedule valueOf(String text) {
        TextForm.Term term = TextForm.parseTerm(text);
        Schedule schedule = ofCall(term);
        if (schedule == null) {
            boolean number = Character.isDigit(term.word().charAt(0)) || signed(term.word());
            if (!number || !term.arguments().isEmpty()) {
                throw new IllegalArgumentException("\"" + Json.shown(text) + "\" is not a schedule. Maybe write 0.001,"
                        + " linear(0.001, 0), cosine(0.001, 0), exponential(0.001, 0.00001) or"
                        + " piecewise(0: 1, 0.5: 0.1).");
            }
            schedule = constant(TextForm.Term.number("schedule", term.word()));
        }
        term.done();
        return schedule;
    }

    private static boolean signed(String word) {
        return word.startsWith("-") || word.startsWith("+") || word.startsWith(".");
    }

    private static @Nullable Schedule ofCall(TextForm.Term term) {
        return switch (term.word()) {
            case "linear" -> ramp(Kind.LINEAR, term.real("from"), term.real("to"), term.real("until", 1));
            case "cosine" -> ramp(Kind.COSINE, term.real("from"), term.real("to"), term.real("until", 1));
            case "exponential" -> ramp(Kind.EXPONENTIAL, term.real("from"), term.real("to"), term.real("until", 1));
            case "piecewise" -> points(term);
            default -> null;
        };
    }

    private static Schedule points(TextForm.Term term) {
        List<Double> at = new ArrayList<>();
        double[] values = new double[term.arguments().size()];
        for (TextForm.Argument argument : term.arguments()) {
            String name = argument.name();
            if (name == null) {
                throw new IllegalArgumentException("piecewise wants points as progress: value, as in 0.5: 0.1.");
            }
            values[at.size()] = term.real(name);
            at.add(TextForm.Term.number("progress", name));
        }
        return piecewise(at.stream().mapToDouble(Double::doubleValue).toArray(), values);
    }

    /**
     * The value at a progress; below 0 counts as 0, above 1 as 1.
     *
     * @param runProgress how far the run is, 0 to 1
     */
    public double at(double runProgress) {
        int last = progress.length - 1;
        if (!(runProgress > progress[0])) {
            return values[0];
        }
        if (runProgress >= progress[last]) {
            return values[last];
        }
        int i = 1;
        while (progress[i] <= runProgress) {
            i++;
        }
        double part = (runProgress - progress[i - 1]) / (progress[i] - progress[i - 1]);
        double from = values[i - 1];
        double to = values[i];
        return switch (kind) {
            case CONSTANT -> from;
            case LINEAR, PIECEWISE -> from + (to - from) * part;
            case COSINE -> to + (from - to) * (1 + StrictMath.cos(Math.PI * part)) / 2;
            case EXPONENTIAL -> from * StrictMath.pow(to / from, part);
        };
    }

    /** The text form, which {@link #valueOf} reads. */
    @Override
    public String toString() {
        if (kind == Kind.CONSTANT) {
            return TextForm.number(values[0]);
        }
        StringBuilder text = new StringBuilder(kind.name().toLowerCase(java.util.Locale.ROOT)).append('(');
        if (kind == Kind.PIECEWISE) {
            for (int i = 0; i < values.length; i++) {
                text.append(i == 0 ? "" : ", ").append(TextForm.number(progress[i]));
                text.append(": ").append(TextForm.number(values[i]));
            }
        } else {
            text.append(TextForm.number(values[0])).append(", ").append(TextForm.number(values[1]));
            if (progress[1] != 1) {
                text.append(", ").append(TextForm.number(progress[1]));
            }
        }
        return text.append(')').toString();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Schedule that && toString().equals(that.toString());
    }

    @Override
    public int hashCode() {
        return toString().hashCode();
    }
}
