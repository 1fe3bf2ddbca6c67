package io.espalier.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Several runs of one command. */
final class SeedsOption {
    @Option(
            names = "--seeds",
            paramLabel = "N",
            description = "Train N times, with the seeds --seed, --seed + 1 and so on, each in a directory of its own"
                    + " below --out: as many at a time as there are --threads, or, with --workers or --cluster, as the"
                    + " nodes have processors.")
    private @Nullable Integer count;

    @Option(
            names = "--cpus-per-run",
            paramLabel = "N",
            description = "With --seeds: processors, and threads, of each run (1; here, what --threads leave to each).")
    private @Nullable Integer cpus;

    /** Whether there is to be more than one run, or one among them. */
    boolean asked() {
        if (cpus != null && count == null) {
            throw new BadInput("--cpus-per-run needs --seeds. Maybe use --threads.");
        }
        return count != null;
    }

    int count() {
        int seeds = count == null ? 1 : count;
        if (seeds < 1 || seeds > 100_000) {
            throw new BadInput("--seeds (" + seeds + ") must be from 1 to 100000. Maybe 5.");
        }
        return seeds;
    }

    /** Processors of each run. */
    int cpus(int otherwise) {
        int each = cpus == null ? otherwise : cpus;
        if (each < 1 || each > 1024) {
            throw new BadInput("--cpus-per-run (" + each + ") must be from 1 to 1024. Maybe 1.");
        }
        return each;
    }
}
