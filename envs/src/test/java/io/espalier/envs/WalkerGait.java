package io.espalier.envs;

import java.util.Arrays;

/**
 * Walks by rule: swings one leg forward, puts it down, pushes off with the other, and changes legs. Not learned; it shows
 * that the task is what it should be.
 */
final class WalkerGait {
    private enum Phase {
        SWING,
        LAND,
        PUSH
    }

    private static final double BRISK = 0.25;
    private static final double BENT = 0.1;

    private final double[] hip = new double[2];
    private final double[] knee = new double[2];
    private Phase phase = Phase.SWING;
    private int swinging;
    private double standing = BENT;

    void act(float[] seen, float[] action) {
        int other = 1 - swinging;
        int at = 4 + 5 * swinging;
        int otherAt = 4 + 5 * other;
        Arrays.fill(hip, Double.NaN);
        Arrays.fill(knee, Double.NaN);
        if (phase == Phase.SWING) {
            standing = Math.min(BENT, standing + (seen[2] > BRISK ? 0.06 : 0.03));
            hip[swinging] = 1.1;
            knee[swinging] = -0.6;
            knee[other] = standing;
            phase = seen[otherAt] < BENT ? Phase.LAND : phase;
        }
        if (phase == Phase.LAND) {
            hip[swinging] = BENT;
            knee[swinging] = BENT;
            knee[other] = standing;
            if (seen[at + 4] > 0) {
                phase = Phase.PUSH;
                standing = Math.min(seen[at + 2], BENT);
            }
        }
        if (phase == Phase.PUSH) {
            knee[swinging] = standing;
            knee[other] = 1;
            if (seen[otherAt + 2] > 0.88 || seen[2] > 1.2 * BRISK) {
                phase = Phase.SWING;
                swinging = other;
            }
        }
        for (int leg = 0; leg < 2; leg++) {
            // Joints follow their wishes; hips also keep the hull level, knees the height.
            int joint = 4 + 5 * leg;
            double turn = Double.isNaN(hip[leg]) ? 0 : 0.9 * (hip[leg] - seen[joint]) - 0.25 * seen[joint + 1];
            double bend = Double.isNaN(knee[leg]) ? 0 : 4 * (knee[leg] - seen[joint + 2]) - 0.25 * seen[joint + 3];
            action[2 * leg] = clip(0.5 * (turn + 0.9 * seen[0] + 1.5 * seen[1]));
            action[2 * leg + 1] = clip(0.5 * (bend - 15 * seen[3]));
        }
    }

    private static float clip(double action) {
        return (float) Math.max(-1, Math.min(1, action));
    }
}
