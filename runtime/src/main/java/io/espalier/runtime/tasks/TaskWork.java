package io.espalier.runtime.tasks;

import io.espalier.runtime.workers.Command;
import java.util.List;

/** What a {@link TaskStation} does, on a thread of its own. */
interface TaskWork {
    /**
     * Does it, reports included; returns the last message.
     *
     * @param files of the run to go on with
     * @throws Exception what ended it; it has reported what it had by then
     */
    Command run(List<FileChange> files) throws Exception;

    /** Lets it come to its end early; from any thread, also before it begins. */
    void stop(String reason, double graceSeconds);

    /** Nobody waits for it: it may say once more how far it has come, if it can do so exactly. */
    void leave();
}
