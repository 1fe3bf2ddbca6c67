package io.espalier.envs;

import io.espalier.core.Environment;
import io.espalier.core.RandomStream;
import io.espalier.core.Step;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The bits of episodes of random actions, to compare between machines and JVMs. */
final class Digest {
    private Digest() {}

    /** The first 16 digits of a digest of all observations and rewards. */
    static String of(Environment environment, int episodes, int mostSteps) throws NoSuchAlgorithmException {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        RandomStream random = new RandomStream(5);
        float[] action = new float[environment.actionSpace().size()];
        float[] seen = new float[environment.observationSpace().size()];
        for (int episode = 0; episode < episodes; episode++) {
            environment.reset(episode);
            boolean last = false;
            for (int t = 0; t < mostSteps && !last; t++) {
                environment.actionSpace().sample(random, action, 0);
                Step step = environment.step(action, 0);
                environment.observe(seen, 0);
                last = step.last();
                ByteBuffer bytes = ByteBuffer.allocate(8 + 4 * seen.length).putDouble(step.reward());
                for (float value : seen) {
                    bytes.putFloat(value);
                }
                digest.update(bytes.array());
            }
        }
        return HexFormat.of().formatHex(digest.digest()).substring(0, 16);
    }
}
