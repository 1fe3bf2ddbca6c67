package io.espalier.benchmarks;

import java.util.EnumMap;
import java.util.Map;

/** What all kills together have come to. */
final class SaveTally {
    private final Map<SaveJournal.Phase, Integer> kills = new EnumMap<>(SaveJournal.Phase.class);
    private int unreadable;
    private int lost;
    private int mixed;
    private int runs;
    private int same;
    private int leftovers;

    /** A child was killed where the journal says. */
    void killed(SaveJournal journal) {
        kills.merge(journal.phase(), 1, Integer::sum);
    }

    /** What was on the disk after a kill. */
    void found(int unreadableCheckpoints, boolean acknowledgedIsLost, boolean otherBytes) {
        unreadable += unreadableCheckpoints;
        lost += acknowledgedIsLost ? 1 : 0;
        mixed += otherBytes ? 1 : 0;
    }

    /** What was there after a run had come to its end. */
    void ended(boolean sameAsTwin, int tornOrLeft) {
        runs++;
        same += sameAsTwin ? 1 : 0;
        leftovers += tornOrLeft;
    }

    void tell(Report report, double saveNanos) {
        int all = kills.values().stream().mapToInt(count -> count).sum();
        int state = kills.getOrDefault(SaveJournal.Phase.STATE, 0);
        int manifest = kills.getOrDefault(SaveJournal.Phase.MANIFEST, 0);
        int written = kills.getOrDefault(SaveJournal.Phase.WRITTEN, 0);
        report.line("");
        report.line("| what | how often |");
        report.line("|---|---|");
        report.line("| kills | %d |", all);
        report.line("| between the beginning and the acknowledgment of a save | %d |", state + manifest + written);
        report.line("| - while the state was written | %d |", state);
        report.line("| - while the manifest was written | %d |", manifest);
        report.line("| - after it, before the run was told | %d |", written);
        report.line("| acknowledged, then lost | **%d** |", lost);
        report.line("| unreadable checkpoints | **%d** |", unreadable);
        report.line("| files with other bytes than were to be written (mixed, torn) | **%d** |", mixed);
        report.line("| runs brought to their end | %d |", runs);
        report.line("| - with the digest of an undisturbed twin, policy file too | **%d** |", same);
        report.line("| - torn lines or temporary files left behind | **%d** |", leftovers);
        report.line("");
        report.line("A save took %.1f ms on the average.", saveNanos / 1e6);
    }

    /** Fails if anything was lost; for the mutant, if nothing was. */
    void judge(boolean mutant) {
        int damage = lost + unreadable + mixed + leftovers + (runs - same);
        if (mutant && unreadable + mixed == 0) {
            throw new IllegalStateException("Files were written in place, and no damage was found: the loop is blind.");
        }
        if (!mutant && damage > 0) {
            throw new IllegalStateException("Damage was found " + damage + " times.");
        }
    }
}
