package io.espalier.core;

/**
 * Where parallel work is done. A computation is cut into tasks; what is computed and the order in which it is summed must
 * not depend on how many threads there are, so that its result does not either. Tasks of one call must not depend on each
 * other.
 */
public interface Cores {
    /** Does everything in the calling thread, in order. */
    Cores SERIAL = new Cores() {
        @Override
        public int count() {
            return 1;
        }

        @Override
        public void run(int tasks, Task task) {
            for (int i = 0; i < tasks; i++) {
                task.run(i, 0);
            }
        }
    };

    /** How many threads there are. */
    int count();

    /**
     * Runs tasks 0 to tasks-1 and returns when all are done; everything they wrote is then visible to the caller. An
     * exception in a task surfaces here after all have stopped.
     */
    void run(int tasks, Task task);

    /** Where gradients computed on these cores meet others; {@link GradientExchange#NONE} by default. */
    default GradientExchange exchange() {
        return GradientExchange.NONE;
    }

    /** Where the memories of learners that replay are; {@link ReplayMemory.Place#HERE} by default. */
    default ReplayMemory.Place replay() {
        return ReplayMemory.Place.HERE;
    }

    /** The same cores, on which gradients meet others. */
    default Cores with(GradientExchange exchange) {
        return joined(this, exchange, replay());
    }

    /** The same cores, with another place for memories. */
    default Cores withReplay(ReplayMemory.Place replay) {
        return joined(this, exchange(), replay);
    }

    private static Cores joined(Cores plain, GradientExchange exchange, ReplayMemory.Place replay) {
        return new Cores() {
            @Override
            public int count() {
                return plain.count();
            }

            @Override
            public void run(int tasks, Task task) {
                plain.run(tasks, task);
            }

            @Override
            public GradientExchange exchange() {
                return exchange;
            }

            @Override
            public ReplayMemory.Place replay() {
                return replay;
            }
        };
    }

    /** A piece of work. */
    @FunctionalInterface
    interface Task {
        /**
         * Does piece {@code index}.
         *
         * @param index which piece
         * @param thread the number of the thread that does it, from 0 to {@link Cores#count} - 1: scratch space may be
         *     chosen by it, results must not depend on it
         */
        void run(int index, int thread);
    }
}
