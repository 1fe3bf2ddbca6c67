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
 * SARSA(λ) with a table: every surprise is shared with the pairs that led to it, the more recent the more, through traces.
 *
 * <pre>
 *   δ = r + γ · Q(s′, a′) − Q(s, a)
 *   e(s, a) ← e(s, a) + 1 (accumulating), or 1 (replacing)
 *   Q(x, u) ← Q(x, u) + α · δ · e(x, u)  for all pairs (x, u) of the episode
 *   e(x, u) ← γ · λ · e(x, u)
 * </pre>
 *
 * <p>Rummery (1995); Sutton and Barto, 1st edition, figure 7.11; replacing traces after Singh and Sutton, "Reinforcement
 * learning with replacing eligibility traces", Machine Learning 22 (1996). Unlike there, a trace below 10⁻⁶ counts as none,
 * and where an episode is cut off, Σₐ π(a | s′) · Q(s′, a) stands for Q(s′, a′). α is that of the pair just left.
 *
 * @param settings how it learns
 */
public record SarsaLambda(SarsaLambda.Settings settings) implements RolloutAlgorithm {
    @Override
    public String name() {
        return "sarsa-lambda";
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
                new Tracing(settings, initial.weights().size()));
    }

    /** The settings of {@link SarsaLambda}. */
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

            @Setting("Decay λ of the traces per environment step besides γ, 0 (SARSA) to 1 (Monte Carlo).")
            double lambda,

            @Setting("Whether a pair visited again has its trace set to 1, instead of raised by 1.")
            boolean replacingTraces) {
        /**
         * Checks everything.
         *
         * @throws IllegalArgumentException with a line for each broken rule
         */
        public Settings {
            ActionTable.rules(environments, rolloutSteps, gamma, learningRate, visitExponent, epsilon, initialValue)
                    .within(0, 1, "lambda", lambda, "Maybe use 0.9")
                    .check();
        }

        /** Settings that suit most tasks. */
        public static Settings defaults() {
            return new Settings(1, 8, 0.99, Schedule.constant(0.1), 0, Schedule.linear(1, 0.05, 0.5), 0, 0.9, true);
        }
    }

    /** Offers {@link SarsaLambda} by name. */
    @SuppressWarnings("rawtypes") // a service is named by its raw type
    @AutoService(AlgorithmProvider.class)
    public static final class Provider implements AlgorithmProvider<Settings> {
        @Override
        public String name() {
            return "sarsa-lambda";
        }

        @Override
        public String summary() {
            return "SARSA(lambda) with a table: traces share each surprise with the pairs that led to it, so rewards far off are learned sooner.";
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
            return new SarsaLambda(settings);
        }
    }

    /** The rule, with a trace for each environment. */
    private static final class Tracing implements TableLearner.Rule {
        private final Settings settings;
        private final NextActions nextActions;
        private final Traces[] traces;

        Tracing(Settings settings, int pairs) {
            this.settings = settings;
            nextActions = new NextActions(settings.environments());
            traces = new Traces[settings.environments()];
            for (int i = 0; i < traces.length; i++) {
                traces[i] = new Traces(pairs);
            }
        }

        @Override
        public void learn(Rollout rollout, ActionTable table, double epsilon) {
            nextActions.complete(rollout, table, epsilon, new NextActions.Sink() {
                @Override
                public void transition(
                        int environment, int pair, double reward, long environmentStep, double next, boolean last) {
                    double delta = reward + settings.gamma() * next - table.values[pair];
                    double alpha = table.stepSize(
                            settings.learningRate(), settings.visitExponent(), environmentStep, table.visits[pair]);
                    Traces trace = traces[environment];
                    trace.visit(pair, settings.replacingTraces());
                    trace.spread(table.values, alpha * delta, settings.gamma() * settings.lambda());
                    table.visits[pair]++;
                    table.count(alpha, delta);
                    if (last) {
                        trace.clear();
                    }
                }

                @Override
                public void broken(int environment) {
                    traces[environment].clear();
                }
            });
        }

        @Override
        public void save(State into) {
            nextActions.save(into);
            for (int i = 0; i < traces.length; i++) {
                traces[i].save(into.child("trace", i));
            }
        }

        @Override
        public void load(State from) {
            nextActions.load(from);
            for (int i = 0; i < traces.length; i++) {
                traces[i].load(from.child("trace", i));
            }
        }
    }
}
