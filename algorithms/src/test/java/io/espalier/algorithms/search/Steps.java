package io.espalier.algorithms.search;

import io.espalier.core.Box;
import io.espalier.core.CopyableEnvironment;
import io.espalier.core.Discrete;
import io.espalier.core.Game;
import io.espalier.core.Space;
import io.espalier.core.Step;

/**
 * About the least game that can be learned. Six moves are made in turn; of three, only one is right: the number of the move
 * modulo 3. Who makes another loses; after six right ones it is drawn. Move 2 is forbidden at first. So with good play every
 * game returns 0, else −1.
 */
final class Steps implements Game {
    private static final int MOVES = 6;

    private int made = -1;

    @Override
    public Space observationSpace() {
        return Box.uniform(0, 1, MOVES + 1);
    }

    @Override
    public Space actionSpace() {
        return new Discrete(3);
    }

    @Override
    public void reset(long seed) {
        made = 0;
    }

    @Override
    public Step step(float[] actions, int at) {
        if (made < 0 || made == MOVES) {
            throw new IllegalStateException("the game is over; reset comes next");
        }
        if (made == 0 && actions[at] == 2) {
            throw new IllegalArgumentException("move 2 is forbidden at first");
        }
        boolean right = actions[at] == made % 3;
        made = right ? made + 1 : MOVES;
        return !right ? Step.termination(-1) : made == MOVES ? Step.termination(0) : Step.transition(0);
    }

    @Override
    public void observe(float[] into, int at) {
        for (int i = 0; i <= MOVES; i++) {
            into[at + i] = i == made ? 1 : 0;
        }
    }

    @Override
    public void actionMask(boolean[] into, int at) {
        into[at] = true;
        into[at + 1] = true;
        into[at + 2] = made != 0;
    }

    @Override
    public int toMove() {
        return Math.max(0, made) % 2;
    }

    @Override
    public Steps copy() {
        Steps copy = new Steps();
        copy.copyFrom(this);
        return copy;
    }

    @Override
    public void copyFrom(CopyableEnvironment other) {
        made = CopyableEnvironment.same(Steps.class, other).made;
    }
}
