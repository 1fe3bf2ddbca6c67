package io.espalier.benchmarks;

import io.espalier.algorithms.onpolicy.Ppo;
import io.espalier.core.EnvironmentSpec;
import io.espalier.core.wrappers.TimeLimit;
import io.espalier.envs.CartPole;
import io.espalier.policy.Algorithm;
import io.espalier.runtime.CheckpointSettings;
import io.espalier.runtime.Disk;
import io.espalier.runtime.Progress;
import io.espalier.runtime.RunDirectory;
import io.espalier.runtime.SettingsBinder;
import io.espalier.runtime.Trainer;
import io.espalier.runtime.TrainingListener;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * A small training that saves after every round, begun or, if there is one, resumed: what {@link SaveKills} kills. It
 * tells on standard output when a save begins, how far it is, and what was acknowledged.
 */
final class SavingChild implements Disk, TrainingListener {
    /** Environment steps of a whole run; far more than a hundred children come to before they are killed. */
    static final int STEPS = 64 * 1000;

    private static final EnvironmentSpec CART_POLE =
            new EnvironmentSpec("CartPole-v1", List.of(), "", () -> new TimeLimit(new CartPole(), 500), 475);

    private final Disk disk;
    private volatile boolean saving;

    private SavingChild(Disk disk) {
        this.disk = disk;
    }

    /** Trains in that directory, from wherever it stands there. */
    static void train(Path run, long seed, boolean inPlace) {
        SavingChild child = new SavingChild(inPlace ? SavingChild::inPlace : Disk.atomic());
        Trainer trainer = Files.exists(run.resolve("config.yaml"))
                ? Trainer.resume(RunDirectory.open(run), algorithm(), CART_POLE)
                : trainer(seed).directory(run).checkpoints(new CheckpointSettings(64, 0, 2));
        say("finished " + trainer.disk(child).listen(child).run().weightsDigest());
    }

    /** The same training, in no directory yet. */
    static Trainer trainer(long seed) {
        return Trainer.of(algorithm(), CART_POLE)
                .seed(seed)
                .environmentSteps(STEPS)
                .withoutFinalEvaluation();
    }

    private static Algorithm algorithm() {
        return new Ppo(SettingsBinder.bind(
                Ppo.Settings.defaults(), Map.of("environments", 4, "rolloutSteps", 16, "minibatches", 1, "epochs", 1)));
    }

    @Override
    public void write(Path target, byte[] bytes) throws IOException {
        if (!String.valueOf(target.getFileName()).startsWith("checkpoint-")) {
            disk.write(target, bytes);
            return;
        }
        boolean manifest = target.toString().endsWith(".manifest");
        saving = true;
        say((manifest ? "manifest " : "state ") + target.getFileName() + " " + digest(bytes));
        boolean done = manifest;
        try {
            disk.write(target, bytes);
        } catch (IOException | RuntimeException e) {
            done = true;
            throw e;
        } finally {
            saving = !done;
        }
        if (manifest) {
            say("written " + target.getFileName());
        }
    }

    /** The mutant: writes under the final name, in four pieces, each of which comes to the disk by itself. */
    private static void inPlace(Path target, byte[] bytes) throws IOException {
        int piece = bytes.length / 4 + 1;
        try (FileOutputStream out = new FileOutputStream(target.toFile())) {
            for (int at = 0; at < bytes.length; at += piece) {
                out.write(bytes, at, Math.min(piece, bytes.length - at));
                out.getFD().sync();
            }
        }
    }

    @Override
    public void checkpoint(Path manifest, long environmentSteps) {
        say("acknowledged " + manifest.getFileName() + " " + environmentSteps);
    }

    /** Lets the save under way come to its end, so that each round is saved and the next save begins at once. */
    @Override
    public void round(Progress progress) {
        while (saving) {
            LockSupport.parkNanos(20_000);
        }
    }

    private static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }

    static String digest(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
