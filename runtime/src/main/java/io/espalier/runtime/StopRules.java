package io.espalier.runtime;

import io.espalier.core.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The built-in rules. */
final class StopRules {
    private static final String NUMBER = "(-?[0-9.]+(?:[eE][-+]?[0-9]+)?)";
    private static final Pattern RETURN = Pattern.compile("return " + NUMBER + " over ([0-9]+) episodes");
    private static final Pattern NO_IMPROVEMENT =
            Pattern.compile("no-improvement of " + NUMBER + " over ([0-9]+) environment-steps");
    private static final Pattern ONE = Pattern.compile("(evaluation|environment-steps|updates|seconds) " + NUMBER);

    private StopRules() {}

    record TargetReturn(double bar, int episodes) implements Plain {
        TargetReturn {
            require(Double.isFinite(bar), "return", bar, "a finite number");
            require(
                    episodes >= 1 && episodes <= Progress.REMEMBERED,
                    "episodes",
                    episodes,
                    "from 1 to " + Progress.REMEMBERED);
        }

        @Override
        public Optional<String> reason(Progress progress) {
            double mean = progress.meanReturn(episodes);
            return progress.episodes() >= episodes && mean >= bar
                    ? Optional.of(say("mean return %.2f over the last %d episodes reached %s", mean, episodes, bar))
                    : Optional.empty();
        }

        @Override
        public double fraction(Progress progress) {
            return share(progress.meanReturn(episodes), bar) * share(progress.episodes(), episodes);
        }

        @Override
        public String text() {
            return "return " + number(bar) + " over " + episodes + " episodes";
        }
    }

    record TargetEvaluation(double bar) implements Plain {
        TargetEvaluation {
            require(Double.isFinite(bar), "evaluation", bar, "a finite number");
        }

        @Override
        public Optional<String> reason(Progress progress) {
            EvaluationResult last = progress.evaluation();
            return last != null && last.mean() >= bar
                    ? Optional.of(say("the evaluation's mean return %.2f reached %s", last.mean(), bar))
                    : Optional.empty();
        }

        @Override
        public double fraction(Progress progress) {
            EvaluationResult last = progress.evaluation();
            return last == null ? 0 : share(last.mean(), bar);
        }

        @Override
        public String text() {
            return "evaluation " + number(bar);
        }
    }

    record EnvironmentSteps(long steps) implements Plain {
        EnvironmentSteps {
            require(steps >= 1, "environment-steps", steps, "at least 1");
        }

        @Override
        public Optional<String> reason(Progress progress) {
            long taken = progress.environmentSteps();
            return taken >= steps ? Optional.of(say("%d environment steps taken", taken)) : Optional.empty();
        }

        @Override
        public double fraction(Progress progress) {
            return share(progress.environmentSteps(), steps);
        }

        @Override
        public String text() {
            return "environment-steps " + steps;
        }
    }

    record Updates(long updates) implements Plain {
        Updates {
            require(updates >= 1, "updates", updates, "at least 1");
        }

        @Override
        public Optional<String> reason(Progress progress) {
            long made = progress.updates();
            return made >= updates ? Optional.of(say("%d gradient updates made", made)) : Optional.empty();
        }

        @Override
        public double fraction(Progress progress) {
            return share(progress.updates(), updates);
        }

        @Override
        public String text() {
            return "updates " + updates;
        }
    }

    record WallSeconds(double seconds) implements Plain {
        WallSeconds {
            require(seconds > 0 && seconds < 1e9, "seconds", seconds, "above 0 and below 1e9");
        }

        @Override
        public Optional<String> reason(Progress progress) {
            double taken = progress.wallSeconds();
            return taken >= seconds ? Optional.of(say("%.1f seconds have passed", taken)) : Optional.empty();
        }

        @Override
        public double fraction(Progress progress) {
            return share(progress.wallSeconds(), seconds);
        }

        @Override
        public String text() {
            return "seconds " + number(seconds);
        }
    }

    record NoImprovement(double least, long environmentSteps) implements StopRule {
        private static final int EPISODES = 100;

        NoImprovement {
            require(least >= 0 && Double.isFinite(least), "least", least, "finite and at least 0");
            require(environmentSteps >= 1, "environment-steps", environmentSteps, "at least 1");
        }

        @Override
        public Watch watch() {
            return new Watch() {
                private double best = Double.NEGATIVE_INFINITY;
                private long since;

                @Override
                public Optional<String> reason(Progress progress) {
                    EvaluationResult evaluation = progress.evaluation();
                    double now = evaluation != null ? evaluation.mean() : progress.meanReturn(EPISODES);
                    if (now >= best + least && now > best) {
                        best = now;
                        since = progress.environmentSteps();
                    }
                    long idle = progress.environmentSteps() - since;
                    return idle >= environmentSteps
                            ? Optional.of(say(
                                    "for %d environment steps the mean return has not risen by %s above its best, %.2f",
                                    idle, least, best))
                            : Optional.empty();
                }

                @Override
                public double fraction(Progress progress) {
                    return share(progress.environmentSteps() - since, environmentSteps);
                }

                @Override
                public void save(State into) {
                    into.putDouble("best", best);
                    into.putLong("since", since);
                }

                @Override
                public void load(State from) {
                    best = from.getDouble("best");
                    since = from.getLong("since");
                }
            };
        }

        @Override
        public String text() {
            return "no-improvement of " + number(least) + " over " + environmentSteps + " environment-steps";
        }
    }

    record Any(List<StopRule> rules) implements StopRule {
        Any {
            require(!rules.isEmpty(), "rules", rules.size(), "at least 1");
            rules = List.copyOf(rules);
        }

        @Override
        public Watch watch() {
            return new Joined(rules) {
                @Override
                public Optional<String> reason(Progress progress) {
                    List<String> reasons = reasons(progress);
                    return reasons.isEmpty() ? Optional.empty() : Optional.of(String.join(" and ", reasons));
                }

                @Override
                public double fraction(Progress progress) {
                    return watches.stream()
                            .mapToDouble(watch -> watch.fraction(progress))
                            .max()
                            .orElse(0);
                }
            };
        }

        @Override
        public String text() {
            return rules.stream()
                    .map(rule -> rule instanceof All ? "(" + rule.text() + ")" : rule.text())
                    .collect(Collectors.joining(" or "));
        }
    }

    record All(List<StopRule> rules) implements StopRule {
        All {
            require(!rules.isEmpty(), "rules", rules.size(), "at least 1");
            rules = List.copyOf(rules);
        }

        @Override
        public Watch watch() {
            return new Joined(rules) {
                @Override
                public Optional<String> reason(Progress progress) {
                    List<String> reasons = reasons(progress);
                    return reasons.size() < watches.size()
                            ? Optional.empty()
                            : Optional.of(String.join(" and ", reasons));
                }

                @Override
                public double fraction(Progress progress) {
                    return watches.stream()
                            .mapToDouble(watch -> watch.fraction(progress))
                            .min()
                            .orElse(0);
                }
            };
        }

        @Override
        public String text() {
            return rules.stream()
                    .map(rule -> rule instanceof Any ? "(" + rule.text() + ")" : rule.text())
                    .collect(Collectors.joining(" and "));
        }
    }

    /** A rule with nothing to remember is its own watch. */
    private interface Plain extends StopRule, StopRule.Watch {
        @Override
        default Watch watch() {
            return this;
        }

        @Override
        default void save(State into) {}

        @Override
        default void load(State from) {}
    }

    private abstract static class Joined implements StopRule.Watch {
        final List<StopRule.Watch> watches;

        Joined(List<StopRule> rules) {
            watches = rules.stream().map(StopRule::watch).toList();
        }

        List<String> reasons(Progress progress) {
            List<String> reasons = new ArrayList<>();
            // Every rule is asked, for some remember what they saw.
            for (StopRule.Watch watch : watches) {
                watch.reason(progress).ifPresent(reasons::add);
            }
            return reasons;
        }

        @Override
        public void save(State into) {
            for (int i = 0; i < watches.size(); i++) {
                watches.get(i).save(into.child("rule", i));
            }
        }

        @Override
        public void load(State from) {
            for (int i = 0; i < watches.size(); i++) {
                watches.get(i).load(from.child("rule", i));
            }
        }
    }

    static StopRule parse(String text) {
        String trimmed = text.strip();
        List<String> parts = split(trimmed, " or ");
        if (parts.size() > 1) {
            return new Any(parts.stream().map(StopRules::parse).toList());
        }
        parts = split(trimmed, " and ");
        if (parts.size() > 1) {
            return new All(parts.stream().map(StopRules::parse).toList());
        }
        if (trimmed.startsWith("(") && trimmed.endsWith(")")) {
            return parse(trimmed.substring(1, trimmed.length() - 1));
        }
        try {
            return single(trimmed);
        } catch (NumberFormatException e) {
            throw notARule(trimmed);
        }
    }

    private static StopRule single(String text) {
        Matcher target = RETURN.matcher(text);
        if (target.matches()) {
            return new TargetReturn(Double.parseDouble(target.group(1)), Integer.parseInt(target.group(2)));
        }
        Matcher idle = NO_IMPROVEMENT.matcher(text);
        if (idle.matches()) {
            return new NoImprovement(Double.parseDouble(idle.group(1)), Long.parseLong(idle.group(2)));
        }
        Matcher one = ONE.matcher(text);
        if (!one.matches()) {
            throw notARule(text);
        }
        double figure = Double.parseDouble(one.group(2));
        return switch (one.group(1)) {
            case "evaluation" -> new TargetEvaluation(figure);
            case "environment-steps" -> new EnvironmentSteps((long) figure);
            case "updates" -> new Updates((long) figure);
            default -> new WallSeconds(figure);
        };
    }

    private static IllegalArgumentException notARule(String text) {
        return new IllegalArgumentException("stop (\"" + text + "\") must be a rule. Maybe one of: \"return 475 over 20"
                + " episodes\", \"evaluation 475\", \"environment-steps 100000\", \"updates 1000\", \"seconds 60\","
                + " \"no-improvement of 1 over 50000 environment-steps\", joined by \"or\" or \"and\".");
    }

    /** Parts between separators that stand outside parentheses. */
    private static List<String> split(String text, String separator) {
        List<String> parts = new ArrayList<>();
        int depth = 0;
        int from = 0;
        for (int i = 0; i < text.length(); i++) {
            depth += text.charAt(i) == '(' ? 1 : text.charAt(i) == ')' ? -1 : 0;
            if (depth == 0 && text.startsWith(separator, i)) {
                parts.add(text.substring(from, i));
                from = i + separator.length();
            }
        }
        parts.add(text.substring(from));
        return parts;
    }

    private static double share(long of, long whole) {
        return share((double) of, (double) whole);
    }

    private static double share(double of, double whole) {
        // Towards a negative bar there is no natural zero: nothing is said until it is reached.
        double share = whole > 0 ? of / whole : of >= whole ? 1 : 0;
        return Double.isNaN(share) ? 0 : Math.max(0, Math.min(1, share));
    }

    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }

    private static String say(String format, Object... figures) {
        return String.format(Locale.ROOT, format, figures);
    }

    private static void require(boolean holds, String name, Number value, String rule) {
        if (!holds) {
            throw new IllegalArgumentException(name + " (" + value + ") must be " + rule + ".");
        }
    }
}
