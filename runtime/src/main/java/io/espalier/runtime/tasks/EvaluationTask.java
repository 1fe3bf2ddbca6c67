package io.espalier.runtime.tasks;

import io.espalier.core.State;
import io.espalier.policy.CorruptFileException;
import io.espalier.policy.Policy;
import io.espalier.runtime.EvaluationSettings;
import io.espalier.runtime.GuardSettings;
import io.espalier.runtime.SettingsBinder;
import io.espalier.runtime.workers.Resources;

/**
 * An evaluation of a policy.
 *
 * @param name what it is called in messages
 * @param policy what is played
 * @param environment the name of the environment, or its class
 * @param settings how it is played
 * @param guard how much the environment may misbehave
 * @param seed the root of all randomness
 * @param threads how many threads; no influence on the result
 * @param needs what it needs of a node
 */
public record EvaluationTask(
        String name,
        Policy policy,
        String environment,
        EvaluationSettings settings,
        GuardSettings guard,
        long seed,
        int threads,
        Resources needs)
        implements Task {
    static final String TYPE = "evaluation";
    private static final String SETTINGS = "The evaluation's settings";

    /** One on a single thread, with the usual limits for environments. */
    public static EvaluationTask of(
            String name, Policy policy, String environment, EvaluationSettings settings, long seed) {
        return new EvaluationTask(
                name, policy, environment, settings, GuardSettings.DEFAULT, seed, 1, Resources.ONE_CPU);
    }

    @Override
    public State description() {
        State state = new State();
        TaskMessages.putText(state, "type", TYPE);
        TaskMessages.putText(state, "name", name);
        TaskMessages.putResources(state.child("needs"), needs);
        state.put("policy", policy.toBytes());
        TaskMessages.putText(state, "environment", environment);
        TaskMessages.putText(state, "settings", SettingsBinder.write(SettingsBinder.toMap(settings)));
        TaskMessages.putText(state, "guard", SettingsBinder.write(SettingsBinder.toMap(guard)));
        state.put("numbers", new long[] {seed, threads});
        return state;
    }

    static EvaluationTask read(State from) {
        long[] numbers = from.longs("numbers");
        try {
            return new EvaluationTask(
                    TaskMessages.text(from, "name"),
                    Policy.fromBytes(from.bytes("policy")),
                    TaskMessages.text(from, "environment"),
                    SettingsBinder.bind(
                            EvaluationSettings.DEFAULT,
                            SettingsBinder.parse(TaskMessages.text(from, "settings"), SETTINGS)),
                    SettingsBinder.bind(
                            GuardSettings.DEFAULT, SettingsBinder.parse(TaskMessages.text(from, "guard"), SETTINGS)),
                    numbers[0],
                    (int) numbers[1],
                    TaskMessages.resources(from.child("needs")));
        } catch (CorruptFileException e) {
            throw new IllegalArgumentException("the policy of an evaluation cannot be read: " + e.getMessage(), e);
        }
    }
}
