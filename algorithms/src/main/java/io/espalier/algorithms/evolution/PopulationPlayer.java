package io.espalier.algorithms.evolution;

import io.espalier.core.Environment;
import io.espalier.core.RandomStream;
import io.espalier.core.Seeds;
import io.espalier.core.State;
import io.espalier.core.Step;
import io.espalier.nn.Weights;
import io.espalier.policy.Normalizer;
import io.espalier.policy.Player;
import io.espalier.policy.Policy;
import io.espalier.policy.PolicySession;
import io.espalier.policy.TaskSpec;

/**
 * Lets the candidates of a play live through some episodes each, acting without chance. All candidates of a generation
 * meet the same episodes, so that luck does not decide between them.
 */
final class PopulationPlayer implements Player {
    private static final RandomStream[] NO_CHANCE = {};
    private static final float[] NOTHING = {};

    private final Candidates candidates;
    private final int episodes;
    private final Policy initial;
    private final PolicySession session;
    private final ObservationMoments known;
    private final ObservationMoments seen;
    private final float[] parameters;
    private final float[] observation;
    private final float[] action;
    private final boolean[] mask;
    private Normalizer normalizer = Normalizer.identity();
    private Seeds seeds = Seeds.of(0);
    private long steps;

    /**
     * @param episodes of each candidate
     * @param normalizes whether observations are normalised by what all candidates have seen
     */
    PopulationPlayer(TaskSpec task, Policy initial, Candidates candidates, int episodes, boolean normalizes) {
        this.candidates = candidates;
        this.episodes = episodes;
        this.initial = initial;
        session = initial.session(1);
        known = new ObservationMoments(task, normalizes);
        seen = new ObservationMoments(task, normalizes);
        parameters = new float[initial.weights().size()];
        observation = new float[task.observationSpace().size()];
        action = new float[task.actionSpace().size()];
        mask = new boolean[task.masked() ? task.actionSpace().choices() : 0];
    }

    @Override
    public void begin(State round) {
        seeds = Seeds.of(round.getLong("episodes"));
        known.load(round.child("observations"));
        normalizer = known.normalizer();
        candidates.begin(round);
    }

    @Override
    public State play(int number, int attempt, Environment environment) {
        double[] returns = new double[candidates.perPlay()];
        Seeds episodeSeeds = seeds.child(attempt);
        seen.clear();
        steps = 0;
        for (int which = 0; which < returns.length; which++) {
            candidates.parameters(number, which, parameters);
            session.load(initial.with(Weights.copyOf(0, parameters), normalizer, initial.head()));
            double sum = 0;
            for (int e = 0; e < episodes; e++) {
                sum += episode(environment, episodeSeeds.seedOf(e));
            }
            returns[which] = sum / episodes;
        }
        State result = new State();
        result.put("returns", returns);
        result.putLong("steps", steps);
        seen.save(result.child("observations"));
        return result;
    }

    private double episode(Environment environment, long seed) {
        environment.reset(seed);
        double sum = 0;
        Step step;
        do {
            environment.observe(observation, 0);
            seen.see(observation);
            if (mask.length > 0) {
                environment.actionMask(mask, 0);
            }
            session.act(observation, 0, 1, mask, 0, NO_CHANCE, 0, true, action, 0, NOTHING, NOTHING, 0);
            session.toEnvironment(action, 0, 1, action, 0);
            step = environment.step(action, 0);
            steps++;
            sum += step.reward();
        } while (!step.last());
        return sum;
    }
}
