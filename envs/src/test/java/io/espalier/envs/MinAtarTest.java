package io.espalier.envs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.espalier.core.Discrete;
import io.espalier.core.Environment;
import io.espalier.core.RandomStream;
import io.espalier.core.State;
import io.espalier.core.Step;
import io.espalier.testkit.EnvironmentContract;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the games share; the contract is held against the form with all actions. */
class MinAtarTest extends EnvironmentContract {
    @Override
    protected Environment create() {
        return new MinAtar(new Breakout(), MinAtar.Settings.published(false));
    }

    /** The cells of a channel that are set, as "x,y", row by row. */
    static List<String> cells(MinAtar.Game game, int channel) {
        float[] seen = new float[game.channels() * 100];
        game.draw(seen, 0);
        List<String> found = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            if (seen[channel * 100 + i] == 1) {
                found.add(i % 10 + "," + i / 10);
            }
        }
        return found;
    }

    /** Notes what it was told to do. */
    private static final class Listener implements MinAtar.Game {
        final List<Integer> heard = new ArrayList<>();

        @Override
        public int channels() {
            return 1;
        }

        @Override
        public String letters() {
            return "x";
        }

        @Override
        public int[] minimalActions() {
            return new int[] {0, 2, 5};
        }

        @Override
        public void begin(RandomStream random, boolean ramping) {
            heard.clear();
        }

        @Override
        public int play(int action, RandomStream random) {
            heard.add(action);
            return 3;
        }

        @Override
        public boolean over() {
            return heard.size() == 5000;
        }

        @Override
        public void draw(float[] into, int at) {
            into[at + MinAtar.cell(0, 2, 1)] = 1;
        }

        @Override
        public void save(State into) {}

        @Override
        public void load(State from) {}
    }

    @Test
    void actionsStickOnceInTen() {
        Listener listener = new Listener();
        MinAtar machine = new MinAtar(listener, MinAtar.Settings.published(false));
        machine.reset(4);
        int stuck = 0;
        for (int t = 0; t < 5000; t++) {
            // Always another action than the one before.
            int wanted = 1 + t % 5;
            Step step = machine.step(new float[] {wanted}, 0);
            assertThat(step).isEqualTo(t < 4999 ? Step.transition(3) : Step.termination(3));
            int before = t == 0 ? 0 : listener.heard.get(t - 1);
            int heard = listener.heard.get(t);
            assertThat(heard).isIn(wanted, before);
            stuck += heard == wanted ? 0 : 1;
        }
        // Binomial: mean 500, standard deviation 21; four of them. (One in 10 that stick twice are counted too.)
        assertThat(stuck).isBetween(500 - 85, 500 + 85);
    }

    @Test
    void theMinimalActionSetIsNumberedFromZero() {
        Listener listener = new Listener();
        MinAtar machine = new MinAtar(listener, new MinAtar.Settings(0, true, true));
        assertThat(machine.actionSpace()).isEqualTo(new Discrete(3));
        machine.reset(1);
        for (int action : new int[] {2, 0, 1}) {
            machine.step(new float[] {action}, 0);
        }
        assertThat(listener.heard).containsExactly(5, 0, 2);
        assertThat(machine.render().lines().toList().get(1)).isEqualTo(". . x . . . . . . .");
    }

    /** Longer than the contract does it, since much of what a game remembers shows late. */
    @Test
    void longGamesResumeExactly() {
        MinAtar.Settings settings = MinAtar.Settings.published(false);
        for (Supplier<MinAtar.Game> game : List.<Supplier<MinAtar.Game>>of(
                Asterix::new, Breakout::new, () -> new Freeway(300), Seaquest::new, SpaceInvaders::new)) {
            MinAtar one = new MinAtar(game.get(), settings);
            MinAtar other = new MinAtar(game.get(), settings);
            RandomStream random = new RandomStream(5);
            int resumed = 0;
            for (int seed = 0; seed < 100; seed++) {
                one.reset(seed);
                other.reset(1000 + seed);
                play(one, one, random, seed % 47);
                play(other, other, random, 10);
                State state = new State();
                one.save(state);
                other.load(state);
                resumed += play(one, other, random, 500);
            }
            assertThat(resumed).as(game.get().letters()).isGreaterThan(40);
        }
    }

    /** Plays two at once, mostly doing nothing, asserts that they agree, and says for how many steps. */
    private static int play(MinAtar one, MinAtar other, RandomStream random, int most) {
        float[] action = new float[1];
        float[] seen = new float[one.observationSpace().size()];
        float[] seenByOther = new float[seen.length];
        for (int t = 0; t < most; t++) {
            action[0] = random.nextInt(8) == 0 ? random.nextInt(6) : MinAtar.NOTHING;
            Step step;
            try {
                step = one.step(action, 0);
            } catch (IllegalStateException over) {
                return t;
            }
            if (one != other) {
                assertThat(other.step(action, 0)).isEqualTo(step);
                one.observe(seen, 0);
                other.observe(seenByOther, 0);
                assertThat(Arrays.equals(seen, seenByOther)).isTrue();
            }
        }
        return most;
    }

    @Test
    void theMemoryOfAnotherGameIsRefused() {
        MinAtar.Settings settings = MinAtar.Settings.published(true);
        for (MinAtar.Game game :
                List.of(new Asterix(), new Breakout(), new Freeway(), new Seaquest(), new SpaceInvaders())) {
            MinAtar machine = new MinAtar(game, settings);
            machine.reset(1);
            State state = new State();
            machine.save(state);
            MinAtar.Game another = game instanceof Asterix ? new Freeway() : new Asterix();
            assertThatIllegalArgumentException()
                    .as(game.letters())
                    .isThrownBy(() -> new MinAtar(another, settings).load(state))
                    .withMessageContaining("Maybe");
        }
        ClusterScheduling pool = new ClusterScheduling(5, 50, 0.9);
        pool.reset(1);
        State state = new State();
        pool.save(state);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ClusterScheduling(4, 50, 0.9).load(state))
                .withMessageContaining("\"queue\" has 5 values, not 4");
    }

    @Test
    void aStickinessThatIsNoneIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new MinAtar.Settings(1, true, true))
                .withMessageContaining("stickiness (1.0)");
    }

    /**
     * Mean returns of a random player with all six actions, measured on the published games, with their standard errors:
     * 300 episodes, for Freeway 20.
     */
    @ParameterizedTest
    @CsvSource({
        "Asterix, 0.41, 0.05, 6000",
        "Breakout, 0.50, 0.04, 6000",
        "Freeway, 0.20, 0.09, 100",
        "Seaquest, 0.10, 0.02, 6000",
        "SpaceInvaders, 2.91, 0.13, 6000"
    })
    void aRandomPlayerEarnsWhatItEarnsInThePublishedGames(String game, double mean, double error, int episodes) {
        Environment machine = new BuiltInEnvironments()
                .environments().stream()
                        .filter(spec -> spec.name().equals("MinAtar/" + game + "-v0"))
                        .findFirst()
                        .orElseThrow()
                        .factory()
                        .get();
        RandomStream random = new RandomStream(7);
        float[] action = new float[1];
        double sum = 0;
        double squares = 0;
        for (int episode = 0; episode < episodes; episode++) {
            machine.reset(episode);
            double earned = 0;
            Step step;
            do {
                action[0] = random.nextInt(6);
                step = machine.step(action, 0);
                earned += step.reward();
            } while (!step.last());
            sum += earned;
            squares += earned * earned;
        }
        double ours = sum / episodes;
        double variance = (squares / episodes - ours * ours) / episodes;
        assertThat(Math.abs(ours - mean))
                .as("%s: %.3f here, %.2f ± %.2f there", game, ours, mean, error)
                .isLessThan(3 * Math.sqrt(variance + error * error));
    }
}
