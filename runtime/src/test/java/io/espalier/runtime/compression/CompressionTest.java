package io.espalier.runtime.compression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.espalier.core.RandomStream;
import io.espalier.core.State;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CompressionTest {
    private static float[] roundTrip(String compression, float... values) {
        GradientCodec codec = Compression.parse(compression).codec(values.length);
        byte[] bytes = new byte[codec.mostBytes(values.length)];
        int length = codec.encode(values, 0, values.length, bytes);
        float[] back = new float[values.length];
        Arrays.fill(back, Float.NaN);
        codec.decode(bytes, length, back, 0, values.length);
        return back;
    }

    private static float[] random(int size, RandomStream stream) {
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            double x = stream.uniform(-1, 1);
            values[i] = (float) (x * x * x);
        }
        return values;
    }

    @Test
    void eightBitsByHand() {
        // The scale is 12.7/127 = 0.1: 0.24 is 2 steps, 0.26 is 3, -12.7 is -127.
        float scale = 12.7f / 127;
        assertThat(roundTrip("int8", -12.7f, 0.24f, 0.26f, 0f)).containsExactly(scale * -127, scale * 2, scale * 3, 0f);
        assertThat(roundTrip("int8", 0f, 0f)).containsExactly(0f, 0f);
    }

    @Test
    void eachBlockOfEightBitsHasItsOwnScale() {
        float[] values = new float[Int8Codec.BLOCK + 1];
        values[0] = 127;
        values[1] = 0.3f;
        values[Int8Codec.BLOCK] = 0.3f;
        float[] back = roundTrip("int8", values);
        assertThat(back[0]).isEqualTo(127f);
        assertThat(back[1]).isZero();
        assertThat(back[Int8Codec.BLOCK]).isCloseTo(0.3f, within(1e-7f));
    }

    @Test
    void oneBitByHand() {
        // Positives 1, 2, 0: mean 1. Negatives -4, -1: mean -2.5.
        assertThat(roundTrip("1-bit", 1, -4, 2, -1, 0)).containsExactly(1f, -2.5f, 1f, -2.5f, 1f);
        assertThat(roundTrip("1-bit", -3, -5)).containsExactly(-4f, -4f);
        assertThat(roundTrip("1-bit", 3, 5)).containsExactly(4f, 4f);
        // Of the mean 1 + 2^-7 + 2^-8 the first two parts have room.
        assertThat(roundTrip("1-bit", 1 + 3f / 256)).containsExactly(1 + 1f / 128);
    }

    @Test
    void oneBitTakesOneBit() {
        // 3 blocks of 64, of which the last has 10 numbers, and two means of 2 bytes in each: 2 * (4 + 8) + 4 + 2.
        assertThat(new OneBitCodec().mostBytes(138)).isEqualTo(30);
    }

    @Test
    void theLargestByHand() {
        assertThat(roundTrip("top-k(0.4)", 1, -4, 2, -1, 0)).containsExactly(0f, -4f, 2f, 0f, 0f);
        // Exactly two of three equal ones, those that come first.
        assertThat(roundTrip("top-k(0.5)", 0, 1, -1, 1)).containsExactly(0f, 1f, -1f, 0f);
        // One that is larger is kept also behind equal ones.
        assertThat(roundTrip("top-k(0.6)", 1, 1, 5)).containsExactly(1f, 0f, 5f);
        assertThat(roundTrip("top-k(1)", 3, 0, -2)).containsExactly(3f, 0f, -2f);
    }

    @Test
    void placesTakeAsFewBitsAsTheLargestGap() {
        // Places 2 and 6 of 8: 2 and 3 are passed over, in 2 bits each: 1 + 1 + 2 * 4 bytes.
        float[] values = {0, 0, 5, 0, 0, 0, 7, 0};
        GradientCodec codec = Compression.parse("top-k(0.25)").codec(8);
        byte[] bytes = new byte[codec.mostBytes(8)];
        assertThat(codec.encode(values, 0, 8, bytes)).isEqualTo(10);
        assertThat(bytes[0]).isEqualTo((byte) 2);
        assertThat(bytes[1]).isEqualTo((byte) (2 | 3 << 2));
    }

    @Test
    void exactlySoManyAreKept() {
        RandomStream stream = new RandomStream(3);
        for (int size : new int[] {1, 2, 7, 100, 1000}) {
            float[] values = random(size, stream);
            if (size == 100) {
                Arrays.fill(values, 20, 80, 0.5f);
            }
            float[] back = roundTrip("top-k(0.1)", values);
            int kept = 0;
            float least = Float.MAX_VALUE;
            float mostLost = 0;
            for (int i = 0; i < size; i++) {
                if (back[i] != 0) {
                    assertThat(back[i]).isEqualTo(values[i]);
                    kept++;
                    least = Math.min(least, Math.abs(values[i]));
                } else {
                    mostLost = Math.max(mostLost, Math.abs(values[i]));
                }
            }
            assertThat(kept).isEqualTo((size + 9) / 10);
            assertThat(mostLost).isLessThanOrEqualTo(least);
        }
    }

    @ParameterizedTest
    @CsvSource({"int8, 1e-3", "1-bit, 1", "top-k(0.02), 1"})
    void whatWasSentAndWhatIsKeptIsAllThatWasGiven(String compression, double largestKept) {
        int size = 1500;
        ErrorFeedback feedback = new ErrorFeedback(Compression.parse(compression), size);
        GradientCodec receiver = Compression.parse(compression).codec(size);
        RandomStream stream = new RandomStream(5);
        double[] given = new double[size];
        double[] sent = new double[size];
        float[] received = new float[size];
        double lost = 0;
        for (int round = 0; round < 60; round++) {
            float[] gradient = random(size, stream);
            int length = feedback.encode(gradient, 0);
            receiver.decode(feedback.bytes(), length, received, 0, size);
            for (int i = 0; i < size; i++) {
                given[i] += gradient[i];
                sent[i] += received[i];
                lost = Math.max(lost, Math.abs(gradient[i] - received[i]));
            }
        }
        double kept = 0;
        for (int i = 0; i < size; i++) {
            assertThat(sent[i] + feedback.residual(i)).isCloseTo(given[i], within(1e-4));
            kept = Math.max(kept, Math.abs(feedback.residual(i)));
        }
        assertThat(lost).isGreaterThan(largestKept);
    }

    @Test
    void nothingIsLostWithoutCompression() {
        float[] values = {1.5f, -0f, Float.MIN_VALUE};
        ErrorFeedback plain = new ErrorFeedback(new Compression.None(), 3);
        int length = plain.encode(values, 0);
        float[] back = new float[3];
        new PlainCodec().decode(plain.bytes(), length, back, 0, 3);
        assertThat(back).containsExactly(values);
        assertThat(Float.floatToRawIntBits(back[1])).isEqualTo(Float.floatToRawIntBits(-0f));
    }

    @Test
    void whatIsKeptCanBeSaved() {
        float[] gradient = random(700, new RandomStream(9));
        ErrorFeedback first = new ErrorFeedback(new Compression.OneBit(), 700);
        first.encode(gradient, 0);
        State state = new State();
        first.save(state);
        ErrorFeedback second = new ErrorFeedback(new Compression.OneBit(), 700);
        second.load(state);
        assertThat(second.encode(gradient, 0)).isEqualTo(first.encode(gradient, 0));
        assertThat(second.bytes()).isEqualTo(first.bytes());
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "int8", "1-bit", "top-k(0.1)"})
    void bytesOfAnotherSizeAreRefused(String compression) {
        GradientCodec codec = Compression.parse(compression).codec(100);
        byte[] bytes = new byte[codec.mostBytes(100)];
        int length = codec.encode(new float[100], 0, 100, bytes);
        assertThatThrownBy(() -> codec.decode(bytes, length - 1, new float[100], 0, 100))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("bytes");
    }

    @Test
    void placesThatAreNotThereAreRefused() {
        GradientCodec codec = Compression.parse("top-k(0.5)").codec(4);
        byte[] bytes = new byte[codec.mostBytes(4)];
        int length = codec.encode(new float[] {0, 0, 1, 1}, 0, 4, bytes);
        bytes[1] = (byte) 0xff;
        assertThatThrownBy(() -> codec.decode(bytes, length, new float[4], 0, 4))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is not among 4 numbers");
    }

    @Test
    void textsAreReadAsTheyAreWritten() {
        for (String text : new String[] {"none", "int8", "1-bit", "top-k(0.05)"}) {
            assertThat(Compression.parse(text)).hasToString(text);
        }
        assertThatThrownBy(() -> Compression.parse("zip")).hasMessageContaining("compression (zip)");
        assertThatThrownBy(() -> Compression.parse("top-k(2)")).hasMessageContaining("above 0 and at most 1");
        assertThatThrownBy(() -> Compression.parse("top-k(x)")).hasMessageContaining("must keep a fraction");
    }
}
