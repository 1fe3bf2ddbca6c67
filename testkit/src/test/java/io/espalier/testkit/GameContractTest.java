package io.espalier.testkit;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.core.Box;
import io.espalier.core.CopyableEnvironment;
import io.espalier.core.Discrete;
import io.espalier.core.Game;
import io.espalier.core.Space;
import io.espalier.core.Step;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** A sound game passes, and one that is spoiled in one way fails the rule that is about it. */
class GameContractTest extends GameContract {
    @Override
    protected Game create() {
        return new Nim("");
    }

    private static void bites(Consumer<GameContract> rule, String spoiled, String why) {
        assertThatThrownBy(() -> rule.accept(new GameContract() {
                    @Override
                    protected Game create() {
                        return new Nim(spoiled);
                    }
                }))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining(why);
    }

    @Test
    void someoneElseBegins() {
        bites(GameContract::twoPlayersMoveAndTheRewardIsTheMoversOwn, "second begins", "who begins");
    }

    @Test
    void nobodyEverWins() {
        bites(GameContract::twoPlayersMoveAndTheRewardIsTheMoversOwn, "no winner", "was decided");
    }

    @Test
    void aForbiddenMoveIsMade() {
        bites(GameContract::refusesForbiddenMoves, "anything goes", "forbidden move");
    }

    @Test
    void aSymmetryThatIsNone() {
        bites(GameContract::symmetriesAreSymmetries, "false symmetry", "under symmetry 1");
        bites(GameContract::symmetriesAreSymmetries, "no permutation", "elements reached by symmetry 1");
    }

    /**
     * Two heaps of three; a move takes one to three from either: action 3 · heap + count − 1. Who takes the last wins. The
     * heaps can be exchanged.
     */
    private static final class Nim implements Game {
        private static final Step GOES_ON = Step.transition(0);
        private static final Step WINS = Step.termination(1);

        private final String spoiled;
        private final int[] heaps = new int[2];
        private int toMove;
        private boolean running;

        Nim(String spoiled) {
            this.spoiled = spoiled;
        }

        @Override
        public Space observationSpace() {
            return Box.uniform(0, 3, 2);
        }

        @Override
        public Space actionSpace() {
            return new Discrete(6);
        }

        @Override
        public void reset(long seed) {
            heaps[0] = 3;
            heaps[1] = 3;
            toMove = spoiled.equals("second begins") ? 1 : 0;
            running = true;
        }

        @Override
        public Step step(float[] actions, int at) {
            if (!running) {
                throw new IllegalStateException("reset comes next");
            }
            int heap = (int) actions[at] / 3;
            int count = (int) actions[at] % 3 + 1;
            if (count > heaps[heap]) {
                if (!spoiled.equals("anything goes")) {
                    throw new IllegalArgumentException("action (" + actions[at] + ") takes more than there are");
                }
                count = heaps[heap];
            }
            heaps[heap] -= count;
            toMove = 1 - toMove;
            running = heaps[0] + heaps[1] > 0;
            return running ? GOES_ON : spoiled.equals("no winner") ? Step.termination(0) : WINS;
        }

        @Override
        public void observe(float[] into, int at) {
            into[at] = heaps[0];
            into[at + 1] = heaps[1];
        }

        @Override
        public void actionMask(boolean[] into, int at) {
            for (int action = 0; action < 6; action++) {
                into[at + action] = action % 3 + 1 <= heaps[action / 3];
            }
        }

        @Override
        public int toMove() {
            return toMove;
        }

        @Override
        public Nim copy() {
            Nim copy = new Nim(spoiled);
            copy.copyFrom(this);
            return copy;
        }

        @Override
        public void copyFrom(CopyableEnvironment other) {
            Nim that = CopyableEnvironment.same(Nim.class, other);
            heaps[0] = that.heaps[0];
            heaps[1] = that.heaps[1];
            toMove = that.toMove;
            running = that.running;
        }

        @Override
        public int symmetries() {
            return 2;
        }

        @Override
        public int symmetricElement(int symmetry, int element) {
            if (symmetry == 1 && spoiled.equals("no permutation")) {
                return 0;
            }
            return symmetry == 0 ? element : 1 - element;
        }

        @Override
        public int symmetricAction(int symmetry, int action) {
            return symmetry == 0 || spoiled.equals("false symmetry") ? action : (action + 3) % 6;
        }
    }
}
