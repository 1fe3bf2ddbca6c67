package io.espalier.runtime;

/** Collect, learn, collect, learn: the serial reference, on any number of threads. */
final class Synchronous extends ExecutionMode {
    @Override
    public String name() {
        return "synchronous";
    }

    @Override
    Runnable loop(Training training) {
        return new Loop(training);
    }

    private static final class Loop implements Runnable {
        private enum Phase {
            COLLECT,
            LEARN,
            EVALUATE,
            REVIEW,
            DONE
        }

        private final Training training;
        private Phase phase;

        Loop(Training training) {
            this.training = training;
            phase = training.begins() ? Phase.COLLECT : Phase.DONE;
        }

        @Override
        public void run() {
            while (phase != Phase.DONE) {
                switch (phase) {
                    case COLLECT -> {
                        training.collect();
                        phase = Phase.LEARN;
                    }
                    case LEARN -> {
                        training.learn();
                        phase = Phase.EVALUATE;
                    }
                    case EVALUATE -> {
                        training.evaluateIfDue();
                        phase = Phase.REVIEW;
                    }
                    default -> phase = training.goesOn() ? Phase.COLLECT : Phase.DONE;
                }
            }
        }
    }
}
