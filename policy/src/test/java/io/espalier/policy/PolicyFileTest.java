package io.espalier.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.core.RandomStream;
import io.espalier.core.State;
import io.espalier.nn.NetworkSpec;
import io.espalier.nn.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PolicyFileTest {
    private static Policy tiny() {
        return Policies.random(
                        "box(shape=[2], low=-1.0, high=1.0)",
                        "discrete(2)",
                        true,
                        new ActionHead.Categorical(),
                        "heads(policy: dense(2), value: dense(1))")
                .withProvenance(Map.of("algorithm", "ppo"));
    }

    /** The same file with something changed in it and a checksum that is right. */
    private static byte[] forged(String array, Object value, String metadata, String text) throws CorruptFileException {
        Safetensors file = Safetensors.decode(tiny().toBytes());
        State state = new State();
        Map<String, int[]> shapes = new LinkedHashMap<>();
        file.state().entries().forEach((name, old) -> {
            if (!name.equals(array)) {
                state.put(name, old);
                shapes.put(name, file.shape(name));
            } else if (!(value instanceof String)) {
                state.put(name, value);
            }
        });
        if (!file.state().has(array) && !array.isEmpty()) {
            state.put(array, value);
        }
        Map<String, String> texts = new LinkedHashMap<>(file.metadata());
        if (!metadata.isEmpty()) {
            texts.put(metadata, text);
        }
        texts.values().remove("absent");
        return Safetensors.encode(state, shapes, texts);
    }

    private static void assertRefused(byte[] file, String reason) {
        assertThatThrownBy(() -> Policy.fromBytes(file))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void everyKindOfPolicyIsReadAsItWasWritten(@TempDir Path directory) throws IOException {
        for (Policy policy : PolicyTest.everyKind()) {
            Path file = directory.resolve("policy.espalier");
            policy.write(file);
            assertThat(Policy.read(file)).isEqualTo(policy);
        }
        assertThat(Policy.fromBytes(tiny().toBytes())).isEqualTo(tiny());
        assertThat(tiny().masked()).isTrue();
    }

    @Test
    void theNormalizerIsPartOfTheFile() throws IOException {
        Policy policy = tiny();
        Normalizer normalizer = Normalizer.of(new double[] {0.1, 1 / 3.0}, new double[] {2, 1e-9}, 12_345, 5);
        Policy normalised = policy.with(policy.weights(), normalizer, policy.head());
        assertThat(Policy.fromBytes(normalised.toBytes()).normalizer()).isEqualTo(normalizer);
    }

    @Test
    void theSamePolicyIsTheSameBytes() {
        assertThat(tiny().toBytes()).isEqualTo(tiny().toBytes());
    }

    @Test
    void everySingleBitFlipIsRefused() {
        byte[] file = tiny().toBytes();
        for (int bit = 0; bit < file.length * 8; bit++) {
            file[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(refuses(file)).as("bit %d", bit).isTrue();
            file[bit / 8] ^= (byte) (1 << bit % 8);
        }
    }

    @Test
    void everyTruncationIsRefused() {
        byte[] file = tiny().toBytes();
        for (int length = 0; length < file.length; length++) {
            assertThat(refuses(Arrays.copyOf(file, length)))
                    .as("length %d", length)
                    .isTrue();
        }
    }

    @Test
    void randomDamageIsRefused() {
        byte[] file = tiny().toBytes();
        RandomStream random = new RandomStream(1);
        for (int i = 0; i < 20_000; i++) {
            byte[] damaged = file.clone();
            for (int edits = 1 + random.nextInt(16); edits > 0; edits--) {
                damaged[random.nextInt(file.length)] = (byte) random.nextInt();
            }
            assertThat(Arrays.equals(damaged, file) || refuses(damaged)).isTrue();
        }
    }

    private static boolean refuses(byte[] file) {
        try {
            Policy.fromBytes(file);
            return false;
        } catch (CorruptFileException e) {
            return true;
        }
    }

    @Test
    void aWrongGoldenPairIsRefusedEvenWithTheRightChecksum() throws CorruptFileException {
        Safetensors file = Safetensors.decode(tiny().toBytes());
        float[] outputs = file.state().floats("golden/output/policy");
        outputs[3] = Math.nextUp(outputs[3]);
        assertRefused(forged("golden/output/policy", outputs, "", ""), "is not what this policy computes here. Maybe");
        float[] actions = file.state().floats("golden/actions");
        actions[0] = 1 - actions[0];
        byte[] shaped = forgedShaped("golden/actions", actions);
        assertRefused(shaped, "\"golden/actions\" is not what");
        float[] weights = file.state().floats("weights/policy.weight");
        weights[0] += 1;
        assertRefused(forgedShaped("weights/policy.weight", weights), "is not what");
    }

    private static byte[] forgedShaped(String array, float[] values) throws CorruptFileException {
        Safetensors file = Safetensors.decode(tiny().toBytes());
        State state = new State();
        Map<String, int[]> shapes = new LinkedHashMap<>();
        file.state().entries().forEach((name, old) -> {
            state.put(name, name.equals(array) ? values : old);
            shapes.put(name, file.shape(name));
        });
        return Safetensors.encode(state, shapes, file.metadata());
    }

    @Test
    void hostileContentWithTheRightChecksumIsRefused() throws CorruptFileException {
        assertThat(Policy.fromBytes(forged("", "", "", ""))).isEqualTo(tiny());
        assertRefused(forged("", "", "format", "espalier-policy-2"), "must be espalier-policy-1. Maybe");
        assertRefused(forged("", "", "head", "absent"), "\"head\" is missing");
        assertRefused(forged("", "", "head", "tabular(2)"), "epsilon (2.0) must be from 0 to 1");
        assertRefused(forged("", "", "masked", "maybe"), "must be true or false");
        assertRefused(forged("", "", "unknown", "x"), "unknown metadata \"unknown\"");
        assertRefused(forged("", "", "weights-version", "-1"), "version (-1)");
        assertRefused(forged("", "", "weights-version", "x"), "x");
        assertRefused(forged("", "", "network", "[".repeat(1_000)), "deep");
        assertRefused(forged("", "", "network", "{}"), "$");
        assertRefused(forged("", "", "observation-space", "discrete(2)"), "");
        assertRefused(forged("", "", "action-space", "discrete(3)"), "must have 3");
        assertRefused(forged("weights/value.bias", "", "", ""), "not in the file");
        assertRefused(forged("weights/value.bias", new float[2], "", ""), "has shape [2]");
        assertRefused(forged("weights/value.bias", new float[] {Float.NaN}, "", ""), "not finite");
        assertRefused(forged("weights/value.bias", new double[1], "", ""), "wanted float[]");
        assertRefused(forged("more", new double[1], "", ""), "tensors");
        assertRefused(forged("golden/observations", new float[16], "", ""), "not [1 to 8, size]");
        assertRefused(forged("normalizer/mean", new double[3], "", ""), "mean (3 elements)");
        assertRefused(forged("normalizer/count-and-clip", new double[1], "", ""), "not 2");
    }

    @Test
    void aShortTextCannotAskForMuchMemory() throws CorruptFileException {
        assertRefused(
                forged("", "", "observation-space", "box(shape=[4000, 4000], low=0.0, high=1.0)"),
                "the size of its golden pairs (2)");
        assertRefused(
                forged("", "", "observation-space", "box(shape=[99999999999, 99999999999], low=0.0, high=1.0)"),
                "overflow");
        assertRefused(forged("", "", "action-space", "multi-binary(16000000)"), "the size of its golden pairs (1)");
        String wide = NetworkSpec.parse("dense(1000000) > heads(policy: dense(2), value: dense(1))")
                .json();
        assertRefused(forged("", "", "network", wide), "too many for a file of");
        String deep = NetworkSpec.parse("dense(1000) > " + "tanh > relu > ".repeat(20_000) + "dense(2)")
                .json();
        assertRefused(forged("", "", "network", deep), "too many for a file of");
    }

    @Test
    void aPolicyThatIsNotFiniteIsNotWritten() {
        Policy policy = tiny();
        float[] weights = new float[policy.weights().size()];
        weights[1] = Float.NaN;
        Policy broken = policy.with(Weights.copyOf(1, weights), policy.normalizer(), policy.head());
        assertThatThrownBy(broken::toBytes)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("must be finite. Maybe");
    }

    @Test
    void errorsNameTheFile(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("policy.espalier");
        Files.write(file, Arrays.copyOf(tiny().toBytes(), 300));
        assertThatThrownBy(() -> Policy.read(file))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("checksum is wrong. Maybe");
        assertThatThrownBy(() -> Policy.read(file, 299)).hasMessageContaining("300 bytes, more than the 299");
    }
}
