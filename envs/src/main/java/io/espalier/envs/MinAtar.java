package io.espalier.envs;

import io.espalier.core.Box;
import io.espalier.core.Discrete;
import io.espalier.core.Environment;
import io.espalier.core.RandomStream;
import io.espalier.core.Space;
import io.espalier.core.State;
import io.espalier.core.Stateful;
import io.espalier.core.Step;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The testbed MinAtar: five games of the Atari 2600 on a grid of 10 x 10 cells. This class is what the games share; each
 * game is a file of its own: {@link Asterix}, {@link Breakout}, {@link Freeway}, {@link Seaquest}, {@link SpaceInvaders}.
 *
 * <p><b>Actions</b>, {@code discrete(6)}: 0 nothing, 1 left, 2 up, 3 right, 4 down, 5 fire; with the minimal action set only
 * those that the game knows, in this order, numbered from 0. With a probability of 0.1 an action sticks: the one before
 * is done again (in the first frame: nothing).
 *
 * <p><b>Observations</b>, {@code box[channels, 10, 10]} of zeros and ones, with the channel first as convolutions want it
 * here: element {@code channel * 100 + y * 10 + x}, with y downwards. (The published form has the channel last.) A network of
 * dense layers needs {@code flatten} in front, as PPO's setting {@code trunk=flatten > dense(64) > relu > dense(64) > relu}.
 *
 * <p><b>Rewards, start, end</b>: see the games. The games themselves know no time limit but Freeway's; those made by name
 * are truncated after 10,000 steps, since a good player might never lose.
 *
 * <p><b>Version</b>: by name {@code MinAtar/Breakout-v1} with the minimal action set and {@code MinAtar/Breakout-v0} with all
 * six actions, as Gymnasium registers them.
 *
 * <p><b>Source</b>: K. Young and T. Tian, "MinAtar: An Atari-inspired testbed for thorough and reproducible reinforcement
 * learning experiments", arXiv:1903.03176. Written from its descriptions, with timings as other implementations give them.
 */
public final class MinAtar implements Environment, Stateful {
    /** The number of rows and of columns. */
    public static final int SIDE = 10;

    static final int NOTHING = 0;
    static final int LEFT = 1;
    static final int UP = 2;
    static final int RIGHT = 3;
    static final int DOWN = 4;
    static final int FIRE = 5;

    private static final int CELLS = SIDE * SIDE;

    /** Rewards are small whole numbers; a step for each saves allocating them. */
    private static final Step[] GOES_ON =
            IntStream.range(0, 32).mapToObj(Step::transition).toArray(Step[]::new);

    private static final Step[] ENDS =
            IntStream.range(0, 32).mapToObj(Step::termination).toArray(Step[]::new);

    /** One of the games: rules without what is common to all. Its own randomness is what it is handed. */
    public interface Game extends Stateful {
        /** How many planes of cells it shows. */
        int channels();

        /** A letter for each channel, for people. */
        String letters();

        /** The actions that have an effect, ascending, beginning with 0. */
        int[] minimalActions();

        /** Begins an episode; {@code ramping} says whether the game may become harder while it lasts. */
        void begin(RandomStream random, boolean ramping);

        /** Plays a frame with one of the six actions and returns its reward. */
        int play(int action, RandomStream random);

        /** Whether the last frame ended the game. */
        boolean over();

        /** Writes ones, {@link #cell} says where, into zeros that begin at {@code at}. */
        void draw(float[] into, int at);
    }

    /**
     * How a game is played.
     *
     * @param stickiness the probability that the action before is done again instead of the one wanted
     * @param ramping whether the game becomes harder while it lasts
     * @param minimalActions whether to offer only the actions that have an effect, rather than all six
     */
    public record Settings(double stickiness, boolean ramping, boolean minimalActions) {
        /**
         * Checks the probability.
         *
         * @throws IllegalArgumentException if it is none, or 1: then no action would ever be heeded
         */
        public Settings {
            if (!(stickiness >= 0 && stickiness < 1)) {
                throw new IllegalArgumentException(
                        "stickiness (" + stickiness + ") must be at least 0 and below 1. Maybe 0.1, as published.");
            }
        }

        /** As published, with or without the actions that have no effect. */
        public static Settings published(boolean minimalActions) {
            return new Settings(0.1, true, minimalActions);
        }
    }

    private final Game game;
    private final Settings settings;
    private final Discrete actions;
    private final int[] meaning;
    private final Box observations;
    private final RandomStream random = new RandomStream(0);
    private int lastAction;
    private boolean running;

    /** A machine for one game, which nothing else may use. */
    public MinAtar(Game game, Settings settings) {
        this.game = game;
        this.settings = settings;
        meaning = settings.minimalActions() ? game.minimalActions() : new int[] {0, 1, 2, 3, 4, 5};
        actions = new Discrete(meaning.length);
        observations = Box.uniform(0, 1, game.channels(), SIDE, SIDE);
    }

    /** Where a cell stands in an observation. */
    public static int cell(int channel, int x, int y) {
        return channel * CELLS + y * SIDE + x;
    }

    static boolean inside(int x) {
        return x >= 0 && x < SIDE;
    }

    @Override
    public Space observationSpace() {
        return observations;
    }

    @Override
    public Space actionSpace() {
        return actions;
    }

    @Override
    public void reset(long seed) {
        random.reseed(seed);
        lastAction = NOTHING;
        game.begin(random, settings.ramping());
        running = true;
    }

    @Override
    public Step step(float[] row, int at) {
        Actions.underWay(running);
        int wanted = meaning[Actions.choice(actions, row, at)];
        if (settings.stickiness() == 0 || random.nextDouble() >= settings.stickiness()) {
            lastAction = wanted;
        }
        int reward = game.play(lastAction, random);
        running = !game.over();
        return (running ? GOES_ON : ENDS)[reward];
    }

    @Override
    public void observe(float[] into, int at) {
        Arrays.fill(into, at, at + observations.size(), 0);
        game.draw(into, at);
    }

    @Override
    public void save(State into) {
        long[] own = new long[5];
        random.save(own, 0);
        own[3] = lastAction;
        own[4] = running ? 1 : 0;
        into.put("minatar", own);
        game.save(into.child("game"));
    }

    @Override
    public void load(State from) {
        long[] own = Memory.longs(from, "minatar", 5);
        random.load(own, 0);
        lastAction = (int) own[3];
        running = own[4] != 0;
        game.load(from.child("game"));
    }

    /** The grid, a letter for what stands in a cell; of several things in one cell the first channel's. */
    @Override
    public String render() {
        float[] seen = new float[observations.size()];
        game.draw(seen, 0);
        StringBuilder picture = new StringBuilder();
        for (int y = 0; y < SIDE; y++) {
            for (int x = 0; x < SIDE; x++) {
                char letter = '.';
                for (int channel = game.channels() - 1; channel >= 0; channel--) {
                    letter = seen[cell(channel, x, y)] > 0 ? game.letters().charAt(channel) : letter;
                }
                picture.append(letter).append(x == SIDE - 1 ? "\n" : " ");
            }
        }
        return picture.toString();
    }
}
