package io.espalier.policy;

import io.espalier.core.State;
import io.espalier.nn.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Named arrays and a map of texts in one file of the safetensors layout: 8 bytes with the header's length (little
 * endian), a JSON header with each array's type, shape and place, then the arrays (little endian), without gaps or
 * overlaps. Python's {@code safetensors} opens it. Arrays are F32, F64, I32, I64 and U8, as in {@link State}.
 *
 * <p>A file made here carries a checksum of every one of its bytes: the header begins with
 * <code>{"__metadata__":{"sha256":"</code>, then 64 digits: the SHA-256, in small hexadecimal digits, of the whole file
 * in which these 64 digits are {@code 0}. {@link #decode} refuses any file without it or with another; whoever wants
 * to read a file made by others says so by {@link #decodeForeign}.
 *
 * <p>The reader is strict: a header of at most 16 MiB with at most 100,000 entries of at most 8 dimensions, no name
 * twice, every byte of the data in exactly one array. It allocates nothing for what a header merely claims.
 */
public final class Safetensors {
    private static final int MOST_HEADER = 1 << 24;
    private static final int LENGTH_BYTES = 8;
    private static final int DIGITS = 64;
    private static final String CHECKSUM = "sha256";
    private static final byte[] PREFIX =
            ("{\"" + SafetensorsHeader.METADATA + "\":{\"" + CHECKSUM + "\":\"").getBytes(StandardCharsets.US_ASCII);
    private static final int DIGITS_AT = LENGTH_BYTES + PREFIX.length;

    private final State state;
    private final Map<String, int[]> shapes;
    private final Map<String, String> metadata;

    private Safetensors(State state, Map<String, int[]> shapes, Map<String, String> metadata) {
        this.state = state;
        this.shapes = shapes;
        this.metadata = Collections.unmodifiableMap(metadata);
    }

    /** The arrays by name, in the header's order. */
    public State state() {
        return state;
    }

    /** The texts by name, in the header's order, without the checksum. */
    public Map<String, String> metadata() {
        return metadata;
    }

    /**
     * The shape of an array; its elements are row-major.
     *
     * @throws IllegalArgumentException if there is no array of that name
     */
    public int[] shape(String name) {
        int[] shape = shapes.get(name);
        if (shape == null) {
            throw new IllegalArgumentException("\"" + name + "\" is not in the file. Maybe one of: "
                    + SafetensorsHeader.shown(String.join(", ", shapes.keySet())));
        }
        return shape.clone();
    }

    /** A file's bytes, every array as a vector. */
    public static byte[] encode(State state, Map<String, String> metadata) {
        return encode(state, Map.of(), metadata);
    }

    /**
     * A file's bytes.
     *
     * @param shapes of those arrays that are not vectors
     * @throws IllegalArgumentException if a shape does not fit its array, a name is reserved, or a limit of the reader
     *     would be broken
     */
    public static byte[] encode(State state, Map<String, int[]> shapes, Map<String, String> metadata) {
        List<Map.Entry<String, Object>> bySize = new ArrayList<>(state.entries().entrySet());
        // The widest elements first, so that each array is aligned to its own.
        bySize.sort(Comparator.comparing(entry -> -TensorType.of(entry.getValue()).bytes));
        Map<String, Long> places = new LinkedHashMap<>();
        long dataSize = 0;
        for (Map.Entry<String, Object> entry : bySize) {
            places.put(entry.getKey(), dataSize);
            dataSize += TensorType.of(entry.getValue()).size(entry.getValue());
        }
        byte[] header = header(state, shapes, metadata, places).getBytes(StandardCharsets.UTF_8);
        int padded = (header.length + 7) / 8 * 8;
        if (padded > MOST_HEADER || places.size() > SafetensorsHeader.MOST_ENTRIES) {
            throw new IllegalArgumentException("a header of " + padded + " bytes for " + places.size()
                    + " arrays is too large; " + MOST_HEADER + " and " + SafetensorsHeader.MOST_ENTRIES
                    + " are the most. Maybe keep many small arrays in one.");
        }
        long total = LENGTH_BYTES + padded + dataSize;
        if (total > Integer.MAX_VALUE - 16) {
            throw new IllegalArgumentException(total + " bytes do not fit one file. Maybe write several.");
        }
        ByteBuffer file = ByteBuffer.allocate((int) total).order(ByteOrder.LITTLE_ENDIAN);
        file.putLong(padded).put(header);
        while (file.position() < LENGTH_BYTES + padded) {
            file.put((byte) ' ');
        }
        for (Map.Entry<String, Object> entry : bySize) {
            TensorType.of(entry.getValue()).write(entry.getValue(), file);
        }
        byte[] bytes = file.array();
        byte[] digest = digest(bytes);
        System.arraycopy(digest, 0, bytes, DIGITS_AT, DIGITS);
        return bytes;
    }

    private static String header(
            State state, Map<String, int[]> shapes, Map<String, String> metadata, Map<String, Long> places) {
        StringBuilder into = new StringBuilder(new String(PREFIX, StandardCharsets.US_ASCII));
        into.append("0".repeat(DIGITS)).append('"');
        metadata.forEach((name, value) -> {
            if (name.equals(CHECKSUM)) {
                throw new IllegalArgumentException("metadata \"" + CHECKSUM + "\" is reserved for the checksum.");
            }
            into.append(',').append(Json.of(name)).append(':').append(Json.of(value));
        });
        into.append('}');
        for (Map.Entry<String, Object> entry : state.entries().entrySet()) {
            String name = entry.getKey();
            if (name.equals(SafetensorsHeader.METADATA)) {
                throw new IllegalArgumentException("the name \"" + name + "\" is reserved for the metadata.");
            }
            TensorType type = TensorType.of(entry.getValue());
            long begin = places.getOrDefault(name, 0L);
            int length = type.length(entry.getValue());
            int[] shape = shapes.getOrDefault(name, new int[] {length});
            if (Arrays.stream(shape).asLongStream().reduce(1, Math::multiplyExact) != length
                    || shape.length > SafetensorsHeader.MOST_DIMENSIONS) {
                throw new IllegalArgumentException("shape " + Arrays.toString(shape) + " of \"" + name
                        + "\" must have as many elements as its array (" + length + ").");
            }
            into.append(',').append(Json.of(name)).append(":{\"dtype\":\"").append(type);
            into.append("\",\"shape\":").append(Arrays.toString(shape).replace(" ", ""));
            into.append(",\"data_offsets\":[").append(begin).append(',');
            into.append(begin + type.size(entry.getValue())).append("]}");
        }
        return into.append('}').toString();
    }

    /** The digits of the checksum, over the file with zeros in their place. */
    private static byte[] digest(byte[] file) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            sha.update(file, 0, DIGITS_AT);
            byte[] zeros = new byte[DIGITS];
            Arrays.fill(zeros, (byte) '0');
            sha.update(zeros);
            sha.update(file, DIGITS_AT + DIGITS, file.length - DIGITS_AT - DIGITS);
            return HexFormat.of().formatHex(sha.digest()).getBytes(StandardCharsets.US_ASCII);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /**
     * Reads a file that was made by {@link #encode}.
     *
     * @throws CorruptFileException if it was not, or a single bit differs
     */
    public static Safetensors decode(byte[] file) throws CorruptFileException {
        if (file.length < DIGITS_AT + DIGITS
                || !Arrays.equals(file, LENGTH_BYTES, DIGITS_AT, PREFIX, 0, PREFIX.length)) {
            throw new CorruptFileException(
                    "the file does not begin with a checksum." + " Maybe it is torn, or was made by another program.");
        }
        if (!Arrays.equals(digest(file), Arrays.copyOfRange(file, DIGITS_AT, DIGITS_AT + DIGITS))) {
            throw new CorruptFileException("the file's checksum is wrong. Maybe it is torn or damaged.");
        }
        return decodeForeign(file);
    }

    /**
     * Reads a safetensors file that need not have a checksum, for files made by other programs.
     *
     * @throws CorruptFileException if it is none, or has arrays of other types than F32, F64, I32, I64 and U8
     */
    public static Safetensors decodeForeign(byte[] file) throws CorruptFileException {
        if (file.length < LENGTH_BYTES) {
            throw new CorruptFileException("the file has " + file.length + " bytes, not even the 8 of a length.");
        }
        ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        long headerSize = bytes.getLong();
        if (headerSize < 0 || headerSize > Math.min(MOST_HEADER, file.length - LENGTH_BYTES)) {
            throw new CorruptFileException("header length (" + Long.toUnsignedString(headerSize)
                    + ") must be within the file and at most " + MOST_HEADER + ". Maybe the file is torn.");
        }
        SafetensorsHeader header = SafetensorsHeader.parse(text(bytes.slice(LENGTH_BYTES, (int) headerSize)));
        int dataAt = LENGTH_BYTES + (int) headerSize;
        check(header.entries(), file.length - dataAt);
        State state = new State();
        Map<String, int[]> shapes = new LinkedHashMap<>();
        for (SafetensorsHeader.Entry entry : header.entries()) {
            int from = dataAt + (int) entry.begin();
            int size = (int) (entry.end() - entry.begin());
            ByteBuffer part = bytes.slice(from, size).order(ByteOrder.LITTLE_ENDIAN);
            state.put(entry.name(), type(entry).read(part));
            shapes.put(
                    entry.name(),
                    Arrays.stream(entry.shape())
                            .mapToInt(extent -> (int) extent)
                            .toArray());
        }
        Map<String, String> metadata = new LinkedHashMap<>(header.metadata());
        metadata.remove(CHECKSUM);
        return new Safetensors(state, shapes, metadata);
    }

    private static String text(ByteBuffer header) throws CorruptFileException {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(header).toString();
        } catch (CharacterCodingException e) {
            throw new CorruptFileException("the header is not UTF-8. Maybe it is not a safetensors file.", e);
        }
    }

    private static TensorType type(SafetensorsHeader.Entry entry) throws CorruptFileException {
        TensorType type = TensorType.named(entry.dtype());
        if (type == null) {
            throw new CorruptFileException("\"" + SafetensorsHeader.shown(entry.name()) + "\" has dtype \""
                    + SafetensorsHeader.shown(entry.dtype()) + "\", not one of F32, F64, I32, I64, U8.");
        }
        return type;
    }

    /** Everything about sizes and places, before anything is allocated for them. */
    private static void check(List<SafetensorsHeader.Entry> entries, long dataSize) throws CorruptFileException {
        List<SafetensorsHeader.Entry> byPlace = new ArrayList<>(entries);
        byPlace.sort(Comparator.comparingLong(SafetensorsHeader.Entry::begin)
                .thenComparingLong(SafetensorsHeader.Entry::end));
        long reached = 0;
        for (SafetensorsHeader.Entry entry : byPlace) {
            String name = "\"" + SafetensorsHeader.shown(entry.name()) + "\"";
            long size;
            try {
                size = type(entry).bytes;
                for (long extent : entry.shape()) {
                    Math.toIntExact(extent);
                    size = Math.multiplyExact(size, extent);
                }
            } catch (ArithmeticException e) {
                throw new CorruptFileException(name + " has an impossible shape.", e);
            }
            if (entry.begin() != reached || entry.end() < entry.begin() || entry.end() > dataSize) {
                throw new CorruptFileException(name + " lies at " + entry.begin() + " to " + entry.end()
                        + ", where the data has " + dataSize + " bytes and " + reached
                        + " were taken: no gaps, no overlaps. Maybe the file is torn.");
            }
            if (entry.end() - entry.begin() != size) {
                throw new CorruptFileException(name + " has " + (entry.end() - entry.begin())
                        + " bytes, its shape and type need " + size + ".");
            }
            reached = entry.end();
        }
        if (reached != dataSize) {
            throw new CorruptFileException(
                    "the data has " + dataSize + " bytes, of which the header names " + reached + ".");
        }
    }

    /**
     * Writes a file, whole or not at all.
     *
     * @throws IOException if that failed; what was there before is then still there
     */
    public static void write(Path file, State state, Map<String, String> metadata) throws IOException {
        AtomicFile.write(file, encode(state, metadata));
    }

    /**
     * Reads a file that {@link #write} wrote, of at most 1 GiB.
     *
     * @throws CorruptFileException if it is damaged or something else; the message names the file
     * @throws IOException if reading failed
     */
    public static Safetensors read(Path file) throws IOException {
        return read(file, AtomicFile.DEFAULT_MOST);
    }

    /** As {@link #read(Path)}, with another limit in bytes. */
    public static Safetensors read(Path file, long most) throws IOException {
        byte[] bytes = AtomicFile.read(file, most);
        try {
            return decode(bytes);
        } catch (CorruptFileException e) {
            throw new CorruptFileException(file + ": " + e.getMessage(), e);
        }
    }
}
