package io.espalier.algorithms.offpolicy;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.algorithms.parts.ShardedUpdate;
import io.espalier.core.Box;
import io.espalier.core.Discrete;
import io.espalier.core.RandomStream;
import io.espalier.core.ReplayBuffer;
import io.espalier.core.Rollout;
import io.espalier.nn.Initializer;
import io.espalier.nn.Network;
import io.espalier.nn.NetworkSpec;

/** Losses of one replayed transition, for networks that are linear in one number s: each output is a slope times s. */
final class Sampled {
    static final double GAMMA = 0.5;

    private Sampled() {}

    static Network linear(float... slopes) {
        NetworkSpec q = new NetworkSpec.Dense(slopes.length, Initializer.zeros(), false);
        Network network = new Network(NetworkSpec.heads(NetworkSpec.head("q", q)), new int[] {1}, 4);
        System.arraycopy(slopes, 0, network.parameters(), 0, slopes.length);
        network.parametersChanged();
        return network;
    }

    /** Three steps through 1, 2, 3 to 4, each with reward 1 and action 0 of two. */
    static Rollout steps(boolean masked) {
        Rollout rollout = new Rollout(3, 1, Box.unbounded(1), new Discrete(2), masked);
        for (int t = 0; t < 3; t++) {
            rollout.observations[t] = t + 1;
            rollout.reached[t] = t + 2;
            rollout.rewards[t] = 1;
        }
        java.util.Arrays.fill(rollout.masks, true);
        return rollout;
    }

    /** The first of those steps, of n together. */
    static NextValues first(Rollout rollout, int nStep, Network network, Network target, boolean doubled) {
        ReplayBuffer buffer =
                new ReplayBuffer(8, Box.unbounded(1), new Discrete(2), rollout.maskSize > 0, 1, nStep, GAMMA);
        buffer.add(rollout);
        ReplayBuffer.Batch batch = buffer.batch(1);
        RandomStream random = new RandomStream(3);
        do {
            buffer.draw(random, batch);
        } while (batch.indices[0] != 0);
        return new NextValues(
                Box.unbounded(1), 2, buffer, batch, network, target, doubled, ShardedUpdate.shards(batch.rows));
    }

    /** Lets the loss work on that row; returns the gradient of the outputs. */
    static float[] gradient(ValueLoss loss, Network network, double[] figures) {
        float[] inputs = new float[1];
        loss.inputs(0, 0, 1, inputs);
        assertThat(inputs).containsExactly(1);
        network.forward(inputs, 0, 1);
        java.util.Arrays.fill(network.outputGradient(0), Float.NaN);
        loss.gradients(network, 0, 1, figures, 0);
        loss.figures(0, 1, figures, 0);
        return java.util.Arrays.copyOf(network.outputGradient(0), network.headSize(0));
    }
}
