package io.espalier.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NetworkSpecTest {
    @Test
    void theTextFormIsWhatOneWouldWrite() {
        NetworkSpec spec = NetworkSpec.sequential(
                NetworkSpec.dense(64),
                NetworkSpec.tanh(),
                NetworkSpec.heads(
                        NetworkSpec.head("policy", NetworkSpec.dense(2, Initializer.orthogonal(0.01))),
                        NetworkSpec.head("value", NetworkSpec.dense(1))));
        String text = "dense(64) > tanh > heads(policy: dense(2, init=orthogonal(0.01)), value: dense(1))";
        assertThat(spec.text()).isEqualTo(text);
        assertThat(NetworkSpec.parse(text)).isEqualTo(spec);
        assertThat(NetworkSpec.parse(" dense( units = 64 )\n>(tanh)> heads(policy:(dense(2,orthogonal(1e-2)) ),"
                        + "value=dense(1,bias=true))"))
                .isEqualTo(spec);
        assertThat(spec.json())
                .isEqualTo("{\"layer\":\"sequential\",\"layers\":[{\"layer\":\"dense\",\"units\":64,"
                        + "\"init\":\"uniform-fan-in\",\"bias\":true},{\"layer\":\"tanh\"},{\"layer\":\"heads\","
                        + "\"heads\":[{\"name\":\"policy\",\"spec\":{\"layer\":\"dense\",\"units\":2,"
                        + "\"init\":\"orthogonal(0.01)\",\"bias\":true}},{\"name\":\"value\",\"spec\":"
                        + "{\"layer\":\"dense\",\"units\":1,\"init\":\"uniform-fan-in\",\"bias\":true}}]}]}");
    }

    @Test
    void chainsInChainsAreTakenApart() {
        NetworkSpec inner = NetworkSpec.dense(3).then(NetworkSpec.tanh());
        assertThat(inner.then(inner).text()).isEqualTo("dense(3) > tanh > dense(3) > tanh");
        assertThat(NetworkSpec.parse("(dense(3) > tanh) > (dense(3) > (tanh))")).isEqualTo(inner.then(inner));
        assertThat(NetworkSpec.mlp(NetworkSpec.Activation.Kind.RELU, 8, 4).text())
                .isEqualTo("dense(8) > relu > dense(4) > relu");
    }

    @Test
    void randomSpecsSurviveTextAndJson() {
        SplittableRandom random = new SplittableRandom(20260101);
        for (int i = 0; i < 500; i++) {
            NetworkSpec spec = spec(random, 4, true);
            String text = spec.text();
            assertThat(NetworkSpec.parse(text)).as(text).isEqualTo(spec);
            assertThat(NetworkSpec.parseJson(spec.json())).as(text).isEqualTo(spec);
        }
    }

    private static NetworkSpec spec(SplittableRandom random, int depth, boolean mayEndInHeads) {
        int layers = 1 + random.nextInt(4);
        List<NetworkSpec> chain = new ArrayList<>();
        for (int i = 0; i < layers; i++) {
            chain.add(layer(random, depth));
        }
        if (mayEndInHeads && depth > 0 && random.nextInt(3) == 0) {
            List<NetworkSpec.Head> heads = new ArrayList<>();
            for (int i = 0; i <= random.nextInt(3); i++) {
                heads.add(new NetworkSpec.Head("h" + i + "_" + random.nextInt(1 << 30), spec(random, depth - 1, true)));
            }
            chain.add(new NetworkSpec.Heads(heads));
        }
        return NetworkSpec.sequential(chain);
    }

    private static NetworkSpec layer(SplittableRandom random, int depth) {
        int size = 1 + random.nextInt(random.nextBoolean() ? 10 : 100_000);
        NetworkSpec.Activation.Kind[] kinds = NetworkSpec.Activation.Kind.values();
        return switch (random.nextInt(depth > 0 ? 10 : 9)) {
            case 0 -> new NetworkSpec.Dense(size, initializer(random), random.nextBoolean());
            case 1 -> NetworkSpec.dense(size);
            case 2 -> new NetworkSpec.Activation(kinds[random.nextInt(kinds.length)]);
            case 3 -> new NetworkSpec.LayerNorm(random.nextBoolean() ? 1e-5 : random.nextDouble());
            case 4 ->
                new NetworkSpec.Conv2d(
                        size, 3 + random.nextInt(9), 1 + random.nextInt(4), random.nextInt(3), initializer(random));
            case 5 -> new NetworkSpec.Flatten();
            case 6 -> new NetworkSpec.Embedding(size, 1 + random.nextInt(8), initializer(random));
            case 7 -> new NetworkSpec.Constant(size, random.nextBoolean() ? 0 : random.nextGaussian());
            case 8 -> new NetworkSpec.NoisyDense(size, random.nextBoolean() ? 0.5 : random.nextDouble());
            default -> new NetworkSpec.Residual(spec(random, depth - 1, false));
        };
    }

    private static Initializer initializer(SplittableRandom random) {
        Initializer.Kind[] kinds = Initializer.Kind.values();
        Initializer.Kind kind = kinds[random.nextInt(kinds.length)];
        try {
            return new Initializer(kind, random.nextDouble());
        } catch (IllegalArgumentException valueless) {
            return new Initializer(kind, 0);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "dense | dense lacks units",
                "dense(0) | dense: units (0) must be from 1 to 16777216",
                "dense(64.5) | units (64.5) must be a whole number",
                "dense(64, unit=3) | dense has no argument named unit. Maybe one of: units, init, bias.",
                "dense(64, zeros, true, 1) | dense has too many arguments",
                "dense(64, bias=yes) | bias (yes) must be true or false",
                "dense(64, init=orthogonal(-1)) | its number (-1.0) must be finite and not negative",
                "dense(64, init=magic) | \"magic\" is not an initializer",
                "dense(64) > tan | \"tan\" is not a layer",
                "dense(64) > | expected a word, found the end at character 12",
                "dense(64)) | expected nothing or",
                "tanh(3) | tanh has too many arguments",
                "heads(dense(1)) | each of the heads must have a name",
                "heads(a: tanh, a: tanh) | heads has a twice",
                "heads(a: heads(b: tanh), b: tanh) | \"b\" is there twice",
                "heads() | there must be at least one",
                "heads(a: tanh) > dense(1) | heads must be the last of a chain",
                "heads(9a: tanh) | is not a name for a head",
                "conv(4, 3, padding=3) | conv: padding (3) must be from 0 to 2",
                "layer-norm(epsilon=0) | epsilon (0.0) must be above 0",
                "constant(2, value=NaN) | value (NaN) must be finite",
                "residual(tanh, tanh) | residual has too many arguments"
            })
    void refusesWithAReason(String text, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NetworkSpec.parse(text))
                .withMessageContaining(message.strip())
                .withMessageStartingWith("network \"");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"layer\":\"dense\",\"units\":3,\"init\":\"zeros\"} | $ lacks \"bias\"",
                "{\"layer\":\"flatten\",\"x\":1} | $ has an unknown member \"x\". Maybe one of: layer.",
                "{\"layer\":\"sequential\",\"layers\":[{\"layer\":\"tanh\"},{\"layer\":\"tan\"}]} | $.layers[1]: \"tan\" is",
                "{\"layer\":\"constant\",\"size\":1.5,\"value\":0} | $.size (1.5) must be a whole number",
                "{\"layer\":\"constant\",\"size\":\"1\",\"value\":0} | $.size must be a number, not a string",
                "[] | $ must be an object, not an array",
                "{\"layer\":\"residual\",\"inner\":{\"layer\":\"dense\",\"units\":0,\"init\":\"zeros\",\"bias\":true}} "
                        + "| $.inner: dense: units (0)"
            })
    void refusesJsonWithAReason(String json, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NetworkSpec.parseJson(json))
                .withMessageContaining(message.strip());
    }

    @Test
    void nestingIsBounded() {
        NetworkSpec deep = NetworkSpec.tanh();
        for (int i = 0; i < NetworkSpec.DEEPEST; i++) {
            deep = NetworkSpec.heads(NetworkSpec.head("h", NetworkSpec.dense(1).then(deep)));
        }
        assertThat(NetworkSpec.parse(deep.text())).isEqualTo(deep);
        assertThat(NetworkSpec.parseJson(deep.json())).isEqualTo(deep);
        NetworkSpec deepest = deep;
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NetworkSpec.residual(deepest))
                .withMessageContaining("levels deep");
    }

    @ParameterizedTest
    @ValueSource(strings = {"(", "residual(", "heads(a:", "a("})
    void hostileTextDoesNotOverflowTheStack(String piece) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NetworkSpec.parse(piece.repeat(100_000)))
                .withMessageContaining("deeper than 64 levels");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NetworkSpec.parse(piece.repeat(1 << 20) + "(((((((((("))
                .withMessageContaining("too long");
    }

    @Test
    void shapesThatDoNotFitAreRefusedByName() {
        assertRefused("conv(4, 3)", new int[] {100}, "conv(4, 3) wants an image [channels, height, width], got [100]");
        assertRefused("conv(4, 9)", new int[] {1, 8, 10}, "wants an image of at least 9 pixels a side, got [1, 8, 10]");
        assertRefused("conv(4, 3) > dense(5)", new int[] {1, 8, 8}, "dense(5) wants a vector, got [4, 6, 6]");
        assertRefused("embedding(4, 2)", new int[] {1, 2}, "embedding(4, 2) wants a vector of indices, got [1, 2]");
        assertRefused("residual(dense(3))", new int[] {4}, "must give the shape that it gets, [4], not [3]");
        assertRefused("residual(heads(a: tanh))", new int[] {4}, "must give the shape that it gets, [4], not heads");
        assertRefused("dense(16777216)", new int[] {1000}, "has more elements than an array holds");
        assertThat(new Network(NetworkSpec.parse("conv(4, 3) > flatten > dense(5)"), new int[] {1, 8, 8}, 1)
                        .tensors().stream().map(Network.Tensor::toString))
                .containsExactly("0.weight [1, 3, 3, 4]", "0.bias [4]", "2.weight [144, 5]", "2.bias [5]");
    }

    private static void assertRefused(String text, int[] shape, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Network(NetworkSpec.parse(text), shape, 1))
                .withMessageContaining(message);
    }
}
