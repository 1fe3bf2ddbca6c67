package io.espalier.runtime;

import java.util.HashMap;
import java.util.Map;

/** Whether a worker's block goes on where its last one that was learned from stopped; not if one between was dropped. */
final class Succession {
    private final Map<Integer, Block> last = new HashMap<>();

    private record Block(long life, long number) {}

    /** A block is learned from; whether the one before it was too. True of a worker's first: its episodes begin there. */
    boolean follows(int worker, long life, long number) {
        Block before = last.put(worker, new Block(life, number));
        return number == 0 || (before != null && before.life() == life && before.number() + 1 == number);
    }
}
