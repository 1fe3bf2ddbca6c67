package io.espalier.envs;

import io.espalier.core.Discrete;
import io.espalier.core.Environment;
import io.espalier.core.MultiDiscrete;
import io.espalier.core.RandomStream;
import io.espalier.core.Space;
import io.espalier.core.Step;
import java.util.function.IntSupplier;

/**
 * A game of cards against a dealer: come nearer to 21 without exceeding it. Cards are drawn from an infinite deck; face
 * cards count 10, an ace counts 11 (it is then called usable) unless that would exceed 21, in which case it counts 1.
 *
 * <p><b>Actions</b>, {@code discrete(2)}: 0 sticks, 1 hits (takes a card).
 *
 * <p><b>Observations</b>, {@code multi-discrete[32, 11, 2]}: the player's sum, the dealer's open card (1 to 10, an ace
 * being 1), and whether the player has a usable ace.
 *
 * <p><b>Rewards</b>: 1 for winning, −1 for losing, 0 for a draw or while the game goes on. Under the book's rules a player
 * with a natural (an ace and a ten from the start) wins against a dealer's 21 that is none; under the casino's, winning
 * with a natural pays 1.5.
 *
 * <p><b>Start</b>: two cards each, one of the dealer's being open.
 *
 * <p><b>End</b>: terminated when the player exceeds 21 (and loses) or sticks; then the dealer takes cards up to a sum of 17
 * or more. Success means winning.
 *
 * <p><b>Version</b>: Blackjack-v1 of Gymnasium, whose registered form has the book's rules. The best mean return is
 * −0.0431, without a bonus for naturals −0.0466.
 *
 * <p><b>Source</b>: R. S. Sutton and A. G. Barto, "Reinforcement Learning: An Introduction" (2018), example 5.1.
 */
public final class Blackjack implements Environment {
    /** What a natural is worth. */
    public enum Rules {
        /** It beats a dealer's 21 that is no natural (Gymnasium's {@code sab}). */
        BOOK,
        /** Winning with it pays 1.5 (Gymnasium's {@code natural}). */
        CASINO,
        /** Nothing special (neither). */
        PLAIN
    }

    private static final int HIT = 1;
    private static final int ENOUGH = 17;
    private static final int MOST = 21;
    private static final Discrete ACTIONS = new Discrete(2);
    private static final MultiDiscrete OBSERVATIONS = new MultiDiscrete(32, 11, 2);
    private static final Step GOES_ON = Step.transition(0);
    private static final Step LOSES = Step.termination(-1);
    private static final Step DRAWS = Step.termination(0);
    private static final Step WINS = Step.termination(1);
    private static final Step WINS_WITH_NATURAL = Step.termination(1.5);

    private final RandomStream random = new RandomStream(0);
    private final Rules rules;
    private final IntSupplier cards;
    private final Hand player = new Hand();
    private final Hand dealer = new Hand();
    private int openCard;
    private boolean won;
    private boolean running;

    /** A game by the book's rules. */
    public Blackjack() {
        this(Rules.BOOK);
    }

    /** A game by those rules. */
    public Blackjack(Rules rules) {
        this.rules = rules;
        this.cards = () -> Math.min(10, 1 + random.nextInt(13));
    }

    /** A game with cards from a given source. */
    Blackjack(Rules rules, IntSupplier cards) {
        this.rules = rules;
        this.cards = cards;
    }

    @Override
    public Space observationSpace() {
        return OBSERVATIONS;
    }

    @Override
    public Space actionSpace() {
        return ACTIONS;
    }

    @Override
    public void reset(long seed) {
        random.reseed(seed);
        dealer.clear();
        player.clear();
        openCard = cards.getAsInt();
        dealer.take(openCard);
        dealer.take(cards.getAsInt());
        player.take(cards.getAsInt());
        player.take(cards.getAsInt());
        won = false;
        running = true;
    }

    @Override
    public Step step(float[] actions, int at) {
        Actions.underWay(running);
        if (Actions.choice(ACTIONS, actions, at) == HIT) {
            player.take(cards.getAsInt());
            running = player.sum() <= MOST;
            return running ? GOES_ON : LOSES;
        }
        running = false;
        while (dealer.sum() < ENOUGH) {
            dealer.take(cards.getAsInt());
        }
        Step step = settle();
        won = step.reward() > 0;
        return step;
    }

    private Step settle() {
        if (rules == Rules.BOOK && player.natural() && !dealer.natural()) {
            return WINS;
        }
        // The dealer beyond 21 has 0. The player never is.
        int difference = player.sum() - (dealer.sum() > MOST ? 0 : dealer.sum());
        if (difference > 0) {
            return rules == Rules.CASINO && player.natural() ? WINS_WITH_NATURAL : WINS;
        }
        return difference == 0 ? DRAWS : LOSES;
    }

    @Override
    public void observe(float[] into, int at) {
        into[at] = player.sum();
        into[at + 1] = openCard;
        into[at + 2] = player.usableAce() ? 1 : 0;
    }

    @Override
    public boolean reportsSuccess() {
        return true;
    }

    @Override
    public boolean success() {
        return won;
    }

    @Override
    public String render() {
        return "dealer " + (running ? openCard + " + ?" : String.valueOf(dealer.sum())) + "\nplayer " + player.sum()
                + (player.usableAce() ? " with a usable ace\n" : "\n");
    }

    private static final class Hand {
        private int count;
        private int points; // an ace counting 1
        private boolean ace;

        void clear() {
            count = 0;
            points = 0;
            ace = false;
        }

        void take(int card) {
            count++;
            points += card;
            ace |= card == 1;
        }

        boolean usableAce() {
            return ace && points + 10 <= MOST;
        }

        int sum() {
            return usableAce() ? points + 10 : points;
        }

        boolean natural() {
            return count == 2 && ace && points == 11;
        }
    }
}
