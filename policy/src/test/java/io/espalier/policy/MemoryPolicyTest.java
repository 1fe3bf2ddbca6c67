package io.espalier.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.espalier.core.RandomStream;
import io.espalier.core.State;
import io.espalier.nn.Network;
import io.espalier.nn.Weights;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Policies whose network remembers. */
class MemoryPolicyTest {
    private static final int ROWS = 7;
    private static final int STEPS = 4;
    private static final RandomStream[] NO_STREAMS = {};
    private static final boolean[] NO_MASKS = {};
    private static final float[] NO_FLOATS = {};

    private static Policy policy(String spec) {
        Policy policy = Policies.random(
                "box(shape=[3], low=-1.0, high=1.0)", "discrete(4)", new ActionHead.Categorical(), spec);
        float[] larger = new float[policy.weights().size()];
        RandomStream random = new RandomStream(13);
        for (int i = 0; i < larger.length; i++) {
            larger[i] = (float) random.nextGaussian(); // so large that what is remembered decides
        }
        return policy.with(Weights.copyOf(3, larger), policy.normalizer(), policy.head());
    }

    private static Policy gru() {
        return policy("dense(8) > tanh > gru(6) > heads(policy: dense(4), value: lstm(3) > dense(1))");
    }

    private static float[] observations(int rows) {
        RandomStream random = new RandomStream(12);
        float[] observations = new float[rows * 3];
        for (int i = 0; i < observations.length; i++) {
            observations[i] = (float) (2 * random.nextDouble() - 1);
        }
        return observations;
    }

    /** Actions and values of STEPS steps of ROWS episodes, and the states they came to. */
    private static float[][] run(Policy policy, int capacity) {
        PolicySession session = policy.session(capacity);
        float[] observations = observations(STEPS * ROWS);
        float[] actions = new float[STEPS * ROWS];
        float[] logs = new float[STEPS * ROWS];
        float[] values = new float[STEPS * ROWS];
        float[] states = new float[1 + ROWS * policy.stateSize()];
        RandomStream[] streams = new RandomStream[ROWS];
        Arrays.setAll(streams, i -> new RandomStream(i));
        for (int t = 0; t < STEPS; t++) {
            int row = t * ROWS;
            session.act(
                    observations,
                    row * 3,
                    ROWS,
                    NO_MASKS,
                    0,
                    streams,
                    0,
                    false,
                    actions,
                    row,
                    logs,
                    values,
                    row,
                    states,
                    1);
        }
        return new float[][] {actions, logs, values, states};
    }

    @Test
    void whatComesOutDependsOnNoOtherRowAndNoBatch() {
        Policy policy = gru();
        assertThat(policy.stateSize()).isEqualTo(6 + 2 * 3);
        float[][] whole = run(policy, ROWS);
        assertThat(run(policy, 3)).isDeepEqualTo(whole);
        assertThat(run(policy, 1)).isDeepEqualTo(whole);
        assertThat(whole[3][0]).isZero();
    }

    @Test
    void itIsTheNetworkOverTime() {
        Policy policy = gru();
        float[][] found = run(policy, 2);
        Network network = policy.network(STEPS * ROWS);
        float[] states = new float[ROWS * policy.stateSize()];
        network.forward(observations(STEPS * ROWS), 0, STEPS, ROWS, NO_MASKS, 0, states, 0);
        assertThat(Arrays.copyOf(network.output(network.head("value")), STEPS * ROWS))
                .isEqualTo(found[2]);
        assertThat(states).isEqualTo(Arrays.copyOfRange(found[3], 1, found[3].length));
    }

    @Test
    void valuesLeaveTheMemoryAsItIsAndRememberTakesIn() {
        Policy policy = gru();
        PolicySession session = policy.session(2);
        float[] observations = observations(ROWS);
        float[] states = new float[ROWS * policy.stateSize()];
        session.remember(observations, 0, ROWS, states, 0);
        float[] after = states.clone();
        assertThat(after).isNotEqualTo(new float[after.length]);
        float[] values = new float[ROWS];
        session.values(observations, 0, ROWS, states, 0, values, 0);
        assertThat(states).isEqualTo(after);
        float[] acted = new float[ROWS];
        float[] actions = new float[ROWS];
        session.act(
                observations, 0, ROWS, NO_MASKS, 0, NO_STREAMS, 0, true, actions, 0, NO_FLOATS, acted, 0, states, 0);
        assertThat(acted).isEqualTo(values);
        assertThat(states).isNotEqualTo(after);
    }

    @Test
    void anEpisodeKeepsWhatItRemembers() {
        Policy policy = gru();
        PolicyEpisode episode = policy.episode();
        PolicySession session = policy.session(1);
        float[] states = new float[policy.stateSize()];
        float[] observations = observations(40);
        boolean memoryMattered = false;
        for (int t = 0; t < 40; t++) {
            if (t == 20) {
                episode.begin();
                Arrays.fill(states, 0f);
            }
            float[] one = Arrays.copyOfRange(observations, 3 * t, 3 * t + 3);
            float[] action = new float[1];
            session.act(one, 0, 1, NO_MASKS, 0, NO_STREAMS, 0, true, action, 0, NO_FLOATS, NO_FLOATS, 0, states, 0);
            float[] fresh = policy.episode().act(one);
            assertThat(t % 2 == 0 ? episode.actDiscrete(one) : (int) episode.act(one)[0])
                    .isEqualTo((int) action[0]);
            memoryMattered |= fresh[0] != action[0];
            if (t % 20 == 0) {
                assertThat(fresh[0]).isEqualTo(action[0]);
            }
        }
        assertThat(memoryMattered).isTrue();
        // One without memory is used in the same way.
        Policy plain = Policies.cartPole();
        assertThat(plain.stateSize()).isZero();
        float[] observation = {0.1f, -0.2f, 0.3f, 0.4f};
        assertThat(plain.episode().actDiscrete(observation)).isEqualTo(plain.actDiscrete(observation));
    }

    @Test
    void actingWithoutTheMemoryIsRefused() {
        Policy policy = gru();
        float[] observation = new float[3];
        assertThatIllegalStateException()
                .isThrownBy(() -> policy.act(observation))
                .withMessageContaining("remembers (12 floats)")
                .withMessageContaining("Maybe act through policy.episode()");
        assertThatIllegalStateException()
                .isThrownBy(() -> policy.actDiscrete(observation))
                .withMessageContaining("policy.episode()");
        PolicySession session = policy.session(1);
        float[] action = new float[1];
        assertThatIllegalStateException()
                .isThrownBy(() -> session.act(
                        observation, 0, 1, NO_MASKS, 0, NO_STREAMS, 0, true, action, 0, NO_FLOATS, NO_FLOATS, 0))
                .withMessageContaining("needs the rows' states to act");
        assertThatIllegalStateException()
                .isThrownBy(() -> session.values(observation, 0, 1, action, 0))
                .withMessageContaining("remembers (12 floats a row)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> policy.episode().act(new float[2]))
                .withMessageContaining("observation (2 floats) must have 3");
        assertThatIllegalStateException()
                .isThrownBy(() -> Policies.random(
                                "box(shape=[1], low=-1.0, high=1.0)",
                                "box(shape=[1], low=-1.0, high=1.0)",
                                new ActionHead.Deterministic(),
                                "gru(1)")
                        .episode()
                        .actDiscrete(new float[1]))
                .withMessageContaining("must be discrete(n) for actDiscrete");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Policies.random(
                        "discrete(3)", "discrete(2)", new ActionHead.Tabular(0), "embedding(3, 2) > gru(2)"))
                .withMessageContaining("head tabular needs a network without memory");
    }

    @Test
    void aFileKeepsItAndItsGoldenPairsAreStepsOfOneEpisode() throws CorruptFileException {
        Policy policy = gru();
        byte[] bytes = policy.toBytes();
        assertThat(Policy.fromBytes(bytes)).isEqualTo(policy);
        State golden = Safetensors.decode(bytes).state();
        float[] observations = golden.floats("golden/observations");
        int rows = observations.length / 3;
        assertThat(rows).isGreaterThan(3);
        Network network = policy.network(rows);
        network.forward(observations, 0, rows, 1, NO_MASKS, 0, new float[policy.stateSize()], 0);
        assertThat(golden.floats("golden/output/value"))
                .isEqualTo(Arrays.copyOf(network.output(network.head("value")), rows));
        assertThat(golden.floats("golden/output/policy"))
                .isEqualTo(Arrays.copyOf(network.output(network.head("policy")), 4 * rows));
    }
}
