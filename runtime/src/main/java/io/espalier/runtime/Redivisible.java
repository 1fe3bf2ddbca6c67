package io.espalier.runtime;

import io.espalier.runtime.resources.Room;

/** How many workers of a {@link Gathering} collect, where that may change while it goes on. On the run's own thread. */
interface Redivisible {
    /** Where nothing of that kind can change. */
    Redivisible NOT = new Redivisible() {
        @Override
        public int workers() {
            return 0;
        }

        @Override
        public Room room(int learnerThreads) {
            return new Room(0, learnerThreads, 0, 0);
        }

        @Override
        public void workers(int count, boolean forGood) {}

        @Override
        public boolean elastic() {
            return false;
        }
    };

    /** How many collect, from the next block on; 0 if their number cannot be changed. */
    int workers();

    /**
     * Among what can be chosen just now.
     *
     * @param learnerThreads the most threads of the learner
     */
    Room room(int learnerThreads);

    /**
     * From the next block on, so many collect.
     *
     * @param forGood whether those that are left over need not be kept at hand
     */
    void workers(int count, boolean forGood);

    /** Whether nodes come and go, and may be asked for. */
    boolean elastic();
}
