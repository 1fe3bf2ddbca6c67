package io.espalier.benchmarks;

import io.espalier.core.RandomStream;
import io.espalier.policy.Policy;
import io.espalier.runtime.RunDirectory;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Kills a training with kill -9 while it saves, looks at what is on the disk, goes on in the same directory, and so on:
 * {@code benchmarks/run SaveKills [KILLS] [in-place]}, 500 kills unless said otherwise. Each run is killed a hundred
 * times, then left in peace to its end, and its policy compared with that of an undisturbed twin.
 *
 * <p>Nine of ten kills come at a random moment of a random save, the tenth at a random moment after the start, which may
 * be in the middle of recovering. With {@code in-place} the children write their files under the final name, as one
 * must not: then this loop has to find damage.
 */
public final class SaveKills {
    private static final int KILLS_A_RUN = 100;
    private static final String MUTANT = "in-place";

    private final boolean inPlace;
    private final RandomStream random = new RandomStream(20_261);
    private final Path folder;
    private final SaveTally tally = new SaveTally();
    private long run;
    private SaveJournal journal;
    private double saveNanos = 5e6;

    private SaveKills(Path folder, boolean inPlace) {
        this.folder = folder;
        this.inPlace = inPlace;
        journal = new SaveJournal(directory());
    }

    /** Runs it. */
    public static void main(String[] words) throws IOException, InterruptedException {
        if (words.length == 4 && words[0].equals("child")) {
            SavingChild.train(Path.of(words[1]), Long.parseLong(words[2]), words[3].equals(MUTANT));
            return;
        }
        int kills = words.length > 0 ? Integer.parseInt(words[0]) : 500;
        boolean inPlace = words.length > 1 && words[1].equals(MUTANT);
        if (words.length > 2 || (words.length == 2 && !inPlace)) {
            throw new IllegalArgumentException("SaveKills wants the number of kills and, perhaps, \"" + MUTANT + "\".");
        }
        Report report = new Report(
                inPlace ? "save-kills-in-place" : "save-kills",
                "kill -9 while saving, " + kills + " times" + (inPlace ? ", files written in place (the mutant)" : ""));
        SaveKills study = new SaveKills(Files.createTempDirectory("espalier-save-kills"), inPlace);
        for (int kill = 1; kill <= kills; kill++) {
            study.kill(kill % 10 == 0);
            if (kill % KILLS_A_RUN == 0 || kill == kills) {
                study.finish();
            }
        }
        study.tally.tell(report, study.saveNanos);
        report.store();
        study.tally.judge(inPlace);
    }

    private Path directory() {
        return folder.resolve("run-" + run);
    }

    private Process start() throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Despalier.vector=off",
                        "-cp",
                        System.getProperty("java.class.path"),
                        SaveKills.class.getName(),
                        "child",
                        directory().toString(),
                        Long.toString(run),
                        inPlace ? MUTANT : "atomic")
                .redirectError(folder.resolve("errors-" + run).toFile())
                .start();
    }

    /** Starts a child and kills it. */
    private void kill(boolean anyMoment) throws IOException, InterruptedException {
        Process child = start();
        try (BufferedReader lines = child.inputReader()) {
            if (anyMoment) {
                LockSupport.parkNanos(random.nextInt(1_000_000_000));
            } else {
                awaitSave(lines, 1 + random.nextInt(8));
                LockSupport.parkNanos((long) (random.nextDouble() * 1.1 * saveNanos));
            }
            // By its handle: the process itself would close the pipe, and with it what the child said last.
            child.toHandle().destroyForcibly();
            lines.lines().forEach(journal::line);
        }
        child.waitFor();
        if (journal.finished()) {
            // It came to its end before it was killed.
            review();
            return;
        }
        tally.killed(journal);
        journal = journal.verify(tally);
    }

    /** Reads until that many saves have begun, and learns how long they take. */
    private void awaitSave(BufferedReader lines, int saves) throws IOException {
        int begun = 0;
        long beganAt = 0;
        while (begun < saves) {
            String line = lines.readLine();
            if (line == null) {
                throw new IllegalStateException(
                        "The child ended by itself; its errors: " + Files.readString(folder.resolve("errors-" + run)));
            }
            journal.line(line);
            if (line.startsWith("state ")) {
                begun++;
                beganAt = System.nanoTime();
            } else if (line.startsWith("written ")) {
                saveNanos += ((System.nanoTime() - beganAt) - saveNanos) / 16;
            }
        }
    }

    /** Lets the run come to its end, undisturbed. */
    private void finish() throws IOException, InterruptedException {
        if (journal.isEmpty()) {
            return;
        }
        Process child = start();
        try (BufferedReader lines = child.inputReader()) {
            lines.lines().forEach(journal::line);
        }
        if (child.waitFor() != 0 || !journal.finished()) {
            throw new IllegalStateException("The last child of a run ended with " + child.exitValue() + "; its errors: "
                    + Files.readString(folder.resolve("errors-" + run)));
        }
        review();
    }

    /** Looks at a run that has ended, and goes on to the next. */
    private void review() throws IOException {
        String twin = SavingChild.trainer(run).run().weightsDigest();
        List<String> problems = new ArrayList<>();
        RunDirectory directory = RunDirectory.open(directory());
        directory.newestCheckpoint(problems);
        boolean same = twin.equals(journal.digest())
                && twin.equals(Policy.read(directory.policy()).weights().digest());
        tally.ended(same, problems.size() + SaveJournal.leftovers(directory()));
        run++;
        journal = new SaveJournal(directory());
    }
}
