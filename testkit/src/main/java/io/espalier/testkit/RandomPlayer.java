package io.espalier.testkit;

import io.espalier.core.Discrete;
import io.espalier.core.Environment;
import io.espalier.core.MultiDiscrete;
import io.espalier.core.RandomStream;
import io.espalier.core.Seeds;
import io.espalier.core.Space;

/** Chooses uniformly among the allowed actions. What it draws depends on its stream and the masks alone. */
public final class RandomPlayer {
    private final RandomStream random = new RandomStream(0);
    private final Space space;
    private final boolean[] mask;

    /** A player for that environment and those like it. */
    public RandomPlayer(Environment environment) {
        space = environment.actionSpace();
        mask = new boolean[space.choices()];
    }

    /** Starts drawing anew, from that seed; an environment that is reset to the same seed draws other numbers. */
    public void reseed(long seed) {
        random.reseed(Seeds.of(seed).child("player").seed());
    }

    /** Writes an action that the environment allows now. */
    public void choose(Environment environment, float[] into, int at) {
        boolean masks = environment.masksActions();
        if (masks) {
            environment.actionMask(mask, 0);
        }
        choose(random, space, mask, masks ? 0 : -1, into, at);
    }

    /** Chooses by the mask at {@code maskAt}, or freely if that is below 0. */
    static void choose(RandomStream random, Space space, boolean[] mask, int maskAt, float[] into, int at) {
        if (maskAt < 0) {
            space.sample(random, into, at);
        } else if (space instanceof Discrete discrete) {
            into[at] = allowed(random, mask, maskAt, discrete.n());
        } else if (space instanceof MultiDiscrete multi) {
            int first = maskAt;
            for (int i = 0; i < multi.components(); i++) {
                into[at + i] = allowed(random, mask, first, multi.count(i));
                first += multi.count(i);
            }
        } else {
            throw new IllegalStateException("masksActions is true with actions from " + space
                    + ". Only discrete and multi-discrete actions have masks.");
        }
    }

    private static int allowed(RandomStream random, boolean[] mask, int first, int count) {
        int choices = 0;
        for (int i = 0; i < count; i++) {
            choices += mask[first + i] ? 1 : 0;
        }
        if (choices == 0) {
            throw new IllegalStateException("The mask forbids all " + count + " choices of a component.");
        }
        int skip = random.nextInt(choices);
        int i = 0;
        while (!mask[first + i] || skip-- > 0) {
            i++;
        }
        return i;
    }
}
