package io.espalier.algorithms.parts;

import io.espalier.nn.Network;
import io.espalier.nn.NetworkSpec;
import java.util.ArrayList;
import java.util.List;

/**
 * Some heads of a network, with the layers under them, as a network of their own: for learners that train policy and
 * value apart, each with parameters, gradients and passes that know nothing of the other. The heads must not share layers
 * with those left out.
 */
public final class NetworkPart {
    private final Network whole;
    private final Network network;
    private final int[] offsets;

    /**
     * Cuts heads out; the part begins with the parameters of the whole.
     *
     * @param whole a network that is heads and nothing under them
     * @param heads names of those wanted; one that the whole has not is passed over
     * @throws IllegalArgumentException if the whole has layers under its heads, or none of these heads
     */
    public NetworkPart(Network whole, String... heads) {
        this.whole = whole;
        if (!(whole.spec() instanceof NetworkSpec.Heads all)) {
            throw new IllegalArgumentException("network (" + whole.spec() + ") must have heads on layers of their own,"
                    + " to be trained apart. Maybe do not share the trunk.");
        }
        List<String> wanted = List.of(heads);
        List<NetworkSpec.Head> kept = new ArrayList<>();
        for (NetworkSpec.Head head : all.heads()) {
            if (wanted.contains(head.name())) {
                kept.add(head);
            }
        }
        network = new Network(new NetworkSpec.Heads(kept), whole.inputShape(), 1);
        List<Network.Tensor> tensors = network.tensors();
        offsets = new int[tensors.size()];
        for (int i = 0; i < offsets.length; i++) {
            String name = tensors.get(i).name();
            offsets[i] = whole.tensors().stream()
                    .filter(tensor -> tensor.name().equals(name))
                    .findFirst()
                    .orElseThrow()
                    .offset();
        }
        fromWhole();
    }

    /** The part. */
    public Network network() {
        return network;
    }

    /** Takes its parameters from the whole. */
    public void fromWhole() {
        for (int i = 0; i < offsets.length; i++) {
            Network.Tensor tensor = network.tensors().get(i);
            System.arraycopy(whole.parameters(), offsets[i], network.parameters(), tensor.offset(), tensor.size());
        }
        network.parametersChanged();
    }

    /** Puts its parameters into the whole. */
    public void toWhole() {
        for (int i = 0; i < offsets.length; i++) {
            Network.Tensor tensor = network.tensors().get(i);
            System.arraycopy(network.parameters(), tensor.offset(), whole.parameters(), offsets[i], tensor.size());
        }
        whole.parametersChanged();
    }
}
