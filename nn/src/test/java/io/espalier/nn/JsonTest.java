package io.espalier.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
    @Test
    void readsWhatTheStandardAllows() {
        Json json = Json.parse(" { \"a\" : [ 1 , -2.5e3, true , null, \"x\\u00e9\\n\\\"\\/\" ] ,\t\"\" : {} }\r\n");
        assertThat(json.get("a").elements()).hasSize(5);
        assertThat(json.get("a").elements().get(0).asInt()).isEqualTo(1);
        assertThat(json.get("a").elements().get(1).asDouble()).isEqualTo(-2500);
        assertThat(json.get("a").elements().get(2).asBoolean()).isTrue();
        assertThat(json.get("a").elements().get(3).isNull()).isTrue();
        assertThat(json.get("a").elements().get(4).asString()).isEqualTo("xé\n\"/");
        assertThat(json.get("a").elements().get(4).path()).isEqualTo("$.a[4]");
        assertThat(json.get("").isObject()).isTrue();
        assertThat(json.toString()).isEqualTo("{\"a\":[1,-2.5e3,true,null,\"xé\\n\\\"/\"],\"\":{}}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "[",
                "[1,]",
                "{\"a\":1,}",
                "{a:1}",
                "{'a':1}",
                "[1 2]",
                "{\"a\" 1}",
                "{\"a\":}",
                "{,}",
                "[,1]",
                "01",
                "-",
                "-01",
                "1.",
                ".5",
                "+1",
                "1e",
                "1e+",
                "0x10",
                "NaN",
                "Infinity",
                "-Infinity",
                "nul",
                "True",
                "tru",
                "truefalse",
                "\"",
                "\"\\x\"",
                "\"\\u12g4\"",
                "\"\\u12\"",
                "\"a\nb\"",
                "\"\t\"",
                "1 1",
                "[] []",
                "{} x",
                "// comment\n1",
                "/**/1",
                "\uFEFF1",
                "\u00A01",
                "[1]\u0000",
                "]",
                "}",
                ":",
                ",",
                "\"\\uD8\"",
                "\"\\\"",
                "1\u0660"
            })
    void refusesEverythingElse(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Json.parse(text))
                .withMessageStartingWith("not JSON: expected ");
    }

    @Test
    void refusesASecondMemberOfOneName() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Json.parse("{\"x\":{\"a\":1,\"b\":2,\"\\u0061\":3}}"))
                .withMessage("$.x has \"a\" twice.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Json.object().put("a", 1).put("a", 2))
                .withMessageContaining("twice");
    }

    @Test
    void refusesWhatIsTooDeepOrTooLong() {
        String sixtyFour = "[".repeat(64) + "]".repeat(64);
        assertThat(Json.parse(sixtyFour).toString()).isEqualTo(sixtyFour);
        for (String piece : new String[] {"[", "{\"a\":", "[{\"a\":"}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Json.parse(piece.repeat(1_000_000)))
                    .withMessage("JSON nests deeper than 64 levels.");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Json.parse("[1,2]", 4))
                .withMessage("JSON of 5 characters is too long; 4 are the most.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Json.parse("9".repeat(129)))
                .withMessageContaining("a number of 129 characters is too long");
    }

    @Test
    void numbersAreNotBent() {
        assertThat(Json.parse("9223372036854775807").asLong()).isEqualTo(Long.MAX_VALUE);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Json.parse("9223372036854775808").asLong())
                .withMessageContaining("must be a whole number below 2^63");
        assertThatIllegalArgumentException().isThrownBy(() -> Json.parse("1.0").asLong());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Json.parse("2147483648").asInt())
                .withMessageContaining("below 2^31");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Json.parse("1e999").asDouble())
                .withMessageContaining("too large");
        assertThatIllegalArgumentException().isThrownBy(() -> Json.of(Double.NaN));
        assertThat(Json.of(0.1).toString()).isEqualTo("0.1");
        assertThat(Json.of(-0.0).toString()).isEqualTo("-0.0");
        assertThat(Json.parse(Json.of(1e300).toString()).asDouble()).isEqualTo(1e300);
        assertThat(Json.parse("[0.1,2]").asFloats()).containsExactly(0.1f, 2f);
    }

    @Test
    void errorsNameThePlace() {
        Json json = Json.parse("{\"layers\":[{\"units\":\"many\"}]}");
        Json layer = json.get("layers").elements().get(0);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> layer.get("units").asInt())
                .withMessage("$.layers[0].units must be a number, not a string.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> layer.get("bias"))
                .withMessage("$.layers[0] lacks \"bias\".");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> layer.only("bias"))
                .withMessageContaining("$.layers[0] has an unknown member \"units\"");
    }

    @Test
    void anyStringAndAnyNumberSurvive() {
        SplittableRandom random = new SplittableRandom(3);
        for (int i = 0; i < 2000; i++) {
            StringBuilder text = new StringBuilder();
            for (int j = random.nextInt(12); j > 0; j--) {
                text.append((char) random.nextInt(random.nextBoolean() ? 128 : 65536));
            }
            double number = Double.longBitsToDouble(random.nextLong());
            Json json = Json.array().add(Json.of(text.toString())).add(Json.of(Double.isFinite(number) ? number : 0));
            Json back = Json.parse(json.toString());
            assertThat(back).isEqualTo(json);
            assertThat(back.elements().get(0).asString()).isEqualTo(text.toString());
            assertThat(back.elements().get(1).asDouble()).isEqualTo(Double.isFinite(number) ? number : 0);
        }
    }

    /** Whatever bytes come, the answer is a value or an IllegalArgumentException. */
    @Test
    void mutilatedTextNeverEscapesTheContract() {
        SplittableRandom random = new SplittableRandom(4);
        String whole = NetworkSpec.parse("dense(64) > tanh > heads(policy: dense(2), value: dense(1))")
                .json();
        int refused = 0;
        for (int i = 0; i < 5000; i++) {
            StringBuilder text = new StringBuilder(whole);
            for (int j = 1 + random.nextInt(3); j > 0; j--) {
                int at = random.nextInt(text.length());
                switch (random.nextInt(3)) {
                    case 0 -> text.setCharAt(at, (char) random.nextInt(128));
                    case 1 -> text.deleteCharAt(at);
                    default -> text.setLength(Math.max(1, at));
                }
            }
            try {
                assertThat(NetworkSpec.parseJson(text.toString())).isNotNull();
            } catch (IllegalArgumentException e) {
                assertThat(e.getMessage()).isNotBlank();
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(4000);
    }

    @Test
    void placesDoNotGrowWithoutEnd() {
        String name = "n".repeat(50);
        Json value = Json.parse(("{\"" + name + "\":").repeat(60) + "[7]" + "}".repeat(60));
        for (int i = 0; i < 60; i++) {
            value = value.get(name);
        }
        assertThat(value.elements().get(0).path()).startsWith("$.nnn").hasSizeLessThan(300);
    }
}
