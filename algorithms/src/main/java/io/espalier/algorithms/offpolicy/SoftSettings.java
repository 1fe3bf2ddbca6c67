package io.espalier.algorithms.offpolicy;

import io.espalier.nn.Schedule;

/** What {@link SacLearner} asks of an algorithm's settings; a record whose components are so named answers by itself. */
interface SoftSettings {
    int environments();

    int rolloutSteps();

    int gradientSteps();

    int batch();

    int bufferSize();

    long learningStarts();

    double gamma();

    Schedule learningRate();

    double targetRate();

    double temperature();

    boolean automaticTemperature();

    int nStep();

    double gradientNorm();
}
