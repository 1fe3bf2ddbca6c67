package io.espalier.runtime;

import io.espalier.core.Environment;
import io.espalier.core.EnvironmentSpec;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A training run in a process of its own, to be killed. */
final class Child {
    private Child() {}

    /**
     * Starts one.
     *
     * @param how "slowly": with a pause after each round; "crawling": every step takes a twentieth of a second from the
     *     second round on; "stuck": one environment hangs for good in the third round, and the watchdog would wait ten
     *     minutes; "stuck-patiently": so does the signal
     */
    static Process start(String how, Path run) throws IOException {
        return new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        "-XX:TieredStopAtLevel=1",
                        "-Despalier.vector=off",
                        Child.class.getName(),
                        how,
                        run.toString()))
                .redirectErrorStream(true)
                .redirectOutput(new File(run + ".out"))
                .start();
    }

    static String output(Path run) throws IOException {
        return Files.readString(Path.of(run + ".out"));
    }

    /** A file that the child makes to say where it is. */
    static Path mark(Path run, String what) {
        return Path.of(run + "." + what);
    }

    public static void main(String[] args) {
        String how = args[0];
        Path run = Path.of(args[1]);
        int[] made = {0};
        Trainer trainer = how.equals("slowly")
                ? ResumeTest.trainer()
                : ResumeTest.trainer(new EnvironmentSpec(
                        "CartPole-v1", List.of(), "", () -> troubled(how, run, made[0]++ == 5), 475));
        trainer.directory(run)
                .guard(GuardSettings.DEFAULT.withHangSeconds(600))
                .checkpoints(CheckpointSettings.DEFAULT.every(2000))
                .listen(new TrainingListener() {
                    @Override
                    public void round(Progress progress) {
                        if (how.equals("slowly")) {
                            sleep(100);
                        }
                    }
                });
        try (ShutdownRequest signals = ShutdownRequest.forward(reason -> {
            trainer.requestStop(reason, how.equals("stuck-patiently") ? 600 : 0.5);
            say(run, "asked");
        })) {
            TrainingResult result = trainer.run();
            if (signals.requested() != result.stopReason().startsWith("stopped by SIG")) {
                throw new IllegalStateException(result.stopReason());
            }
        }
    }

    private static Environment troubled(String how, Path run, boolean chosen) {
        Stuck stuck = new Stuck();
        return new Scripted(TrainerTest.cartPole(), step -> {
            if (how.equals("crawling") && step > 128) {
                say(run, "in-trouble");
                sleep(50);
            } else if (how.startsWith("stuck") && chosen && step == 300) {
                say(run, "in-trouble");
                stuck.hang();
            }
        });
    }

    private static void say(Path run, String what) {
        try {
            Files.write(mark(run, what), new byte[0]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void sleep(long milliseconds) {
        try {
            Thread.sleep(milliseconds);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
