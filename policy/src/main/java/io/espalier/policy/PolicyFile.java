package io.espalier.policy;

import io.espalier.core.RandomStream;
import io.espalier.core.Seeds;
import io.espalier.core.Space;
import io.espalier.core.State;
import io.espalier.nn.Network;
import io.espalier.nn.NetworkSpec;
import io.espalier.nn.Weights;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A policy as a file: one safetensors file with the weights as tensors {@code weights/...} in their shapes, the
 * normaliser, golden pairs, and everything else as metadata.
 *
 * <p>Golden pairs: a few legal observations ({@code golden/observations}), what each output of the network is for them
 * ({@code golden/output/...}) and the greedy actions ({@code golden/actions}). Whoever loads the policy computes them
 * again, and refuses it if a single bit differs: then this machine or this version would not act as the one that made it.
 */
final class PolicyFile {
    private static final String FORMAT = "espalier-policy-1";
    private static final String PROVENANCE = "provenance.";
    private static final String WEIGHTS = "weights/";
    private static final String NORMALIZER = "normalizer";
    private static final String GOLDEN_OBSERVATIONS = "golden/observations";
    private static final String GOLDEN_ACTIONS = "golden/actions";
    private static final String GOLDEN_OUTPUT = "golden/output/";
    private static final int GOLDEN_ROWS = 8;
    private static final int GOLDEN_FLOATS = 1 << 16;

    /** How many floats a network may need: these, and so many for each byte of its file. */
    private static final long FREE_FLOATS = 1 << 22;

    private static final long FLOATS_PER_BYTE = 4;

    private static final Pattern BOX = Pattern.compile("box\\(shape=\\[([0-9, ]+)\\],.*", Pattern.DOTALL);
    private static final Pattern BITS = Pattern.compile("multi-binary\\(([0-9]+)\\)");

    private PolicyFile() {}

    static byte[] encode(Policy policy) {
        if (!policy.weights().finite()) {
            throw new IllegalArgumentException(
                    "weights (version " + policy.weights().version()
                            + ") must be finite. Maybe training diverged: try a lower learning rate.");
        }
        State state = new State();
        Map<String, int[]> shapes = new LinkedHashMap<>();
        float[] parameters = new float[policy.weights().size()];
        policy.weights().copyInto(parameters);
        for (Network.Tensor tensor : policy.structure().tensors) {
            String name = WEIGHTS + tensor.name();
            state.put(name, Arrays.copyOfRange(parameters, tensor.offset(), tensor.offset() + tensor.size()));
            shapes.put(name, tensor.shape());
        }
        policy.normalizer().save(state.child(NORMALIZER));
        int size = policy.observationSpace().size();
        int rows = Math.max(1, Math.min(GOLDEN_ROWS, GOLDEN_FLOATS / size));
        float[] observations = new float[rows * size];
        RandomStream random = Seeds.of(0).child("golden").stream();
        for (int row = 0; row < rows; row++) {
            policy.observationSpace().sample(random, observations, row * size);
        }
        golden(policy, observations, rows, state, shapes);

        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("format", FORMAT);
        metadata.put("observation-space", policy.observationSpace().text());
        metadata.put("action-space", policy.actionSpace().text());
        metadata.put("masked", Boolean.toString(policy.masked()));
        metadata.put("head", policy.head().text());
        metadata.put("network", policy.spec().json());
        metadata.put("weights-version", Long.toString(policy.weights().version()));
        policy.provenance().forEach((name, value) -> metadata.put(PROVENANCE + name, value));
        return Safetensors.encode(state, shapes, metadata);
    }

    /** What the policy answers to some observations. */
    private static void golden(Policy policy, float[] observations, int rows, State state, Map<String, int[]> shapes) {
        // A policy with memory takes the observations as the steps of one episode.
        int together = policy.stateSize() > 0 ? 1 : rows;
        PolicySession session = policy.session(together);
        Network network = session.network();
        float[] memory = new float[policy.stateSize()];
        float[] actions = new float[rows * policy.actionSpace().size()];
        float[] values = new float[rows];
        float[][] outputs = new float[network.heads()][];
        Arrays.setAll(outputs, i -> new float[rows * network.headSize(i)]);
        for (int row = 0; row < rows; row += together) {
            session.act(
                    observations,
                    row * policy.observationSpace().size(),
                    together,
                    new boolean[0],
                    0,
                    new RandomStream[0],
                    0,
                    true,
                    actions,
                    row * policy.actionSpace().size(),
                    new float[0],
                    values,
                    row,
                    memory,
                    0);
            for (int i = 0; i < outputs.length; i++) {
                int size = network.headSize(i);
                System.arraycopy(network.output(i), 0, outputs[i], row * size, together * size);
            }
        }
        put(state, shapes, GOLDEN_OBSERVATIONS, observations, rows);
        put(state, shapes, GOLDEN_ACTIONS, actions, rows);
        for (int i = 0; i < outputs.length; i++) {
            put(state, shapes, GOLDEN_OUTPUT + network.headName(i), outputs[i], rows);
        }
    }

    private static void put(State state, Map<String, int[]> shapes, String name, float[] values, int rows) {
        state.put(name, values);
        shapes.put(name, new int[] {rows, values.length / rows});
    }

    static Policy decode(byte[] bytes) throws CorruptFileException {
        Safetensors file = Safetensors.decode(bytes);
        try {
            return decode(file, bytes.length);
        } catch (IllegalArgumentException | IllegalStateException | ArithmeticException e) {
            throw new CorruptFileException("the file does not hold a policy: " + e.getMessage(), e);
        }
    }

    private static Policy decode(Safetensors file, long fileSize) throws CorruptFileException {
        Map<String, String> metadata = new LinkedHashMap<>(file.metadata());
        String format = take(metadata, "format");
        if (!format.equals(FORMAT)) {
            throw new CorruptFileException("format (" + SafetensorsHeader.shown(format) + ") must be " + FORMAT
                    + ". Maybe the file was made by a newer version, or is a checkpoint.");
        }
        Space observationSpace =
                space(take(metadata, "observation-space"), golden(file, GOLDEN_OBSERVATIONS), "observations");
        Space actionSpace = space(take(metadata, "action-space"), golden(file, GOLDEN_ACTIONS), "actions");
        boolean masked = masked(take(metadata, "masked"));
        ActionHead head = ActionHead.parse(take(metadata, "head"));
        NetworkSpec spec = NetworkSpec.parseJson(take(metadata, "network"));
        long version = Long.parseLong(take(metadata, "weights-version"));
        Map<String, String> provenance = new LinkedHashMap<>();
        for (Map.Entry<String, String> entry : metadata.entrySet()) {
            if (!entry.getKey().startsWith(PROVENANCE)) {
                throw new CorruptFileException("unknown metadata \"" + SafetensorsHeader.shown(entry.getKey()) + "\".");
            }
            provenance.put(entry.getKey().substring(PROVENANCE.length()), entry.getValue());
        }
        long floats = Network.floats(spec, Structure.inputShape(observationSpace, head), GOLDEN_ROWS);
        if (floats > FREE_FLOATS + FLOATS_PER_BYTE * fileSize) {
            throw new CorruptFileException("the network needs " + floats + " floats, too many for a file of " + fileSize
                    + " bytes. Maybe it was made to exhaust memory.");
        }
        Structure structure = new Structure(observationSpace, actionSpace, masked, spec, head);
        Policy policy = new Policy(
                observationSpace,
                actionSpace,
                masked,
                Normalizer.read(file.state().child(NORMALIZER)),
                spec,
                weights(file, structure, version),
                head,
                provenance);
        checkGolden(policy, file);
        return policy;
    }

    private static String take(Map<String, String> metadata, String name) throws CorruptFileException {
        String value = metadata.remove(name);
        if (value == null) {
            throw new CorruptFileException("metadata \"" + name + "\" is missing. Maybe the file is not a policy.");
        }
        return value;
    }

    private static boolean masked(String text) throws CorruptFileException {
        if (!text.equals("true") && !text.equals("false")) {
            throw new CorruptFileException("masked (" + SafetensorsHeader.shown(text) + ") must be true or false.");
        }
        return text.equals("true");
    }

    private static int[] golden(Safetensors file, String name) throws CorruptFileException {
        int[] shape = file.shape(name);
        if (shape.length != 2 || shape[0] < 1 || shape[0] > GOLDEN_ROWS) {
            throw new CorruptFileException(
                    "\"" + name + "\" has shape " + Arrays.toString(shape) + ", not [1 to " + GOLDEN_ROWS + ", size].");
        }
        return shape;
    }

    /** Reads a space whose size is known from the golden pairs, so that a short text cannot ask for much memory. */
    private static Space space(String text, int[] golden, String what) throws CorruptFileException {
        long size = golden[1];
        Matcher box = BOX.matcher(text);
        Matcher bits = BITS.matcher(text);
        long claimed = size;
        if (box.matches()) {
            claimed = 1;
            for (String extent : box.group(1).split(",", -1)) {
                claimed = Math.multiplyExact(claimed, Long.parseLong(extent.strip()));
            }
        } else if (bits.matches()) {
            claimed = Long.parseLong(bits.group(1));
        }
        Space space = claimed == size ? Space.parse(text) : null;
        if (space == null || space.size() != size) {
            throw new CorruptFileException(
                    "the space of " + what + " must have the size of its golden pairs (" + size + ").");
        }
        return space;
    }

    private static Weights weights(Safetensors file, Structure structure, long version) throws CorruptFileException {
        float[] parameters = new float[structure.parameterCount];
        for (Network.Tensor tensor : structure.tensors) {
            String name = WEIGHTS + tensor.name();
            if (!Arrays.equals(file.shape(name), tensor.shape())) {
                throw new CorruptFileException("\"" + name + "\" has shape " + Arrays.toString(file.shape(name))
                        + ", the network needs " + Arrays.toString(tensor.shape()) + ".");
            }
            System.arraycopy(file.state().floats(name, tensor.size()), 0, parameters, tensor.offset(), tensor.size());
        }
        Weights weights = Weights.copyOf(version, parameters);
        if (!weights.finite()) {
            throw new CorruptFileException("a weight is not finite.");
        }
        return weights;
    }

    private static void checkGolden(Policy policy, Safetensors file) throws CorruptFileException {
        State wanted = file.state();
        State computed = new State();
        Map<String, int[]> shapes = new LinkedHashMap<>();
        golden(policy, wanted.floats(GOLDEN_OBSERVATIONS), file.shape(GOLDEN_OBSERVATIONS)[0], computed, shapes);
        for (String name : computed.entries().keySet()) {
            if (!sameBits(wanted.floats(name), computed.floats(name))) {
                throw new CorruptFileException("\"" + name + "\" is not what this policy computes here."
                        + " Maybe its weights were edited, or it was made by a version with other arithmetic.");
            }
        }
        int expected = policy.structure().tensors.size() + 3 + shapes.size();
        if (wanted.entries().size() != expected) {
            throw new CorruptFileException(
                    "the file has " + wanted.entries().size() + " tensors, a policy of this network " + expected + ".");
        }
    }

    private static boolean sameBits(float[] a, float[] b) {
        boolean same = a.length == b.length;
        for (int i = 0; same && i < a.length; i++) {
            same = Float.floatToRawIntBits(a[i]) == Float.floatToRawIntBits(b[i]);
        }
        return same;
    }
}
