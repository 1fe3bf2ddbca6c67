package io.espalier.runtime.tasks;

import io.espalier.core.State;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** A change to a file of a run's directory. */
final class FileChange {
    static final long WHOLE = -1;

    /** At most one folder deep, and never out of the directory. */
    private static final Pattern NAME = Pattern.compile("([A-Za-z0-9_-][A-Za-z0-9._-]*/)?[A-Za-z0-9_-][A-Za-z0-9._-]*");

    private final String name;
    private final long at;
    private final byte[] bytes;

    /**
     * @param name its name in the directory, perhaps in a folder of it
     * @param at from which byte on the file is now as follows; {@link #WHOLE} for a file that is replaced as a whole
     * @param bytes the new bytes, which are not changed afterwards
     * @throws IllegalArgumentException if that name would leave the directory
     */
    FileChange(String name, long at, byte[] bytes) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("a file of a run cannot be called \"" + name + "\".");
        }
        if (at < WHOLE) {
            throw new IllegalArgumentException("a file cannot change at byte " + at + ".");
        }
        this.name = name;
        this.at = at;
        this.bytes = bytes;
    }

    String name() {
        return name;
    }

    long at() {
        return at;
    }

    byte[] bytes() {
        return bytes;
    }

    static void put(State into, List<FileChange> changes) {
        into.putLong("files", changes.size());
        for (int i = 0; i < changes.size(); i++) {
            State one = into.child("file", i);
            TaskMessages.putText(one, "name", changes.get(i).name);
            one.putLong("at", changes.get(i).at);
            one.put("bytes", changes.get(i).bytes);
        }
    }

    static List<FileChange> get(State from) {
        List<FileChange> changes = new ArrayList<>();
        long count = from.getLong("files");
        for (int i = 0; i < count; i++) {
            State one = from.child("file", i);
            changes.add(new FileChange(TaskMessages.text(one, "name"), one.getLong("at"), one.bytes("bytes")));
        }
        return changes;
    }
}
