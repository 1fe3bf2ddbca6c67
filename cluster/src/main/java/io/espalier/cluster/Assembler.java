package io.espalier.cluster;

import io.espalier.runtime.workers.MessageFormat;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Puts the parts of a large message together again. They come in order, one message after the other. */
final class Assembler {
    private final List<Wire.Chunk> parts = new ArrayList<>();
    private int have;

    /** Takes what came; what is whole comes out, and nothing while parts are missing. */
    List<Wire> take(Wire wire) {
        if (!(wire instanceof Wire.Chunk chunk)) {
            if (parts.isEmpty()) {
                return List.of(wire);
            }
            Wire broken = broken(parts.get(0), "a message of " + parts.get(0).total() + " bytes broke off at " + have);
            clear();
            return List.of(broken, wire);
        }
        if (chunk.offset() != have || (have > 0 && parts.get(0).total() != chunk.total())) {
            Wire broken = broken(chunk, "a part at " + chunk.offset() + " came where one at " + have + " was next");
            clear();
            return List.of(broken);
        }
        parts.add(chunk);
        have += chunk.length();
        return have < chunk.total() ? List.of() : List.of(whole());
    }

    private Wire whole() {
        Wire.Chunk first = parts.get(0);
        // Only now, when all of it is here: nobody makes us allocate by an announcement.
        byte[] all = new byte[first.total()];
        for (Wire.Chunk part : parts) {
            System.arraycopy(part.array(), part.from(), all, part.offset(), part.length());
        }
        clear();
        try {
            return new Wire.Frame(
                    first.epoch(),
                    first.session(),
                    first.wire(),
                    first.kind(),
                    first.links(),
                    MessageFormat.read(ByteBuffer.wrap(all)),
                    all.length);
        } catch (RuntimeException e) {
            return broken(first, String.valueOf(e.getMessage()));
        }
    }

    private static Wire broken(Wire.Chunk chunk, String problem) {
        return new Wire.Broken(chunk.epoch(), chunk.session(), chunk.links(), problem);
    }

    private void clear() {
        parts.clear();
        have = 0;
    }
}
