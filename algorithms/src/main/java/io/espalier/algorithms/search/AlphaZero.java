package io.espalier.algorithms.search;

import com.google.auto.service.AutoService;
import io.espalier.algorithms.parts.ActorCritic;
import io.espalier.algorithms.parts.Rules;
import io.espalier.core.Box;
import io.espalier.core.Cores;
import io.espalier.core.Discrete;
import io.espalier.core.Seeds;
import io.espalier.core.Setting;
import io.espalier.nn.Initializer;
import io.espalier.nn.NetworkSpec;
import io.espalier.nn.Schedule;
import io.espalier.policy.ActionHead;
import io.espalier.policy.AlgorithmProvider;
import io.espalier.policy.EpisodeAlgorithm;
import io.espalier.policy.EpisodeLearner;
import io.espalier.policy.Player;
import io.espalier.policy.Policy;
import io.espalier.policy.TaskSpec;

/**
 * Learns a game for two by playing against itself: a search guided by the network finds better moves than the network
 * alone, and the network learns from what the search found and how the games ended.
 *
 * <p>Silver et al., "Mastering chess and shogi by self-play with a general reinforcement learning algorithm",
 * arXiv:1712.01815. Needs a {@link io.espalier.core.Game} without chance. The search is {@link PuctTree}, self-play
 * {@link SelfPlay}, the loss {@link PositionLoss}. What was learned is played with a search too: {@link AlphaZeroPlayer}.
 *
 * @param settings how it learns
 */
public record AlphaZero(AlphaZero.Settings settings) implements EpisodeAlgorithm {
    @Override
    public String name() {
        return "alphazero";
    }

    @Override
    public Policy policy(TaskSpec task, Seeds seeds) {
        if (!(task.observationSpace() instanceof Box)
                || !(task.actionSpace() instanceof Discrete actions)
                || !task.masked()) {
            throw new IllegalArgumentException("alphazero needs a game: observations from a box, not "
                    + task.observationSpace().text() + "; discrete actions, not "
                    + task.actionSpace().text() + "; and a mask of the legal ones"
                    + (task.masked() ? "" : ", which is missing")
                    + ". Maybe use ppo.");
        }
        NetworkSpec probabilities = NetworkSpec.dense(actions.n(), Initializer.orthogonal(0.01));
        NetworkSpec value = NetworkSpec.dense(1, Initializer.orthogonal(0.1)).then(NetworkSpec.tanh());
        NetworkSpec heads = NetworkSpec.heads(
                NetworkSpec.head("policy", probabilities),
                NetworkSpec.head(
                        "value", NetworkSpec.parse(settings.valueLayers()).then(value)));
        NetworkSpec spec = NetworkSpec.parse(settings.trunk()).then(heads);
        return ActorCritic.policy(task, spec, new ActionHead.Categorical(), seeds);
    }

    @Override
    public EpisodeLearner learner(TaskSpec task, Policy initial, Seeds seeds, Cores cores) {
        return new AlphaZeroLearner(settings, task, initial, seeds, cores);
    }

    @Override
    public Player player(TaskSpec task, Policy initial, Seeds seeds) {
        return new SelfPlay(settings, initial, seeds);
    }

    /** The settings of {@link AlphaZero}. */
    public record Settings(
            @Setting("Plays of a round, between two updates; each may run on a thread of its own.")
            int plays,

            @Setting("Games of a play, which advance together: the network is asked for a position of each at once.")
            int games,

            @Setting("Simulations of the search for each move.")
            int simulations,

            @Setting("Weight of what was tried little in the search, c in its rule.")
            double exploration,

            @Setting("Share of noise in the probabilities of the first move of each search, 0 to 1.")
            double noiseShare,

            @Setting("How even that noise is: about ten divided by the number of moves.")
            double noiseConcentration,

            @Setting("Moves of each game that are drawn by their share of the search; later ones are its best.")
            int sampledMoves,

            @Setting("Share of the search's value in the value to be learned; the rest is how the game ended. 0 to 1.")
            double searchValueShare,

            @Setting("Whether each position is learned in all symmetries of the game.")
            boolean symmetries,

            @Setting("Positions remembered to learn from, counting their symmetric images.")
            int bufferPositions,

            @Setting("Positions of one gradient update.") int batchSize,

            @Setting("How often each position is learned from, in the mean.")
            double reuse,

            @Setting("The optimiser's step size, a number or linear(from, to) over the run's budget.")
            Schedule learningRate,

            @Setting("The optimiser, as adamw(weight-decay=0.01); its decay is the paper's regularisation.")
            String optimizer,

            @Setting("Weight of the squared error of the values.")
            double valueCoefficient,

            @Setting("Largest norm of the whole gradient; 0 for no limit.")
            double gradientNorm,

            @Setting("The hidden layers under both heads.") String trunk,

            @Setting("The hidden layers of the value alone.")
            String valueLayers) {
        /**
         * Checks everything.
         *
         * @throws IllegalArgumentException with a line for each broken rule
         */
        public Settings {
            new Rules()
                    .atLeast(1, "plays", plays, "Maybe use 4, so that four threads have work")
                    .atLeast(1, "games", games, "Maybe use 32")
                    .require(
                            simulations >= 2 && simulations <= 100_000,
                            "simulations",
                            simulations,
                            "must be from 2 to 100000",
                            "Maybe use 100")
                    .notNegative("exploration", exploration, "Maybe use 1.5")
                    .within(0, 1, "noiseShare", noiseShare, "Maybe use 0.25")
                    .require(
                            noiseConcentration > 0 && noiseConcentration <= 1000,
                            "noiseConcentration",
                            noiseConcentration,
                            "must be above 0 and at most 1000",
                            "Maybe use 1")
                    .atLeast(0, "sampledMoves", sampledMoves, "Maybe use 10")
                    .within(0, 1, "searchValueShare", searchValueShare, "Maybe use 0")
                    .atLeast(1, "bufferPositions", bufferPositions, "Maybe use 50000")
                    .atLeast(1, "batchSize", batchSize, "Maybe use 256")
                    .require(
                            reuse > 0 && reuse <= 1000,
                            "reuse",
                            reuse,
                            "must be above 0 and at most 1000",
                            "Maybe use 2")
                    .within(0, 1, "learningRate", learningRate, "Maybe use 0.001")
                    .optimizer("optimizer", optimizer)
                    .notNegative("valueCoefficient", valueCoefficient, "Maybe use 1")
                    .notNegative("gradientNorm", gradientNorm, "Maybe use 1, or 0 for no limit")
                    .network("trunk", trunk)
                    .network("valueLayers", valueLayers)
                    .check();
        }

        /** Settings that suit small games. */
        public static Settings defaults() {
            return new Settings(
                    4,
                    32,
                    64,
                    1.5,
                    0.25,
                    1,
                    10,
                    0,
                    true,
                    50_000,
                    256,
                    2,
                    Schedule.constant(0.001),
                    "adamw(weight-decay=0.01)",
                    1,
                    0,
                    "flatten > dense(128) > relu > dense(128) > relu",
                    "dense(32) > relu");
        }
    }

    /** Offers {@link AlphaZero} by name. */
    @SuppressWarnings("rawtypes") // a service is named by its raw type
    @AutoService(AlgorithmProvider.class)
    public static final class Provider implements AlgorithmProvider<Settings> {
        @Override
        public String name() {
            return "alphazero";
        }

        @Override
        public String summary() {
            return "AlphaZero: learns a game for two by searching and playing against itself.";
        }

        @Override
        public Class<Settings> settingsType() {
            return Settings.class;
        }

        @Override
        public Settings defaults() {
            return Settings.defaults();
        }

        @Override
        public EpisodeAlgorithm create(Settings settings) {
            return new AlphaZero(settings);
        }
    }
}
