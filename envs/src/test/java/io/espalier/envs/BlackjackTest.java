package io.espalier.envs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.espalier.core.Environment;
import io.espalier.core.Step;
import io.espalier.testkit.EnvironmentContract;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BlackjackTest extends EnvironmentContract {
    @Override
    protected Environment create() {
        return new Blackjack();
    }

    /** How likely the dealer ends with each sum, given the open card; 22 stands for all beyond 21. */
    private final double[][] dealer = new double[11][23];

    /** How likely the dealer has a natural, given the open card. */
    private final double[] natural = new double[11];

    private final Map<String, Double> values = new HashMap<>();

    BlackjackTest() {
        for (int open = 1; open <= 10; open++) {
            for (int card = 1; card <= 10; card++) {
                dealerDraws(open, open + card, open == 1 || card == 1, likely(card));
                natural[open] += open + card == 11 && (open == 1 || card == 1) ? likely(card) : 0;
            }
        }
    }

    private void dealerDraws(int open, int points, boolean ace, double probability) {
        int sum = ace && points + 10 <= 21 ? points + 10 : points;
        if (sum >= 17) {
            dealer[open][Math.min(22, sum)] += probability;
            return;
        }
        for (int card = 1; card <= 10; card++) {
            dealerDraws(open, points + card, ace || card == 1, probability * likely(card));
        }
    }

    private static double likely(int card) {
        return card == 10 ? 4 / 13.0 : 1 / 13.0;
    }

    private double stick(int sum, int open) {
        double worth = 0;
        for (int other = 17; other <= 22; other++) {
            worth += dealer[open][other] * (other == 22 ? 1 : Integer.signum(sum - other));
        }
        return worth;
    }

    private double hit(int points, boolean ace, int open, int always) {
        double worth = 0;
        for (int card = 1; card <= 10; card++) {
            int after = points + card;
            worth += likely(card) * (after > 21 ? -1 : value(after, ace || card == 1, open, always));
        }
        return worth;
    }

    /** What a hand is worth to the best player, or to one who sticks from a given sum on. */
    private double value(int points, boolean ace, int open, int always) {
        String hand = points + " " + ace + " " + open + " " + always;
        Double known = values.get(hand);
        if (known != null) {
            return known;
        }
        int sum = ace && points + 10 <= 21 ? points + 10 : points;
        double stick = stick(sum, open);
        double hit = hit(points, ace, open, always);
        double worth = always == 0 ? Math.max(stick, hit) : sum >= always ? stick : hit;
        values.put(hand, worth);
        return worth;
    }

    private double game(int always, boolean book) {
        double mean = 0;
        for (int open = 1; open <= 10; open++) {
            for (int first = 1; first <= 10; first++) {
                for (int second = 1; second <= 10; second++) {
                    boolean ace = first == 1 || second == 1;
                    boolean ours = ace && first + second == 11;
                    // By the book a natural wins unless the dealer has one too.
                    double worth = ours && book ? 1 - natural[open] : value(first + second, ace, open, always);
                    mean += likely(open) * likely(first) * likely(second) * worth;
                }
            }
        }
        return mean;
    }

    @Test
    void bestMeanReturnIsThatOfTheReference() {
        assertThat(game(0, false)).isEqualTo(-0.04656, within(5e-6));
        // Naturals beat a dealer's other 21s, which is worth 0.0034.
        assertThat(game(0, true)).isEqualTo(-0.04311, within(5e-6));
        // BuiltInEnvironments sets its threshold between the best and this player.
        assertThat(game(17, true)).isEqualTo(-0.07585, within(5e-6));
    }

    @Test
    void playsAsTheRecursionSays() {
        Blackjack env = new Blackjack();
        float[] seen = new float[3];
        double sum = 0;
        int games = 400_000;
        for (int seed = 0; seed < games; seed++) {
            env.reset(seed);
            Step step;
            do {
                env.observe(seen, 0);
                step = env.step(new float[] {seen[0] >= 17 ? 0 : 1}, 0);
            } while (!step.last());
            sum += step.reward();
        }
        // The reward's standard deviation is below 1: four standard errors.
        assertThat(sum / games).isEqualTo(game(17, true), within(4 / Math.sqrt(games)));
    }

    @Test
    void showsOnlyTheOpenCardWhileTheGameGoesOn() {
        int[] cards = {5, 6, 1, 7, 10, 9};
        int[] next = {0};
        Blackjack env = new Blackjack(Blackjack.Rules.BOOK, () -> cards[next[0]++]);
        env.reset(0);
        assertThat(env.render()).isEqualTo("dealer 5 + ?\nplayer 18 with a usable ace\n");
        assertThat(env.step(new float[] {1}, 0)).isEqualTo(Step.transition(0));
        assertThat(env.render()).isEqualTo("dealer 5 + ?\nplayer 18\n");
        assertThat(env.step(new float[] {0}, 0)).isEqualTo(Step.termination(-1));
        assertThat(env.render()).isEqualTo("dealer 20\nplayer 18\n");
        assertThat(env.success()).isFalse();
    }
}
