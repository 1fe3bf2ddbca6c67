package io.espalier.runtime.resources;

import io.espalier.runtime.resources.Decision.Kind;
import io.espalier.runtime.resources.Prospects.Prospect;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Looks for the division of a run under which it learns from the most environment steps a second, while the run goes on:
 * climbs a hill by trials. It knows no clock and no run: it is told what happened, slice by slice, and answers now and then
 * with another division.
 *
 * <p>The rate is measured; then the division that promises most, by where the time goes, is tried for as long. It stays if
 * it is better by more than {@code keepGain} and by twice the error of the two rates; otherwise the run goes back. When
 * nothing is left to try, it rests, longer each time; unless the rate changes so much that the load must be another one.
 * What failed trials may cost is bounded by a part of the run's time, so that looking is hardly worse than not looking.
 * After each rest the division of the beginning is among those that are tried.
 *
 * <p>Not for several threads.
 */
public final class DivisionSearch {
    /** Of the shortest trial; what cannot be judged by then may take so many times as long. */
    private static final int LONGEST_TRIAL = 4;
    /** A trial that loses as much as this is ended at once. */
    private static final double HOPELESS = -0.15;
    /** After a gain like this there may soon be another. */
    private static final double MUCH = 0.1;

    private final SearchSettings settings;
    private final Division start;
    /** Since the last rest. */
    private final Set<Division> tried = new HashSet<>();
    /** What was so much worse that it is not tried again while the load is the same. */
    private final Set<Division> ruledOut = new HashSet<>();

    private Room room;
    private Division current;
    private Window window;
    private double elapsed;
    /** The rate under the current division when it was last measured; 0 if it never was. */
    private double reference;

    /** The rate of a moment did not fit the reference: measured anew, to see whether it is the load. */
    private boolean suspicious;
    /** Slices that still belong to the division of before. */
    private int roundsToSettle;

    private double secondsToSettle;

    private Division from;
    private String reason = "";
    private boolean trying;
    private double before;
    private double errorBefore;

    /** Seconds of run time that failed trials have cost. */
    private double lost;

    private double trialLost;
    private double nextTrials;
    private double rest;
    private boolean found;
    private boolean first = true;

    /** Begins with a division, which is also what it comes back to if all else is worse. */
    public DivisionSearch(Division start, Room room, SearchSettings settings) {
        this.start = start;
        this.room = room;
        this.settings = settings;
        current = room.nearest(start);
        from = current;
        window = new Window(2 * settings.windowSeconds(), 2L * room.roundsToJudge(current));
        nextTrials = settings.warmUpSeconds();
        rest = settings.restSeconds();
    }

    /** The division that holds. */
    public Division current() {
        return current;
    }

    /** Whether the current division is on trial. */
    public boolean trying() {
        return trying;
    }

    /**
     * There is other room now: the division follows at once. Who had all the workers there was room for gets all those
     * there is room for now.
     */
    public Optional<Decision> room(Room now) {
        Room old = room;
        room = now;
        Division base = trying ? from : current;
        boolean full = base.workers() == old.workers();
        Division next = now.nearest(new Division(full ? now.workers() : base.workers(), base.learnerThreads()));
        if (now.equals(old)) {
            return Optional.empty();
        }
        Division was = current;
        boolean moved = !next.equals(was);
        current = next;
        again();
        reference = 0;
        settle(was, next);
        return moved
                ? Optional.of(new Decision(
                        Kind.FOLLOW,
                        was,
                        next,
                        "there is room for " + now.workers() + " workers, no longer for " + old.workers(),
                        Double.NaN,
                        Double.NaN))
                : Optional.empty();
    }

    /** Takes what has happened since the last call; answers with a decision if one is due. */
    public Optional<Decision> observe(Slice slice) {
        elapsed += slice.seconds();
        if (reference > 0) {
            trialLost += slice.seconds() - slice.steps() / reference;
        }
        if (roundsToSettle > 0 || secondsToSettle > 0) {
            roundsToSettle -= (int) Math.min(Integer.MAX_VALUE / 2, slice.rounds());
            secondsToSettle -= slice.seconds();
            if (!trying && reference > 0) {
                lost += Math.max(0, slice.seconds() - slice.steps() / reference);
            }
            return Optional.empty();
        }
        window.add(slice);
        return trying ? judge() : steady();
    }

    private Optional<Decision> steady() {
        if (!measured(window)) {
            return Optional.empty();
        }
        double rate = window.rate();
        if (reference > 0 && Math.abs(rate / reference - 1) > settings.changedLoad()) {
            if (suspicious) {
                return Optional.of(reconsider(rate));
            }
            suspicious = true;
            window.clear();
            return Optional.empty();
        }
        suspicious = false;
        if (elapsed < nextTrials || !even()) {
            return Optional.empty();
        }
        Optional<Prospect> next = next();
        if (next.isEmpty()) {
            rest();
            return Optional.empty();
        }
        if (lost > mayBeLost()) {
            return Optional.empty();
        }
        return Optional.of(begin(next.get()));
    }

    private double mayBeLost() {
        return settings.trialSeconds() + settings.trialShare() * elapsed;
    }

    /** Keeps as many measurements of the current division as need be, and so many times more. */
    private Window fresh(int times) {
        return new Window(times * settings.windowSeconds(), (long) times * room.roundsToJudge(current));
    }

    private boolean measured(Window by) {
        return by.sum().seconds() >= settings.windowSeconds()
                && by.size() >= Window.LEAST_SLICES
                && by.sum().rounds() >= room.roundsToJudge(current);
    }

    /** Whether the rate does not rise or fall just now, as it does while code is compiled. */
    private boolean even() {
        Slice newest = window.newest(window.size() / 2);
        double off = Math.abs(newest.rate() / window.rate() - 1);
        return off < Math.max(0.05, 2 * window.error());
    }

    private Optional<Prospect> next() {
        List<Prospect> all = new ArrayList<>(Prospects.of(current, window.sum(), room, settings.keepGain()));
        if (!first) {
            all.add(new Prospect(room.nearest(start), "whether the division of the beginning is better by now"));
        }
        return all.stream()
                .filter(prospect -> !prospect.division().equals(current)
                        && !tried.contains(prospect.division())
                        && !ruledOut.contains(prospect.division()))
                .findFirst();
    }

    private void rest() {
        reference = window.rate();
        rest = found ? settings.restSeconds() : Math.min(settings.longestRestSeconds(), first ? rest : 3 * rest);
        nextTrials = elapsed + rest;
        found = false;
        first = false;
        tried.clear();
    }

    /** All divisions are up again, as they were at the beginning. */
    private void again() {
        tried.clear();
        ruledOut.clear();
        trying = false;
        suspicious = false;
        lost = Math.min(lost, mayBeLost());
        rest = settings.restSeconds();
        nextTrials = Math.max(elapsed, settings.warmUpSeconds());
        window = fresh(2);
    }

    private Decision reconsider(double rate) {
        double old = reference;
        again();
        reference = 0;
        return new Decision(Kind.RECONSIDER, current, current, "the load has changed", old, rate);
    }

    private Decision begin(Prospect prospect) {
        before = window.rate();
        errorBefore = window.error();
        reference = before;
        trialLost = 0;
        tried.add(prospect.division());
        from = current;
        current = prospect.division();
        reason = prospect.reason();
        trying = true;
        window = fresh(LONGEST_TRIAL);
        settle(from, current);
        return new Decision(Kind.TRY, from, current, reason, before, Double.NaN);
    }

    private void settle(Division old, Division fresh) {
        roundsToSettle = room.roundsToSettle(old, fresh);
        secondsToSettle = settings.settleSeconds();
        window.clear();
    }

    private Optional<Decision> judge() {
        double gain = window.rate() / before - 1;
        double error = StrictMath.hypot(window.error() * window.rate() / before, errorBefore);
        boolean hopeless = window.size() >= 3 && gain < HOPELESS && gain < -4 * error;
        if (hopeless) {
            return Optional.of(back());
        }
        if (!measured(window)) {
            return Optional.empty();
        }
        boolean last = window.sum().seconds() >= (LONGEST_TRIAL - 1) * settings.windowSeconds()
                && window.sum().rounds() >= (LONGEST_TRIAL - 1L) * room.roundsToJudge(current);
        if (gain > settings.keepGain() && gain > (last ? 1 : 2) * error) {
            return Optional.of(keep());
        }
        boolean enough = gain + error < settings.keepGain();
        return last || enough ? Optional.of(back()) : Optional.empty();
    }

    private Decision keep() {
        Decision decision = new Decision(Kind.KEEP, from, current, reason, before, window.rate());
        tried.add(from);
        trying = false;
        found |= decision.gain() > MUCH;
        reference = window.rate();
        // What this trial has measured is what the next one is compared with.
        window = window.into(fresh(2));
        return decision;
    }

    private Decision back() {
        double rate = window.rate();
        Decision decision = new Decision(
                Kind.BACK,
                current,
                from,
                String.format(
                        Locale.ROOT, "%s is not better by %s", current.text(), Prospects.percent(settings.keepGain())),
                before,
                rate);
        lost += Math.max(0, trialLost);
        if (rate / before - 1 < HOPELESS) {
            ruledOut.add(current);
        }
        Division old = current;
        current = from;
        trying = false;
        // The first rate that is measured now shows whether it was the load that has changed.
        suspicious = true;
        window = fresh(2);
        settle(old, current);
        return decision;
    }
}
