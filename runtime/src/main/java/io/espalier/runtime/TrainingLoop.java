package io.espalier.runtime;

/**
 * Collect, learn, evaluate, until {@link Training#goesOn} says no. Keeps its place in fields: when the thread that runs it
 * is given up, stuck in an environment, another thread runs it again and it goes on there.
 */
final class TrainingLoop implements Runnable {
    private enum Phase {
        COLLECT,
        LEARN,
        EVALUATE,
        REVIEW,
        DONE
    }

    private final Training training;
    private Phase phase;

    TrainingLoop(Training training) {
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
