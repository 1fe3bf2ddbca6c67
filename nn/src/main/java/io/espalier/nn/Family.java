package io.espalier.nn;

import java.util.random.RandomGenerator;

/** What a network and its replicas share: the parameters, how often they were changed, and the noise. */
final class Family {
    private float[] parameters = new float[0];
    private float[] noise = new float[0];
    private volatile int version = 1;
    private volatile int noiseVersion = 1;
    private volatile boolean noiseIsOn;

    float[] parameters() {
        return parameters;
    }

    void allocate(int count, int noiseCount) {
        parameters = new float[count];
        noise = new float[noiseCount];
    }

    synchronized void parametersChanged() {
        version++;
    }

    int version() {
        return version;
    }

    float[] noise() {
        return noise;
    }

    int noiseVersion() {
        return noiseVersion;
    }

    boolean noiseIsOn() {
        return noiseIsOn;
    }

    void noise(boolean on) {
        noiseIsOn = on;
    }

    /**
     * Draws f(ε) = sign(ε)·√|ε| for each place, ε standard normal, by Marsaglia's polar method: of all that make normal
     * numbers it needs no sine, which allocates on some JDKs.
     */
    synchronized void drawNoise(RandomGenerator random) {
        for (int i = 0; i < noise.length; i += 2) {
            double x;
            double y;
            double s;
            do {
                x = 2 * random.nextDouble() - 1;
                y = 2 * random.nextDouble() - 1;
                s = x * x + y * y;
            } while (s >= 1 || s == 0);
            double scale = StrictMath.sqrt(-2 * StrictMath.log(s) / s);
            noise[i] = root(x * scale);
            if (i + 1 < noise.length) {
                noise[i + 1] = root(y * scale);
            }
        }
        noiseVersion++;
        noiseIsOn = true;
    }

    private static float root(double normal) {
        return (float) (normal < 0 ? -StrictMath.sqrt(-normal) : StrictMath.sqrt(normal));
    }
}
