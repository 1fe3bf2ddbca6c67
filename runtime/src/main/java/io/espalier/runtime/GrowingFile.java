package io.espalier.runtime;

import java.io.BufferedWriter;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * A file that only grows. After a write that failed nothing more comes to it: the buffers above would write the same
 * bytes again, behind the part of them that is there already.
 */
final class GrowingFile extends FilterOutputStream {
    private boolean failed;

    private GrowingFile(OutputStream out) {
        super(out);
    }

    static OutputStream open(Disk disk, Path file) throws IOException {
        return new GrowingFile(disk.append(file));
    }

    static Writer text(Disk disk, Path file) throws IOException {
        return new BufferedWriter(new OutputStreamWriter(open(disk, file), StandardCharsets.UTF_8));
    }

    @Override
    public void write(int value) throws IOException {
        write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
        if (failed) {
            throw new IOException("a write before has failed");
        }
        failed = true;
        out.write(bytes, from, length);
        failed = false;
    }
}
