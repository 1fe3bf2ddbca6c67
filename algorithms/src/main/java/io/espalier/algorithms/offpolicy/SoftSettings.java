package io.espalier.algorithms.offpolicy;

import io.espalier.nn.Schedule;

/** What {@link SacLearner} asks of an algorithm's settings; a record whose components are so named answers by itself. */
interface SoftSettings extends MemorySettings {
    int rolloutSteps();

    int gradientSteps();

    int batch();

    Schedule learningRate();

    double targetRate();

    double temperature();

    boolean automaticTemperature();

    double gradientNorm();
}
