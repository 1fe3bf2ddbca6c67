package io.espalier.runtime;

import io.espalier.core.MetricSink;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * Writes scalars as a TensorBoard event file: TFRecord frames around {@code Event} messages. Only the few fields that
 * scalars need are laid out by hand; no maintained library writes this format.
 *
 * <p>A frame is a little-endian length, its masked CRC32C, the message, and the message's masked CRC32C. An event is
 * {@code {1: wall time f64, 2: step varint, 3: version string, 5: {1: {1: tag, 2: value f32}}}}.
 */
final class TensorBoardWriter implements Closeable {
    private final OutputStream out;
    private final CRC32C checksum = new CRC32C();

    /**
     * Begins a new event file.
     *
     * @param directory where; TensorBoard finds it by its name
     * @param wallSeconds the time now, in seconds since 1970, for display only
     */
    TensorBoardWriter(Path directory, double wallSeconds, Disk disk) throws IOException {
        Files.createDirectories(directory);
        long part = 0;
        Path file;
        do {
            file = directory.resolve(
                    String.format("events.out.tfevents.%010d.%d.espalier", (long) wallSeconds, part++));
        } while (Files.exists(file));
        out = new BufferedOutputStream(GrowingFile.open(disk, file), 1 << 14);
        byte[] version = "brain.Event:2".getBytes(StandardCharsets.UTF_8);
        ByteBuffer event = buffer(11 + version.length);
        event.put((byte) 0x09)
                .putDouble(wallSeconds)
                .put((byte) 0x1A)
                .put((byte) version.length)
                .put(version);
        frame(event);
    }

    /** Writes one figure at a count of environment steps. */
    void scalar(String tag, long step, double value, double wallSeconds) throws IOException {
        byte[] name = tag.getBytes(StandardCharsets.UTF_8);
        ByteBuffer point = buffer(name.length + 11);
        point.put((byte) 0x0A);
        varint(point, name.length);
        point.put(name).put((byte) 0x15).putFloat((float) value).flip();
        ByteBuffer summary = buffer(point.remaining() + 6);
        summary.put((byte) 0x0A);
        varint(summary, point.remaining());
        summary.put(point).flip();
        ByteBuffer event = buffer(summary.remaining() + 32);
        event.put((byte) 0x09).putDouble(wallSeconds).put((byte) 0x10);
        varint(event, step);
        event.put((byte) 0x2A);
        varint(event, summary.remaining());
        event.put(summary);
        frame(event);
    }

    /** A sink that writes at that step, and fails with {@link java.io.UncheckedIOException}. */
    MetricSink at(long step, double wallSeconds) {
        return (name, value) -> {
            try {
                scalar(name, step, value, wallSeconds);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        };
    }

    void flush() throws IOException {
        out.flush();
    }

    @Override
    public void close() throws IOException {
        out.close();
    }

    private void frame(ByteBuffer message) throws IOException {
        message.flip();
        byte[] payload = new byte[message.remaining()];
        message.get(payload);
        byte[] header = new byte[12];
        ByteBuffer fields = wrap(header).putLong(payload.length);
        fields.putInt(masked(header, 8));
        out.write(header);
        out.write(payload);
        byte[] footer = new byte[4];
        wrap(footer).putInt(masked(payload, payload.length));
        out.write(footer);
    }

    private int masked(byte[] bytes, int length) {
        checksum.reset();
        checksum.update(bytes, 0, length);
        int value = (int) checksum.getValue();
        return ((value >>> 15) | (value << 17)) + 0xA282EAD8;
    }

    private static ByteBuffer buffer(int size) {
        return wrap(new byte[size]);
    }

    private static ByteBuffer wrap(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static void varint(ByteBuffer into, long value) {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            into.put((byte) ((rest & 0x7F) | 0x80));
            rest >>>= 7;
        }
        into.put((byte) rest);
    }
}
