package io.espalier.algorithms.search;

import io.espalier.core.CopyableEnvironment;
import io.espalier.core.Environment;
import io.espalier.core.Game;
import io.espalier.core.RandomStream;
import io.espalier.core.Seeds;
import io.espalier.core.State;
import io.espalier.core.Step;
import io.espalier.policy.Player;
import io.espalier.policy.Policy;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Plays {@link AlphaZero}'s games against itself. The games of a play advance together, in copies of the environment: in
 * each simulation the search of each game walks to a leaf, and the network is asked about all these leaves at once.
 *
 * <p>Afterwards the moves that were made, not those that were only tried, are shown to the environment itself: so they are
 * counted, and a copy that plays by other rules than its original is found out.
 */
final class SelfPlay implements Player {
    private static final int LONGEST = 1_000_000;

    private final AlphaZero.Settings settings;
    private final Seeds seeds;
    private final GameNetwork network;
    private final Table[] tables;
    private final Table[] asking;
    private @Nullable Game scratch;
    private long round;

    /** One game under way: its search, and what was lived through. */
    private static final class Table {
        final PuctTree tree;
        final RandomStream random = new RandomStream(0);
        final List<float[]> observations = new ArrayList<>();
        final List<float[]> shares = new ArrayList<>();
        final List<boolean[]> legal = new ArrayList<>();
        final List<Integer> moves = new ArrayList<>();
        final List<Integer> movers = new ArrayList<>();
        final List<Double> rewards = new ArrayList<>();
        final List<Double> searched = new ArrayList<>();
        long seed;
        boolean over;

        Table(PuctTree tree) {
            this.tree = tree;
        }

        void begin(Seeds own) {
            random.reseed(own.child("moves").seed());
            seed = own.child("game").seed();
            observations.clear();
            shares.clear();
            legal.clear();
            moves.clear();
            movers.clear();
            rewards.clear();
            searched.clear();
            over = false;
        }

        /** How the game ended for who made move number t, and all that was won on the way there. */
        double outcome(int t) {
            double sum = 0;
            for (int i = t; i < moves.size(); i++) {
                sum += movers.get(i).equals(movers.get(t)) ? rewards.get(i) : -rewards.get(i);
            }
            return sum;
        }
    }

    SelfPlay(AlphaZero.Settings settings, Policy initial, Seeds seeds) {
        this.settings = settings;
        this.seeds = seeds;
        network = new GameNetwork(initial, settings.games());
        tables = new Table[settings.games()];
        asking = new Table[settings.games()];
        for (int i = 0; i < tables.length; i++) {
            tables[i] = new Table(new PuctTree(network.actions(), settings.simulations() + 1, settings.exploration()));
        }
    }

    @Override
    public void begin(State announced) {
        network.load(announced.floats("parameters"));
        round = announced.getLong("round");
    }

    @Override
    public State play(int number, int attempt, Environment environment) {
        Game game = game(environment);
        Seeds own = seeds.child("round", round).child("play", number).child(attempt);
        Game[] games = new Game[tables.length];
        for (int i = 0; i < tables.length; i++) {
            tables[i].begin(own.child(i));
            games[i] = game.copy();
            games[i].reset(tables[i].seed);
        }
        Game walker = scratch == null || scratch.getClass() != game.getClass() ? game.copy() : scratch;
        scratch = walker;
        for (int left = tables.length; left > 0; ) {
            search(games, walker);
            for (int i = 0; i < tables.length; i++) {
                if (!tables[i].over) {
                    move(tables[i], games[i]);
                    left -= tables[i].over ? 1 : 0;
                }
            }
        }
        show(environment);
        return result(game);
    }

    private static Game game(Environment environment) {
        CopyableEnvironment copy = environment.searchCopy();
        if (!(copy instanceof Game game) || game.hasChance()) {
            throw new IllegalArgumentException("alphazero plays games for two without chance, not "
                    + (copy == null
                            ? "an environment that cannot be copied"
                            : copy.getClass().getSimpleName())
                    + ". Maybe use the variant for self-play, as ConnectFourSelfPlay-v0.");
        }
        return game;
    }

    private void search(Game[] games, Game walker) {
        for (Table table : tables) {
            table.tree.clear();
        }
        for (int n = 0; n <= settings.simulations(); n++) {
            network.clear();
            int rows = 0;
            for (int i = 0; i < tables.length; i++) {
                if (!tables[i].over && tables[i].tree.select(games[i], walker)) {
                    network.add(walker);
                    asking[rows++] = tables[i];
                }
            }
            if (rows == 0) {
                continue;
            }
            network.evaluate();
            for (int row = 0; row < rows; row++) {
                PuctTree tree = asking[row].tree;
                tree.expand(network.probabilities, network.legal, row * network.actions(), network.value(row));
                if (n == 0) {
                    tree.addNoise(settings.noiseShare(), settings.noiseConcentration(), asking[row].random);
                }
            }
        }
    }

    private void move(Table table, Game game) {
        float[] observation = new float[network.observationSize()];
        game.observe(observation, 0);
        boolean[] legal = new boolean[network.actions()];
        game.actionMask(legal, 0);
        float[] shares = new float[network.actions()];
        table.tree.shares(shares, 0);
        boolean sampled = table.moves.size() < settings.sampledMoves();
        int move = sampled ? table.tree.sampled(table.random) : table.tree.mostVisited();
        table.observations.add(observation);
        table.legal.add(legal);
        table.shares.add(shares);
        table.searched.add(table.tree.value());
        table.movers.add(game.toMove());
        table.moves.add(move);
        Step step = game.step(new float[] {move}, 0);
        table.rewards.add(step.reward());
        table.over = step.last();
    }

    private void show(Environment environment) {
        float[] action = new float[1];
        for (Table table : tables) {
            environment.reset(table.seed);
            for (int t = 0; t < table.moves.size(); t++) {
                action[0] = table.moves.get(t);
                Step step = environment.step(action, 0);
                boolean end = t == table.moves.size() - 1;
                if (end && !step.last()) {
                    playOn(environment);
                }
                if (step.reward() != table.rewards.get(t) || step.last() != end) {
                    throw new IllegalStateException("move " + t + " of a game brought " + table.rewards.get(t)
                            + " in a copy of the environment, and " + step + " in the environment itself."
                            + " Maybe its copy forgets something.");
                }
            }
        }
    }

    /** Goes on where a copy was at its end: the environment may be one that never ends, and a guard knows when to say so. */
    private void playOn(Environment environment) {
        boolean[] legal = new boolean[network.actions()];
        float[] action = new float[1];
        Step step;
        int steps = 0;
        do {
            environment.actionMask(legal, 0);
            int move = 0;
            while (move < legal.length - 1 && !legal[move]) {
                move++;
            }
            action[0] = move;
            step = environment.step(action, 0);
        } while (!step.last() && ++steps < LONGEST);
    }

    /** All positions in all symmetries, and how the games ended. */
    private State result(Game game) {
        int symmetries = settings.symmetries() ? game.symmetries() : 1;
        int moves = 0;
        int[] ends = new int[3];
        for (Table table : tables) {
            moves += table.moves.size();
            ends[1 + (int) Math.signum(table.outcome(0))]++;
        }
        int rows = moves * symmetries;
        int size = network.observationSize();
        int actions = network.actions();
        float[] observations = new float[Math.multiplyExact(rows, size)];
        float[] shares = new float[rows * actions];
        byte[] legal = new byte[shares.length];
        float[] values = new float[rows];
        int row = 0;
        for (Table table : tables) {
            for (int t = 0; t < table.moves.size(); t++) {
                double mixed = settings.searchValueShare() * table.searched.get(t)
                        + (1 - settings.searchValueShare()) * table.outcome(t);
                for (int s = 0; s < symmetries; s++) {
                    for (int e = 0; e < size; e++) {
                        observations[row * size + game.symmetricElement(s, e)] =
                                table.observations.get(t)[e];
                    }
                    for (int a = 0; a < actions; a++) {
                        int to = row * actions + game.symmetricAction(s, a);
                        shares[to] = table.shares.get(t)[a];
                        legal[to] = (byte) (table.legal.get(t)[a] ? 1 : 0);
                    }
                    values[row++] = (float) mixed;
                }
            }
        }
        State result = new State();
        result.put("observations", observations);
        result.put("shares", shares);
        result.put("legal", legal);
        result.put("values", values);
        result.put("games", new long[] {tables.length, moves, ends[2], ends[1], ends[0]});
        return result;
    }
}
