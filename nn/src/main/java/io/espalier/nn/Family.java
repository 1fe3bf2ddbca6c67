package io.espalier.nn;

/** What a network and its replicas share: the parameters, and how often they were changed. */
final class Family {
    private float[] parameters = new float[0];
    private volatile int version = 1;

    float[] parameters() {
        return parameters;
    }

    void allocate(int count) {
        parameters = new float[count];
    }

    synchronized void parametersChanged() {
        version++;
    }

    int version() {
        return version;
    }
}
