package io.espalier.algorithms.tabular;

import com.google.auto.service.AutoService;
import io.espalier.core.Cores;
import io.espalier.core.Rollout;
import io.espalier.core.Seeds;
import io.espalier.core.Setting;
import io.espalier.core.State;
import io.espalier.nn.Schedule;
import io.espalier.policy.AlgorithmProvider;
import io.espalier.policy.Policy;
import io.espalier.policy.RolloutAlgorithm;
import io.espalier.policy.RolloutLearner;
import io.espalier.policy.TaskSpec;

/**
 * Monte-Carlo control with a table: waits for the end of an episode and moves each pair towards the return that followed it.
 * It trusts no other estimate, so it needs no Markov property, but it needs episodes that end.
 *
 * <pre>
 *   Gₜ = rₜ + γ · Gₜ₊₁
 *   on-policy:   Q(s, a) ← Q(s, a) + α · (G − Q(s, a)), at the first or at every visit of (s, a) in an episode
 *   off-policy:  C(s, a) ← C(s, a) + W;  Q(s, a) ← Q(s, a) + W / C(s, a) · (G − Q(s, a));
 *                going backwards, W ← W / b(a | s) as long as a is greedy, else the rest of the episode is left out
 * </pre>
 *
 * <p>Sutton and Barto, 2nd edition, sections 5.4 (first visit) and 5.7 (weighted importance sampling); b is the policy that
 * acted. On-policy, learning rate 1 with visit exponent 1 is the mean of the returns. Unlike there, an episode that is cut
 * off ends with the worth of the state reached, as far as the table knows, instead of being lost; a void step loses what
 * came before it.
 *
 * @param settings how it learns
 */
public record MonteCarlo(MonteCarlo.Settings settings) implements RolloutAlgorithm {
    @Override
    public String name() {
        return "monte-carlo";
    }

    @Override
    public int environments() {
        return settings.environments();
    }

    @Override
    public int rolloutSteps() {
        return settings.rolloutSteps();
    }

    @Override
    public Policy policy(TaskSpec task, Seeds seeds) {
        return ActionTable.policy(task, settings.initialValue(), settings.epsilon(), seeds);
    }

    @Override
    public RolloutLearner learner(TaskSpec task, Policy initial, Seeds seeds, Cores cores) {
        return new TableLearner(
                task,
                initial,
                settings.epsilon(),
                new WholeEpisodes(settings, initial.weights().size()));
    }

    /** The settings of {@link MonteCarlo}. */
    public record Settings(
            @Setting("Copies of the environment stepped together.")
            int environments,

            @Setting("Environment steps of each copy between two changes of the acting policy.")
            int rolloutSteps,

            @Setting("Discount of future rewards per environment step, 0 to 1.")
            double gamma,

            @Setting("Step size α towards each new target, a number or a schedule over the run's budget.")
            Schedule learningRate,

            @Setting("ω: the step size of the n-th visit to a pair is α / (1 + n)^ω; 0 for no decay.")
            double visitExponent,

            @Setting("Share of random actions, a number or a schedule over the run's budget.")
            Schedule epsilon,

            @Setting("What every pair is worth at first; above the truth makes it try everything.")
            double initialValue,

            @Setting("Whether a pair learns only from its first visit in an episode, instead of from every one.")
            boolean firstVisit,

            @Setting(
                    "Whether to learn about the greedy policy, by weighted importance sampling; step sizes are then not used.")
            boolean offPolicy) {
        /**
         * Checks everything.
         *
         * @throws IllegalArgumentException with a line for each broken rule
         */
        public Settings {
            ActionTable.rules(environments, rolloutSteps, gamma, learningRate, visitExponent, epsilon, initialValue)
                    .check();
        }

        /** Settings that suit most tasks. */
        public static Settings defaults() {
            return new Settings(1, 8, 1, Schedule.constant(1), 1, Schedule.linear(1, 0.05, 0.5), 0, true, false);
        }
    }

    /** Offers {@link MonteCarlo} by name. */
    @SuppressWarnings("rawtypes") // a service is named by its raw type
    @AutoService(AlgorithmProvider.class)
    public static final class Provider implements AlgorithmProvider<Settings> {
        @Override
        public String name() {
            return "monte-carlo";
        }

        @Override
        public String summary() {
            return "Monte-Carlo control with a table, on-policy or by importance sampling: learns from whole returns, trusts no estimate.";
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
        public RolloutAlgorithm create(Settings settings) {
            return new MonteCarlo(settings);
        }
    }

    /** The rule, with the episodes under way. */
    private static final class WholeEpisodes implements TableLearner.Rule {
        private final Settings settings;
        private final EpisodeSoFar[] episodes;
        private final double[] weights;
        private final int[] firstVisit;

        WholeEpisodes(Settings settings, int pairs) {
            this.settings = settings;
            episodes = new EpisodeSoFar[settings.environments()];
            for (int i = 0; i < episodes.length; i++) {
                episodes[i] = new EpisodeSoFar();
            }
            weights = new double[pairs];
            firstVisit = new int[pairs];
        }

        @Override
        public void learn(Rollout rollout, ActionTable table, double epsilon) {
            for (int row = 0; row < rollout.rows(); row++) {
                EpisodeSoFar episode = episodes[row % rollout.environments];
                if (rollout.stands(row)) {
                    episode.clear();
                }
                if (!ActionTable.usable(rollout, row)) {
                    episode.clear();
                    continue;
                }
                episode.add(table.pair(rollout, row), rollout, row);
                if (rollout.last(row)) {
                    double tail = rollout.terminated[row] ? 0 : cutOff(rollout, row, table, epsilon);
                    long step = rollout.environmentStepsBefore + row;
                    if (settings.offPolicy()) {
                        weigh(episode, table, tail);
                    } else {
                        average(episode, table, tail, step);
                    }
                    episode.clear();
                }
            }
        }

        /** What stands for the rest of an episode that was cut off: the worth of going on with the policy in question. */
        private double cutOff(Rollout rollout, int row, ActionTable table, double epsilon) {
            return settings.offPolicy()
                    ? table.bestReached(rollout, row)
                    : table.expectedReached(rollout, row, epsilon);
        }

        private void average(EpisodeSoFar episode, ActionTable table, double tail, long environmentStep) {
            for (int t = episode.length() - 1; t >= 0; t--) {
                firstVisit[episode.pair(t)] = t;
            }
            double g = tail;
            for (int t = episode.length() - 1; t >= 0; t--) {
                g = episode.reward(t) + settings.gamma() * g;
                int pair = episode.pair(t);
                if (!settings.firstVisit() || firstVisit[pair] == t) {
                    double alpha = table.stepSize(
                            settings.learningRate(), settings.visitExponent(), environmentStep, table.visits[pair]);
                    table.learn(pair, alpha, g - table.values[pair]);
                }
            }
        }

        private void weigh(EpisodeSoFar episode, ActionTable table, double tail) {
            double g = tail;
            double w = 1;
            for (int t = episode.length() - 1; t >= 0; t--) {
                g = episode.reward(t) + settings.gamma() * g;
                int pair = episode.pair(t);
                weights[pair] += w;
                table.learn(pair, w / weights[pair], g - table.values[pair]);
                // Among equals the greedy policy may as well take the one that was taken.
                if (table.values[pair] < episode.best(t, table)) {
                    return;
                }
                w /= StrictMath.exp(episode.logProbability(t));
            }
        }

        @Override
        public void save(State into) {
            into.put("weights", weights);
            for (int i = 0; i < episodes.length; i++) {
                episodes[i].save(into.child("episode", i));
            }
        }

        @Override
        public void load(State from) {
            System.arraycopy(from.doubles("weights"), 0, weights, 0, weights.length);
            for (int i = 0; i < episodes.length; i++) {
                episodes[i].load(from.child("episode", i));
            }
        }
    }
}
