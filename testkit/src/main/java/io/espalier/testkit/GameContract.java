package io.espalier.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.espalier.core.Game;
import io.espalier.core.Step;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What every {@link Game} must do, besides what every environment must. */
public abstract class GameContract extends EnvironmentContract {
    private static final int GAMES = 20;

    @Override
    protected abstract Game create();

    @Override
    protected boolean usesSeed() {
        return create().hasChance();
    }

    /** Player 0 begins; the turn is always somebody's; nobody wins more than 1. */
    @Test
    protected void twoPlayersMoveAndTheRewardIsTheMoversOwn() {
        Game game = create();
        float[] action = new float[1];
        RandomPlayer player = new RandomPlayer(game);
        boolean[] moved = new boolean[2];
        boolean decided = false;
        for (int seed = 0; seed < GAMES; seed++) {
            game.reset(seed);
            assertThat(game.toMove()).as("who begins").isZero();
            player.reseed(seed);
            Step step;
            do {
                assertThat(game.toMove()).as("whose turn it is").isBetween(0, 1);
                moved[game.toMove()] = true;
                player.choose(game, action, 0);
                step = game.step(action, 0);
                assertThat(step.reward()).as("reward").isBetween(-1.0, 1.0);
                decided |= step.reward() != 0;
            } while (!step.last());
        }
        assertThat(moved).as("which players moved in " + GAMES + " games").containsExactly(true, true);
        assertThat(decided).as("whether any of " + GAMES + " games was decided").isTrue();
    }

    /** A move that the mask forbids is refused, and changes nothing. */
    @Test
    protected void refusesForbiddenMoves() {
        Game game = create();
        RandomPlayer player = new RandomPlayer(game);
        int actions = game.actionSpace().choices();
        boolean[] mask = new boolean[actions];
        float[] before = new float[game.observationSpace().size()];
        float[] after = before.clone();
        float[] action = new float[1];
        for (int seed = 0; seed < GAMES; seed++) {
            game.reset(seed);
            player.reseed(seed);
            Step step;
            do {
                game.actionMask(mask, 0);
                game.observe(before, 0);
                int mover = game.toMove();
                for (int move = 0; move < actions; move++) {
                    if (!mask[move]) {
                        float[] forbidden = {move};
                        assertThatIllegalArgumentException()
                                .as("forbidden move " + move)
                                .isThrownBy(() -> game.step(forbidden, 0));
                    }
                }
                game.observe(after, 0);
                assertThat(after).as("observation after refused moves").containsExactly(before);
                assertThat(game.toMove())
                        .as("whose turn it is after refused moves")
                        .isEqualTo(mover);
                player.choose(game, action, 0);
                step = game.step(action, 0);
            } while (!step.last());
        }
    }

    /** The images of the moves lead to the images of the positions. */
    @Test
    protected void symmetriesAreSymmetries() {
        Game game = create();
        Game image = create();
        int actions = game.actionSpace().choices();
        for (int s = 0; s < game.symmetries(); s++) {
            checkPermutations(game, s);
            RandomPlayer player = new RandomPlayer(game);
            boolean[] mask = new boolean[actions];
            boolean[] imageMask = new boolean[actions];
            float[] seen = new float[game.observationSpace().size()];
            float[] expected = seen.clone();
            float[] imageSeen = seen.clone();
            float[] action = new float[1];
            for (int seed = 0; seed < GAMES; seed++) {
                game.reset(seed);
                image.reset(seed);
                player.reseed(seed);
                Step step;
                do {
                    game.actionMask(mask, 0);
                    image.actionMask(imageMask, 0);
                    for (int move = 0; move < actions; move++) {
                        assertThat(imageMask[game.symmetricAction(s, move)])
                                .as("whether the image of move " + move + " under symmetry " + s + " is allowed")
                                .isEqualTo(mask[move]);
                    }
                    player.choose(game, action, 0);
                    step = game.step(action, 0);
                    Step imageStep = image.step(new float[] {game.symmetricAction(s, (int) action[0])}, 0);
                    assertThat(imageStep)
                            .as("step in the image under symmetry " + s)
                            .isEqualTo(step);
                    game.observe(seen, 0);
                    for (int i = 0; i < seen.length; i++) {
                        expected[game.symmetricElement(s, i)] = seen[i];
                    }
                    image.observe(imageSeen, 0);
                    assertThat(imageSeen)
                            .as("observation of the image under symmetry " + s)
                            .containsExactly(expected);
                } while (!step.last());
            }
        }
    }

    private static void checkPermutations(Game game, int symmetry) {
        boolean[] elements = new boolean[game.observationSpace().size()];
        boolean[] moves = new boolean[game.actionSpace().choices()];
        for (int i = 0; i < elements.length; i++) {
            elements[game.symmetricElement(symmetry, i)] = true;
            assertThat(symmetry > 0 || game.symmetricElement(0, i) == i)
                    .as("whether symmetry 0 leaves element " + i + " in its place")
                    .isTrue();
        }
        for (int i = 0; i < moves.length; i++) {
            moves[game.symmetricAction(symmetry, i)] = true;
        }
        boolean[] all = new boolean[elements.length];
        Arrays.fill(all, true);
        assertThat(elements).as("elements reached by symmetry " + symmetry).containsExactly(all);
        all = new boolean[moves.length];
        Arrays.fill(all, true);
        assertThat(moves).as("moves reached by symmetry " + symmetry).containsExactly(all);
    }
}
