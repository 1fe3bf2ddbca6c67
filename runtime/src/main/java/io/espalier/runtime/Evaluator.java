package io.espalier.runtime;

import io.espalier.core.RandomStream;
import io.espalier.core.Seeds;
import io.espalier.core.Step;
import io.espalier.policy.Policy;
import io.espalier.policy.PolicySession;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Plays whole episodes, one task each: episode {@code e} depends on its number alone, so the result does not depend on
 * threads. Each thread has an environment of its own, made when first needed. An environment that fails is replaced, and
 * its episode played again from another seed.
 */
final class Evaluator implements SpinCores.Resumable, AutoCloseable {
    private final EnvironmentSource source;
    private final EvaluationSettings settings;
    private final Seeds episodeSeeds;
    private final Seeds actionSeeds;
    private final Seat[] seats;
    private final double[] returns;
    private final int[] lengths;
    private final boolean[] successes;
    private final int[] attempts;
    private final boolean[] cuts;
    /** What the environment reported of each episode. */
    private final List<Map<String, Double>> figures;

    private Policy policy;

    /**
     * @param policy decides the sizes; another of the same structure may be given to {@link #begin}
     * @param threads with how many threads {@link #run} will be called
     */
    Evaluator(EnvironmentSource source, EvaluationSettings settings, Policy policy, Seeds seeds, int threads) {
        this.source = source;
        this.settings = settings;
        this.policy = policy;
        episodeSeeds = seeds.child("episode");
        actionSeeds = seeds.child("action");
        seats = new Seat[threads];
        for (int i = 0; i < threads; i++) {
            seats[i] = new Seat(policy, source.masked());
        }
        returns = new double[settings.episodes()];
        lengths = new int[settings.episodes()];
        successes = new boolean[settings.episodes()];
        attempts = new int[settings.episodes()];
        cuts = new boolean[settings.episodes()];
        figures = new ArrayList<>(Collections.nCopies(settings.episodes(), Map.of()));
    }

    int tasks() {
        return returns.length;
    }

    /** Takes the policy that the tasks to come will play. */
    void begin(Policy newest) {
        policy = newest;
        Arrays.fill(attempts, 0);
        for (Seat seat : seats) {
            seat.loaded = false;
        }
    }

    /** What all tasks came to. */
    EvaluationResult result() {
        int cut = 0;
        int faults = 0;
        for (int i = 0; i < returns.length; i++) {
            cut += cuts[i] ? 1 : 0;
            faults += attempts[i];
        }
        boolean saysSuccess = false;
        for (Seat seat : seats) {
            EnvironmentGuard guard = seat.guard;
            saysSuccess |= guard != null && guard.reportsSuccess();
        }
        return EvaluationResult.of(returns, lengths, successes, saysSuccess, cut, faults, metrics());
    }

    /** Means, in the order of episodes, so that they do not depend on threads either. */
    private Map<String, Double> metrics() {
        MetricMeans means = new MetricMeans();
        FigureNames names = new FigureNames("", List.of());
        for (Map<String, Double> episode : figures) {
            episode.forEach((name, value) -> {
                String column = names.column(name);
                if (column != null) {
                    means.put(column, value);
                }
            });
        }
        Map<String, Double> metrics = new LinkedHashMap<>();
        means.drain(metrics::put);
        return metrics;
    }

    @Override
    public void run(int episode, int thread) {
        Seat seat = seats[thread];
        while (true) {
            try {
                play(episode, seat, thread);
                return;
            } catch (EnvironmentFault fault) {
                failed(episode, seat, fault);
            }
        }
    }

    @Override
    public void resume(int episode, int thread) {
        Seat seat = seats[thread];
        EnvironmentGuard guard = seat.guard;
        EnvironmentFault fault = guard == null ? null : guard.fault();
        if (fault == null) {
            throw new IllegalStateException("no environment of this thread was given up.");
        }
        failed(episode, seat, fault);
        run(episode, thread);
    }

    private void failed(int episode, Seat seat, EnvironmentFault fault) {
        EnvironmentGuard guard = seat.guard;
        if (guard != null) {
            source.report(guard, fault);
            guard.close();
        }
        seat.guard = null;
        attempts[episode]++;
        int most = source.settings().failuresInARow();
        if (attempts[episode] >= most) {
            throw new EnvironmentFailure(
                    "Episode " + episode + " of an evaluation failed " + attempts[episode]
                            + " times in a row, from different seeds (failuresInARow is " + most + "); last: "
                            + fault.getMessage(),
                    fault);
        }
    }

    private void play(int episode, Seat seat, int thread) {
        if (!seat.loaded) {
            seat.session.load(policy);
            seat.loaded = true;
        }
        EnvironmentGuard environment = seat.guard;
        if (environment == null) {
            environment = source.guard(thread);
            seat.guard = environment;
            source.open(environment);
        }
        long turn = (long) attempts[episode] * returns.length + episode;
        seat.streams[0].reseed(actionSeeds.seedOf(turn));
        environment.reset(episodeSeeds.seedOf(turn));
        Arrays.fill(seat.state, 0f);
        double sum = 0;
        int length = 0;
        boolean last = false;
        while (!last && length < settings.longestEpisode()) {
            environment.observe(seat.observation, 0);
            if (environment.masksActions()) {
                environment.actionMask(seat.mask, 0);
            }
            seat.session.act(
                    seat.observation,
                    0,
                    1,
                    seat.mask,
                    0,
                    seat.streams,
                    0,
                    settings.greedy(),
                    seat.action,
                    0,
                    seat.logProbability,
                    seat.value,
                    0,
                    seat.state,
                    0);
            seat.session.toEnvironment(seat.action, 0, 1, seat.sent, 0);
            Step step = environment.step(seat.sent, 0);
            sum += step.reward();
            length++;
            last = step.last();
        }
        figures.set(episode, last ? figures(environment) : Map.of());
        successes[episode] = last && environment.reportsSuccess() && environment.success();
        returns[episode] = sum;
        lengths[episode] = length;
        cuts[episode] = !last;
    }

    private static Map<String, Double> figures(EnvironmentGuard environment) {
        Map<String, Double> reported = new LinkedHashMap<>();
        environment.episodeMetrics(reported::put);
        return reported.isEmpty() ? Map.of() : reported;
    }

    @Override
    public void close() {
        for (Seat seat : seats) {
            EnvironmentGuard guard = seat.guard;
            if (guard != null) {
                guard.close();
            }
        }
    }

    /** What one thread needs to play. */
    private static final class Seat {
        final PolicySession session;
        final RandomStream[] streams = {new RandomStream(0)};
        final float[] observation;
        final boolean[] mask;
        final float[] action;
        final float[] sent;
        final float[] logProbability = new float[1];
        final float[] value = new float[1];
        /** What the policy remembers of the episode. */
        final float[] state;

        @Nullable
        EnvironmentGuard guard;

        boolean loaded;

        Seat(Policy policy, boolean masked) {
            session = policy.session(1);
            observation = new float[policy.observationSpace().size()];
            mask = new boolean[masked ? policy.actionSpace().choices() : 0];
            action = new float[policy.actionSpace().size()];
            sent = new float[action.length];
            state = new float[policy.stateSize()];
        }
    }
}
