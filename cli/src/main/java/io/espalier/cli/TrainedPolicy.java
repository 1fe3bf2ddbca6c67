package io.espalier.cli;

import io.espalier.policy.Policy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** Reads policy files for commands. */
final class TrainedPolicy {
    private TrainedPolicy() {}

    /**
     * The policy in that file.
     *
     * @throws UncheckedIOException if it cannot be read
     * @throws IllegalArgumentException if it is no policy, or damaged
     */
    static Policy read(Path file) {
        try {
            return Policy.read(file);
        } catch (IOException e) {
            throw new UncheckedIOException("The policy " + file + " cannot be read.", e);
        }
    }
}
