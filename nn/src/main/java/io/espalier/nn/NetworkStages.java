package io.espalier.nn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A network cut into stages that follow each other, for workers that each hold one (Huang et al., "GPipe",
 * arXiv:1811.06965, section 2.1). The cuts lie between the layers of the spec's outermost chain, never between a layer and
 * the activations that follow it; what is nested, as a residual or several heads, stays whole. A single head counts as a
 * part of the chain.
 *
 * <p>Stage after stage computes what the uncut network does, to the same bits, forward and backward. The parameters of a
 * stage are a contiguous part of the uncut network's, in order.
 */
public final class NetworkStages {
    private final NetworkSpec spec;
    private final int[] inputShape;
    private final List<Stage> stages;

    /**
     * One stage.
     *
     * @param spec its layers, a network of their own
     * @param inputShape shape of one row of what it reads
     * @param offset where its parameters begin in the uncut network's
     * @param parameters how many they are
     * @param cost multiply-adds of one row, forward and backward, by count of shapes
     */
    @SuppressWarnings("ArrayRecordComponent") // copied on the way in and out; nobody compares stages
    public record Stage(NetworkSpec spec, int[] inputShape, int offset, int parameters, long cost) {
        /** Copies the shape. */
        public Stage {
            inputShape = inputShape.clone();
        }

        @Override
        public int[] inputShape() {
            return inputShape.clone();
        }
    }

    private NetworkStages(NetworkSpec spec, int[] inputShape, List<Stage> stages) {
        this.spec = spec;
        this.inputShape = inputShape;
        this.stages = List.copyOf(stages);
    }

    /**
     * Cuts a network so that the costliest stage costs as little as can be; of several such cuts the one whose first
     * stages are shortest. Exact, by dynamic programming over the chain.
     *
     * @param inputShape shape of one row of the input
     * @param count how many stages
     * @throws IllegalArgumentException if the chain has fewer parts than that, or a layer does not fit what it gets
     */
    public static NetworkStages cut(NetworkSpec spec, int[] inputShape, int count) {
        List<NetworkSpec> units = units(spec);
        if (count < 1 || count > units.size()) {
            throw new IllegalArgumentException("stages (" + count + ") must be from 1 to " + units.size()
                    + ", the layers of the outermost chain of " + spec.text() + " that have something to compute."
                    + (spec instanceof NetworkSpec.Heads ? " Maybe let the heads share a trunk." : ""));
        }
        int[][] shapes = new int[units.size()][];
        long[] costs = new long[units.size()];
        int[] now = inputShape.clone();
        for (int i = 0; i < shapes.length; i++) {
            shapes[i] = now;
            // Backward is two products for each of forward; the first layer has nobody to send a gradient to.
            costs[i] = (i == 0 ? 2 : 3) * ForwardCost.of(units.get(i), now);
            now = ForwardCost.outputShape(units.get(i), now);
        }
        int[] starts = partition(costs, count);
        List<Stage> made = new ArrayList<>();
        int offset = 0;
        for (int s = 0; s < count; s++) {
            int from = starts[s];
            int to = s + 1 < count ? starts[s + 1] : costs.length;
            NetworkSpec part = NetworkSpec.sequential(units.subList(from, to));
            int parameters = ForwardCost.parameters(part, shapes[from]);
            made.add(new Stage(
                    part,
                    shapes[from],
                    offset,
                    parameters,
                    Arrays.stream(costs, from, to).sum()));
            offset += parameters;
        }
        return new NetworkStages(spec, inputShape.clone(), made);
    }

    /** The most stages into which a network can be cut. */
    public static int most(NetworkSpec spec) {
        return units(spec).size();
    }

    /** The parts between which may be cut: each a layer with the activations and changes of shape that follow it. */
    private static List<NetworkSpec> units(NetworkSpec spec) {
        List<NetworkSpec> layers =
                new ArrayList<>(spec instanceof NetworkSpec.Sequential chain ? chain.layers() : List.of(spec));
        NetworkSpec last = layers.get(layers.size() - 1);
        if (last instanceof NetworkSpec.Heads heads && heads.heads().size() == 1) {
            NetworkSpec.Head only = heads.heads().get(0);
            layers.set(layers.size() - 1, only.spec());
            List<NetworkSpec> units = units(NetworkSpec.sequential(layers));
            NetworkSpec ends = units.get(units.size() - 1);
            units.set(units.size() - 1, NetworkSpec.heads(NetworkSpec.head(only.name(), ends)));
            return units;
        }
        List<NetworkSpec> units = new ArrayList<>();
        List<NetworkSpec> unit = new ArrayList<>();
        boolean computes = false;
        for (NetworkSpec layer : layers) {
            boolean follows = layer instanceof NetworkSpec.Activation || layer instanceof NetworkSpec.Flatten;
            if (computes && !follows) {
                units.add(NetworkSpec.sequential(unit));
                unit.clear();
            }
            unit.add(layer);
            computes |= !follows;
        }
        units.add(NetworkSpec.sequential(unit));
        return units;
    }

    /**
     * Cuts costs into {@code count} parts that are not empty, the largest sum as small as can be.
     *
     * <p>least[p][i] is the largest sum when the costs from i on are cut into p parts:
     * least[p][i] = min over j of max(cᵢ + … + cⱼ₋₁, least[p − 1][j]).
     *
     * @return where each part starts
     */
    static int[] partition(long[] costs, int count) {
        int n = costs.length;
        long[][] least = new long[count + 1][n + 1];
        int[][] cut = new int[count + 1][n + 1];
        Arrays.fill(least[0], Long.MAX_VALUE);
        least[0][n] = 0;
        for (int parts = 1; parts <= count; parts++) {
            least[parts][n] = Long.MAX_VALUE;
            for (int i = n - 1; i >= 0; i--) {
                long sum = 0;
                least[parts][i] = Long.MAX_VALUE;
                for (int j = i + 1; j <= n; j++) {
                    sum += costs[j - 1];
                    long largest = Math.max(sum, least[parts - 1][j]);
                    if (largest < least[parts][i]) {
                        least[parts][i] = largest;
                        cut[parts][i] = j;
                    }
                }
            }
        }
        int[] starts = new int[count];
        for (int p = 1; p < count; p++) {
            starts[p] = cut[count - p + 1][starts[p - 1]];
        }
        return starts;
    }

    /** The stages, first to last. */
    public List<Stage> stages() {
        return stages;
    }

    /** The uncut network. */
    public NetworkSpec spec() {
        return spec;
    }

    /** Shape of one row of the uncut network's input. */
    public int[] inputShape() {
        return inputShape.clone();
    }

    /** How many parameters all stages have together. */
    public int parameters() {
        Stage last = stages.get(stages.size() - 1);
        return last.offset + last.parameters;
    }

    /**
     * The part of an array as long as the uncut network's parameters that belongs to a stage, as a copy.
     *
     * @throws IllegalArgumentException if the array has another length
     */
    public float[] part(int stage, float[] whole) {
        check("whole", whole.length, parameters());
        Stage its = stages.get(stage);
        return Arrays.copyOfRange(whole, its.offset, its.offset + its.parameters);
    }

    /**
     * Puts a stage's part where it belongs in an array as long as the uncut network's parameters.
     *
     * @throws IllegalArgumentException if an array has another length
     */
    public void join(int stage, float[] part, float[] whole) {
        Stage its = stages.get(stage);
        check("part of stage " + stage, part.length, its.parameters);
        check("whole", whole.length, parameters());
        System.arraycopy(part, 0, whole, its.offset, its.parameters);
    }

    private static void check(String name, int length, int wanted) {
        if (length != wanted) {
            throw new IllegalArgumentException(
                    name + " (" + length + " floats) must have " + wanted + ". Maybe it is of another network.");
        }
    }
}
