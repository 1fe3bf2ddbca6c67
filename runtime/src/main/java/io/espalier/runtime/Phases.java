package io.espalier.runtime;

import io.espalier.core.Setting;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * One mode after the other: the learner, the counts, and where the next mode can use it the state of the environments are
 * handed over.
 */
final class Phases extends ExecutionMode {
    private static final Pattern ITEM = Pattern.compile("\\s*(.+?)(?:\\s+until\\s+([0-9]{1,18}))?\\s*", Pattern.DOTALL);

    /** Nothing but the reference. */
    static final Phases ONE =
            new Phases(List.of(new Phase(new Synchronous(Synchronous.Settings.DEFAULT), Long.MAX_VALUE)));

    private final List<Phase> phases;

    /**
     * One of them.
     *
     * @param until how many environment steps it lasts to, counted from the run's beginning
     */
    record Phase(ExecutionMode mode, long until) {
        String text(boolean last) {
            return last ? mode.text() : mode.text() + " until " + until;
        }
    }

    /**
     * The settings of {@link Phases}.
     *
     * @param plan modes, each but the last with an end in environment steps
     */
    record Settings(
            @Setting(
                    "Modes, each but the last with its end in environment steps: synchronous until 100000, asynchronous.")
            String plan) {}

    private Phases(List<Phase> phases) {
        this.phases = phases;
    }

    /**
     * Reads a plan: {@code synchronous until 100000, asynchronous(workers=4)}.
     *
     * @throws IllegalArgumentException if one of the modes, or their order, is not valid
     */
    static Phases of(String plan) {
        List<String> items = split(plan);
        List<Phase> phases = new ArrayList<>();
        long before = 0;
        for (int i = 0; i < items.size(); i++) {
            Matcher item = ITEM.matcher(items.get(i));
            if (!item.matches()) {
                throw new IllegalArgumentException("phases (" + plan + ") must name modes with commas between."
                        + " Maybe write phases(synchronous until 100000, asynchronous).");
            }
            ExecutionMode mode = parse(item.group(1));
            boolean last = i == items.size() - 1;
            if (last == (item.group(2) != null)) {
                throw new IllegalArgumentException("phases (" + plan + "): each mode but the last must have an end, "
                        + mode.text() + (last ? " must have none." : " has none.")
                        + " Maybe write phases(synchronous until 100000, asynchronous).");
            }
            long until = last ? Long.MAX_VALUE : Long.parseLong(item.group(2));
            if (until <= before) {
                throw new IllegalArgumentException("phases (" + plan + "): the end of " + mode.text() + " (" + until
                        + ") must be after " + before + ". Maybe the ends are not in order.");
            }
            if (mode instanceof Phases
                    || (mode.settings() instanceof Asynchronous.Settings settings
                            && (settings.log() || !settings.replay().isEmpty() || settings.shards() > 0))) {
                throw new IllegalArgumentException(
                        "phases (" + plan + ") cannot hold " + mode.text() + ". Maybe use it for the whole run.");
            }
            phases.add(new Phase(mode, until));
            before = until;
        }
        return new Phases(phases);
    }

    /** At commas that stand in no parentheses. */
    private static List<String> split(String plan) {
        List<String> items = new ArrayList<>();
        int depth = 0;
        int from = 0;
        for (int i = 0; i < plan.length(); i++) {
            char c = plan.charAt(i);
            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
            if (c == ',' && depth == 0) {
                items.add(plan.substring(from, i));
                from = i + 1;
            }
        }
        items.add(plan.substring(from));
        return items;
    }

    @Override
    public String name() {
        return "phases";
    }

    @Override
    public String summary() {
        return "One mode after the other: phases(synchronous until 100000, asynchronous(workers=4)).";
    }

    @Override
    public Settings settings() {
        return new Settings(phases.stream()
                .map(phase -> phase.text(phase.until() == Long.MAX_VALUE))
                .collect(Collectors.joining(", ")));
    }

    @Override
    ExecutionMode read(NamedSettings words) {
        return words.inner().isEmpty() ? this : of(words.inner());
    }

    @Override
    ExecutionMode with(Map<String, ?> changes) {
        return of(SettingsBinder.bind(settings(), changes).plan());
    }

    @Override
    public String text() {
        return name() + "(" + settings().plan() + ")";
    }

    @Override
    Gathering gathering(GatheringParts parts) {
        if (phases.stream().anyMatch(phase -> !(phase.mode() instanceof Synchronous))) {
            // Not first when the run has come that far.
            rollouts(parts);
        }
        return new PhasedGathering(phases, parts);
    }
}
