package io.espalier.policy;

import io.espalier.core.Box;
import io.espalier.core.Space;
import io.espalier.nn.Network;
import io.espalier.nn.NetworkSpec;
import io.espalier.nn.Weights;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Observations in, actions out: spaces, observation normaliser, network, weights and action head in one immutable value.
 * It never trains.
 *
 * <p>A service asks {@link #act} or {@link #actDiscrete}, from any thread; training makes a {@link PolicySession} for each
 * thread, which works on batches and allocates nothing.
 */
public final class Policy {
    private final Structure structure;
    private final Normalizer normalizer;
    private final Weights weights;
    private final ActionHead head;
    private final Map<String, String> provenance;
    private final SessionPool pool;

    /**
     * A policy for an environment that forbids no actions.
     *
     * @param observationSpace where raw observations come from
     * @param actionSpace where actions come from
     * @param normalizer applied to box observations before the network sees them
     * @param spec the network; its outputs are named in {@link ActionHead}
     * @param weights its parameters
     * @param head how its outputs become actions
     * @param provenance where it comes from, as name and value; kept in the file
     * @throws IllegalArgumentException if these parts do not fit each other
     */
    public Policy(
            Space observationSpace,
            Space actionSpace,
            Normalizer normalizer,
            NetworkSpec spec,
            Weights weights,
            ActionHead head,
            Map<String, String> provenance) {
        this(observationSpace, actionSpace, false, normalizer, spec, weights, head, provenance);
    }

    /**
     * A policy for a task.
     *
     * @throws IllegalArgumentException if these parts do not fit each other
     */
    public Policy(
            TaskSpec task,
            Normalizer normalizer,
            NetworkSpec spec,
            Weights weights,
            ActionHead head,
            Map<String, String> provenance) {
        this(task.observationSpace(), task.actionSpace(), task.masked(), normalizer, spec, weights, head, provenance);
    }

    /**
     * A policy from all its parts.
     *
     * @param masked whether the environment forbids actions, so that acting needs a mask
     * @throws IllegalArgumentException if these parts do not fit each other
     */
    public Policy(
            Space observationSpace,
            Space actionSpace,
            boolean masked,
            Normalizer normalizer,
            NetworkSpec spec,
            Weights weights,
            ActionHead head,
            Map<String, String> provenance) {
        this(
                new Structure(observationSpace, actionSpace, masked, spec, head),
                normalizer,
                weights,
                head,
                Collections.unmodifiableMap(new LinkedHashMap<>(provenance)));
    }

    private Policy(
            Structure structure,
            Normalizer normalizer,
            Weights weights,
            ActionHead head,
            Map<String, String> provenance) {
        if (weights.size() != structure.parameterCount) {
            throw new IllegalArgumentException("weights (" + weights.size() + " parameters) must have the "
                    + structure.parameterCount + " of " + structure.spec.text()
                    + ". Maybe they belong to another network.");
        }
        if (!normalizer.isIdentity()
                && (!(structure.observationSpace instanceof Box)
                        || normalizer.size() != structure.observationSpace.size())) {
            throw new IllegalArgumentException("normalizer (" + normalizer.size() + " elements) must fit the box of"
                    + " observations, " + structure.observationSpace.text() + ". Maybe use Normalizer.identity().");
        }
        this.structure = structure;
        this.normalizer = normalizer;
        this.weights = weights;
        this.head = head;
        this.provenance = provenance;
        this.pool = new SessionPool(this);
    }

    /**
     * This policy after more training. Costs no more than the objects themselves if the kind of head is the same.
     *
     * @throws IllegalArgumentException if these parts do not fit the others
     */
    public Policy with(Weights newWeights, Normalizer newNormalizer, ActionHead newHead) {
        Structure fitting = structure.fits(newHead)
                ? structure
                : new Structure(
                        structure.observationSpace, structure.actionSpace, structure.masked, structure.spec, newHead);
        return new Policy(fitting, newNormalizer, newWeights, newHead, provenance);
    }

    /** This policy with another record of where it comes from. */
    public Policy withProvenance(Map<String, String> newProvenance) {
        return new Policy(
                structure, normalizer, weights, head, Collections.unmodifiableMap(new LinkedHashMap<>(newProvenance)));
    }

    /** Where raw observations come from. */
    public Space observationSpace() {
        return structure.observationSpace;
    }

    /** Where actions come from. */
    public Space actionSpace() {
        return structure.actionSpace;
    }

    /** Whether the environment forbids actions, so that acting needs a mask. */
    public boolean masked() {
        return structure.masked;
    }

    /** Applied to box observations before the network sees them. */
    public Normalizer normalizer() {
        return normalizer;
    }

    /** The network. */
    public NetworkSpec spec() {
        return structure.spec;
    }

    /** Its parameters. */
    public Weights weights() {
        return weights;
    }

    /** How the network's outputs become actions. */
    public ActionHead head() {
        return head;
    }

    /** Where it comes from; cannot be changed. */
    public Map<String, String> provenance() {
        return provenance;
    }

    /** The shape of one row of the network's input: a box's own, one-hot vectors side by side, or [1] for a table. */
    public int[] inputShape() {
        return structure.inputShape.clone();
    }

    /** Floats of one row of the network's input, which {@link PolicySession#encode} writes. */
    public int inputSize() {
        return structure.inputSize;
    }

    /**
     * Floats that it remembers of one row from step to step; 0 if it acts on the observation alone. What it remembers
     * when an episode begins is zeros.
     */
    public int stateSize() {
        return structure.stateSize;
    }

    /**
     * Whether values can be had later than actions at no greater cost: where the value has a network of its own.
     * {@link PolicySession#act} is then faster without them, and {@link PolicySession#values} gives the same bits.
     */
    public boolean valuesApart() {
        return structure.valueApart;
    }

    /**
     * What acts through episodes one after the other and keeps, while one lasts, what is remembered of it; also for
     * policies without memory. Used by one thread.
     */
    public PolicyEpisode episode() {
        return new PolicyEpisode(this);
    }

    /**
     * A new network with these weights.
     *
     * @param capacity the most rows of one forward pass
     */
    public Network network(int capacity) {
        Network network = new Network(structure.spec, structure.inputShape, capacity);
        weights.copyInto(network.parameters());
        network.parametersChanged();
        return network;
    }

    /**
     * What runs this policy on batches, in one thread.
     *
     * @param capacity how many rows are worked on at once; more are taken in pieces
     */
    public PolicySession session(int capacity) {
        return new PolicySession(this, capacity);
    }

    /**
     * The best action for one observation, as the environment takes it. May be called from any thread.
     *
     * @param observation raw, {@code observationSpace().size()} floats
     * @return the action, {@code actionSpace().size()} floats, cut to the bounds of a box
     * @throws IllegalArgumentException if the observation is of another size, not finite or not of its discrete space, or
     *     if this policy needs a mask
     * @throws IllegalStateException if this policy remembers: then only an {@link #episode} can act
     */
    public float[] act(float[] observation) {
        return act(observation, SessionPool.NO_MASK);
    }

    /**
     * The best allowed action for one observation.
     *
     * @param mask which actions are allowed, {@code actionSpace().choices()} flags; empty if all are
     */
    public float[] act(float[] observation, boolean[] mask) {
        float[] action = new float[structure.actionSpace.size()];
        pool.act(observation, mask, action);
        return action;
    }

    /**
     * The number of the best action for one observation; allocates nothing. May be called from any thread.
     *
     * @throws IllegalStateException if actions are not discrete(n), or if this policy remembers
     * @throws IllegalArgumentException as {@link #act(float[])} does
     */
    public int actDiscrete(float[] observation) {
        return pool.actDiscrete(observation, SessionPool.NO_MASK);
    }

    /** The number of the best allowed action for one observation. */
    public int actDiscrete(float[] observation, boolean[] mask) {
        return pool.actDiscrete(observation, mask);
    }

    /**
     * This policy as the bytes of a policy file: a safetensors file with a checksum of every byte and golden pairs.
     *
     * @throws IllegalArgumentException if a weight is not finite
     */
    public byte[] toBytes() {
        return PolicyFile.encode(this);
    }

    /**
     * The policy of a policy file's bytes, after it has computed its golden pairs again, bit for bit.
     *
     * @throws CorruptFileException if the bytes are no policy file, or one bit of them differs
     */
    public static Policy fromBytes(byte[] file) throws CorruptFileException {
        return PolicyFile.decode(file);
    }

    /**
     * Writes a policy file, usually named {@code .espalier}; whole or not at all.
     *
     * @throws IOException if that failed; what was there before is then still there
     */
    public void write(Path file) throws IOException {
        AtomicFile.write(file, toBytes());
    }

    /**
     * Reads a policy file of at most 1 GiB.
     *
     * @throws CorruptFileException if it is no policy file, or damaged; the message names the file
     * @throws IOException if reading failed
     */
    public static Policy read(Path file) throws IOException {
        return read(file, AtomicFile.DEFAULT_MOST);
    }

    /** As {@link #read(Path)}, with another limit in bytes. */
    public static Policy read(Path file, long most) throws IOException {
        byte[] bytes = AtomicFile.read(file, most);
        try {
            return fromBytes(bytes);
        } catch (CorruptFileException e) {
            throw new CorruptFileException(file + ": " + e.getMessage(), e);
        }
    }

    Structure structure() {
        return structure;
    }

    /** Whether the other object is a policy of the same parts, bit for bit, with the same provenance. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Policy that
                && structure.observationSpace.equals(that.structure.observationSpace)
                && structure.actionSpace.equals(that.structure.actionSpace)
                && structure.masked == that.structure.masked
                && structure.spec.equals(that.structure.spec)
                && normalizer.equals(that.normalizer)
                && weights.equals(that.weights)
                && head.equals(that.head)
                && provenance.equals(that.provenance);
    }

    @Override
    public int hashCode() {
        return 31 * structure.spec.hashCode() + weights.hashCode();
    }

    @Override
    public String toString() {
        return "policy of " + structure.spec.text() + ", " + head.text() + ", " + weights;
    }
}
