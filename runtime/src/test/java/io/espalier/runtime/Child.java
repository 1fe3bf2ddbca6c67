package io.espalier.runtime;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A training run in a process of its own, to be killed. */
final class Child {
    private Child() {}

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

    /** Trains with a pause in each round, so that it can be met in the middle. */
    public static void main(String[] args) {
        Trainer trainer = ResumeTest.trainer()
                .directory(Path.of(args[1]))
                .checkpoints(CheckpointSettings.DEFAULT.every(2000))
                .listen(new TrainingListener() {
                    @Override
                    public void round(Progress progress) {
                        try {
                            Thread.sleep(100);
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        }
                    }
                });
        try (ShutdownRequest signals = ShutdownRequest.forward(trainer)) {
            TrainingResult result = trainer.run();
            if (signals.requested() != result.stopReason().startsWith("stopped by SIG")) {
                throw new IllegalStateException(result.stopReason());
            }
        }
    }
}
