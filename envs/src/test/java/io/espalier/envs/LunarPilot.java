package io.espalier.envs;

/**
 * Lands by rule: leans against drift, and burns when sinking faster than the height allows. Not learned; it shows that the
 * task is what it should be.
 */
final class LunarPilot {
    private LunarPilot() {}

    /** Chooses from what is seen; for the continuous task two powers, else one of four. */
    static void act(float[] seen, float[] action, boolean continuous) {
        boolean down = seen[6] > 0 || seen[7] > 0;
        double lean = Math.max(-0.4, Math.min(0.4, 0.5 * seen[0] + seen[2]));
        double turn = down ? 0 : lean - seen[4] - 2 * seen[5];
        double sinking = -0.8 * Math.max(0, seen[1] - 0.5 * Math.abs(seen[0]));
        double lift = down ? -seen[3] : sinking - seen[3];
        if (continuous) {
            action[0] = (float) Math.max(-1, Math.min(1, 10 * lift - 1));
            action[1] = (float) Math.max(-1, Math.min(1, -10 * turn));
        } else {
            action[0] = lift > 0.1 && lift > Math.abs(turn) ? 2 : turn > 0.1 ? 1 : turn < -0.1 ? 3 : 0;
        }
    }
}
