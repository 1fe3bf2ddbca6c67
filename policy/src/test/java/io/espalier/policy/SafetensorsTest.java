package io.espalier.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.core.RandomStream;
import io.espalier.core.State;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsTest {
    private static State state() {
        State state = new State();
        state.put("bytes", new byte[] {1, -1, 127});
        state.put("floats", new float[] {1.5f, -0f, Float.NaN, Float.NEGATIVE_INFINITY, Float.MIN_VALUE, 0.1f});
        state.child("deep", 3).put("doubles", new double[] {Math.PI, Double.NaN, -0.0});
        state.put("ints", new int[] {Integer.MIN_VALUE, 7});
        state.put("longs", new long[] {Long.MAX_VALUE});
        state.put("empty", new float[0]);
        return state;
    }

    private static Map<String, String> metadata() {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("z", "first \" \\ \n \u0001 é 漢 \ud83d\ude00");
        metadata.put("a", "");
        return metadata;
    }

    private static void assertSame(State a, State b) {
        assertThat(a.entries().keySet()).containsExactlyElementsOf(b.entries().keySet());
        a.entries()
                .forEach((name, value) -> assertThat(Arrays.deepEquals(
                                new Object[] {value}, new Object[] {b.entries().get(name)}))
                        .as(name)
                        .isTrue());
    }

    @Test
    void whatIsWrittenIsReadBit4Bit(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("checkpoint.safetensors");
        Safetensors.write(file, state(), metadata());
        Safetensors read = Safetensors.read(file);
        assertSame(read.state(), state());
        assertThat(read.metadata()).containsExactlyEntriesOf(metadata());
        assertThat(Float.floatToRawIntBits(read.state().floats("floats")[1])).isEqualTo(0x80000000);
        assertThat(read.state().child("deep", 3).doubles("doubles")[0]).isEqualTo(Math.PI);
    }

    @Test
    void shapesAreKeptAndMustFit() throws IOException {
        State state = state();
        Safetensors read = Safetensors.decode(Safetensors.encode(state, Map.of("floats", new int[] {2, 3}), Map.of()));
        assertThat(read.shape("floats")).containsExactly(2, 3);
        assertThat(read.shape("longs")).containsExactly(1);
        assertThatThrownBy(() -> Safetensors.encode(state, Map.of("floats", new int[] {2, 2}), Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"floats\" must have as many elements as its array (6)");
        assertThatThrownBy(() -> read.shape("nothing")).hasMessageContaining("not in the file. Maybe");
    }

    @Test
    void arraysAreAlignedToTheirElements() {
        byte[] file = Safetensors.encode(state(), Map.of());
        ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(bytes.getLong(0) % 8).isZero();
        String header = new String(file, 8, (int) bytes.getLong(0), StandardCharsets.UTF_8);
        // doubles and longs first (4 · 8 bytes), then floats and ints (8 · 4), bytes last
        assertThat(header).contains("\"longs\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[24,32]}");
        assertThat(header).contains("\"floats\":{\"dtype\":\"F32\",\"shape\":[6],\"data_offsets\":[32,56]}");
        assertThat(header).contains("\"bytes\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[64,67]}");
    }

    @Test
    void readsWhatPythonWrote() throws IOException {
        // python.safetensors: see python_safetensors.py beside it
        byte[] file = resource("python.safetensors");
        Safetensors read = Safetensors.decodeForeign(file);
        assertThat(read.shape("weights")).containsExactly(2, 3);
        assertThat(read.state().floats("weights")).containsExactly(0, 1, 2, 3, 4, 0.1f);
        assertThat(read.state().doubles("mean")).containsExactly(0.1, Math.PI);
        assertThat(read.state().ints("ints")).containsExactly(-1, Integer.MAX_VALUE);
        assertThat(read.state().longs("longs")).containsExactly(Long.MIN_VALUE);
        assertThat(read.state().bytes("bytes")).containsExactly(0, 255, 7);
        assertThat(read.metadata()).containsOnly(Map.entry("made by", "Python é"));
        assertThatThrownBy(() -> Safetensors.decode(file))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageContaining("checksum");
    }

    static byte[] resource(String name) throws IOException {
        try (InputStream in = SafetensorsTest.class.getResourceAsStream(name)) {
            return in.readAllBytes();
        }
    }

    @Test
    void everySingleBitFlipIsRefused() {
        byte[] file = Safetensors.encode(state(), metadata());
        for (int bit = 0; bit < file.length * 8; bit++) {
            byte[] flipped = file.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(refusesWithChecksum(flipped)).as("bit %d", bit).isTrue();
        }
    }

    @Test
    void everyTruncationAndExtensionIsRefused() {
        byte[] file = Safetensors.encode(state(), metadata());
        for (int length = 0; length <= file.length + 9; length++) {
            if (length != file.length) {
                byte[] cut = Arrays.copyOf(file, length);
                assertThatThrownBy(() -> Safetensors.decode(cut)).isInstanceOf(CorruptFileException.class);
                assertThatThrownBy(() -> Safetensors.decodeForeign(cut)).isInstanceOf(CorruptFileException.class);
            }
        }
    }

    @Test
    void withoutAChecksumAnyDamageIsRefusedOrGivesAFileOfTheSameSize() {
        byte[] file = Safetensors.encode(state(), metadata());
        RandomStream random = new RandomStream(11);
        int refused = 0;
        for (int i = 0; i < 10_000; i++) {
            byte[] damaged = file.clone();
            for (int edits = 1 + random.nextInt(8); edits > 0; edits--) {
                damaged[random.nextInt(i % 2 == 0 ? 300 : file.length)] = (byte) random.nextInt();
            }
            refused += refuses(damaged) ? 1 : 0;
        }
        assertThat(refused).isBetween(5_000, 10_000);
    }

    private static boolean refusesWithChecksum(byte[] damaged) {
        try {
            Safetensors.decode(damaged);
            return false;
        } catch (CorruptFileException e) {
            return true;
        }
    }

    private static boolean refuses(byte[] damaged) {
        try {
            long bytes = 0;
            for (Object array :
                    Safetensors.decodeForeign(damaged).state().entries().values()) {
                bytes += TensorType.of(array).size(array);
            }
            assertThat(bytes).isLessThan(damaged.length);
            return false;
        } catch (CorruptFileException e) {
            return true;
        }
    }

    private static byte[] file(String header, int dataBytes) {
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer file = ByteBuffer.allocate(8 + text.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
        return file.putLong(text.length).put(text).array();
    }

    private static String tensor(String name, String dtype, String shape, long begin, long end) {
        return "\"" + name + "\":{\"dtype\":\"" + dtype + "\",\"shape\":" + shape + ",\"data_offsets\":[" + begin + ","
                + end + "]}";
    }

    private static void assertRefused(byte[] file, String reason) {
        assertThatThrownBy(() -> Safetensors.decodeForeign(file))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void hostileHeadersAreRefused() throws IOException {
        // What is good is good:
        String good =
                "{" + tensor("a", "F32", "[2]", 0, 8) + "," + tensor("b", "U8", "[1,1,1,1,1,1,1,3]", 8, 11) + "}  ";
        assertThat(Safetensors.decodeForeign(file(good, 11)).shape("b")).hasSize(8);

        assertRefused(file("{" + tensor("a", "F32", "[2]", 0, 8) + "}", 9), "the data has 9 bytes");
        assertRefused(file("{" + tensor("a", "F32", "[2]", 0, 8) + "}", 7), "no gaps, no overlaps");
        assertRefused(file("{" + tensor("a", "F32", "[3]", 0, 8) + "}", 8), "shape and type need 12");
        assertRefused(
                file("{" + tensor("a", "U8", "[4]", 0, 4) + "," + tensor("b", "U8", "[4]", 5, 9) + "}", 9), "no gaps");
        assertRefused(
                file("{" + tensor("a", "U8", "[4]", 0, 4) + "," + tensor("b", "U8", "[4]", 3, 7) + "}", 7), "no gaps");
        assertRefused(
                file("{" + tensor("a", "U8", "[4]", 0, 4) + "," + tensor("a", "U8", "[4]", 4, 8) + "}", 8), "twice");
        assertRefused(file("{\"__metadata__\":{\"k\":\"1\",\"k\":\"2\"}}", 0), "twice");
        assertRefused(file("{\"__metadata__\":{},\"__metadata__\":{}}", 0), "twice");
        assertRefused(file("{\"__metadata__\":{\"k\":{}}}", 0), "expected '\"'");
        assertRefused(file("{" + tensor("a", "F16", "[4]", 0, 8) + "}", 8), "F16");
        assertRefused(file("{" + tensor("a", "U8", "[1,1,1,1,1,1,1,1,1]", 0, 1) + "}", 1), "at most 8");
        assertRefused(file("{" + tensor("a", "U8", "[-1]", 0, 1) + "}", 1), "whole number");
        assertRefused(file("{" + tensor("a", "U8", "[01]", 0, 1) + "}", 1), "leading zeros");
        assertRefused(file("{" + tensor("a", "U8", "[1e0]", 0, 1) + "}", 1), "expected ']'");
        assertRefused(file("{\"a\":{\"dtype\":\"U8\",\"shape\":[0]}}", 0), "data_offsets");
        assertRefused(file("{\"a\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0],\"x\":1}}", 0), "\"x\"");
        assertRefused(file("{\"a\":{\"dtype\":\"U8\",\"dtype\":\"U8\"}}", 0), "twice");
        assertRefused(file("{} {}", 0), "expected the end");
        assertRefused(file("{\"a\u0001\":", 0), "control character");
        assertRefused(file("{\"\\q\":", 0), "after \\");
        assertRefused(file("{\"\\u12g4\":", 0), "hexadecimal");
        assertRefused(file("", 0), "expected '{'");
        assertRefused(file("[".repeat(1_000_000), 0), "expected '{'");
        assertRefused(file("{\"a\":" + "{\"a\":".repeat(100_000), 0), "twice, or should not");
        byte[] notText = file("{\"a\":", 0);
        notText[10] = (byte) 0xff;
        assertRefused(notText, "not UTF-8");
    }

    @Test
    void claimsOfGreatSizesCostNothing() {
        assertRefused(file("{" + tensor("a", "F64", "[2147483647]", 0, 17179869176L) + "}", 8), "no gaps");
        assertRefused(file("{" + tensor("a", "F64", "[2147483647,2147483647,4]", 0, 8) + "}", 8), "impossible shape");
        assertRefused(file("{" + tensor("a", "U8", "[4294967296,0]", 0, 0) + "}", 0), "impossible shape");
        assertRefused(file("{" + tensor("a", "U8", "[999999999999999999]", 0, 1) + "}", 1), "impossible shape");
        assertRefused(file("{" + tensor("a", "U8", "[9999999999999999999]", 0, 1) + "}", 1), "18 digits");
        for (long length : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE, 1 << 24, 100}) {
            byte[] file = file("{}", 50);
            ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putLong(0, length);
            assertRefused(file, "header length");
        }
    }

    @Test
    void tooManyEntriesAreRefused() {
        StringBuilder header = new StringBuilder("{\"x\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}");
        for (int i = 0; i < SafetensorsHeader.MOST_ENTRIES; i++) {
            header.append(',').append(tensor(Integer.toString(i), "U8", "[0]", 0, 0));
        }
        assertRefused(file(header.append('}').toString(), 0), "more than 100000 entries");
    }

    @Test
    void reservedNamesAreRefused() {
        State reserved = new State();
        reserved.put("__metadata__", new int[1]);
        assertThatThrownBy(() -> Safetensors.encode(reserved, Map.of())).hasMessageContaining("reserved");
        assertThatThrownBy(() -> Safetensors.encode(new State(), Map.of("sha256", "x")))
                .hasMessageContaining("reserved");
    }
}
