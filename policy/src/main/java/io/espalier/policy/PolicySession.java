package io.espalier.policy;

import io.espalier.core.Box;
import io.espalier.core.MultiDiscrete;
import io.espalier.core.RandomStream;
import io.espalier.core.Space;
import io.espalier.nn.Network;
import java.util.Arrays;

/**
 * Runs a policy on batches of rows. All memory is allocated at construction: {@link #act}, {@link #values},
 * {@link #encode} and {@link #load} allocate nothing. Used by one thread at a time.
 *
 * <p>What comes out for a row depends on that row, its random stream and the policy alone: not on the other rows, nor on
 * how rows are cut into batches.
 */
public final class PolicySession {
    private static final float[] NO_STATES = {};
    private static final boolean[] NO_STARTS = {};

    private final int capacity;
    private final Network network;
    private final Actor actor;
    private final float[] input;
    /** Where the states of rows that are only valued may change. */
    private final float[] scratch;

    private final RandomStream noise = new RandomStream(0);

    private Structure structure;
    private Policy policy;

    PolicySession(Policy policy, int capacity) {
        this.capacity = capacity;
        this.policy = policy;
        structure = policy.structure();
        network = new Network(structure.spec, structure.inputShape, capacity);
        input = new float[Math.multiplyExact(capacity, structure.inputSize)];
        scratch = new float[Math.multiplyExact(capacity, structure.stateSize)];
        actor = Actor.of(policy, network);
        fill(policy);
    }

    /** The policy that it runs. */
    public Policy policy() {
        return policy;
    }

    /** How many rows are worked on at once. */
    public int capacity() {
        return capacity;
    }

    /**
     * Runs another policy from now on. Its weights are read where they are, and not copied.
     *
     * @param newer one of the same spaces, network and kind of head
     * @throws IllegalArgumentException if it is not; the session then runs what it ran
     */
    public void load(Policy newer) {
        if (newer.structure() != structure) {
            structure.checkSame(newer.structure());
            structure = newer.structure();
        }
        policy = newer;
        fill(newer);
    }

    private void fill(Policy newer) {
        network.read(newer.weights());
        actor.load(newer.head().plain());
        if (newer.head() instanceof ActionHead.Noisy noisy) {
            noise.reseed(noisy.seed());
            network.drawNoise(noise);
        }
    }

    /**
     * Chooses actions.
     *
     * @param observations raw [rows, observation size] from {@code at}
     * @param masks which actions are allowed [rows, choices] from {@code maskAt}; empty if all are
     * @param streams the random stream of row i is {@code streams[firstStream + i]}; not touched when greedy
     * @param greedy whether to take the best action rather than to sample
     * @param actions receives the actions [rows, action size] from {@code actionsAt}, not cut to the bounds of a box
     * @param logProbabilities receives the logarithm of the probability (density, for a box) of each action [rows] from
     *     {@code rowsAt}; empty if nobody wants it
     * @param values receives output "value" [rows] from {@code rowsAt}, 0 if there is none; empty if nobody wants it
     * @throws IllegalArgumentException if a row's mask allows nothing, or a discrete observation is not of its space
     * @throws IllegalStateException if the network's output for a row is not finite, or if the policy has memory
     */
    public void act(
            float[] observations,
            int at,
            int rows,
            boolean[] masks,
            int maskAt,
            RandomStream[] streams,
            int firstStream,
            boolean greedy,
            float[] actions,
            int actionsAt,
            float[] logProbabilities,
            float[] values,
            int rowsAt) {
        checkForgets();
        act(
                observations,
                at,
                rows,
                masks,
                maskAt,
                streams,
                firstStream,
                greedy,
                actions,
                actionsAt,
                logProbabilities,
                values,
                rowsAt,
                NO_STATES,
                0);
    }

    /**
     * Chooses actions, remembering what came before.
     *
     * @param states what is remembered of each row [rows, {@link Policy#stateSize}] from {@code statesAt}, zeros where an
     *     episode begins; overwritten by what is remembered after this step
     */
    public void act(
            float[] observations,
            int at,
            int rows,
            boolean[] masks,
            int maskAt,
            RandomStream[] streams,
            int firstStream,
            boolean greedy,
            float[] actions,
            int actionsAt,
            float[] logProbabilities,
            float[] values,
            int rowsAt,
            float[] states,
            int statesAt) {
        int observationSize = structure.observationSpace.size();
        int actionSize = structure.actionSpace.size();
        network.noise(!greedy && policy.head() instanceof ActionHead.Noisy);
        want(true, values.length > 0);
        int choices = masks.length == 0 ? 0 : structure.actionSpace.choices();
        for (int done = 0; done < rows; done += capacity) {
            int count = Math.min(capacity, rows - done);
            forward(observations, at + done * observationSize, count, states, statesAt + done * structure.stateSize);
            actor.act(
                    count,
                    masks,
                    maskAt + done * choices,
                    streams,
                    firstStream + done,
                    greedy,
                    actions,
                    actionsAt + done * actionSize,
                    logProbabilities,
                    rowsAt + done);
            if (values.length > 0) {
                copyValues(count, values, rowsAt + done);
            }
        }
    }

    /**
     * Estimates the values of states, without noise.
     *
     * @param observations raw [rows, observation size] from {@code at}
     * @param into receives output "value" [rows] from {@code intoAt}; 0 if there is none
     */
    public void values(float[] observations, int at, int rows, float[] into, int intoAt) {
        checkForgets();
        values(observations, at, rows, NO_STATES, 0, into, intoAt);
    }

    /**
     * Estimates the values of states, remembering what came before.
     *
     * @param states what is remembered of each row [rows, {@link Policy#stateSize}] from {@code statesAt}; not changed
     */
    public void values(float[] observations, int at, int rows, float[] states, int statesAt, float[] into, int intoAt) {
        if (structure.value < 0) {
            Arrays.fill(into, intoAt, intoAt + rows, 0);
            return;
        }
        network.noise(false);
        want(false, true);
        int size = structure.observationSpace.size();
        for (int done = 0; done < rows; done += capacity) {
            int count = Math.min(capacity, rows - done);
            int floats = count * structure.stateSize;
            System.arraycopy(states, statesAt + done * structure.stateSize, scratch, 0, floats);
            forward(observations, at + done * size, count, scratch, 0);
            copyValues(count, into, intoAt + done);
        }
    }

    /**
     * Takes observations into memory, and does nothing else.
     *
     * @param observations raw [rows, observation size] from {@code at}
     * @param states what is remembered of each row [rows, {@link Policy#stateSize}] from {@code statesAt}; overwritten by
     *     what is remembered after this step
     */
    public void remember(float[] observations, int at, int rows, float[] states, int statesAt) {
        int size = structure.observationSpace.size();
        for (int done = 0; done < rows; done += capacity) {
            int count = Math.min(capacity, rows - done);
            forward(observations, at + done * size, count, states, statesAt + done * structure.stateSize);
        }
    }

    /** Leaves out what would be computed for nobody. */
    private void want(boolean actions, boolean value) {
        if (structure.value >= 0 && structure.stateSize == 0) {
            for (int head = 0; head < network.heads(); head++) {
                network.want(head, head == structure.value ? value : actions);
            }
        }
    }

    private void copyValues(int rows, float[] into, int at) {
        if (structure.value < 0) {
            Arrays.fill(into, at, at + rows, 0);
        } else {
            System.arraycopy(network.output(structure.value), 0, into, at, rows);
        }
    }

    private void forward(float[] observations, int at, int rows, float[] states, int statesAt) {
        if (structure.observationSpace instanceof Box && policy.normalizer().isIdentity()) {
            network.forward(observations, at, 1, rows, NO_STARTS, 0, states, statesAt);
        } else {
            encode(observations, at, rows, input, 0);
            network.forward(input, 0, 1, rows, NO_STARTS, 0, states, statesAt);
        }
    }

    private void checkForgets() {
        if (structure.stateSize > 0) {
            throw new IllegalStateException(
                    "this policy remembers (" + structure.stateSize + " floats a row), and needs"
                            + " the rows' states to act. Maybe the caller is made for policies without memory.");
        }
    }

    /**
     * Rewrites actions as the environment takes them: cut to the bounds of a box, others as they are.
     *
     * @param actions [rows, action size] from {@code at}
     * @param into receives [rows, action size] from {@code intoAt}; may be {@code actions} at the same place
     */
    public void toEnvironment(float[] actions, int at, int rows, float[] into, int intoAt) {
        int size = structure.actionSpace.size();
        if (structure.actionSpace instanceof Box box) {
            for (int row = 0; row < rows; row++) {
                for (int i = 0; i < size; i++) {
                    float action = actions[at + row * size + i];
                    into[intoAt + row * size + i] = Math.max(box.low(i), Math.min(box.high(i), action));
                }
            }
        } else {
            System.arraycopy(actions, at, into, intoAt, rows * size);
        }
    }

    /**
     * Rewrites raw observations as the network reads them: boxes normalised, bits as they are, discrete ones one-hot or,
     * for a table, as an index.
     *
     * @param observations raw [rows, observation size] from {@code at}
     * @param into receives [rows, {@link Policy#inputSize}] from {@code intoAt}
     * @throws IllegalArgumentException if a discrete observation is not of its space
     */
    public void encode(float[] observations, int at, int rows, float[] into, int intoAt) {
        Space space = structure.observationSpace;
        int size = space.size();
        if (space instanceof Box) {
            Normalizer normalizer = policy.normalizer();
            if (normalizer.isIdentity()) {
                System.arraycopy(observations, at, into, intoAt, rows * size);
            } else {
                normalizer.normalize(observations, at, rows, into, intoAt);
            }
            return;
        }
        boolean table = structure.headKind == ActionHead.Tabular.class;
        for (int row = 0; row < rows; row++) {
            int start = at + row * size;
            String violation = space.violation(observations, start);
            if (!violation.isEmpty()) {
                throw new IllegalArgumentException("observation in row " + row + ": " + violation + ", for "
                        + space.text() + ". Maybe the environment's observe and its space disagree.");
            }
            if (table) {
                into[intoAt + row] = index(space, observations, start);
            } else {
                space.encode(observations, start, into, intoAt + row * structure.inputSize);
            }
        }
    }

    /** The components as digits of a mixed-radix number, the first the most significant. */
    private static int index(Space space, float[] observation, int at) {
        int index = (int) observation[at];
        if (space instanceof MultiDiscrete several) {
            for (int i = 1; i < several.components(); i++) {
                index = index * several.count(i) + (int) observation[at + i];
            }
        }
        return index;
    }

    /** The network: after {@link #act} with values, all of its outputs are those of the last rows. */
    Network network() {
        return network;
    }
}
